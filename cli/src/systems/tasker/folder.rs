//! Templates, as the worker and the orchestrator want them.

use std::path::Path;

use journeyman_tasker::template::{TaskTemplate, TemplateErrors, Templates};
use journeyman_testkit::tasker::Channel;

use crate::exit::Failure;

/// Workflows of no meaning, for those who have none yet.
const SAMPLES: [(&str, &str); 3] = [
    ("order.yaml (sample)", include_str!("samples/order.yaml")),
    ("approval.yaml (sample)", include_str!("samples/approval.yaml")),
    ("import.yaml (sample)", include_str!("samples/import.yaml")),
];

/// All that is wrong, each on a line of its own.
fn refused(errors: &TemplateErrors) -> Failure {
    let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
    Failure::usage(format!("the templates cannot be used:{}", lines.concat()))
}

/// Reads the templates of a folder, or the samples, and registers them.
pub(super) fn register(folder: Option<&Path>, channel: &Channel) -> Result<Templates, Failure> {
    let read = match folder {
        Some(folder) => Templates::load(folder),
        None => samples(),
    };
    let templates = read.map_err(|errors| refused(&errors))?;
    for loaded in templates.iter() {
        let file = loaded.file();
        let sample = SAMPLES.iter().find(|(name, _)| Path::new(name) == file);
        let text = match sample {
            Some((_, text)) => (*text).to_owned(),
            None => std::fs::read_to_string(file)
                .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?,
        };
        channel.with(|core| core.register_template(&text)).map_err(|error| {
            Failure::usage(format!("the templates cannot be used:\n  {}: {error}", file.display()))
        })?;
    }
    Ok(templates)
}

/// The built-in ones.
pub(super) fn samples() -> Result<Templates, TemplateErrors> {
    let parsed: Result<Vec<_>, _> =
        SAMPLES.iter().map(|(file, text)| TaskTemplate::parse(file, text)).collect();
    Templates::new(parsed?)
}

/// How a template is named when a task is started.
pub(super) fn name(template: &TaskTemplate) -> String {
    format!("{}/{}", template.namespace_name, template.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use journeyman_testkit::tasker::Orchestrator;

    #[test]
    fn the_samples_are_sound() {
        let channel = Channel::new(Orchestrator::default());
        let templates = register(None, &channel).unwrap();
        assert_eq!(templates.len(), SAMPLES.len());
        assert!(templates.iter().all(|loaded| loaded.warnings().is_empty()));
        channel.look(|core| {
            assert!(core.templates().all(|template| template.warnings.is_empty()));
        });
        assert_eq!(templates.namespaces(), ["sample"]);
    }

    #[test]
    fn what_is_wrong_is_told_line_by_line() {
        let channel = Channel::new(Orchestrator::default());
        let failure = register(Some(Path::new("/no/such/folder")), &channel).unwrap_err();
        let text = failure.message();
        assert!(text.contains("\n  /no/such/folder: cannot be read"), "{text}");
    }
}
