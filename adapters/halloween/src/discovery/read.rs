//! Finding and reading the config file of a folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{ConfigFileError, Document, document::Node, error::Fault, yaml};
use crate::pyjson;

/// The names in the order in which they are looked for: the first that is there counts, even if it
/// is broken (Halloween sheet, section 4.4).
const NAMES: [&str; 3] = ["config.json", "config.yaml", "config.yml"];

/// The longest file that is read.
pub(super) const MAX_FILE: u64 = 1 << 20;

pub(super) fn folder(folder: &Path) -> Result<Document, ConfigFileError> {
    let found = NAMES.iter().map(|name| folder.join(name)).find(|path| path.exists());
    match found {
        Some(path) => file(path),
        None => Ok(Document::default()),
    }
}

fn file(path: PathBuf) -> Result<Document, ConfigFileError> {
    let text = text(&path).map_err(|error| ConfigFileError::new(&path, error))?;
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let root = root(&text, is_json).map_err(|fault| ConfigFileError::at(&path, fault))?;
    Ok(Document { file: Some(path), root })
}

fn root(text: &str, is_json: bool) -> Result<Node, Fault> {
    let root = if is_json { json(text)? } else { yaml::parse(text)? };
    // As upstream: whatever Python takes for false is an empty configuration.
    Ok(if root.is_falsy() { Node::empty() } else { root })
}

impl Document {
    /// From a text, without a file.
    pub(crate) fn parse(text: &str, is_json: bool) -> Result<Self, ConfigFileError> {
        let root = root(text, is_json);
        let root = root.map_err(|fault| ConfigFileError::at(Path::new("(text)"), fault))?;
        Ok(Self { file: None, root })
    }
}

fn json(text: &str) -> Result<Node, Fault> {
    let lines = || {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        std::iter::once(0).chain(after.map(|(at, _)| at + 1)).collect::<Vec<_>>()
    };
    match pyjson::parse::<Node>(text) {
        Ok(mut root) => {
            root.count_lines(&lines());
            Ok(root)
        }
        Err(error) => {
            let line = lines().partition_point(|start| *start <= error.at);
            Err(Fault::new(line, format!("is not JSON: {}", error.problem)))
        }
    }
}

/// Reads a file that is a text of a sane size.
pub(super) fn text(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err("is no file".to_owned());
    }
    if metadata.len() > MAX_FILE {
        return Err("is larger than 1 MiB".to_owned());
    }
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map_err(|_| "is not valid UTF-8 text".to_owned())
}

pub(super) fn unreadable(error: &io::Error) -> String {
    format!("cannot be read ({error})")
}
