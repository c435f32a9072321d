//! Ids that follow from a seed, so that a failing test fails again.

use uuid::Uuid;

use super::time::Micros;

#[derive(Clone, Debug)]
pub(crate) struct Ids {
    random: fastrand::Rng,
    /// Makes ids of one millisecond grow in the order in which they are made.
    counter: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), counter: 0 }
    }

    /// Version 4.
    pub(crate) fn random(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.random.u128(..).to_be_bytes()).into_uuid()
    }

    /// Version 7.
    pub(crate) fn ordered(&mut self, now: Micros) -> Uuid {
        self.counter += 1;
        let [_, _, _, _, a, b, c, d] = self.counter.to_be_bytes();
        let [e, f, g, h] = self.random.u32(..).to_be_bytes();
        let millis = u64::try_from(now / 1000).unwrap_or_default();
        // The two bits of the variant are in the third byte.
        let bytes = [a & 0x0f, b, 0, c, d, e, f, g, h, 0];
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// A factor from `1 - percent` to `1 + percent`.
    pub(crate) fn jitter(&mut self, percent: f64) -> f64 {
        1.0 + (self.random.f64() * 2.0 - 1.0) * percent.clamp(0.0, 100.0) / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_with_their_seed_and_differ_among_themselves() {
        let (mut a, mut b) = (Ids::new(7), Ids::new(7));
        let mut seen = std::collections::HashSet::new();
        let mut last = Uuid::nil();
        for _ in 0..10_000 {
            let ordered = a.ordered(1_795_267_074_000_000);
            assert_eq!(ordered, b.ordered(1_795_267_074_000_000));
            assert!(ordered > last && ordered.get_version_num() == 7);
            last = ordered;
            let random = a.random();
            assert_eq!(random, b.random());
            assert!(seen.insert(random) && seen.insert(ordered));
            assert_eq!(random.get_version_num(), 4);
        }
        assert!((0.9..=1.1).contains(&a.jitter(10.0)));
    }
}
