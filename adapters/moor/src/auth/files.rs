//! Keys and identity on disk (mooR sheet, section 7.3).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use journeyman_core::{Error, ErrorKind, Secret, backend::Store};
use journeyman_zmq::CurveKeys;

use super::{Identity, KeyError, public_text, read_secret, secret_text};

/// The folder where a worker of the CURVE era keeps its key pair and its identity, with upstream's
/// file names, so that an enrolled worker can be replaced by this one and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir {
    path: PathBuf,
    service_type: String,
}

impl DataDir {
    /// The name under which the protocol stores its identity.
    pub(crate) const IDENTITY: &'static str = "identity.json";

    /// The files of one service type in a folder. Nothing is read or made yet.
    pub fn new(path: impl Into<PathBuf>, service_type: impl Into<String>) -> Self {
        Self { path: path.into(), service_type: service_type.into() }
    }

    /// The path of one of its files: `curve.key`, `curve.pub` or `identity.json`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(format!("{}-{name}", self.service_type))
    }

    /// The key pair; it is made and written when there is none.
    ///
    /// # Errors
    /// The file cannot be read or holds no key, or the new one cannot be written.
    pub fn keys(&self) -> Result<CurveKeys, KeyError> {
        let path = self.file("curve.key");
        if let Some(keys) = self.existing_keys()? {
            return Ok(keys);
        }
        let keys = CurveKeys::generate();
        let public = public_text(&self.service_type, &keys);
        write(&self.file("curve.pub"), public.as_bytes())
            .and_then(|()| write(&path, secret_text(&self.service_type, &keys).expose()))
            .map_err(|error| {
                KeyError::new(format!(
                    "the new key pair cannot be written ({error}); make the folder writable, or \
                     choose another one with `data_dir`"
                ))
                .at(&path)
            })?;
        Ok(keys)
    }

    /// The key pair, if there is one.
    ///
    /// # Errors
    /// The file cannot be read or holds no key.
    pub fn existing_keys(&self) -> Result<Option<CurveKeys>, KeyError> {
        let path = self.file("curve.key");
        if !path.exists() {
            return Ok(None);
        }
        read_secret(&read_secret_file(&path)?).map(Some).map_err(|error| error.at(&path))
    }

    /// The identity, if the worker has enrolled.
    ///
    /// # Errors
    /// The file cannot be read or is no identity.
    pub fn identity(&self) -> Result<Option<Identity>, KeyError> {
        let path = self.file(Self::IDENTITY);
        match fs::read_to_string(&path) {
            Ok(text) => Identity::from_json(&text).map(Some).map_err(|error| {
                let text = format!("{error}; delete the file to enroll again");
                KeyError::new(text).at(&path)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(KeyError::new(format!("cannot be read ({error})")).at(&path)),
        }
    }
}

impl Store for DataDir {
    fn load(&self, name: &str) -> Result<Option<Secret>, Error> {
        match fs::read(self.file(name)) {
            Ok(bytes) => Ok(Some(Secret::from_bytes(bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("load", &self.file(name), &error)),
        }
    }

    fn store(&self, name: &str, content: &Secret) -> Result<(), Error> {
        let path = self.file(name);
        write(&path, content.expose()).map_err(|error| io_error("store", &path, &error))
    }
}

fn io_error(operation: &'static str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::Io, operation, error.to_string()).with_context("file", path.display())
}

/// Writes a file that only its owner can read, so that it is there as a whole or not at all.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    use io::Write as _;

    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// The text of a file that should be for its owner alone; a warning says so if it is not.
pub(super) fn read_secret_file(path: &Path) -> Result<String, KeyError> {
    let text = fs::read_to_string(path).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "; check the path",
            io::ErrorKind::PermissionDenied => "; this user may not read it",
            io::ErrorKind::InvalidData => "; a key file is text",
            _ => "",
        };
        KeyError::new(format!("cannot be read ({error}){hint}")).at(path)
    })?;
    if let Some(mode) = open_to_others(path) {
        tracing::warn!(
            file = %path.display(), mode = format!("{mode:o}"),
            "other users may read this key; make it yours alone: chmod 600"
        );
    }
    Ok(text)
}

/// The permissions of a file, if they let others than its owner at it.
pub fn open_to_others(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}
