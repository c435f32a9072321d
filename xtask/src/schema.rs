//! The generated code of the FlatBuffers schemas.

use std::{env, path::Path};

use crate::{
    report::Report,
    run::{cargo, show},
};

/// Runs the generator, which is a package outside of the workspace: it needs about a hundred packages
/// that nothing else does. With `check`, it only compares.
pub(crate) fn run(root: &Path, check: bool, report: &mut Report) {
    let mut generate = cargo(&root.join("adapters/moor-schema/generate"));
    generate.args(["run", "--quiet", "--locked"]);
    if env::var_os("CARGO_TARGET_DIR").is_none() {
        generate.env("CARGO_TARGET_DIR", root.join("target"));
    }
    if check {
        generate.args(["--", "--check"]);
    }
    report.check("schema", show("schema of mooR", &mut generate));
}
