//! The files of golden vectors.

use std::collections::HashMap;

use journeyman_testkit::vectors::Vectors;
use serde_json::{Value as Json, json};

/// The lines of a file. The HTTP files are lists without ids, one file has ids twice, and two lines
/// show an infinity that JSON does not know: that is mended here, so that the files stay as they
/// were recorded.
pub fn load(file: &str) -> Vectors {
    let path = format!("{}/testdata/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<Json> = match file.ends_with(".json") {
        true => serde_json::from_str(&text).unwrap(),
        false => text
            .lines()
            .map(|line| line.replace(": Infinity,", ": \"<Infinity>\","))
            .map(|line| serde_json::from_str(&line).unwrap())
            .collect(),
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, line) in lines.iter_mut().enumerate() {
        let id = line["id"].as_str().map_or_else(|| format!("http/{at:03}"), str::to_owned);
        let count = seen.entry(id.clone()).or_default();
        *count += 1;
        line["id"] = match count {
            1 => json!(id),
            count => json!(format!("{id}#{count}")),
        };
    }
    let name = format!("crowdcompute-{}-{file}l", std::process::id());
    let copy = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(&copy, text).unwrap();
    let vectors = Vectors::load(&copy);
    std::fs::remove_file(&copy).unwrap();
    vectors
}
