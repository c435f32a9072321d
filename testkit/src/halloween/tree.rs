//! Who is subscribed to what: a tree by the levels of filters, so that a message is not compared
//! with every filter there is.

use std::collections::HashMap;

use super::packet::Options;

/// Which session.
pub(crate) type Key = u64;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Subscriber {
    pub(crate) session: Key,
    pub(crate) options: Options,
}

/// A group that shares a filter.
#[derive(Debug)]
pub(crate) struct Group {
    name: Box<str>,
    pub(crate) members: Vec<Subscriber>,
    /// Whose turn it is.
    pub(crate) next: usize,
}

/// Those subscribed to one filter.
#[derive(Debug, Default)]
pub(crate) struct Subscribers {
    pub(crate) direct: Vec<Subscriber>,
    pub(crate) groups: Vec<Group>,
}

impl Subscribers {
    fn is_empty(&self) -> bool {
        self.direct.is_empty() && self.groups.is_empty()
    }

    fn insert(&mut self, group: Option<&str>, subscriber: Subscriber) {
        let list = match group {
            None => &mut self.direct,
            Some(name) => {
                let at = self.groups.iter().position(|group| &*group.name == name);
                let at = at.unwrap_or_else(|| {
                    self.groups.push(Group { name: name.into(), members: Vec::new(), next: 0 });
                    self.groups.len() - 1
                });
                &mut self.groups[at].members
            }
        };
        match list.iter_mut().find(|other| other.session == subscriber.session) {
            Some(other) => *other = subscriber,
            None => list.push(subscriber),
        }
    }

    fn remove(&mut self, group: Option<&str>, session: Key) {
        match group {
            None => self.direct.retain(|other| other.session != session),
            Some(name) => {
                for group in self.groups.iter_mut().filter(|group| &*group.name == name) {
                    group.members.retain(|other| other.session != session);
                }
                self.groups.retain(|group| !group.members.is_empty());
            }
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Tree {
    here: Subscribers,
    /// `#` behind this level: matches the level itself, too.
    below: Subscribers,
    any: Option<Box<Self>>,
    named: HashMap<Box<str>, Self>,
}

impl Tree {
    /// The filter was checked: it has few levels, and `#` only at its end.
    pub(crate) fn insert(&mut self, filter: &str, group: Option<&str>, subscriber: Subscriber) {
        let mut node = self;
        for level in filter.split('/') {
            node = match level {
                "#" => return node.below.insert(group, subscriber),
                "+" => node.any.get_or_insert_default(),
                name => node.named.entry(name.into()).or_default(),
            };
        }
        node.here.insert(group, subscriber);
    }

    pub(crate) fn remove(&mut self, filter: &str, group: Option<&str>, session: Key) {
        self.remove_levels(&mut filter.split('/'), group, session);
    }

    fn remove_levels<'a>(
        &mut self,
        levels: &mut impl Iterator<Item = &'a str>,
        group: Option<&str>,
        session: Key,
    ) {
        match levels.next() {
            None => self.here.remove(group, session),
            Some("#") => self.below.remove(group, session),
            Some("+") => {
                if let Some(any) = &mut self.any {
                    any.remove_levels(levels, group, session);
                    if any.is_empty() {
                        self.any = None;
                    }
                }
            }
            Some(name) => {
                if let Some(child) = self.named.get_mut(name) {
                    child.remove_levels(levels, group, session);
                    if child.is_empty() {
                        self.named.remove(name);
                    }
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.here.is_empty() && self.below.is_empty() && self.any.is_none() && self.named.is_empty()
    }

    /// Calls `found` for each filter that matches: at each level the name first, then `+`, then
    /// `#`.
    pub(crate) fn visit(&mut self, topic: &str, found: &mut impl FnMut(&mut Subscribers)) {
        // Wildcards at the first level do not match names of the system.
        let wild = !topic.starts_with('$');
        self.visit_levels(Some(topic), wild, found);
    }

    fn visit_levels(
        &mut self,
        topic: Option<&str>,
        wild: bool,
        found: &mut impl FnMut(&mut Subscribers),
    ) {
        match topic {
            None if self.here.is_empty() => {}
            None => found(&mut self.here),
            Some(topic) => {
                let (level, rest) = topic
                    .split_once('/')
                    .map_or((topic, None), |(level, rest)| (level, Some(rest)));
                if let Some(child) = self.named.get_mut(level) {
                    child.visit_levels(rest, true, found);
                }
                if wild && let Some(any) = &mut self.any {
                    any.visit_levels(rest, true, found);
                }
            }
        }
        if wild && !self.below.is_empty() {
            found(&mut self.below);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::halloween::{QoS, matches, packet::RetainHandling};

    fn subscriber(session: Key) -> Subscriber {
        let options = Options {
            qos: QoS::AtMostOnce,
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::Never,
            id: None,
        };
        Subscriber { session, options }
    }

    fn found(tree: &mut Tree, topic: &str) -> Vec<Key> {
        let mut keys = Vec::new();
        tree.visit(topic, &mut |subscribers| {
            keys.extend(subscribers.direct.iter().map(|subscriber| subscriber.session));
            keys.extend(subscribers.groups.iter().map(|group| group.members[0].session));
        });
        keys.sort_unstable();
        keys
    }

    /// The tree finds what comparing with every filter finds.
    #[test]
    fn as_by_comparing() {
        let filters = ["a/b", "a/+", "a/#", "#", "+", "+/+", "+/b/#", "/", "$SYS/+", "a", "a/b/c"];
        let topics = ["a", "a/b", "a/c", "a/b/c", "/", "//", "$SYS/x", "b", "x/b", "x/b/y/z"];
        let mut tree = Tree::default();
        for (key, filter) in (0..).zip(filters) {
            tree.insert(filter, None, subscriber(key));
        }
        for topic in topics {
            let expected: Vec<Key> =
                (0..).zip(filters).filter(|(_, f)| matches(f, topic)).map(|(k, _)| k).collect();
            assert_eq!(found(&mut tree, topic), expected, "{topic}");
        }
        for (key, filter) in (0..).zip(filters) {
            assert!(!tree.is_empty());
            tree.remove(filter, None, key);
        }
        assert!(tree.is_empty());
    }

    #[test]
    fn groups() {
        let mut tree = Tree::default();
        tree.insert("a/+", Some("g"), subscriber(1));
        tree.insert("a/+", Some("g"), subscriber(2));
        tree.insert("a/+", Some("h"), subscriber(3));
        tree.insert("a/+", None, subscriber(4));
        assert_eq!(found(&mut tree, "a/x"), [1, 3, 4]);
        tree.remove("a/+", Some("g"), 1);
        assert_eq!(found(&mut tree, "a/x"), [2, 3, 4]);
        tree.remove("a/+", None, 4);
        tree.remove("a/+", Some("g"), 2);
        tree.remove("a/+", Some("h"), 3);
        assert!(tree.is_empty());
    }
}
