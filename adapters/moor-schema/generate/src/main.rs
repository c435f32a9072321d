//! Writes `src/generated.rs` from the schema files. Run it with `cargo xtask schema`; with `--check`
//! it only compares.

use std::{fs, path::Path, process::ExitCode};

const FILES: [&str; 5] = ["common.fbs", "var.fbs", "worker.fbs", "paseto.fbs", "curve.fbs"];

fn main() -> ExitCode {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a parent folder");
    let schemas: Vec<_> = FILES.iter().map(|file| package.join("schema").join(file)).collect();
    let Some(declarations) = planus_translation::translate_files(&schemas) else {
        eprintln!("the schema files have errors, see above");
        return ExitCode::FAILURE;
    };
    let code = match planus_codegen::generate_rust(&declarations, true) {
        Ok(code) => tidy(&code, package),
        Err(error) => {
            eprintln!("cannot generate: {error:?}");
            return ExitCode::FAILURE;
        }
    };
    let path = package.join("src/generated.rs");
    if std::env::args().any(|argument| argument == "--check") {
        if fs::read_to_string(&path).is_ok_and(|committed| committed == code) {
            return ExitCode::SUCCESS;
        }
        eprintln!("{} is not what its schema gives; run `cargo xtask schema`", path.display());
        return ExitCode::FAILURE;
    }
    match fs::write(&path, code) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

/// Takes out what the generator has no switch for: serde derives on the owned types, which nobody
/// needs, and the folder in which it ran.
fn tidy(code: &str, package: &Path) -> String {
    let code = code.replace(&format!("{}/", package.display()), "");
    let mut out = String::with_capacity(code.len());
    out.push_str(
        "// Generated from the files in `schema/` by `cargo xtask schema`: do not edit.\n\n",
    );
    for line in code.lines() {
        if matches!(line.trim(), "::serde::Serialize," | "::serde::Deserialize,") {
            continue;
        }
        let line = line.replace(", ::serde::Serialize, ::serde::Deserialize", "");
        assert!(!line.contains("serde"), "the generator writes serde in a new way: {line}");
        out.push_str(&line);
        out.push('\n');
    }
    out
}
