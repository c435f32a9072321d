//! Golden vectors: one JSON object per line, each line a test of its own, and no line without a
//! check that consumes it.

use std::path::Path;

use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use serde_json::Value;

/// One line of a vector file.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) file: String,
    pub(crate) json: Value,
    /// The line before it in the file.
    pub(crate) previous: Value,
}

impl Line {
    pub(crate) fn id(&self) -> &str {
        self.text_of("id")
    }

    pub(crate) fn channel(&self) -> &str {
        self.text_of("channel")
    }

    pub(crate) fn decoded(&self) -> &Value {
        &self.json["decoded"]
    }

    /// A text of the line; the empty text when it has none.
    pub(crate) fn text_of(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }

    /// The payload of the one frame of this line.
    pub(crate) fn frame(&self) -> Vec<u8> {
        let frames = self.json["frames_hex"].as_array().expect("frames_hex is a list");
        assert_eq!(frames.len(), 1, "one frame per line");
        unhex(frames[0].as_str().expect("frames_hex holds text"))
    }
}

/// A named check, and which lines it consumes.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) consumes: fn(&Line) -> bool,
    pub(crate) run: fn(&Line),
}

/// Runs every line of `files` (name and number of lines) in `folder` through the checks that
/// consume it. Fails as well: a file that is not named, a file with another number of lines, a
/// line that no check consumes, and a check that consumes no line.
pub(crate) fn run(folder: &Path, files: &[(&str, usize)], checks: &'static [Check]) -> Conclusion {
    let mut trials = vec![files_trial(folder, files)];
    let mut used = vec![false; checks.len()];
    for (file, count) in files {
        let lines = read(folder, file);
        let found = lines.len();
        let expected = *count;
        trials.push(Trial::test(format!("{file}::count"), move || {
            if found == expected {
                Ok(())
            } else {
                Err(Failed::from(format!("{found} lines, expected {expected}")))
            }
        }));
        for line in lines {
            let mut consumed = false;
            for (check, used) in checks.iter().zip(&mut used) {
                if (check.consumes)(&line) {
                    consumed = true;
                    *used = true;
                    let name = format!("{file}::{}::{}", line.id(), check.name);
                    let line = line.clone();
                    trials.push(Trial::test(name, move || {
                        (check.run)(&line);
                        Ok(())
                    }));
                }
            }
            if !consumed {
                let name = format!("{file}::{}::consumed", line.id());
                trials.push(Trial::test(name, || Err(Failed::from("no check consumes this line"))));
            }
        }
    }
    for (check, used) in checks.iter().zip(used) {
        trials.push(Trial::test(format!("checks::{}::used", check.name), move || {
            if used { Ok(()) } else { Err(Failed::from("this check consumes no line")) }
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials)
}

fn files_trial(folder: &Path, files: &[(&str, usize)]) -> Trial {
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .expect("the vectors are there")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .filter(|name| name.ends_with(".jsonl"))
        .collect();
    found.sort();
    let mut named: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    named.sort();
    Trial::test("files", move || {
        if found == named {
            Ok(())
        } else {
            Err(Failed::from(format!("found {found:?}, expected {named:?}")))
        }
    })
}

fn read(folder: &Path, file: &str) -> Vec<Line> {
    let text = std::fs::read_to_string(folder.join(file)).expect("a vector file");
    let mut previous = Value::Null;
    text.lines()
        .map(|line| {
            let json: Value = serde_json::from_str(line).expect("each line is JSON");
            let previous = std::mem::replace(&mut previous, json.clone());
            Line { file: file.to_owned(), json, previous }
        })
        .collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "hex has two digits per byte");
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex digits"))
        .collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
