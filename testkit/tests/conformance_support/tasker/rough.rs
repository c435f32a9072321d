//! What goes wrong now and then, from a seed.

use std::time::Duration;

use super::switches::Deed;

/// The longest delay in milliseconds: events overtake each other, and results come when others are
/// long there.
const DELAY: u64 = 12;

/// Rates of faults. The same seed gives the same rates, and the same row of faults.
#[derive(Debug)]
pub(crate) struct Rough {
    rng: fastrand::Rng,
    rates: Rates,
}

/// Each is one in so many; 0 for never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    /// The channel closes before an event.
    pub(crate) cut: u32,
    /// A connection cannot be had.
    pub(crate) no_connection: u32,
    /// An event comes late, and maybe after later ones.
    pub(crate) late: u32,
    /// An event comes twice, with the same id.
    pub(crate) twice: u32,
    /// An event lacks what it cannot do without.
    pub(crate) spoilt: u32,
    /// An answer takes a while.
    pub(crate) slow: u32,
    /// An answer is passed on two times.
    pub(crate) answer_twice: u32,
    /// An answer is refused.
    pub(crate) refused: u32,
    /// An answer is taken, and the channel closes and says that it was not.
    pub(crate) unconfirmed: u32,
}

impl Rates {
    /// A mix that differs by seed, of faults that a correct worker survives: what is lost by them is
    /// told.
    pub(crate) fn random(seed: u64, cuts: bool) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed ^ 0x7461_736b);
        let mut one = |most: u32| if rng.bool() { rng.u32(most / 4..=most) } else { 0 };
        let rates = Self {
            cut: one(160),
            no_connection: one(8),
            late: one(8),
            twice: one(12),
            spoilt: one(60),
            slow: one(6),
            answer_twice: one(12),
            refused: one(60),
            unconfirmed: one(100),
        };
        // Each seed has something to it.
        let late = rates.late.max(u32::from(rates.slow == 0));
        let cut = if cuts { 40 } else { rates.cut };
        Self { late, cut, ..rates }
    }
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    pub(super) delay: Duration,
    pub(super) spoilt: bool,
    pub(super) twice: bool,
    /// When the second comes.
    pub(super) second: Duration,
}

impl Rough {
    pub(crate) fn new(seed: u64, rates: Rates) -> Self {
        Self { rng: fastrand::Rng::with_seed(seed), rates }
    }

    fn one_in(&mut self, rate: u32) -> bool {
        rate > 0 && self.rng.u32(0..rate) == 0
    }

    fn delay(&mut self, rate: u32) -> Duration {
        match self.one_in(rate) {
            true => Duration::from_millis(self.rng.u64(1..=DELAY)),
            false => Duration::ZERO,
        }
    }

    pub(super) fn cut(&mut self) -> bool {
        self.one_in(self.rates.cut)
    }

    pub(super) fn connect(&mut self) -> bool {
        self.one_in(self.rates.no_connection)
    }

    pub(super) fn event(&mut self) -> Fate {
        Fate {
            delay: self.delay(self.rates.late),
            spoilt: self.one_in(self.rates.spoilt),
            twice: self.one_in(self.rates.twice),
            second: Duration::from_millis(self.rng.u64(0..=DELAY)),
        }
    }

    pub(super) fn answer(&mut self) -> (Duration, Deed) {
        let delay = self.delay(self.rates.slow);
        let Rates { refused, unconfirmed, answer_twice, .. } = self.rates;
        let deed = if self.one_in(refused) {
            Deed::Refuse
        } else if self.one_in(unconfirmed) {
            Deed::Unconfirmed
        } else if self.one_in(answer_twice) {
            Deed::Twice
        } else {
            Deed::Pass
        };
        (delay, deed)
    }
}
