//! The list of cases.

mod basic;
mod errors;
mod faults;
mod flow;
mod limits;
mod start;
mod stop;
mod time;
mod wire;

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use journeyman_core::capability::Intake;

use super::{
    Fault, Harness, Network,
    rig::{Cx, Failure, Result},
};

/// The longest that a case may take.
const LIMIT: Duration = Duration::from_secs(120);

type CaseFuture<'a> = Pin<Box<dyn Future<Output = Result> + 'a>>;

/// One thing that every adapter must do right.
pub struct Case {
    name: &'static str,
    about: &'static str,
    needs: fn(&dyn Harness) -> Result<(), String>,
    mild: bool,
    run: for<'a> fn(&'a Cx) -> CaseFuture<'a>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({})", self.name)
    }
}

impl Case {
    /// Its name, unique in the suite.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What must hold, in a few words.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// Whether it makes sense for a harness.
    ///
    /// # Errors
    /// Why it does not.
    pub fn applies_to(&self, harness: &dyn Harness) -> Result<(), String> {
        (self.needs)(harness)
    }

    /// Whether it also holds over a bad network, where connections break now and then and jobs
    /// are lost with them.
    pub fn is_mild(&self) -> bool {
        self.mild
    }

    /// Runs it on the present runtime, which must be a current-thread one with time and I/O: the
    /// case that looks at logs sees those of its own thread. With a network, a fault proxy stands
    /// between server and worker.
    ///
    /// # Errors
    /// What was wrong.
    pub async fn run(&self, harness: Arc<dyn Harness>, network: Option<Network>) -> Result {
        let cx = Cx { harness, network };
        match tokio::time::timeout(LIMIT, (self.run)(&cx)).await {
            Ok(result) => result,
            Err(_) => Err(Failure::new(format!("not done after {LIMIT:?}"))),
        }
    }

    /// Runs it on a runtime of its own.
    ///
    /// # Errors
    /// What was wrong.
    pub fn run_blocking(&self, harness: Arc<dyn Harness>, network: Option<Network>) -> Result {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::new(format!("no runtime: {error}")))?;
        let result = runtime.block_on(self.run(harness, network));
        // A failed case may leave threads behind.
        runtime.shutdown_timeout(Duration::from_secs(5));
        result
    }
}

/// All cases.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    let all = [
        basic::CASES,
        wire::CASES,
        errors::CASES,
        time::CASES,
        flow::CASES,
        limits::CASES,
        faults::CASES,
        stop::CASES,
        start::CASES,
    ];
    all.into_iter().flatten()
}

/// A table of cases: the name of a function, what it checks, when it applies, and `mild` if it
/// also holds over a bad network.
macro_rules! list {
    ($($name:ident: $about:literal, $needs:expr $(, $mild:ident)?;)+) => {
        pub(super) const CASES: &[$crate::conformance::cases::Case] = &[$(
            $crate::conformance::cases::Case {
                name: stringify!($name),
                about: $about,
                needs: $needs,
                mild: list!(@ $($mild)?),
                run: |cx| Box::pin($name(cx)),
            },
        )+];
    };
    (@ mild) => { true };
    (@) => { false };
}

use list;

/// When a case applies.
type Needs = Result<(), String>;

fn always(_harness: &dyn Harness) -> Needs {
    Ok(())
}

fn needs(condition: bool, else_because: &str) -> Needs {
    if condition { Ok(()) } else { Err(else_because.to_owned()) }
}

fn can(harness: &dyn Harness, fault: Fault) -> Needs {
    needs(harness.can(fault), &format!("its server cannot do `{fault:?}`"))
}

fn network(harness: &dyn Harness) -> Needs {
    needs(harness.has_network(), "there is no network")
}

fn intake(harness: &dyn Harness, intake: Intake) -> Needs {
    let it = harness.capabilities().intake;
    needs(it == intake, &format!("jobs come in as {it:?}, not as {intake:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = cases().map(Case::name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(count >= 45, "{count} cases: some were lost");
    }
}
