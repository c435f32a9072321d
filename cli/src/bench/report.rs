//! Medians, and how they are shown.

use std::time::Duration;

use comfy_table::{Cell, CellAlignment};
use serde_json::{Map, Value, json};

use super::{BenchArgs, Child, Peer, Sample, What};
use crate::{
    exit::Failure,
    output::{say, table},
};

/// The results of one system.
#[derive(Debug)]
pub(super) struct Row {
    what: What,
    jobs: u64,
    rounds: u16,
    payload: u32,
    threads: u16,
    peers: Vec<PeerRow>,
    notes: Vec<String>,
}

/// From this share of its time on, the submitting side counts as what was slow.
const BUSY: f64 = 0.9;

/// The results of one peer.
#[derive(Debug)]
struct PeerRow {
    peer: Peer,
    samples: Vec<Sample>,
    /// Microseconds per job, per round.
    cpu: Vec<f64>,
    /// The share of the time in which the server and the submitting side were busy, per round.
    driver: Vec<f64>,
    idle_rss_kib: Option<u64>,
    rss_kib: Option<u64>,
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn rate(sample: &Sample) -> f64 {
    sample.jobs as f64 / sample.elapsed.as_secs_f64().max(1e-9)
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

impl PeerRow {
    fn rate(&self) -> f64 {
        median(self.samples.iter().map(rate).collect()).unwrap_or_default()
    }

    fn p50(&self) -> f64 {
        median(self.samples.iter().map(|sample| micros(sample.p50)).collect()).unwrap_or_default()
    }

    fn p99(&self) -> f64 {
        median(self.samples.iter().map(|sample| micros(sample.p99)).collect()).unwrap_or_default()
    }

    fn cpu(&self) -> Option<f64> {
        median(self.cpu.clone())
    }

    fn driver(&self) -> Option<f64> {
        median(self.driver.clone())
    }
}

impl Row {
    pub(super) fn new(what: What, args: &BenchArgs, peers: &[Peer]) -> Self {
        let peers = peers.iter().map(|peer| PeerRow {
            peer: *peer,
            samples: Vec::new(),
            cpu: Vec::new(),
            driver: Vec::new(),
            idle_rss_kib: None,
            rss_kib: None,
        });
        Self {
            what,
            jobs: args.jobs,
            rounds: args.rounds,
            payload: args.payload,
            threads: args.threads,
            peers: peers.collect(),
            notes: Vec::new(),
        }
    }

    /// The system, and the road if it has several.
    fn name(&self) -> String {
        [self.what.backend, self.what.road].join(" ").trim_end().to_owned()
    }

    pub(super) fn note(&mut self, notes: Vec<String>) {
        self.notes.extend(notes);
    }

    /// What there is to say about the numbers.
    fn all_notes(&self) -> Vec<String> {
        let name = self.name();
        let busy = |peer| self.of(peer).and_then(PeerRow::driver).filter(|share| *share >= BUSY);
        let mut notes: Vec<_> = self.notes.iter().map(|note| format!("{name}: {note}")).collect();
        if let Some(share) = busy(Peer::Raw).or(busy(Peer::Framework)) {
            notes.push(format!(
                "{name}, {} at a time: the server and the submitting side were busy {:.0} % of the \
                 time, so that they set the rate, and not the worker; compare the CPU per job",
                self.what.window,
                share * 100.0
            ));
        }
        notes
    }

    fn of(&self, peer: Peer) -> Option<&PeerRow> {
        self.peers.iter().find(|row| row.peer == peer)
    }

    fn of_mut(&mut self, peer: Peer) -> Option<&mut PeerRow> {
        self.peers.iter_mut().find(|row| row.peer == peer)
    }

    pub(super) fn idle(&mut self, peer: Peer, process: Option<&Child>) {
        if let Some(row) = self.of_mut(peer) {
            row.idle_rss_kib = process.and_then(Child::rss_kib);
        }
    }

    pub(super) fn busy(&mut self, peer: Peer, process: Option<&Child>) {
        if let Some(row) = self.of_mut(peer) {
            row.rss_kib = process.and_then(Child::rss_kib);
        }
    }

    pub(super) fn add(
        &mut self,
        peer: Peer,
        sample: Sample,
        cpu: Option<Duration>,
        driver: Option<Duration>,
    ) {
        if let Some(row) = self.of_mut(peer) {
            row.samples.push(sample);
            row.cpu.extend(cpu.map(|cpu| micros(cpu) / sample.jobs as f64));
            row.driver.extend(driver.map(|cpu| micros(cpu) / micros(sample.elapsed).max(1e-3)));
        }
    }

    /// Our rate over that of the bare peer, of each round, lowest first.
    fn ratios(&self) -> Vec<f64> {
        let (Some(ours), Some(raw)) = (self.of(Peer::Framework), self.of(Peer::Raw)) else {
            return Vec::new();
        };
        let pairs = ours.samples.iter().zip(&raw.samples);
        let mut ratios: Vec<_> = pairs.map(|(ours, raw)| rate(ours) / rate(raw)).collect();
        ratios.sort_by(f64::total_cmp);
        ratios
    }

    /// The processor time per job of a peer over that of the bare one.
    fn cpu_ratio(&self, peer: Peer) -> Option<f64> {
        let cpu = |peer| self.of(peer).and_then(PeerRow::cpu);
        cpu(peer).zip(cpu(Peer::Raw)).map(|(ours, raw)| ours / raw)
    }
}

fn round(value: f64, digits: i32) -> Value {
    let scale = 10f64.powi(digits);
    json!((value * scale).round() / scale)
}

/// The names that the program promises come first and bare; those of the peers follow.
pub(super) fn json(row: &Row) -> Result<(), Failure> {
    let mut line = Map::new();
    line.insert("backend".to_owned(), row.what.backend.into());
    if !row.what.road.is_empty() {
        line.insert("road".to_owned(), row.what.road.into());
    }
    for peer in &row.peers {
        let prefix = match peer.peer {
            Peer::Framework => "",
            Peer::Raw => "raw_",
            Peer::Python => "python_",
        };
        let mut put = |name: &str, value: Value| {
            line.insert(format!("{prefix}{name}"), value);
        };
        put("jobs_per_s", round(peer.rate(), 0));
        put("p50_us", round(peer.p50(), 1));
        put("p99_us", round(peer.p99(), 1));
        put("cpu_us_per_job", peer.cpu().map_or(Value::Null, |cpu| round(cpu, 2)));
        put("rss_kib", peer.rss_kib.into());
        put("idle_rss_kib", peer.idle_rss_kib.into());
        put("driver_busy", peer.driver().map_or(Value::Null, |share| round(share, 2)));
    }
    let ratios = row.ratios();
    let cpu_ratio = row.cpu_ratio(Peer::Framework);
    let number = |value: Option<f64>| value.map_or(Value::Null, |value| round(value, 3));
    line.insert("ratio".to_owned(), number(median(ratios.clone())));
    line.insert("ratio_min".to_owned(), number(ratios.first().copied()));
    line.insert("ratio_max".to_owned(), number(ratios.last().copied()));
    line.insert("cpu_ratio".to_owned(), number(cpu_ratio));
    line.insert("jobs".to_owned(), row.jobs.into());
    line.insert("rounds".to_owned(), row.rounds.into());
    line.insert("window".to_owned(), row.what.window.into());
    line.insert("payload_bytes".to_owned(), row.payload.into());
    line.insert("threads".to_owned(), row.threads.into());
    say(Value::Object(line))
}

pub(super) fn text(args: &BenchArgs, rows: &[Row]) -> Result<(), Failure> {
    say(format_args!(
        "Echo jobs of {} bytes, {} rounds of {} jobs, taking turns; medians.",
        args.payload, args.rounds, args.jobs
    ))?;
    let mut table = table([
        "system",
        "at a time",
        "worker",
        "jobs/s",
        "ratio",
        "p50 µs",
        "p99 µs",
        "CPU µs/job",
        "RSS KiB",
        "idle KiB",
    ]);
    for row in rows {
        for peer in &row.peers {
            let worker = match peer.peer {
                Peer::Framework => "journeyman",
                Peer::Raw => "bare peer",
                Peer::Python => "Python",
            };
            let ratio = match (peer.peer, row.ratios().as_slice()) {
                (Peer::Framework, ratios @ [first, .., last]) => {
                    let middle = median(ratios.to_vec()).unwrap_or_default();
                    format!("{middle:.2} ({first:.2} to {last:.2})")
                }
                (Peer::Framework, [only]) => format!("{only:.2}"),
                _ => String::new(),
            };
            let known = |number: Option<String>| number.unwrap_or_else(|| "?".to_owned());
            let kib = |number: Option<u64>| known(number.map(|kib| kib.to_string()));
            let numeric = [
                format!("{:.0}", peer.rate()),
                ratio,
                format!("{:.0}", peer.p50()),
                format!("{:.0}", peer.p99()),
                known(peer.cpu().map(|cpu| match (peer.peer, row.cpu_ratio(peer.peer)) {
                    (Peer::Raw, _) | (_, None) => format!("{cpu:.2}"),
                    (_, Some(ratio)) => format!("{cpu:.2} ({ratio:.2}x)"),
                })),
                kib(peer.rss_kib),
                kib(peer.idle_rss_kib),
            ];
            let window = Cell::new(row.what.window).set_alignment(CellAlignment::Right);
            let mut cells = vec![Cell::new(row.name()), window, Cell::new(worker)];
            cells.extend(numeric.map(|text| Cell::new(text).set_alignment(CellAlignment::Right)));
            table.add_row(cells);
        }
    }
    say(table)?;
    say("\
`ratio` is jobs/s over those of the bare peer in the same round (lowest to highest). CPU and
memory are those of the worker's process alone (in brackets: over the bare peer's); for `memory` and
`tasker` the submitting side is in it.")?;
    // Each once, although every window of a road has them.
    let mut notes: Vec<String> = Vec::new();
    for note in rows.iter().flat_map(Row::all_notes) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes.iter().try_for_each(say)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
