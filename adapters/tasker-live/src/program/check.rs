//! `--check`, and what is looked at before every start: all that is wrong, at once.

use journeyman_core::{
    Error, Router, Worker,
    backend::{Backend, Sessions},
    capability::Capabilities,
};
use journeyman_tasker::{
    Config, TaskerWorker,
    channel::memory::{MemoryChannel, Rules, channel},
};

use crate::{
    problems::Problems,
    settings::{Draft, Settings},
};

/// Adds what is wrong with the handlers: steps that have none, handlers that tie or need what
/// Tasker does not have. It can be told of templates that were read, whatever else is wrong.
pub(super) fn handlers(draft: &mut Draft, router: Router) {
    // What is wrong with the settings is told already, and would be told again.
    let config = match draft.config.validate() {
        Ok(()) => draft.config.clone(),
        Err(_) => draft
            .config
            .handlers
            .iter()
            .fold(Config::new(), |config, (callable, route)| config.handler(callable, route)),
    };
    let (end, _host) = channel(Rules::default());
    let mut worker = TaskerWorker::new(config, end);
    if let Some(templates) = &draft.templates {
        worker = worker.templates(templates.clone());
    }
    if let Err(error) = Worker::new(router).serve(OnlyChecked(worker)).start() {
        draft.problems.extend(Problems::of(&error).iter().map(ToOwned::to_owned));
    }
}

/// Adds what is wrong with the database.
pub(super) async fn database(draft: &mut Draft) {
    let Some(url) = draft.database.clone() else { return };
    if let Err(error) = crate::database::check(&url).await {
        draft.problems.push(error.to_string());
    }
}

/// What was found sound, for people.
pub(super) fn summary(settings: &Settings) -> String {
    let templates = settings.templates();
    format!(
        "{} templates with {} steps in {}; namespaces: {}; dispatch buffer: {}; the database can \
         be used",
        templates.len(),
        templates.steps().count(),
        settings.config().templates_folder().display(),
        templates.namespaces().join(", "),
        settings.upstream().dispatch_buffer_size,
    )
}

/// A backend that is looked at and not served.
struct OnlyChecked(TaskerWorker<MemoryChannel>);

impl Backend for OnlyChecked {
    fn name(&self) -> String {
        self.0.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let routes = journeyman_tasker::Routes::new(sessions.routes().iter().cloned());
        self.0.protocol(routes).map(drop)
    }
}
