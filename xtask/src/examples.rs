//! The example programs that need no server, run to their end.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use crate::{report::Report, run};

/// Those whose names begin so need a server that is not theirs; so does `halloween`, which is a
/// folder.
const NEED_A_SERVER: [&str; 3] = ["crowdcompute", "distworker_", "moor_"];

/// How long one may take.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn run(root: &Path, report: &mut Report) {
    let names = match names(root) {
        Ok(names) => names,
        Err(error) => return report.fail(error),
    };
    // Together with everything, so that they are built as the tests have built them already.
    let mut build = run::cargo(root);
    build.args(["build", "--workspace", "--all-features", "--examples"]);
    if let Err(error) = run::show("examples", &mut build) {
        return report.fail(format!("the examples could not be built: {error}"));
    }
    let folder = match run::target(root) {
        Ok(target) => target.join("debug/examples"),
        Err(error) => return report.fail(error),
    };
    for name in names {
        println!("\n-- example {name}");
        let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let started = Command::new(program).stdin(Stdio::null()).current_dir(root).spawn();
        let result = match started {
            Ok(mut child) => run::within(&mut child, LIMIT),
            Err(error) => Err(format!("could not be started: {error}")),
        };
        report.check(&format!("example {name}"), result);
    }
}

fn names(root: &Path) -> Result<Vec<String>, String> {
    let files = fs::read_dir(root.join("examples")).map_err(|error| error.to_string())?;
    let mut names: Vec<String> = files
        .flatten()
        .filter_map(|file| Some(file.file_name().to_str()?.strip_suffix(".rs")?.to_owned()))
        .filter(|name| !NEED_A_SERVER.iter().any(|start| name.starts_with(start)))
        .collect();
    names.sort();
    Ok(names)
}
