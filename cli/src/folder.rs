//! Folders that are removed at the end.

use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// A folder for the sockets and keys of a stand-in, which only this user can look into. It is
/// removed when this is dropped.
#[derive(Debug)]
pub(crate) struct TempFolder(PathBuf);

impl TempFolder {
    /// Makes one; `what` becomes part of its name.
    pub(crate) fn new(what: &str) -> Result<Self, Failure> {
        // Short, because the path of a socket may not have much more than 100 bytes.
        let id = uuid::Uuid::new_v4().simple().to_string();
        let path = std::env::temp_dir().join(format!("journeyman-{what}-{}", &id[..8]));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(&path).map_err(|error| {
            Failure::failed(format!("the folder {} cannot be made: {error}", path.display()))
        })?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // What is left over is small, and the system clears that place.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
