//! What the worker tells about its machine. The adapter itself measures nothing: the program around
//! it does, and fills this in.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;

use crate::pyjson::{Object, Raw};

/// Measurements of one moment (CrowdCompute sheet, section 14.2). What is not known is null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Processor time in use, from 0 to 100.
    pub cpu_usage_percent: Option<f64>,
    /// Memory that is free, in MiB.
    pub ram_available_mb: Option<f64>,
    /// From 0 to 100.
    pub battery_level: Option<f64>,
    /// Whether the battery is being charged.
    pub is_charging: Option<bool>,
    /// In megabits per second.
    pub network_speed_mbps: Option<f64>,
    /// Storage that is free, in GiB.
    pub storage_available_gb: Option<f64>,
    /// When it was measured: ISO 8601, without a zone. Upstream's worker gives local time; where
    /// nothing is given, it is the time of sending in UTC.
    pub timestamp: Option<String>,
}

impl Metrics {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        *self == Self { timestamp: self.timestamp.clone(), ..Self::default() }
    }

    /// With the time of sending, where there is none.
    pub(crate) fn at(mut self, wall: SystemTime) -> Self {
        self.timestamp.get_or_insert_with(|| iso(wall));
        self
    }
}

/// Where measurements come from. Asked at every heartbeat and ping, so that it must not take long:
/// measure beside it, and keep the latest.
pub trait MetricsSource: fmt::Debug + Send + Sync + 'static {
    /// The latest measurements.
    fn metrics(&self) -> Metrics;
}

/// Measurements that the program sets whenever it has new ones. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MetricsHandle(Arc<Mutex<Metrics>>);

impl MetricsHandle {
    /// A handle without measurements.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the measurements.
    pub fn set(&self, metrics: Metrics) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = metrics;
    }
}

impl MetricsSource for MetricsHandle {
    fn metrics(&self) -> Metrics {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The machine, as the foreman's dashboard and scoring schedulers see it (sheet, section 14.1).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DeviceSpecs {
    /// `PC` or `Android`.
    pub device_type: Option<String>,
    /// Such as `Linux`.
    pub os_type: Option<String>,
    /// Its version.
    pub os_version: Option<String>,
    /// The model of the processor.
    pub cpu_model: Option<String>,
    /// Cores.
    pub cpu_cores: Option<u64>,
    /// Logical processors.
    pub cpu_threads: Option<u64>,
    /// In MHz.
    pub cpu_frequency_mhz: Option<f64>,
    /// Memory in MiB.
    pub ram_total_mb: Option<f64>,
    /// Memory that is free, in MiB.
    pub ram_available_mb: Option<f64>,
    /// The model of the graphics processor.
    pub gpu_model: Option<String>,
    /// From 0 to 100.
    pub battery_level: Option<f64>,
    /// Whether the battery is being charged.
    pub is_charging: Option<bool>,
    /// `WiFi`, `Ethernet` or `Unknown`.
    pub network_type: Option<String>,
    /// The version of the interpreter that runs Python tasks.
    pub python_version: Option<String>,
}

impl DeviceSpecs {
    /// What is set here, else what `measured` has.
    #[must_use]
    pub fn or(self, measured: Self) -> Self {
        Self {
            device_type: self.device_type.or(measured.device_type),
            os_type: self.os_type.or(measured.os_type),
            os_version: self.os_version.or(measured.os_version),
            cpu_model: self.cpu_model.or(measured.cpu_model),
            cpu_cores: self.cpu_cores.or(measured.cpu_cores),
            cpu_threads: self.cpu_threads.or(measured.cpu_threads),
            cpu_frequency_mhz: self.cpu_frequency_mhz.or(measured.cpu_frequency_mhz),
            ram_total_mb: self.ram_total_mb.or(measured.ram_total_mb),
            ram_available_mb: self.ram_available_mb.or(measured.ram_available_mb),
            gpu_model: self.gpu_model.or(measured.gpu_model),
            battery_level: self.battery_level.or(measured.battery_level),
            is_charging: self.is_charging.or(measured.is_charging),
            network_type: self.network_type.or(measured.network_type),
            python_version: self.python_version.or(measured.python_version),
        }
    }

    /// As the wire has it: all keys, null for what is not known. Nothing when nothing is known.
    pub fn to_wire(&self) -> Option<Raw> {
        if *self == Self::default() {
            return None;
        }
        let count = |object: Object, key: &str, count: Option<u64>| match count {
            Some(count) => object.int(key, count),
            None => object.raw(key, "null"),
        };
        let object = Object::new()
            .text_or_null("device_type", self.device_type.as_deref())
            .text_or_null("os_type", self.os_type.as_deref())
            .text_or_null("os_version", self.os_version.as_deref())
            .text_or_null("cpu_model", self.cpu_model.as_deref());
        let object = count(object, "cpu_cores", self.cpu_cores);
        let object = count(object, "cpu_threads", self.cpu_threads);
        let charging = self.is_charging.map_or("null", |yes| if yes { "true" } else { "false" });
        let text = object
            .float_or_null("cpu_frequency_mhz", self.cpu_frequency_mhz)
            .float_or_null("ram_total_mb", self.ram_total_mb)
            .float_or_null("ram_available_mb", self.ram_available_mb)
            .text_or_null("gpu_model", self.gpu_model.as_deref())
            .float_or_null("battery_level", self.battery_level)
            .raw("is_charging", charging)
            .text_or_null("network_type", self.network_type.as_deref())
            .text_or_null("python_version", self.python_version.as_deref())
            .end();
        Some(Raw::checked(&text))
    }
}

/// A time in UTC as Python's `isoformat` writes one without a zone.
fn iso(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, rest) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    // Python leaves the fraction out when it is nothing.
    if since.subsec_micros() > 0 {
        text.push_str(&format!(".{:06}", since.subsec_micros()));
    }
    text
}

/// Year, month and day of a number of days since 1970-01-01. The year is taken to begin in March,
/// so that the leap day comes last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, of_month)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_those_of_python() {
        let at = |secs, micros| {
            iso(UNIX_EPOCH + Duration::from_secs(secs) + Duration::from_micros(micros))
        };
        assert_eq!(at(1_795_268_048, 87_866), "2026-11-21T13:34:08.087866");
        assert_eq!(at(951_782_400, 0), "2000-02-29T00:00:00");
    }

    #[test]
    fn what_is_set_wins() {
        let set = DeviceSpecs { os_type: Some("Mine".to_owned()), ..DeviceSpecs::default() };
        let measured = DeviceSpecs {
            os_type: Some("Linux".to_owned()),
            cpu_cores: Some(2),
            ..DeviceSpecs::default()
        };
        let both = set.or(measured);
        assert_eq!((both.os_type.as_deref(), both.cpu_cores), (Some("Mine"), Some(2)));
        assert_eq!(DeviceSpecs::default().to_wire(), None);
        let wire = both.to_wire().unwrap();
        assert!(wire.as_str().starts_with(r#"{"device_type": null, "os_type": "Mine", "#));
        assert!(wire.as_str().contains(r#""cpu_cores": 2, "cpu_threads": null"#));
    }

    #[test]
    fn a_handle_holds_the_latest() {
        let handle = MetricsHandle::new();
        assert!(handle.metrics().is_empty());
        handle.clone().set(Metrics { cpu_usage_percent: Some(1.0), ..Metrics::default() });
        assert!(!handle.metrics().is_empty());
        assert_eq!(
            handle.metrics().at(UNIX_EPOCH).timestamp.as_deref(),
            Some("1970-01-01T00:00:00")
        );
    }
}
