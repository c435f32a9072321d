//! Golden vectors: every line is JSON, and copies of one file are the same.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use crate::report::Report;

pub(crate) fn run(root: &Path, report: &mut Report) {
    println!("\n== golden vectors");
    report.check("golden vectors", check(root).map(|line| println!("{line}")));
}

fn check(root: &Path) -> Result<String, String> {
    let mut seen: HashMap<String, (PathBuf, String)> = HashMap::new();
    let (mut files, mut lines) = (0, 0);
    for (system, path) in files_of(root) {
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            serde_json::from_str::<serde_json::Value>(&without_nan(line))
                .map_err(|error| format!("{} line {}: {error}", path.display(), index + 1))?;
            lines += 1;
        }
        files += 1;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let key = format!("{system}/{name}");
        match seen.get(&key) {
            Some((other, copy)) if *copy != text => {
                return Err(format!(
                    "{} and {} should be the same and are not",
                    other.display(),
                    path.display()
                ));
            }
            Some(_) => {}
            None => drop(seen.insert(key, (path, text))),
        }
    }
    match files {
        0 => Err("there are none".to_owned()),
        _ => Ok(format!("{files} files, {} of them distinct, {lines} lines", seen.len())),
    }
}

/// The line with null for the words that Python writes for numbers which JSON does not have.
fn without_nan(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    // Every other part is a text; a quote behind an odd number of backslashes is a part of it.
    let mut in_text = false;
    let mut escaped = false;
    let mut word = String::new();
    for c in line.chars() {
        if !in_text && (c.is_ascii_alphabetic() || (c == '-' && word.is_empty())) {
            word.push(c);
            continue;
        }
        out.push_str(match word.as_str() {
            "NaN" | "Infinity" | "-Infinity" => "null",
            other => other,
        });
        word.clear();
        out.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = in_text,
            '"' => in_text = !in_text,
            _ => {}
        }
    }
    out + &word
}

/// The vector files, each with the name of its system: an adapter's own, and the test kit's.
fn files_of(root: &Path) -> Vec<(String, PathBuf)> {
    let mut folders: Vec<(String, PathBuf)> = Vec::new();
    for (name, path) in entries(&root.join("adapters")) {
        folders.push((name, path.join("testdata")));
    }
    folders.extend(entries(&root.join("testkit/testdata")));
    // What runs Python is tested against what CrowdCompute's workers said.
    let python = ["executor/testdata", "handlers/python/testdata"];
    folders.extend(python.map(|folder| ("crowdcompute".to_owned(), root.join(folder))));
    let mut files: Vec<(String, PathBuf)> = folders
        .into_iter()
        .flat_map(|(system, folder)| {
            entries(&folder).into_iter().map(move |(_, path)| (system.clone(), path))
        })
        .filter(|(_, path)| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    files
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::without_nan;

    #[test]
    fn words_of_python_are_read() {
        for (line, read) in [
            (
                r#"{"a": NaN, "b": [-Infinity, Infinity, -1]}"#,
                r#"{"a": null, "b": [null, null, -1]}"#,
            ),
            (r#"{"NaN": "say \"NaN\" \\", "c": NaN}"#, r#"{"NaN": "say \"NaN\" \\", "c": null}"#),
            ("NaN", "NaN"),
            (r#"[true, Nan, 1e5]"#, r#"[true, Nan, 1e5]"#),
        ] {
            assert_eq!(without_nan(line), read);
        }
    }
}
