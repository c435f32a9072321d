//! The minimum Rust version that we declare is enough for all that we depend on.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use serde_json::Value;

use crate::{report::Report, run};

type Version = (u64, u64, u64);

pub(crate) fn run(root: &Path, report: &mut Report) {
    println!("\n== minimum Rust version");
    let result = run::metadata(root, true).and_then(|metadata| check(&metadata));
    report.check("minimum Rust version", result.map(|line| println!("{line}")));
}

fn check(metadata: &Value) -> Result<String, String> {
    let packages: HashMap<&str, &Value> = list(&metadata["packages"])
        .iter()
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let members: HashSet<&str> =
        list(&metadata["workspace_members"]).iter().filter_map(Value::as_str).collect();
    let ours = members.iter().filter_map(|id| packages.get(id));
    let declared = ours.map(|package| rust_version(package)).min().flatten();
    let declared = declared.ok_or("a package of the workspace declares no rust-version")?;
    let (mut highest, mut by) = ((0, 0, 0), "nobody".to_owned());
    let mut too_high = Vec::new();
    // What is not published has no users that build it.
    let published =
        |id: &&str| packages.get(id).is_some_and(|package| package["publish"].is_null());
    for id in reachable(metadata, members.iter().copied().filter(published).collect()) {
        let Some(package) = packages.get(id).filter(|_| !members.contains(id)) else { continue };
        let Some(version) = rust_version(package) else { continue };
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        if version > declared {
            too_high.push(format!("{name} needs {}", show(version)));
        }
        if version > highest {
            (highest, by) = (version, name);
        }
    }
    match too_high.as_slice() {
        [] => Ok(format!(
            "declared {}; the dependencies need {} ({by})",
            show(declared),
            show(highest)
        )),
        names => Err(format!("declared is {}, but {}", show(declared), names.join(", "))),
    }
}

/// The packages that a user of ours builds: not those of tests and benchmarks.
fn reachable<'a>(metadata: &'a Value, from: HashSet<&'a str>) -> HashSet<&'a str> {
    let nodes: HashMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let mut todo: Vec<&str> = from.iter().copied().collect();
    let mut seen = from;
    while let Some(node) = todo.pop().and_then(|id| nodes.get(id)) {
        for dependency in list(&node["deps"]) {
            let kinds = list(&dependency["dep_kinds"]);
            let for_tests_only = kinds.iter().all(|kind| kind["kind"] == "dev");
            if let Some(id) = dependency["pkg"].as_str().filter(|_| !for_tests_only)
                && seen.insert(id)
            {
                todo.push(id);
            }
        }
    }
    seen
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn rust_version(package: &Value) -> Option<Version> {
    let mut parts = package["rust_version"].as_str()?.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next().flatten().unwrap_or(0), parts.next().flatten().unwrap_or(0)))
}

fn show((major, minor, patch): Version) -> String {
    format!("{major}.{minor}.{patch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(dependency: &str, kind: &str) -> Value {
        serde_json::json!({
            "packages": [
                {"id": "us", "name": "us", "version": "1.0.0", "rust_version": "1.93"},
                {"id": "dep", "name": "dep", "version": "2.0.0", "rust_version": dependency},
            ],
            "workspace_members": ["us"],
            "resolve": {"nodes": [
                {"id": "us", "deps": [{"pkg": "dep", "dep_kinds": [{"kind": (kind != "normal").then_some(kind)}]}]},
                {"id": "dep", "deps": []},
            ]},
        })
    }

    #[test]
    fn a_dependency_that_needs_more_is_named() {
        assert!(check(&metadata("1.85.1", "normal")).is_ok());
        assert!(check(&metadata("1.93.0", "normal")).is_ok());
        let error = check(&metadata("1.94", "normal")).unwrap_err();
        assert_eq!(error, "declared is 1.93.0, but dep 2.0.0 needs 1.94.0");
        assert!(check(&metadata("1.94", "dev")).is_ok(), "only tests need it");
    }
}
