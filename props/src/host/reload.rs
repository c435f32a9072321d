//! What a look through the folders changes.

use std::{collections::BTreeMap, sync::Arc};

use super::spec::{Scan, Spec, Trouble};

/// What is to be done about the props that run.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) start: Vec<Arc<Spec>>,
    pub(crate) replace: Vec<Arc<Spec>>,
    pub(crate) stop: Vec<Arc<str>>,
    pub(crate) unchanged: usize,
    /// What is wrong, in addition to the troubles of the scan.
    pub(crate) troubles: Vec<Trouble>,
}

/// Compares what runs with what was found.
pub(crate) fn compare(current: &BTreeMap<Arc<str>, Arc<Spec>>, scan: &mut Scan) -> Changes {
    let mut changes = Changes::default();
    let mut specs: BTreeMap<Arc<str>, Arc<Spec>> = BTreeMap::new();
    for spec in scan.specs.drain(..) {
        specs.insert(Arc::clone(&spec.id), Arc::new(spec));
    }
    for (id, running) in current {
        let trouble = scan.troubles.iter().find(|it| *it.name == *running.name);
        match specs.remove(id) {
            // Whoever runs keeps its id: a newcomer has not more right to it because its name comes
            // first in the order.
            Some(new) if new.name != running.name && trouble.is_some() => {
                if is_twin(trouble, id) {
                    let text = format!(
                        "its id `{id}` is that of `{}`, which runs; give it one of its own with \
                         `prop_id` in its config file",
                        running.name
                    );
                    let (name, id) = (new.name.to_string(), Some(id.to_string()));
                    changes.troubles.push(Trouble { name, id, text });
                }
                changes.unchanged += 1;
            }
            // Its folder may be there all the same.
            Some(new) if scan.unreadable && running.folder.is_some() && new.folder.is_none() => {
                changes.unchanged += 1;
            }
            Some(new) if new.is_same(running) => changes.unchanged += 1,
            Some(new) => changes.replace.push(new),
            // It is there, but broken or not to be read: better as it was than not at all.
            None if trouble.is_some() || (scan.unreadable && running.folder.is_some()) => {
                changes.unchanged += 1;
            }
            None => changes.stop.push(Arc::clone(id)),
        }
    }
    // The complaint about the one that runs was about the newcomer.
    let newcomers: Vec<_> = changes.troubles.iter().map(|it| it.id.clone()).collect();
    scan.troubles.retain(|it| {
        let running = it.id.as_deref().and_then(|id| current.get(id));
        !(newcomers.contains(&it.id) && running.is_some_and(|running| *running.name == *it.name))
    });
    changes.start = specs.into_values().collect();
    changes
}

/// Whether a prop was left out because another one has its id.
fn is_twin(trouble: Option<&Trouble>, id: &str) -> bool {
    trouble.is_some_and(|trouble| trouble.id.as_deref() == Some(id))
}
