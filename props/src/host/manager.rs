//! The task of the host itself: its session, discovery, and the supervisors.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use futures_util::future::join_all;
use journeyman_core::{Error, ErrorKind, StartedWorker, session::SessionState};
use journeyman_halloween::discovery::{LeftOut, Reason};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

use super::{
    Summary,
    reload::{Changes, compare},
    run::Env,
    shared::{Begun, Order, ReloadRequest, Stop, What, reached},
    spec::{Scan, Sources, Spec},
    supervisor::Supervisor,
    watch::Watch,
};

/// Everything that the task of the host has.
pub(super) struct Manager {
    pub(super) env: Arc<Env>,
    pub(super) sources: Arc<Sources>,
    pub(super) reloads: mpsc::Receiver<ReloadRequest>,
    pub(super) session: StartedWorker,
    pub(super) watching: bool,
    pub(super) props: Props,
}

/// The props that were started.
#[derive(Default)]
pub(super) struct Props {
    current: BTreeMap<Arc<str>, Arc<Spec>>,
    supervisors: JoinSet<()>,
    /// Those that are gone may not be done: when their sender is dropped, they are.
    ends: HashMap<Arc<str>, oneshot::Receiver<()>>,
    /// What was said on the bus and is still true.
    said: HashSet<String>,
}

/// Tells on drop that the manager has ended, however it did.
struct Over(Arc<Env>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.shared.stop(Stop::Drain);
        self.0.shared.over.send_replace(true);
        self.0.shared.changed();
    }
}

impl Manager {
    pub(super) async fn run(mut self) -> Result<Summary, Error> {
        let _over = Over(Arc::clone(&self.env));
        let mut stop = self.env.shared.stop.subscribe();
        let mut state = first_state(&self.session)?;
        // The host first, as upstream: what is wrong with the broker then shows up once, and not
        // once for each prop.
        let up = reached(&mut state, |state| state.is_ready() || state.is_over());
        tokio::select! {
            biased;
            () = reached(&mut stop, |stop| *stop > Stop::No) => {}
            () = up => {}
        }
        if state.borrow().is_ready() && *stop.borrow() == Stop::No {
            self.serve(stop.clone(), state.clone()).await;
        }
        self.end().await
    }

    /// Until the host is to stop, or its session has ended.
    async fn serve(
        &mut self,
        mut stop: watch::Receiver<Stop>,
        mut state: watch::Receiver<SessionState>,
    ) {
        let mut watch = self.watch();
        let begun = self.reload(watch.as_ref()).await;
        let count = begun.report.started.len();
        let mut all_started = Box::pin(join_all(begun.pending.into_iter().map(|(_, end)| end)));
        let mut told = false;
        loop {
            let changed = async {
                match &mut watch {
                    Some(watch) => watch.changed().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = reached(&mut stop, |stop| *stop > Stop::No) => return,
                () = reached(&mut state, SessionState::is_over) => return,
                _ = &mut all_started, if !told => {
                    told = true;
                    tracing::info!(props = count, "all props have had their first start");
                    let _ = self.env.host.started(count).await;
                    self.env.shared.started.send_replace(true);
                    self.env.shared.changed();
                }
                Some(request) = self.reloads.recv() => {
                    let begun = self.reload(watch.as_ref()).await;
                    let _ = request.send(begun);
                }
                () = changed => {
                    // Nobody waits for what comes of it; the log and the bus have it.
                    self.reload(watch.as_ref()).await;
                }
                Some(_) = self.props.supervisors.join_next() => {}
            }
        }
    }

    fn watch(&self) -> Option<Watch> {
        let (root, builtins) = (self.sources.root.as_deref(), self.builtins_folder());
        if !self.watching || (root.is_none() && builtins.is_none()) {
            return None;
        }
        let watch = Watch::new(root, builtins);
        if let Err(error) = &watch {
            tracing::warn!(%error, "changes of the props' files are not noticed; ask for a reload");
        }
        watch.ok()
    }

    fn builtins_folder(&self) -> Option<&Path> {
        self.sources.search.builtins_folder.as_deref().filter(|folder| folder.is_dir())
    }

    /// Looks for changes, and begins to carry them out.
    async fn reload(&mut self, watch: Option<&Watch>) -> Begun {
        let sources = Arc::clone(&self.sources);
        let scanned = tokio::task::spawn_blocking(move || sources.scan()).await;
        let Ok(mut scan) = scanned else {
            tracing::error!("looking for props panicked");
            return Begun::default();
        };
        let mut changes = compare(&self.props.current, &mut scan);
        scan.troubles.append(&mut changes.troubles);
        self.report(&scan).await;
        let mut begun = Begun::default();
        self.carry_out(changes, &mut begun).await;
        begun.report.problems = scan.troubles.iter().map(ToString::to_string).collect();
        self.env.shared.set_rest(scan.left_out, scan.troubles);
        if let Some(watch) = watch {
            watch.set_files(self.props.current.values().flat_map(|spec| spec.files()));
        }
        begun
    }

    /// Says what does not run, once.
    async fn report(&mut self, scan: &Scan) {
        let mut said = HashSet::new();
        for trouble in &scan.troubles {
            said.insert(trouble.to_string());
        }
        for LeftOut { name, reason, .. } in &scan.left_out {
            let text = format!("{name}: {}", reason.text());
            match reason {
                Reason::Python(_) => drop(said.insert(text)),
                _ => tracing::debug!("{text}"),
            }
        }
        let mut new: Vec<_> = said.difference(&self.props.said).collect();
        new.sort();
        for text in new {
            tracing::warn!("{text}");
            // An error means that the host's session is gone, and with it the host.
            let _ = self.env.host.warn(text.clone()).await;
        }
        self.props.said = said;
    }

    async fn carry_out(&mut self, changes: Changes, begun: &mut Begun) {
        let Changes { start, replace, stop, unchanged, .. } = changes;
        begun.report.unchanged = unchanged;
        for id in stop {
            tracing::info!(prop = %id, "its folder is gone, or it is switched off: stopping");
            self.props.current.remove(&id);
            self.order(&id, What::Quit, begun).await;
            begun.report.stopped.push(id.to_string());
        }
        for spec in replace {
            let id = Arc::clone(&spec.id);
            tracing::info!(prop = %id, "its configuration or program has changed: restarting");
            self.props.current.insert(Arc::clone(&id), Arc::clone(&spec));
            self.order(&id, What::Replace(spec), begun).await;
            begun.report.restarted.push(id.to_string());
        }
        for spec in start {
            let (sender, end) = oneshot::channel();
            begun.pending.push((Arc::clone(&spec.id), end));
            begun.report.started.push(spec.id.to_string());
            self.start(spec, sender);
        }
    }

    async fn order(&mut self, id: &Arc<str>, what: What, begun: &mut Begun) {
        let (sender, end) = oneshot::channel();
        let order = Order { what, done: Some(sender) };
        if let Some((_, orders)) = self.env.shared.orders(id)
            && orders.send(order).await.is_ok()
        {
            begun.pending.push((Arc::clone(id), end));
        }
    }

    fn start(&mut self, spec: Arc<Spec>, first: super::shared::Done) {
        let id = Arc::clone(&spec.id);
        let supervisor = Supervisor {
            env: Arc::clone(&self.env),
            orders: self.env.shared.enter(&spec),
            spec: Arc::clone(&spec),
            waiters: vec![first],
            failures: 0,
            pending: None,
        };
        let (ends, end) = oneshot::channel::<()>();
        let before = self.props.ends.insert(Arc::clone(&id), end);
        self.props.supervisors.spawn(async move {
            let _ends = ends;
            // Two runs of one prop must not overlap.
            if let Some(before) = before {
                let _ = before.await;
            }
            supervisor.run().await;
        });
        self.props.current.insert(id, spec);
    }

    /// Ends all props, then the host's own session.
    async fn end(mut self) -> Result<Summary, Error> {
        let shared = Arc::clone(&self.env.shared);
        shared.stop(Stop::Drain);
        let props = shared.list();
        let mut panics = 0;
        while let Some(ended) = self.props.supervisors.join_next().await {
            panics += usize::from(ended.is_err());
        }
        if panics > 0 {
            tracing::error!("{panics} supervisor(s) panicked");
        }
        self.session.control().drain();
        self.session.wait().await?;
        Ok(Summary { props })
    }
}

fn first_state(session: &StartedWorker) -> Result<watch::Receiver<SessionState>, Error> {
    session
        .control()
        .states()
        .pop()
        .ok_or_else(|| Error::new(ErrorKind::Internal, "start", "the host has no session"))
}
