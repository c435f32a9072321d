//! Every feature of the facade alone, and none.

use std::path::Path;

use crate::{
    report::Report,
    run::{cargo, metadata, show},
};

pub(crate) fn run(root: &Path, report: &mut Report) {
    let mut features = match names(root) {
        Ok(names) => names,
        Err(error) => return report.fail(format!("features: {error}")),
    };
    // No feature at all is a set of features, too.
    features.insert(0, String::new());
    for feature in features {
        let title = match feature.as_str() {
            "" => "no feature".to_owned(),
            name => format!("feature {name} alone"),
        };
        let mut check = cargo(root);
        // Clippy, since it can deny warnings without building the dependencies anew.
        check.args(["clippy", "--quiet", "--package", "journeyman", "--no-default-features"]);
        check.args(["--features", &feature, "--", "-D", "warnings"]);
        report.check(&title, show(&title, &mut check));
    }
}

fn names(root: &Path) -> Result<Vec<String>, String> {
    let metadata = metadata(root, false)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let facade = packages
        .iter()
        .find(|package| package["name"] == "journeyman")
        .ok_or("the package `journeyman` is not in the workspace")?;
    let features = facade["features"].as_object().ok_or("the package has no features")?;
    Ok(features.keys().filter(|name| *name != "default").cloned().collect())
}
