//! Looking through the folders.

use std::{
    fs,
    path::{Path, PathBuf},
};

use journeyman_core::Value;

use super::{
    ConfigFileError, Discovery, Document, Found, LeftOut, MissingId, Problem, Reason, Runner,
    Search, document::Kind, read,
};
use crate::{Profile, profile::check_id};

/// The most folders that are looked at.
const MAX_FOLDERS: usize = 10_000;

pub(super) fn run(search: &Search) -> Discovery {
    let mut found = Discovery::default();
    builtins(search, &mut found);
    props(search, &mut found);
    found
}

impl Discovery {
    fn left_out(&mut self, name: &str, id: Option<String>, reason: Reason) {
        self.left_out.push(LeftOut { name: name.to_owned(), id, reason });
    }

    fn problem(&mut self, name: &str, id: Option<&str>, text: impl Into<String>) {
        let id = id.map(str::to_owned);
        self.problems.push(Problem { name: name.to_owned(), id, text: text.into() });
    }

    /// Takes one in, unless its id is taken.
    fn add(&mut self, new: Found) {
        if let Err(problem) = check_id(&new.id) {
            let text = format!("its id `{}` {problem}", crate::config::shorten(&new.id));
            return self.problem(&new.name, None, text);
        }
        let place = |found: &Found| match &found.folder {
            Some(folder) => folder.display().to_string(),
            None => format!("the built-in `{}`", found.name),
        };
        if let Some(other) = self.found.iter().find(|other| other.id == new.id) {
            let text = format!(
                "its id `{}` is that of {}, which runs; give {} an id of its own with `prop_id` in \
                 its config file",
                new.id,
                place(other),
                place(&new)
            );
            return self.problem(&new.name, Some(&new.id), text);
        }
        self.found.push(new);
    }
}

fn builtins(search: &Search, found: &mut Discovery) {
    let mut names = search.builtins.clone();
    names.sort();
    names.dedup();
    for name in names {
        let id = search.profile.builtin_id(&name);
        if !search.toggles.builtins.allows(&name) {
            found.left_out(&name, Some(id), Reason::Toggle);
            continue;
        }
        let folder = search.builtins_folder.clone();
        let config = folder.as_deref().map_or_else(|| Ok(Document::default()), read::folder);
        match config {
            Ok(config) => found.add(Found { name, id, runner: Runner::Builtin, folder, config }),
            Err(error) => found.problem(&name, Some(&id), error.to_string()),
        }
    }
}

fn props(search: &Search, found: &mut Discovery) {
    let entries = match fs::read_dir(&search.root) {
        Ok(entries) => entries,
        Err(error) => {
            let text = format!("{}: {}", search.root.display(), read::unreadable(&error));
            return found.problem("props", None, text);
        }
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in entries.take(MAX_FOLDERS) {
        match entry {
            Ok(entry) => folders.push(entry.path()),
            Err(error) => {
                let text = format!("{}: {}", search.root.display(), read::unreadable(&error));
                found.problem("props", None, text);
            }
        }
    }
    folders.sort();
    for folder in folders {
        let backend = folder.join("backend");
        if !backend.is_dir() {
            continue;
        }
        match folder.file_name().and_then(|name| name.to_str()) {
            Some(name) => prop(search, found, name, &backend),
            None => {
                let name = folder.display().to_string();
                found.problem(&name, None, "the folder's name is not valid UTF-8 text");
            }
        }
    }
}

fn prop(search: &Search, found: &mut Discovery, name: &str, backend: &Path) {
    if !search.toggles.props.allows(name) {
        return found.left_out(name, None, Reason::Toggle);
    }
    let python = Some(backend.join("worker.py")).filter(|path| path.is_file());
    let config = match read::folder(backend) {
        Ok(config) => config,
        // Upstream runs such a prop with an empty configuration, which is worse than not at all.
        Err(error) => return found.problem(name, Some(name), error.to_string()),
    };
    let id = id(search, name, &config, python.as_deref());
    let registered = search.registered.iter().any(|known| known == name || *known == id);
    let program = match exec(&config) {
        Ok(program) => program,
        Err(error) => return found.problem(name, Some(&id), error.to_string()),
    };
    let runner = match (registered, program.or_else(|| executable(backend))) {
        (true, _) => Runner::Registered,
        (false, Some(program)) => Runner::Program(program),
        (false, None) => {
            let reason = python.map_or(Reason::NothingToRun, Reason::Python);
            return found.left_out(name, Some(id), reason);
        }
    };
    let (name, folder) = (name.to_owned(), Some(backend.to_owned()));
    found.add(Found { name, id, runner, folder, config });
}

fn id(search: &Search, name: &str, config: &Document, python: Option<&Path>) -> String {
    if search.profile == Profile::Seed {
        return name.to_owned();
    }
    let configured = config.text("prop_id").map(|(id, _)| id.to_owned());
    let own = configured.or_else(|| prop_id(&read::text(python?).ok()?));
    own.filter(|id| !id.is_empty()).unwrap_or_else(|| match search.missing_id {
        MissingId::Folder => name.to_owned(),
        MissingId::Worker => "worker".to_owned(),
    })
}

/// The module variable `PROP_ID` of a Python file, where it is a plain text.
fn prop_id(python: &str) -> Option<String> {
    python.lines().find_map(|line| {
        let rest = line.strip_prefix("PROP_ID")?.trim_start();
        let rest = match rest.strip_prefix(':') {
            // With a type behind it.
            Some(annotated) => annotated.split_once('=')?.1,
            None => rest.strip_prefix('=')?,
        };
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (id, _) = rest[1..].split_once(quote)?;
        Some(id.to_owned())
    })
}

/// The key `exec` of a config file.
fn exec(config: &Document) -> Result<Option<Vec<String>>, ConfigFileError> {
    let Some(node) = config.node("exec") else { return Ok(None) };
    let wrong = || {
        let fault = super::error::Fault::new(
            node.line,
            "give a program as a text, or a list of program and arguments",
        );
        ConfigFileError::at(config.file().unwrap_or(Path::new("")), fault.under("exec"))
    };
    let words: Option<Vec<String>> = match &node.kind {
        Kind::Leaf(Value::String(program)) => Some(vec![program.clone()]),
        Kind::List(items) => {
            let word = |item: &super::document::Node| match &item.kind {
                Kind::Leaf(Value::String(word)) => Some(word.clone()),
                _ => None,
            };
            items.iter().map(word).collect()
        }
        _ => None,
    };
    match words {
        Some(words) if words.first().is_some_and(|program| !program.is_empty()) => Ok(Some(words)),
        _ => Err(wrong()),
    }
}

/// An executable file `worker`, with any ending but Python's.
fn executable(backend: &Path) -> Option<Vec<String>> {
    let entries = fs::read_dir(backend).ok()?;
    let mut names: Vec<PathBuf> = entries
        .take(MAX_FOLDERS)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_stem().is_some_and(|stem| stem == "worker"))
        .filter(|path| path.extension().is_none_or(|extension| extension != "py"))
        .filter(|path| is_executable(path))
        .collect();
    names.sort();
    let first = names.into_iter().next()?;
    Some(vec![first.to_str()?.to_owned()])
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    let known = ["exe", "bat", "cmd"];
    let extension = path.extension().and_then(|extension| extension.to_str());
    path.is_file() && extension.is_some_and(|extension| known.contains(&extension))
}
