//! What a worker says (CrowdCompute sheet, sections 4 and 14).

use super::{Kind, WireError, fields::Fields};
use crate::{
    metrics::Metrics,
    pyjson::{self, Object, Raw},
};

/// The registration; the first message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkerReady {
    /// The worker's id.
    pub worker_id: String,
    /// What kind of worker; only printed.
    pub worker_type: Option<String>,
    /// `android` makes the foreman rewrite code, with some runtimes.
    pub platform: Option<String>,
    /// What runs the code.
    pub runtime: Option<String>,
    /// What it can do; a `false` makes the foreman rewrite code.
    pub capabilities: Option<Raw>,
    /// The machine; see [`DeviceSpecs`](crate::DeviceSpecs).
    pub device_specs: Option<Raw>,
    /// Models that it has (branch of distributed models).
    pub cached_model_partitions: Option<Raw>,
}

/// A heartbeat of the seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presence {
    /// Always `online`.
    pub status: String,
    /// The id of a task in work.
    pub current_task: Option<String>,
}

/// The answer to a ping, and a heartbeat of today.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pong {
    /// The worker's id. Foremen do not read it.
    pub worker_id: Option<String>,
    /// In heartbeats: how the worker is.
    pub presence: Option<Presence>,
    /// In heartbeats of upstream's worker: measurements, which no foreman reads.
    pub flat: Option<Metrics>,
    /// Measurements that a foreman of today stores.
    pub performance_metrics: Option<Metrics>,
}

/// A task succeeded.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskResult {
    /// The result.
    pub result: Raw,
    /// The task.
    pub task_id: String,
}

/// A task failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskError {
    /// What went wrong.
    pub error: String,
    /// The task.
    pub task_id: String,
}

/// How far a task is, with its state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskCheckpoint {
    /// The task.
    pub task_id: String,
    /// Whether it holds the whole state, and not only what changed.
    pub is_base: bool,
    /// The state: gzip of JSON or of a Python pickle, as hexadecimal digits.
    pub delta_data_hex: String,
    /// From 0 to 100.
    pub progress_percent: f64,
    /// Counts the checkpoints of one execution, from 1.
    pub checkpoint_id: u64,
    /// `gzip`.
    pub compression_type: Option<String>,
    /// `base` or `delta`.
    pub checkpoint_type: Option<String>,
    /// The names of the variables that the job's metadata asks for.
    pub checkpoint_state_vars: Option<Vec<String>>,
    /// The size before gzip, in bytes.
    pub state_size_bytes: Option<u64>,
}

/// How far a task is. No foreman can take it (sheet, section 13).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskProgress {
    /// The task.
    pub task_id: String,
    /// From 0 to 100.
    pub progress_percent: f64,
    /// `running`.
    pub status: Option<String>,
    /// Seconds that are left.
    pub eta_seconds: Option<f64>,
}

impl WorkerReady {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [id, kind, platform, runtime, capabilities, specs, models] = fields.take([
            "worker_id",
            "worker_type",
            "platform",
            "runtime",
            "capabilities",
            "device_specs",
            "cached_model_partitions",
        ])?;
        Ok(Self {
            worker_id: id.text()?,
            worker_type: kind.maybe_text()?,
            platform: platform.maybe_text()?,
            runtime: runtime.maybe_text()?,
            capabilities: capabilities.maybe_object()?,
            device_specs: specs.maybe_object()?,
            cached_model_partitions: models.maybe_raw(),
        })
    }

    pub(super) fn write(&self) -> String {
        let maybe = |object: Object, key: &str, text: &Option<String>| {
            object.maybe(text.as_ref(), |object, text| object.text(key, text))
        };
        let raw = |object: Object, key: &str, raw: &Option<Raw>| {
            object.maybe(raw.as_ref(), |object, raw| object.raw(key, raw.as_str()))
        };
        let object = Object::new().text("worker_id", &self.worker_id);
        let object = maybe(object, "worker_type", &self.worker_type);
        let object = maybe(object, "platform", &self.platform);
        let object = maybe(object, "runtime", &self.runtime);
        let object = raw(object, "capabilities", &self.capabilities);
        let object = raw(object, "device_specs", &self.device_specs);
        raw(object, "cached_model_partitions", &self.cached_model_partitions).end()
    }
}

impl Presence {
    fn write(&self, object: Object) -> Object {
        object
            .text("status", &self.status)
            .text_or_null("current_task", self.current_task.as_deref())
    }
}

/// The id of the worker, and how it is.
pub(super) fn read_heartbeat(fields: &Fields<'_>) -> Result<(String, Presence), WireError> {
    let [id, status, task] = fields.take(["worker_id", "status", "current_task"])?;
    let presence = Presence { status: status.text()?, current_task: task.maybe_text()? };
    Ok((id.text()?, presence))
}

pub(super) fn write_heartbeat(worker_id: &str, presence: &Presence) -> String {
    presence.write(Object::new().text("worker_id", worker_id)).end()
}

impl Pong {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [id, status, task, flat, nested] = fields.take([
            "worker_id",
            "status",
            "current_task",
            "cpu_usage_percent",
            "performance_metrics",
        ])?;
        let metrics = |data: &str| Metrics::read(&Fields { kind: Kind::Pong, data });
        let presence = match status.maybe_text()? {
            Some(status) => Some(Presence { status, current_task: task.maybe_text()? }),
            None => None,
        };
        Ok(Self {
            worker_id: id.maybe_text()?,
            presence,
            flat: flat.is_there().then(|| metrics(fields.data)).transpose()?,
            performance_metrics: nested
                .maybe_object()?
                .map(|nested| metrics(nested.as_str()))
                .transpose()?,
        })
    }

    pub(super) fn write(&self) -> String {
        Object::new()
            .maybe(self.worker_id.as_deref(), |object, id| object.text("worker_id", id))
            .maybe(self.presence.as_ref(), |object, presence| presence.write(object))
            .maybe(self.flat.as_ref(), |object, metrics| metrics.write(object))
            .maybe(self.performance_metrics.as_ref(), |object, metrics| {
                object.raw("performance_metrics", &metrics.write(Object::new()).end())
            })
            .end()
    }
}

impl Metrics {
    fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [cpu, ram, battery, charging, network, storage, timestamp] = fields.take([
            "cpu_usage_percent",
            "ram_available_mb",
            "battery_level",
            "is_charging",
            "network_speed_mbps",
            "storage_available_gb",
            "timestamp",
        ])?;
        Ok(Self {
            cpu_usage_percent: cpu.maybe_number()?,
            ram_available_mb: ram.maybe_number()?,
            battery_level: battery.maybe_number()?,
            is_charging: charging.maybe_bool()?,
            network_speed_mbps: network.maybe_number()?,
            storage_available_gb: storage.maybe_number()?,
            timestamp: timestamp.maybe_text()?,
        })
    }

    fn write(&self, object: Object) -> Object {
        let charging = match self.is_charging {
            Some(true) => "true",
            Some(false) => "false",
            None => "null",
        };
        object
            .float_or_null("cpu_usage_percent", self.cpu_usage_percent)
            .float_or_null("ram_available_mb", self.ram_available_mb)
            .float_or_null("battery_level", self.battery_level)
            .raw("is_charging", charging)
            .float_or_null("network_speed_mbps", self.network_speed_mbps)
            .float_or_null("storage_available_gb", self.storage_available_gb)
            .text_or_null("timestamp", self.timestamp.as_deref())
    }
}

impl TaskResult {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [result, task_id] = fields.take(["result", "task_id"])?;
        Ok(Self { result: result.raw()?, task_id: task_id.text()? })
    }

    pub(super) fn write(&self) -> String {
        Object::new().raw("result", self.result.as_str()).text("task_id", &self.task_id).end()
    }
}

impl TaskError {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [error, task_id] = fields.take(["error", "task_id"])?;
        Ok(Self { error: error.text()?, task_id: task_id.text()? })
    }

    pub(super) fn write(&self) -> String {
        Object::new().text("error", &self.error).text("task_id", &self.task_id).end()
    }
}

impl TaskCheckpoint {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [task_id, is_base, data, progress, id, compression, kind, vars, size] =
            fields.take([
                "task_id",
                "is_base",
                "delta_data_hex",
                "progress_percent",
                "checkpoint_id",
                "compression_type",
                "checkpoint_type",
                "checkpoint_state_vars",
                "state_size_bytes",
            ])?;
        Ok(Self {
            task_id: task_id.text()?,
            is_base: is_base.bool()?,
            delta_data_hex: data.text()?,
            progress_percent: progress.number()?,
            checkpoint_id: id.count()?,
            compression_type: compression.maybe_text()?,
            checkpoint_type: kind.maybe_text()?,
            checkpoint_state_vars: vars.is_there().then(|| vars.texts()).transpose()?,
            state_size_bytes: size.maybe_count()?,
        })
    }

    pub(super) fn write(&self) -> String {
        let vars = self.checkpoint_state_vars.as_ref().map(|vars| {
            let mut list = "[".to_owned();
            for (i, name) in vars.iter().enumerate() {
                list.push_str(if i > 0 { ", " } else { "" });
                pyjson::string(&mut list, name);
            }
            list.push(']');
            list
        });
        Object::new()
            .text("task_id", &self.task_id)
            .bool("is_base", self.is_base)
            .text("delta_data_hex", &self.delta_data_hex)
            .float("progress_percent", self.progress_percent)
            .int("checkpoint_id", self.checkpoint_id)
            .maybe(self.compression_type.as_deref(), |o, text| o.text("compression_type", text))
            .maybe(self.checkpoint_type.as_deref(), |o, text| o.text("checkpoint_type", text))
            .maybe(vars, |o, vars| o.raw("checkpoint_state_vars", &vars))
            .maybe(self.state_size_bytes, |o, size| o.int("state_size_bytes", size))
            .end()
    }
}

impl TaskProgress {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [task_id, progress, status, eta] =
            fields.take(["task_id", "progress_percent", "status", "eta_seconds"])?;
        Ok(Self {
            task_id: task_id.text()?,
            progress_percent: progress.number()?,
            status: status.maybe_text()?,
            eta_seconds: eta.maybe_number()?,
        })
    }

    pub(super) fn write(&self) -> String {
        Object::new()
            .text("task_id", &self.task_id)
            .float("progress_percent", self.progress_percent)
            .maybe(self.status.as_deref(), |object, status| object.text("status", status))
            .float_or_null("eta_seconds", self.eta_seconds)
            .end()
    }
}
