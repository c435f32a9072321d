//! Which step is shown below which.

use crate::tasker::task::Task;

/// A line of the tree.
#[derive(Debug)]
pub(super) struct Node {
    /// The node that it is below; always one before it, or none.
    pub(super) parent: Option<usize>,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// A step of the task, by its place, with the parents that it is not shown below.
    Step { at: usize, others: Vec<usize> },
    /// A step of the template that was not made, by its place there.
    Missing { place: usize },
}

/// The steps that exist, then those of the template that do not.
pub(super) fn nodes(task: &Task) -> Vec<Node> {
    let depths = depths(task);
    let mut nodes: Vec<Node> = Vec::new();
    for (at, step) in task.steps.iter().enumerate() {
        let parent = step.parents.iter().copied().max_by_key(|&at| depths[at]);
        let others = step.parents.iter().filter(|&&at| Some(at) != parent);
        let others = others.copied().collect();
        nodes.push(Node { parent, what: What::Step { at, others } });
    }
    let mut made = vec![false; task.template.steps.len()];
    for step in &task.steps {
        made[step.place] = true;
    }
    let mut places = vec![None; made.len()];
    for (at, step) in task.steps.iter().enumerate() {
        places[step.place].get_or_insert(at);
    }
    let mut missing: Vec<usize> = (0..made.len()).filter(|&place| !made[place]).collect();
    // Dependencies first, so that each finds its parent; a template has no cycles.
    for _ in 0..missing.len() {
        let ready = missing.iter().position(|&place| {
            let names = &task.template.steps[place].dependencies;
            names.iter().any(|name| known(task, name, &places).is_some()) || names.is_empty()
        });
        let Some(ready) = ready else { break };
        let place = missing.remove(ready);
        let step = &task.template.steps[place];
        let parent = step.dependencies.iter().filter_map(|name| known(task, name, &places)).max();
        places[place] = Some(nodes.len());
        nodes.push(Node { parent, what: What::Missing { place } });
    }
    nodes
}

fn known(task: &Task, name: &str, places: &[Option<usize>]) -> Option<usize> {
    places[task.template.find(name)?]
}

/// How long the longest way to each step is.
fn depths(task: &Task) -> Vec<usize> {
    let mut depths = vec![0; task.steps.len()];
    // Parents need not be made before their children, but nearly all are: few rounds are needed.
    for _ in 0..task.steps.len() {
        let mut changed = false;
        for (at, step) in task.steps.iter().enumerate() {
            let deepest = step.parents.iter().map(|&parent| depths[parent] + 1).max();
            let deepest = deepest.unwrap_or(0).min(task.steps.len());
            if depths[at] < deepest {
                depths[at] = deepest;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    depths
}
