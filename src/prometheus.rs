//! Metrics as Prometheus text.
//!
//! [`install`] makes the process record what the worker (and whoever else uses the `metrics`
//! facade) measures; [`Metrics::render`] gives the text for the `/metrics` of whatever HTTP server
//! your program has. There is no listener in here.
//!
//! ```no_run
//! let metrics = journeyman::prometheus::install()?;
//! // ... run the worker; whenever it is scraped:
//! let text = metrics.render();
//! # Ok::<(), journeyman::Error>(())
//! ```

use std::{fmt, thread, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{Error, ErrorKind};

/// The bounds of the buckets of all durations, in seconds.
pub const BUCKETS: [f64; 16] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
    30.0, 300.0,
];

/// How often recorded durations are put into their buckets when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Renders what was recorded. Clones are the same.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Everything recorded so far, in the Prometheus text format.
    pub fn render(&self) -> String {
        self.0.render()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// Installs the process-wide recorder; call it before the worker starts, since a session takes
/// its meters when it is made. Durations are histograms with [`BUCKETS`].
///
/// A thread of its own puts durations into their buckets every 5 s, so that memory stays bounded
/// when nobody scrapes. It lives as long as the process, as the recorder does.
///
/// # Errors
/// The process has a recorder already, or no thread could be started.
pub fn install() -> Result<Metrics, Error> {
    let failed = |message: &str| Error::new(ErrorKind::Config, "install metrics", message);
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
        .map_err(|error| failed("the buckets are refused").with_source(error))?
        .install_recorder()
        .map_err(|error| {
            failed("no recorder could be installed")
                .with_source(error)
                .with_remedy("install one recorder per process, and this one only once")
        })?;
    let upkeep = handle.clone();
    thread::Builder::new()
        .name("metrics-upkeep".to_owned())
        .spawn(move || {
            loop {
                thread::sleep(UPKEEP);
                upkeep.run_upkeep();
            }
        })
        .map_err(|error| failed("no thread could be started").with_source(error))?;
    Ok(Metrics(handle))
}
