//! The steps of a template as a graph.

use std::collections::{BTreeMap, BTreeSet};

use super::TaskTemplate;

/// Steps by name, and their parents that exist.
pub(super) struct Graph<'a> {
    parents: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(template: &'a TaskTemplate) -> Self {
        let names: BTreeSet<&str> = template.steps.iter().map(|step| step.name.as_str()).collect();
        let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for step in &template.steps {
            let known = step.dependencies.iter().map(String::as_str);
            let known = known.filter(|name| names.contains(name)).collect();
            parents.entry(step.name.as_str()).or_insert(known);
        }
        Self { parents }
    }

    /// A way from a step over its parents back to itself, if there is one.
    pub(super) fn cycle(&self) -> Option<Vec<&'a str>> {
        // Taking away what has no parents left leaves the steps on cycles and those below them.
        let mut left = self.parents.clone();
        loop {
            let free: Vec<&str> = left
                .iter()
                .filter(|(_, parents)| parents.is_empty())
                .map(|(name, _)| *name)
                .collect();
            if free.is_empty() {
                break;
            }
            for name in &free {
                left.remove(name);
            }
            for parents in left.values_mut() {
                parents.retain(|parent| !free.contains(parent));
            }
        }
        // Of those, every step has a parent that is left: going up must come to a step again.
        let mut way = vec![*left.keys().next()?];
        loop {
            let last = way.last().copied()?;
            let next = *left.get(last)?.first()?;
            if let Some(start) = way.iter().position(|name| *name == next) {
                let mut cycle = way.split_off(start);
                cycle.push(next);
                return Some(cycle);
            }
            way.push(next);
        }
    }
}
