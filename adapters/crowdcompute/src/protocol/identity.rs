//! The id of a registration.

/// What a worker without an id of its own is called.
const NAMELESS: &str = "worker";

/// An id, and how it changes.
///
/// Results count under the id that got the task. But a foreman of today that believes its worker
/// busy with a task which that worker never got, or has lost, gives the id nothing ever again
/// (CrowdCompute sheet, section 16): a task that was lost with a connection, and every task of a
/// process that died. It takes such tasks back when another id registers while this one is gone. So
/// an id is kept over a lost connection as long as something is in hand that needs it, and given up
/// after that.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    base: String,
    /// The number of the registration, where there are several.
    number: Option<usize>,
    /// Whether the id changes.
    fresh: bool,
    current: String,
    /// It was registered before.
    used: bool,
    /// It was registered on a connection that is lost: the foreman may believe what is not so.
    doubtful: bool,
}

impl Identity {
    /// The id of one registration of a process. `digits` are random, and the same for all of its
    /// registrations.
    pub(crate) fn new(name: &str, number: Option<usize>, fresh: bool, digits: u32) -> Self {
        let base = if name.is_empty() { NAMELESS } else { name };
        let mut new = Self {
            base: base.to_owned(),
            number,
            fresh,
            current: String::new(),
            used: false,
            doubtful: false,
        };
        new.set((fresh || name.is_empty()).then_some(digits));
        new
    }

    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    fn set(&mut self, digits: Option<u32>) {
        self.current = self.base.clone();
        if let Some(digits) = digits {
            self.current.push_str(&format!("-{digits:08x}"));
        }
        if let Some(number) = self.number {
            self.current.push_str(&format!("-{number}"));
        }
        self.used = false;
        self.doubtful = false;
    }

    /// A new connection. The id is kept at first if something needs it: what is in hand, or an old
    /// connection that may still be open for the foreman, which a new one under the same id takes the
    /// place of.
    pub(crate) fn connect(&mut self, needed: bool, random: u64) {
        if self.fresh && self.used {
            match needed {
                true => self.doubtful = true,
                false => self.renew(random),
            }
        }
        self.used = true;
    }

    /// Another id.
    pub(crate) fn renew(&mut self, random: u64) {
        // The upper half: random bits, all of them as good.
        self.set(Some((random >> 32) as u32));
    }

    /// Whether the id should be given up as soon as nothing in hand needs it.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubtful
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_process() {
        let id = |name, number, fresh| Identity::new(name, number, fresh, 0x1a2b_3c4d).current;
        assert_eq!(id("", None, true), "worker-1a2b3c4d");
        assert_eq!(id("", None, false), "worker-1a2b3c4d");
        assert_eq!(id("", Some(2), true), "worker-1a2b3c4d-2");
        assert_eq!(id("mine", None, false), "mine");
        assert_eq!(id("mine", Some(1), false), "mine-1");
        assert_eq!(id("mine", Some(1), true), "mine-1a2b3c4d-1");
    }

    #[test]
    fn an_id_is_kept_as_long_as_it_is_needed() {
        let mut id = Identity::new("w", None, true, 1);
        id.connect(false, 2 << 32);
        assert_eq!((id.current(), id.is_doubtful()), ("w-00000001", false));
        id.connect(true, 2 << 32);
        assert_eq!((id.current(), id.is_doubtful()), ("w-00000001", true));
        id.connect(false, 2 << 32);
        assert_eq!((id.current(), id.is_doubtful()), ("w-00000002", false));
        let mut same = Identity::new("w", None, false, 1);
        for in_hand in [false, true, false] {
            same.connect(in_hand, 9 << 32);
            assert_eq!((same.current(), same.is_doubtful()), ("w", false));
        }
    }
}
