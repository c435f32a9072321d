//! `journeyman props --check`: what would run, and what cannot.

use std::path::Path;

use journeyman_core::Value;
use journeyman_halloween::discovery::{Discovery, Found, Reason, Runner, Search};

use super::settings::Settings;
use crate::{
    exit::{Code, Failure},
    output::{say, table},
};

/// Looks at everything and prints it. No broker is asked.
///
/// # Errors
/// Nobody reads the output.
pub(super) fn check(search: &Search, settings: &Settings) -> Result<Code, Failure> {
    let root = search.root.as_path();
    let mut found = search.run();
    let unknown = unknown(search, &found);
    let wrong = unreadable(&mut found);
    say(format_args!("Props in {}; broker {}", root.display(), settings.describe()))?;
    if !found.found.is_empty() {
        let mut rows = table(["prop", "id on the bus", "runs", "configuration"]);
        for prop in &found.found {
            rows.add_row([prop.name.clone(), prop.id.clone(), runs(prop, root), file(prop, root)]);
        }
        say(format_args!("\n{rows}"))?;
    }
    if !found.left_out.is_empty() {
        say("\nLeft out:")?;
        for left in &found.left_out {
            say(format_args!("  {}: {}", left.name, reason(&left.reason, root)))?;
        }
    }
    if !unknown.is_empty() {
        say(format_args!(
            "\nSwitched on or off, but not there: {}; names are those of folders, and built-ins",
            unknown.join(", ")
        ))?;
    }
    let problems: Vec<String> = found
        .problems
        .iter()
        .map(|problem| (problem.name.as_str(), problem.text.as_str()))
        .chain(wrong.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .map(|(name, text)| format!("  {name}: {}", relative(text, root)))
        .collect();
    if !problems.is_empty() {
        say("\nWRONG:")?;
        problems.iter().try_for_each(say)?;
    }
    let (run, left) = (found.found.len(), found.left_out.len());
    let mut summary = format!("\n{run} would run");
    if left > 0 {
        summary += &format!(", {left} left out");
    }
    match problems.len() {
        0 if run == 0 => {
            summary += ": a prop is a folder NAME/backend with a program `worker`, or with a \
                        config file whose key `exec` names one";
        }
        0 => summary += "; nothing wrong",
        count => summary += &format!(", {count} wrong"),
    }
    say(summary)?;
    Ok(if problems.is_empty() { Code::Ok } else { Code::Usage })
}

/// Takes out those whose configuration is there, but cannot be filled in.
fn unreadable(found: &mut Discovery) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    found.found.retain(|prop| match prop.config.read::<Value>() {
        Ok(_) => true,
        Err(error) => {
            wrong.push((prop.name.clone(), error.to_string()));
            false
        }
    });
    wrong
}

/// Names in the toggles that nothing has.
fn unknown<'a>(search: &'a Search, found: &Discovery) -> Vec<&'a str> {
    let toggles = [&search.toggles.props, &search.toggles.builtins];
    let names = toggles.into_iter().flat_map(|toggle| toggle.allow.iter().chain(&toggle.disable));
    let known = |name: &str| {
        found.found.iter().any(|prop| prop.name == name)
            || found.left_out.iter().any(|left| left.name == name)
            || found.problems.iter().any(|problem| problem.name == name)
            || search.builtins.iter().any(|builtin| builtin == name)
    };
    names.map(String::as_str).filter(|name| !known(name)).collect()
}

fn runs(prop: &Found, root: &Path) -> String {
    match &prop.runner {
        Runner::Builtin => "built in".to_owned(),
        Runner::Registered => "in this program".to_owned(),
        Runner::Program(words) => relative(&words.join(" "), root),
        other => format!("{other:?}"),
    }
}

fn file(prop: &Found, root: &Path) -> String {
    let file = prop.config.file();
    file.map_or_else(|| "-".to_owned(), |file| relative(&file.display().to_string(), root))
}

fn reason(reason: &Reason, root: &Path) -> String {
    relative(&reason.text(), root)
}

/// A text in which paths below the root are short.
fn relative(text: &str, root: &Path) -> String {
    text.replace(&format!("{}{}", root.display(), std::path::MAIN_SEPARATOR), "")
}
