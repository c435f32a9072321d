//! `cargo xtask check`: everything that is no test.

use std::path::Path;

use crate::{
    docs, features, msrv,
    report::Report,
    run::{cargo, show},
    vectors,
};

pub(crate) fn run(root: &Path, report: &mut Report) {
    let mut format = cargo(root);
    format.args(["fmt", "--all", "--check"]);
    report.check("formatting", show("formatting", &mut format));

    let mut clippy = cargo(root);
    clippy.args(["clippy", "--workspace", "--all-targets", "--all-features"]);
    clippy.args(["--", "-D", "warnings"]);
    report.check("lints", show("lints", &mut clippy));

    let mut rustdoc = cargo(root);
    rustdoc.args(["doc", "--workspace", "--all-features", "--no-deps"]);
    rustdoc.env("RUSTDOCFLAGS", "-D warnings");
    report.check("documentation", show("documentation", &mut rustdoc));

    features::run(root, report);
    msrv::run(root, report);
    docs::run(root, report);
    vectors::run(root, report);
}
