//! What the foreman is told about the machine (CrowdCompute sheet, sections 14.1 and 14.2).

use std::{path::Path, time::Duration};

use journeyman_crowdcompute::{DeviceSpecs, Metrics, MetricsHandle};
use sysinfo::{
    CpuRefreshKind, MINIMUM_CPU_UPDATE_INTERVAL, MemoryRefreshKind, RefreshKind, System,
};
use tokio::task::spawn_blocking;

const MIB: f64 = 1_048_576.0;
#[cfg(unix)]
const GIB: f64 = 1_073_741_824.0;

/// The machine as it is registered. It reads files of the kernel, so not on a runtime's thread.
pub(crate) fn specs() -> DeviceSpecs {
    let what = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing().with_frequency())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(what);
    let (battery, network) = (Battery::read(), Network::read());
    let mut specs = DeviceSpecs::default();
    specs.device_type = Some("PC".to_owned());
    specs.os_type = Some(os_type());
    specs.os_version = System::kernel_version();
    let cpu = system.cpus().first();
    specs.cpu_model =
        cpu.map(|cpu| cpu.brand().trim().to_owned()).filter(|brand| !brand.is_empty());
    specs.cpu_cores = System::physical_core_count().map(|count| count as u64);
    specs.cpu_threads = Some(system.cpus().len() as u64).filter(|count| *count > 0);
    specs.cpu_frequency_mhz = cpu.map(|cpu| cpu.frequency() as f64).filter(|mhz| *mhz > 0.0);
    specs.ram_total_mb = mebibytes(system.total_memory());
    specs.ram_available_mb = mebibytes(system.available_memory());
    specs.battery_level = battery.level;
    specs.is_charging = battery.charging;
    specs.network_type = Some(network.kind.to_owned());
    specs
}

/// As Python calls it.
fn os_type() -> String {
    match std::env::consts::OS {
        "linux" => "Linux".to_owned(),
        "macos" => "Darwin".to_owned(),
        "windows" => "Windows".to_owned(),
        other => other.to_owned(),
    }
}

fn mebibytes(bytes: u64) -> Option<f64> {
    (bytes > 0).then(|| hundredths(bytes as f64 / MIB))
}

/// Two digits behind the point, as upstream's worker has them.
fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Measures again and again, once for each heartbeat, on a thread for what blocks.
pub(crate) async fn measure(metrics: MetricsHandle, every: Duration) {
    let mut meter = Meter::new();
    let mut wait = MINIMUM_CPU_UPDATE_INTERVAL;
    loop {
        let measured = spawn_blocking(move || {
            let measured = meter.measure();
            (meter, measured)
        });
        // An error means that the runtime ends.
        let Ok((again, measured)) = measured.await else { return };
        meter = again;
        metrics.set(measured);
        // The time on processors is that between two looks.
        tokio::time::sleep(wait).await;
        wait = every;
    }
}

struct Meter {
    system: System,
    looked: bool,
}

impl Meter {
    fn new() -> Self {
        Self { system: System::new(), looked: false }
    }

    fn measure(&mut self) -> Metrics {
        self.system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        self.system.refresh_cpu_usage();
        let cpu = self.looked.then(|| f64::from(self.system.global_cpu_usage()));
        self.looked = true;
        let (battery, network) = (Battery::read(), Network::read());
        Metrics {
            cpu_usage_percent: cpu.map(|percent| hundredths(percent.clamp(0.0, 100.0))),
            ram_available_mb: mebibytes(self.system.available_memory()),
            battery_level: battery.level,
            is_charging: battery.charging,
            network_speed_mbps: network.speed,
            storage_available_gb: storage(&std::env::temp_dir()),
            timestamp: None,
        }
    }
}

/// What is free where tasks write, in GiB.
#[cfg(unix)]
fn storage(folder: &Path) -> Option<f64> {
    let system = rustix::fs::statvfs(folder).ok()?;
    Some(hundredths(system.f_bavail as f64 * system.f_frsize as f64 / GIB))
}

#[cfg(not(unix))]
fn storage(_folder: &Path) -> Option<f64> {
    None
}

/// The first battery, as Linux shows it.
#[derive(Default)]
struct Battery {
    level: Option<f64>,
    charging: Option<bool>,
}

impl Battery {
    fn read() -> Self {
        Self::below(Path::new("/sys/class/power_supply")).unwrap_or_default()
    }

    fn below(folder: &Path) -> Option<Self> {
        let mut supplies: Vec<_> =
            std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
        supplies.sort();
        let is_battery = |path: &&std::path::PathBuf| {
            word(&path.join("type")).as_deref() == Some("Battery")
                // That of a mouse says so.
                && word(&path.join("scope")).as_deref() != Some("Device")
        };
        let battery = supplies.iter().find(is_battery)?;
        let level = word(&battery.join("capacity")).and_then(|text| text.parse().ok());
        let charging = word(&battery.join("status"))
            .filter(|status| status != "Unknown")
            .map(|status| status != "Discharging");
        Some(Self { level, charging })
    }
}

/// The interface of the default route, as Linux shows it.
struct Network {
    kind: &'static str,
    /// What the link can do, in megabits per second.
    speed: Option<f64>,
}

impl Network {
    fn read() -> Self {
        let routes = std::fs::read_to_string("/proc/net/route").unwrap_or_default();
        Self::of(&routes, Path::new("/sys/class/net"))
    }

    fn of(routes: &str, folder: &Path) -> Self {
        // Interface and destination are the first two columns; the default route leads to zero.
        let mut rows = routes.lines().skip(1).map(|line| line.split_whitespace());
        let name = rows.find_map(|mut row| {
            let name = row.next()?;
            (row.next()? == "00000000" && !name.contains('/')).then_some(name)
        });
        let Some(folder) = name.map(|name| folder.join(name)) else {
            return Self { kind: "Unknown", speed: None };
        };
        let kind = match folder.join("wireless").exists() {
            true => "WiFi",
            // 1 is Ethernet.
            false if word(&folder.join("type")).as_deref() == Some("1") => "Ethernet",
            false => "Unknown",
        };
        // One that does not know says -1.
        let speed = word(&folder.join("speed")).and_then(|text| text.parse::<f64>().ok());
        Self { kind, speed: speed.filter(|speed| *speed >= 0.0) }
    }
}

fn word(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
        let root = std::env::temp_dir().join(format!("pc-worker-{name}-{}", std::process::id()));
        for (file, text) in files {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn this_machine() {
        let specs = specs();
        assert!(specs.cpu_threads >= Some(1) && specs.ram_total_mb > Some(64.0), "{specs:?}");
        assert!(specs.ram_available_mb <= specs.ram_total_mb, "{specs:?}");
        let mut meter = Meter::new();
        assert_eq!(meter.measure().cpu_usage_percent, None, "nothing to compare with");
        std::thread::sleep(MINIMUM_CPU_UPDATE_INTERVAL);
        let metrics = meter.measure();
        assert!(metrics.cpu_usage_percent.is_some_and(|cpu| (0.0..=100.0).contains(&cpu)));
        if cfg!(unix) {
            assert!(metrics.storage_available_gb.is_some_and(|gb| gb >= 0.0), "{metrics:?}");
        }
    }

    #[test]
    fn a_battery() {
        let root = folder(
            "battery",
            &[
                ("AC/type", "Mains\n"),
                ("BAT1/type", "Battery\n"),
                ("BAT1/capacity", "87\n"),
                ("BAT1/status", "Discharging\n"),
                ("BAT0/type", "Battery\n"),
                ("BAT0/scope", "Device\n"),
                ("BAT0/capacity", "5\n"),
            ],
        );
        let battery = Battery::below(&root).unwrap();
        assert_eq!((battery.level, battery.charging), (Some(87.0), Some(false)));
        std::fs::remove_dir_all(&root).unwrap();
        assert!(Battery::below(&root).is_none());
    }

    #[test]
    fn a_network() {
        let root = folder(
            "network",
            &[
                ("eth0/type", "1\n"),
                ("eth0/speed", "1000\n"),
                ("wlan0/type", "1\n"),
                ("wlan0/wireless/x", ""),
                ("wlan0/speed", "-1\n"),
            ],
        );
        let head = "Iface\tDestination\tGateway\n";
        let of = |row: &str| {
            let network = Network::of(&format!("{head}{row}\n"), &root);
            (network.kind, network.speed)
        };
        assert_eq!(of("eth0\t00000000\t0100A8C0"), ("Ethernet", Some(1000.0)));
        assert_eq!(of("wlan0\t00000000\t0100A8C0"), ("WiFi", None));
        assert_eq!(of("eth0\t0000A8C0\t00000000"), ("Unknown", None));
        assert_eq!(of("../x\t00000000\t0"), ("Unknown", None));
        assert_eq!(Network::of("", &root).kind, "Unknown");
        std::fs::remove_dir_all(&root).unwrap();
    }
}
