//! From the builder to a host that runs.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use journeyman_core::{Error, ErrorKind, Router, Worker};
use journeyman_halloween::{HostConfig, SharedConnection, discovery::Search};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinError,
};

use super::{
    HostControl, PropHost, StartedHost, Task,
    manager::{Manager, Props},
    run::Env,
    shared::Shared,
    spec::Sources,
};
use crate::{Factory, builtins};

/// Constructors that may run at a time; each has a thread meanwhile.
const MAKING: usize = 16;

/// Props that may connect at a time: mosquitto lets a hundred wait.
const CONNECTING: usize = 64;

pub(super) fn start(host: PropHost) -> Result<StartedHost, Error> {
    host.settings.config.validate()?;
    // Of the root as it is now: paths are compared later.
    let root = host.root_folder().map(root).transpose()?;
    for (at, (name, _)) in host.registered.iter().enumerate() {
        if host.registered[..at].iter().any(|(other, _)| other == name) {
            return Err(Error::config(format!("two workers are registered as `{name}`"))
                .with_remedy("register one of them under another name"));
        }
    }
    let (reloads, requests) = mpsc::channel(1);
    let shared = Arc::new(Shared::new(reloads));
    let control = HostControl(Arc::clone(&shared));
    let mut builtins: HashMap<String, Arc<dyn Factory>> = HashMap::new();
    builtins.insert(builtins::HEARTBEAT.to_owned(), Arc::new(builtins::heartbeat()));
    if host.control {
        let factory = builtins::host_control(control.clone());
        builtins.insert(builtins::HOST_CONTROL.to_owned(), Arc::new(factory));
    }
    let mut search = Search::new(root.clone().unwrap_or_default());
    search.profile = host.settings.config.profile;
    search.builtins = builtins.keys().cloned().collect();
    search.builtins_folder = host.builtins_folder;
    search.registered = host.registered.iter().map(|(name, _)| name.clone()).collect();
    search.toggles = host.toggles;
    search.missing_id = host.missing_id;
    let hidden = host.settings.config.password_env.clone().into_iter().collect();
    let sources = Sources {
        root,
        search,
        builtins,
        registered: host.registered,
        python: host.python,
        hidden,
    };
    let connection = SharedConnection::of(&host.settings.config)?;
    let backend = HostConfig::new(host.settings.config.clone()).connection(connection.clone());
    let handle = backend.handle();
    let session = Worker::new(Router::new()).serve(backend).start()?;
    let env = Env {
        settings: host.settings,
        shared,
        host: handle,
        connection,
        making: Arc::new(Semaphore::new(MAKING)),
        connecting: Arc::new(Semaphore::new(CONNECTING)),
    };
    let manager = Manager {
        env: Arc::new(env),
        sources: Arc::new(sources),
        reloads: requests,
        session,
        watching: host.reload,
        props: Props::default(),
    };
    Ok(StartedHost { control, task: Task(tokio::spawn(manager.run())) })
}

/// The root as an absolute path, if it can be read.
fn root(root: &Path) -> Result<PathBuf, Error> {
    let wrong = |error: std::io::Error| {
        let shown = root.display();
        Error::config(format!("the props folder {shown} cannot be read ({error})"))
            .with_remedy("name the folder that holds one folder per prop")
    };
    std::fs::read_dir(root).map_err(wrong)?;
    std::path::absolute(root).map_err(wrong)
}

/// The error of a manager that did not end by itself.
pub(super) fn died(error: JoinError) -> Error {
    Error::new(ErrorKind::Internal, "run", "the host panicked").with_source(error)
}
