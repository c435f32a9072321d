//! The steps of the doctor.

use std::time::Duration;

use journeyman_core::settings::redacted;
use journeyman_tasker::{
    Config, Resolution, Routes,
    config::upstream::Upstream,
    template::{TemplateErrors, Templates},
    wire::rest::Health,
};

use super::{
    client::{Client, Problem},
    target::Orchestrator,
};
use crate::{
    doctor::{self, Check, DoctorArgs},
    exit::Code,
    output::clean,
    run::Plan,
};

const TEMPLATES: &str = "templates";
const HANDLERS: &str = "handlers";
const SETTINGS: &str = "Tasker's file";
const DATABASE: &str = "database";
const HEALTH: &str = "health";
const REGISTERED: &str = "registered";
/// The largest of Tasker's own configuration files that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;
/// How many things that are wrong in one place are told.
const TOLD: usize = 100;
/// Names that are shown of what there may be many of.
const SHOWN: usize = 20;

pub(super) async fn check(target: &Orchestrator, check: &mut Check, args: &DoctorArgs) {
    let templates = templates(&target.config, check);
    if let Some(templates) = &templates {
        handlers(templates, &target.config, check, args);
    }
    upstream(&target.config, check);
    database(&target.config, check);
    match &target.api {
        None => check.skipped(
            "REST API",
            "not looked at: write tasker+http://HOST:8080 in place of `tasker:`, or `api_url` in the \
             file",
        ),
        Some(url) => api(url, templates.as_ref(), check, args.timeout).await,
    }
    check.skipped(
        "registration",
        "there is none: a worker claims steps from the database. What becomes of a task, \
         `journeyman submit --to tasker+http://HOST:8080 NAMESPACE/NAME --wait` shows",
    );
}

fn templates(config: &Config, check: &mut Check) -> Option<Templates> {
    let folder = config.templates_folder();
    match Templates::load(&folder) {
        Ok(templates) => {
            let steps = templates.steps().count();
            check.ok(
                TEMPLATES,
                format!(
                    "{} with {steps} steps in {}, for the namespaces {}",
                    templates.len(),
                    folder.display(),
                    templates.namespaces().join(", ")
                ),
            );
            for warning in templates.iter().flat_map(|loaded| loaded.warnings()).take(TOLD) {
                check.warn(TEMPLATES, clean(&warning.to_string()));
            }
            Some(templates)
        }
        Err(errors) => {
            const REMEDY: &str = "TASKER_TEMPLATE_PATH (or `template_path`) says where they are; \
                                  without it that is config/tasks in WORKSPACE_PATH, or here";
            all_of(&errors, TEMPLATES, REMEDY, check);
            None
        }
    }
}

/// Each on its own, and after the last one what to do.
fn all_of(errors: &TemplateErrors, step: &str, remedy: &str, check: &mut Check) {
    let count = errors.iter().count();
    for (at, error) in errors.iter().take(TOLD).enumerate() {
        let remedy = if at + 1 == count.min(TOLD) { remedy } else { "" };
        check.failed(Code::Usage, step, clean(&error.to_string()), remedy);
    }
}

/// Whether each step has a handler, as far as handlers are known.
fn handlers(templates: &Templates, config: &Config, check: &mut Check, args: &DoctorArgs) {
    let mut wanted: Vec<_> = templates
        .handlers()
        .map(|handler| match handler.method.as_deref() {
            None | Some("" | "call") => handler.callable.clone(),
            Some(method) => format!("{}.{method}", handler.callable),
        })
        .collect();
    wanted.sort();
    wanted.dedup();
    let count = wanted.len();
    let more = count.saturating_sub(SHOWN);
    wanted.truncate(SHOWN);
    let wanted = clean(&wanted.join(", "))
        + &if more > 0 { format!(" and {more} more") } else { String::new() };
    let Some(path) = &args.config else {
        return check.skipped(
            HANDLERS,
            format!(
                "not known here: --config FILE names them under [handlers]; the steps want {count}: \
                 {wanted}"
            ),
        );
    };
    // It was read before, or there would be no target.
    let plan = match Plan::from_file(path) {
        Ok(plan) => plan,
        Err(failure) => return check.failed(failure.code, HANDLERS, failure.message(), ""),
    };
    let patterns = plan.into_handlers().into_iter().map(|binding| binding.pattern);
    let resolution = Resolution::new(config.handlers.clone(), Routes::new(patterns));
    match templates.check_handlers(&resolution) {
        Ok(()) => check.ok(HANDLERS, format!("there is one for each step: {wanted}")),
        Err(errors) => {
            const REMEDY: &str = "add them to [handlers], or let `handlers` of the backend map the \
                                  callable to a route";
            all_of(&errors, HANDLERS, REMEDY, check);
        }
    }
}

/// Tasker's own file, with all that is missing in it.
fn upstream(config: &Config, check: &mut Check) {
    let Some(path) = &config.config_path else {
        return check.skipped(
            SETTINGS,
            "TASKER_CONFIG_PATH is not set; only a worker for a real server needs it",
        );
    };
    const REMEDY: &str = "Tasker's loader has no defaults and names one at a time: add all of them";
    let shown = path.display();
    let text = match std::fs::metadata(path) {
        Ok(about) if about.len() > MAX_FILE => Err("it is larger than 4 MiB".to_owned()),
        Ok(_) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let text = match text {
        Ok(text) => text,
        Err(problem) => {
            let text = format!("{shown} cannot be read: {problem}");
            return check.failed(Code::Usage, SETTINGS, text, "check TASKER_CONFIG_PATH");
        }
    };
    match Upstream::check(path, &text) {
        Ok(found) => check.ok(
            SETTINGS,
            format!(
                "{shown} has all keys; {} steps may be claimed and not taken yet \
                 (dispatch_buffer_size)",
                found.dispatch_buffer_size
            ),
        ),
        Err(errors) => {
            let count = errors.iter().count();
            for (at, error) in errors.iter().take(TOLD).enumerate() {
                let remedy = if at + 1 == count.min(TOLD) { REMEDY } else { "" };
                check.failed(Code::Usage, SETTINGS, clean(&error.to_string()), remedy);
            }
        }
    }
}

/// The address only: this program has no client for PostgreSQL.
fn database(config: &Config, check: &mut Check) {
    const NOT_TRIED: &str = "connecting is left to `journeyman-tasker-worker --check` \
                             (adapters/tasker-live), which brings the client for PostgreSQL";
    if config.database_url.expose().is_empty() {
        let text = format!("DATABASE_URL is not set; {NOT_TRIED}");
        return check.skipped(DATABASE, text);
    }
    // Its form was looked at with all other settings.
    check.skipped(DATABASE, format!("the address is well-formed; {NOT_TRIED}"));
}

/// The server: reachable, healthy, and what it knows.
async fn api(url: &str, templates: Option<&Templates>, check: &mut Check, limit: Duration) {
    let client = match Client::new(url) {
        Ok(client) => client.patience(limit),
        Err(failure) => return check.failed(failure.code, "REST API", failure.message(), ""),
    };
    let url = client.url();
    let parsed = url.parse::<hyper::Uri>().ok();
    let Some(host) = parsed.as_ref().and_then(hyper::Uri::host) else {
        let text = format!("{} has no host", redacted(&url));
        return check.failed(Code::Usage, "REST API", text, "");
    };
    let port = parsed.as_ref().and_then(hyper::Uri::port_u16).unwrap_or(80);
    let addresses = doctor::resolve(check, host.trim_matches(['[', ']']), port, limit).await;
    if addresses.is_empty() || !doctor::dial(check, &addresses, limit).await {
        return;
    }
    const REMEDY: &str = "the REST API of a server is at port 8080 by default; 8081 and above are \
                          workers, 9190 is gRPC";
    match client.get::<Health>("/health").await {
        Ok(health) if health.worker_id.is_some() => {
            let text = "this is a worker's API, not the server's";
            return check.failed(Code::Refused, HEALTH, text, REMEDY);
        }
        Ok(health) if health.status == "healthy" => check.ok(HEALTH, "the server is healthy"),
        Ok(health) => {
            let text = format!("the server says that it is `{}`", clean(&health.status));
            check.failed(Code::Failed, HEALTH, text, "look at its log, and at its database");
        }
        Err(problem) => return failed(problem, &client, HEALTH, REMEDY, check),
    }
    match client.templates().await {
        Err(problem) => failed(problem, &client, REGISTERED, REMEDY, check),
        Ok(list) => {
            let has = |wanted: &journeyman_tasker::template::TaskTemplate| {
                list.templates.iter().any(|entry| {
                    (&entry.namespace, &entry.name, &entry.version)
                        == (&wanted.namespace_name, &wanted.name, &wanted.version)
                })
            };
            let ours = templates.into_iter().flat_map(Templates::iter);
            let (there, missing): (Vec<_>, Vec<_>) =
                ours.map(|loaded| loaded.template()).partition(|template| has(template));
            let count = list.templates.len();
            let known = format!("the server knows {count} templates");
            match (templates, missing.as_slice()) {
                (None, _) => check.ok(REGISTERED, known),
                (Some(_), []) => {
                    check.ok(REGISTERED, format!("{known}, all {} of ours too", there.len()));
                }
                (Some(_), missing) => {
                    let names: Vec<_> = missing
                        .iter()
                        .take(SHOWN)
                        .map(|t| format!("{}/{}/{}", t.namespace_name, t.name, t.version))
                        .collect();
                    let text = format!(
                        "{known}, and not yet {}: a worker registers its templates when it starts",
                        names.join(", ")
                    );
                    check.warn(REGISTERED, clean(&text));
                }
            }
        }
    }
}

fn failed(problem: Problem, client: &Client, step: &str, remedy: &str, check: &mut Check) {
    let failure = problem.into_failure(&client.url());
    check.failed(failure.code, step, failure.message(), remedy);
}
