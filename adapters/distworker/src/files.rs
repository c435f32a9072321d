//! The files of a task (DistWorker sheet, sections 2.3 and 3.2).

use serde::{Deserialize, Serialize};

use crate::wire;

/// One file that came with a task, or that a handler made.
///
/// The controller carries only this description. Release 0.0.6 has no working way to download a
/// file from it; a file can be fetched when [`absolute_url`](Self::absolute_url) gives something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct FileInfo {
    /// A UUIDv4 for uploads.
    pub file_id: String,
    /// The original name. It is whatever the submitter sent, possibly with a path in it: use
    /// [`base_name`](Self::base_name) before making a file of that name.
    pub filename: String,
    /// MIME type.
    pub content_type: String,
    /// Bytes, as the submitter says.
    pub size: i64,
    /// Where the content is: `files/<file_id>/<name>` relative to the controller's local storage,
    /// or an absolute URL.
    pub storage_url: String,
}

impl FileInfo {
    /// `storage_url` when it is absolute (`scheme://…`), as it is when the controller stores files
    /// elsewhere than on its own disk; `None` for a path that only the controller can read.
    pub fn absolute_url(&self) -> Option<&str> {
        let (scheme, rest) = self.storage_url.split_once("://")?;
        let mut letters = scheme.bytes();
        let valid = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.'));
        (valid && !rest.is_empty()).then_some(self.storage_url.as_str())
    }

    /// The name without any folder, for use in a folder of one's own; `None` when nothing is left
    /// that could name a file.
    pub fn base_name(&self) -> Option<&str> {
        let name = self.filename.rsplit(['/', '\\']).next().unwrap_or_default();
        let usable = !matches!(name, "" | "." | "..") && !name.contains('\0');
        usable.then_some(name)
    }
}

/// The files of one task, in the order of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(Vec<FileInfo>);

impl Files {
    /// From a list of one's own.
    pub fn new(files: Vec<FileInfo>) -> Self {
        Self(files)
    }

    /// The first file with this id.
    pub fn by_id(&self, file_id: &str) -> Option<&FileInfo> {
        self.0.iter().find(|file| file.file_id == file_id)
    }

    /// The first file with this original name, compared as a whole.
    pub fn by_name(&self, filename: &str) -> Option<&FileInfo> {
        self.0.iter().find(|file| file.filename == filename)
    }

    /// The list itself.
    pub fn into_vec(self) -> Vec<FileInfo> {
        self.0
    }
}

impl std::ops::Deref for Files {
    type Target = [FileInfo];

    fn deref(&self) -> &[FileInfo] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Files {
    type Item = &'a FileInfo;
    type IntoIter = std::slice::Iter<'a, FileInfo>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Vec<wire::FileInfo>> for Files {
    fn from(files: Vec<wire::FileInfo>) -> Self {
        Self(files.into_iter().map(FileInfo::from).collect())
    }
}

impl From<wire::FileInfo> for FileInfo {
    fn from(file: wire::FileInfo) -> Self {
        let wire::FileInfo { file_id, filename, content_type, size, storage_url } = file;
        Self { file_id, filename, content_type, size, storage_url }
    }
}

impl From<FileInfo> for wire::FileInfo {
    fn from(file: FileInfo) -> Self {
        let FileInfo { file_id, filename, content_type, size, storage_url } = file;
        Self { file_id, filename, content_type, size, storage_url }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, name: &str, url: &str) -> FileInfo {
        FileInfo {
            file_id: id.to_owned(),
            filename: name.to_owned(),
            storage_url: url.to_owned(),
            ..FileInfo::default()
        }
    }

    #[test]
    fn files_are_found_by_id_and_by_name() {
        let files = Files::new(vec![file("1", "a.txt", ""), file("2", "b.txt", "")]);
        assert_eq!(files.by_id("2").unwrap().filename, "b.txt");
        assert_eq!(files.by_name("a.txt").unwrap().file_id, "1");
        assert_eq!(files.by_id("3"), None);
        assert_eq!(files.by_name("A.TXT"), None);
        assert_eq!(files.len(), 2);
    }

    #[test]
    fn only_urls_with_a_scheme_are_absolute() {
        let url = |url| file("1", "n", url).absolute_url().map(str::to_owned);
        for absolute in ["https://s3.example/b/k?x=1", "http://h/f", "s3://bucket/key"] {
            assert_eq!(url(absolute).as_deref(), Some(absolute));
        }
        for relative in ["files/1/in.txt", "", "://x", "http://", "1http://x", "a b://x", "//h/f"] {
            assert_eq!(url(relative), None, "{relative}");
        }
    }

    #[test]
    fn a_base_name_never_leaves_its_folder() {
        let base = |name| file("1", name, "").base_name().map(str::to_owned);
        assert_eq!(base("in.txt").as_deref(), Some("in.txt"));
        assert_eq!(base("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(base("C:\\x\\y.doc").as_deref(), Some("y.doc"));
        for unusable in ["", "..", "a/..", "a/", ".", "x\0y"] {
            assert_eq!(base(unusable), None, "{unusable:?}");
        }
    }

    #[test]
    fn the_form_on_the_wire_goes_both_ways() {
        let ours = FileInfo {
            content_type: "text/plain".to_owned(),
            size: 11,
            ..file("1", "a.txt", "files/1/a.txt")
        };
        let theirs = wire::FileInfo::from(ours.clone());
        assert_eq!(Files::from(vec![theirs]), Files::new(vec![ours]));
    }
}
