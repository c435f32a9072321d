//! The configuration file.
//!
//! An error names the line and what is wrong, and never shows the line: a token may be in it.

use std::{collections::BTreeMap, path::Path};

use journeyman_pc_worker::Settings;

use super::native::Natives;
use crate::{exit::Failure, handlers::Entry};

/// The largest file, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Reads it; handlers go to `natives`.
///
/// # Errors
/// It cannot be read, or something in it cannot be what it is.
pub(super) fn read(path: &Path, natives: &mut Natives) -> Result<Settings, Failure> {
    let shown = path.display();
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("{shown}: the configuration file cannot be read: {why}"))
    };
    let size = std::fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if size > MAX_FILE {
        return Err(cannot(&format!("it has {size} bytes, and at most {MAX_FILE} are read")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    parse(&text, natives)
        .map_err(|failure| Failure::usage(format!("{shown}, {}", failure.message())))
}

fn parse(text: &str, natives: &mut Natives) -> Result<Settings, Failure> {
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let broken = |error: &toml::de::Error| {
        // Not its `Display`, which shows the line.
        let at = error.span().map_or(1, |span| line(span.start));
        Failure::usage(format!("line {at}: {}", error.message()))
    };
    let sections: BTreeMap<toml::Spanned<String>, toml::Spanned<toml::Value>> =
        toml::from_str(text).map_err(|error| broken(&error))?;
    let (mut table, mut places) = (toml::Table::new(), Vec::new());
    for (name, value) in sections {
        let at = line(name.span().start);
        let name = name.into_inner();
        if name != "native" {
            places.push((name.clone(), at));
            table.insert(name, value.into_inner());
            continue;
        }
        let wrong = |text: &str| Failure::usage(format!("line {at}: {text}"));
        let entries: BTreeMap<String, Entry> = value
            .into_inner()
            .try_into()
            .map_err(|error: toml::de::Error| wrong(&format!("[native]: {}", error.message())))?;
        for (function, entry) in entries {
            natives.add_entry(&function, entry).map_err(|failure| wrong(failure.message()))?;
        }
    }
    // Section by section, so that an error has a place.
    for (name, at) in places {
        let mut one = toml::Table::new();
        if let Some(value) = table.get(&name) {
            one.insert(name.clone(), value.clone());
        }
        one.try_into::<Settings>().map_err(|error: toml::de::Error| {
            Failure::usage(format!("line {at}: `{name}`: {}", error.message()))
        })?;
    }
    table
        .try_into()
        .map_err(|error: toml::de::Error| Failure::usage(format!("line 1: {}", error.message())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
token = "s3cret-s3cret-s3cret"
drain_timeout = "5s"

[crowdcompute]
foreman_url = "ws://foreman:9000"
max_concurrent_tasks = 4

[python]
size = 2
limits = { wall = "10m" }

[monitor]
allow_hosts = ["here"]

[native]
add = "math.add"
resize = { exec = ["/bin/resize"], timeout = "1m" }
"#;

    fn refused(text: &str) -> String {
        let failure = parse(text, &mut Natives::default()).unwrap_err();
        assert!(!failure.message().contains("s3cret"), "{}", failure.message());
        failure.message().to_owned()
    }

    #[test]
    fn a_file_becomes_settings() {
        let mut natives = Natives::default();
        let mut settings = parse(GOOD, &mut natives).unwrap();
        natives.apply(&mut settings).unwrap();
        assert_eq!(settings.crowd.foreman_url, "ws://foreman:9000");
        assert_eq!(settings.crowd.native.len(), 2);
        assert_eq!(settings.python.as_ref().map(|python| python.size), Some(2));
        assert!(settings.token.is_some());
        settings.validate().unwrap();
        let off = parse("python = false\nmonitor = false\n", &mut Natives::default()).unwrap();
        assert!(off.python.is_none() && off.monitor.is_none());
    }

    #[test]
    fn errors_name_the_line_and_never_show_it() {
        let broken = GOOD.replace("token = \"s3cret-s3cret-s3cret\"", "token = \"s3cret");
        assert!(refused(&broken).starts_with("line 2: "), "{}", refused(&broken));
        let broken = GOOD.replace("max_concurrent_tasks = 4", "max_concurrent_task = 4");
        assert!(refused(&broken).starts_with("line 5: `crowdcompute`: "), "{}", refused(&broken));
        assert!(refused(&broken).contains("max_concurrent_task"), "{}", refused(&broken));
        let broken = GOOD.replace("\"math.add\"", "\"nope\"");
        assert!(refused(&broken).starts_with("line 16: [native]: "), "{}", refused(&broken));
        assert!(refused("[phyton]\nsize = 1\n").contains("phyton"));
        let broken = GOOD.replace("\"10m\"", "\"soon\"");
        assert!(refused(&broken).starts_with("line 9: `python`: "), "{}", refused(&broken));
    }
}
