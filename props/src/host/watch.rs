//! Changes in the folders, as they happen.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};

/// A change counts when it has been quiet for so long: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(300);

/// But not later than this after the first.
const LATEST: Duration = Duration::from_secs(3);

/// Watches folders for as long as it lives.
pub(crate) struct Watch {
    _watcher: RecommendedWatcher,
    files: Files,
    changes: mpsc::Receiver<()>,
    settle: JoinHandle<()>,
}

/// Files whose change counts wherever they are.
type Files = Arc<Mutex<HashSet<PathBuf>>>;

impl Watch {
    /// Begins. `root` has props in folders, `builtins` config files right inside.
    pub(crate) fn new(root: Option<&Path>, builtins: Option<&Path>) -> notify::Result<Self> {
        let (sender, mut raw) = mpsc::channel(1);
        let files = Files::default();
        let relevant = Relevant {
            root: root.map(Path::to_owned),
            builtins: builtins.map(Path::to_owned),
            files: Arc::clone(&files),
        };
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // What went wrong may have hidden something.
            if event.is_ok_and(|event| !relevant.is(&event)) {
                return;
            }
            // Full: a look is due already.
            let _ = sender.try_send(());
        })?;
        if let Some(root) = root {
            watcher.watch(root, RecursiveMode::Recursive)?;
        }
        if let Some(builtins) = builtins {
            watcher.watch(builtins, RecursiveMode::NonRecursive)?;
        }
        let (settled, changes) = mpsc::channel(1);
        let settle = tokio::spawn(async move {
            while raw.recv().await.is_some() {
                let latest = Instant::now() + LATEST;
                let quiet = async { while timeout(QUIET, raw.recv()).await == Ok(Some(())) {} };
                let _ = timeout_at(latest, quiet).await;
                // Full: a look is due already.
                let _ = settled.try_send(());
            }
        });
        Ok(Self { _watcher: watcher, files, changes, settle })
    }

    /// Names the files whose change counts besides config files.
    pub(crate) fn set_files<'a>(&self, files: impl Iterator<Item = &'a Path>) {
        let files = files.map(Path::to_owned).collect();
        *self.files.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }

    /// Waits until something has changed, and is quiet again.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub(crate) async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            // The watcher is gone, and with it all news.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.settle.abort();
    }
}

/// What counts as a change. A program that writes to its own folder does not keep us busy.
struct Relevant {
    root: Option<PathBuf>,
    builtins: Option<PathBuf>,
    files: Files,
}

impl Relevant {
    fn is(&self, event: &Event) -> bool {
        if event.need_rescan() {
            return true;
        }
        let moved = match event.kind {
            EventKind::Access(_) => return false,
            EventKind::Modify(notify::event::ModifyKind::Name(_)) => true,
            EventKind::Modify(_) => false,
            _ => true,
        };
        event.paths.iter().any(|path| self.is_path(path, moved))
    }

    /// `moved`: it is new, gone, or has another name.
    fn is_path(&self, path: &Path, moved: bool) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if self.files.lock().unwrap_or_else(PoisonError::into_inner).contains(path) {
            return true;
        }
        let config = ["config.json", "config.yaml", "config.yml"].contains(&name);
        if self.builtins.as_deref().is_some_and(|folder| path.parent() == Some(folder)) && config {
            return true;
        }
        let Some(root) = &self.root else { return false };
        let Ok(below) = path.strip_prefix(root) else { return false };
        let depth = below.components().count();
        let worker = path.file_stem().is_some_and(|stem| stem == "worker");
        match depth {
            0 | 1 => moved,
            2 => moved && name == "backend",
            3 => (config || worker) && path.parent().is_some_and(|it| it.ends_with("backend")),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_change_a_prop_counts() {
        let relevant = Relevant {
            root: Some("/p".into()),
            builtins: Some("/b".into()),
            files: Files::default(),
        };
        relevant.files.lock().unwrap().insert("/p/x/backend/main.py".into());
        for (path, moved, counts) in [
            ("/p/new", true, true),
            ("/p/new", false, false),
            ("/p/x/backend", true, true),
            ("/p/x/page.html", true, false),
            ("/p/x/backend/config.yaml", false, true),
            ("/p/x/other/config.yaml", false, false),
            ("/p/x/backend/worker.sh", true, true),
            ("/p/x/backend/main.py", false, true),
            ("/p/x/backend/log.txt", true, false),
            ("/p/x/backend/deep/config.yaml", false, false),
            ("/b/config.json", false, true),
            ("/b/heartbeat.py", true, false),
            ("/elsewhere/config.json", true, false),
        ] {
            assert_eq!(relevant.is_path(Path::new(path), moved), counts, "{path} {moved}");
        }
    }
}
