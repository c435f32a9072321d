//! The links of the book and of the other documents: each leads to a file that is there and, with
//! `#`, to a heading in it; each chapter is in the table of contents.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Component, Path, PathBuf},
};

use crate::report::Report;

/// Documents beside the book.
const OTHERS: [&str; 5] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "adapters/distworker/testdata/README.md",
];

pub(crate) fn run(root: &Path, report: &mut Report) {
    println!("\n== links");
    let mut files = markdown(&root.join("docs/src"));
    files.extend(OTHERS.iter().map(|name| root.join(name)));
    let mut errors = Vec::new();
    let (mut links, mut headings) = (0, HashMap::new());
    for file in &files {
        match fs::read_to_string(file) {
            Ok(text) => {
                for link in links_in(&text) {
                    links += 1;
                    if let Err(error) = follow(file, &link, &mut headings) {
                        errors.push(format!("{}: {link}: {error}", shown(root, file)));
                    }
                }
            }
            Err(error) => errors.push(format!("{}: {error}", shown(root, file))),
        }
    }
    errors.extend(contents(root));
    let result = match errors.as_slice() {
        [] => {
            println!("{} documents, {links} links", files.len());
            Ok(())
        }
        errors => Err(errors.join("; ")),
    };
    report.check("links", result);
}

/// Chapters that are not in the table of contents.
fn contents(root: &Path) -> Vec<String> {
    let folder = root.join("docs/src");
    let summary = fs::read_to_string(folder.join("SUMMARY.md")).unwrap_or_default();
    let listed: BTreeSet<String> = links_in(&summary).into_iter().collect();
    markdown(&folder)
        .iter()
        .map(|file| shown(&folder, file))
        .filter(|name| name != "SUMMARY.md" && !listed.contains(name))
        .map(|name| format!("docs/src/{name} is not in SUMMARY.md"))
        .collect()
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(markdown(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).display().to_string().replace('\\', "/")
}

fn follow(
    from: &Path,
    link: &str,
    headings: &mut HashMap<PathBuf, BTreeSet<String>>,
) -> Result<(), String> {
    if ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return Ok(());
    }
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let file = match path {
        "" => from.to_owned(),
        path => normal(&from.parent().unwrap_or(Path::new(".")).join(path)),
    };
    if !file.exists() {
        return Err("leads nowhere".to_owned());
    }
    if heading.is_empty() {
        return Ok(());
    }
    let known = headings.entry(file).or_insert_with_key(|file| {
        fs::read_to_string(file).map(|text| headings_in(&text)).unwrap_or_default()
    });
    match known.contains(heading) {
        true => Ok(()),
        false => Err("there is no such heading".to_owned()),
    }
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

/// The lines that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The targets of `[text](target)`, outside of code.
fn links_in(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(text) {
        // Every other part is between backquotes.
        for part in line.split('`').step_by(2) {
            let mut rest = part;
            while let Some((_, after)) = rest.split_once("](") {
                let Some((target, after)) = after.split_once(')') else { break };
                links.push(target.to_owned());
                rest = after;
            }
        }
        // A link whose text is code: [`text`](target).
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("`](") {
            let Some((target, after)) = after.split_once(')') else { break };
            if !links.iter().any(|link| link == target) {
                links.push(target.to_owned());
            }
            rest = after;
        }
    }
    links
}

/// The headings as GitHub and mdBook name them in links.
fn headings_in(text: &str) -> BTreeSet<String> {
    prose(text)
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_of_code() {
        let text = "a [b](c.md#d) and [`e`](f.md)\n```\n[x](y)\n```\n`[p](q)` [r](s) [t](u)";
        assert_eq!(links_in(text), ["c.md#d", "f.md", "s", "u"]);
    }

    #[test]
    fn headings_are_named_as_in_links() {
        let headings = headings_in("# One `two`: three, four!\n```\n# no\n```\n## five-six");
        assert_eq!(headings, ["five-six", "one-two-three-four"].map(str::to_owned).into());
    }
}
