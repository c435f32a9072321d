//! What a task has besides its arguments, for the handler that runs Python.

use std::sync::Arc;

use journeyman_core::{
    IntoResult, Job, JobError, JobResult, Whole,
    capability::Need,
    extract::FromJob,
    job::{Body, Completion},
};

use crate::{
    Era,
    pyjson::{self, Raw},
};

pub(crate) const PYTHON: &str = "crowdcompute.python";

/// A task as the foreman sent it: take it to run its source. Clones share everything.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PythonTask {
    /// The foreman's id of the task.
    pub task_id: Arc<str>,
    /// The job that it belongs to.
    pub job_id: Option<Arc<str>>,
    /// The source. Half a surrogate pair, which no source can hold, has become U+FFFD.
    pub source: Arc<str>,
    /// SHA-256 of the source as UTF-8: what compiled code can be kept under.
    pub sha256: [u8; 32],
    /// Whose rules hold for namespaces, choice of the function and its call. Where the foreman's era
    /// is not known, today's: whatever works by the rules of the seed works by them, too.
    pub era: Era,
    /// Whether upstream's behaviour is wanted to the letter, choice of the function included.
    pub compat: bool,
    /// The function to call: the one that the job names, else the first one that its source defines.
    /// `None` when none was found, which the interpreter may see otherwise. Without meaning when
    /// `compat` is set.
    pub function: Option<Arc<str>>,
    /// `task_args` exactly as it came: JSON as Python reads it.
    pub task_args_json: Raw,
    /// What the client said besides.
    pub metadata: Arc<TaskMetadata>,
    /// The task goes on from a checkpoint.
    pub resume: Option<Arc<Resume>>,
    /// The largest result, in bytes of a message, that can be sent now.
    pub max_result: usize,
}

impl PythonTask {
    /// The hash in hexadecimal digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// The extractor fails for jobs of other systems.
impl FromJob for PythonTask {
    const NEEDS: &'static [Need] = &[Need::Extension(PYTHON)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        let absent = || JobError::bad_input("the job did not come from a CrowdCompute foreman");
        job.extensions().get::<Self>().cloned().ok_or_else(absent)
    }
}

/// `task_metadata` (CrowdCompute sheet, section 15.1). What has another type than it should is as
/// if it were missing.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TaskMetadata {
    /// Whether checkpoints are wanted.
    pub checkpoint_enabled: Option<bool>,
    /// How often, in seconds.
    pub checkpoint_interval: Option<f64>,
    /// The variables that make the state.
    pub checkpoint_state: Vec<String>,
    /// What the client wrote as time limit, in seconds. Upstream keeps none.
    pub timeout: Option<f64>,
    /// The name of the client's function.
    pub func_name: Option<String>,
    /// All of it, as it came; `None` when there was none.
    pub json: Option<Raw>,
}

impl TaskMetadata {
    pub(crate) fn read(json: Option<Raw>) -> Self {
        let Some(raw) = json else { return Self::default() };
        let names = [
            "checkpoint_enabled",
            "checkpoint_interval",
            "checkpoint_state",
            "timeout",
            "_func_name",
        ];
        let fields = pyjson::object(raw.as_str(), names).unwrap_or_default();
        let [enabled, interval, state, timeout, name] = fields;
        let number = |text: Option<&str>| text?.parse::<f64>().ok().filter(|n| n.is_finite());
        let state = state.filter(|text| pyjson::kind(text) == pyjson::Kind::List);
        let names = state.and_then(|list| pyjson::list_start(list, 1024).ok()).unwrap_or_default();
        Self {
            checkpoint_enabled: enabled.and_then(|text| text.parse().ok()),
            checkpoint_interval: number(interval),
            checkpoint_state: names
                .into_iter()
                .filter_map(|name| pyjson::text(name).ok())
                .collect(),
            timeout: number(timeout),
            func_name: name.and_then(|name| pyjson::text(name).ok()),
            json: Some(raw),
        }
    }
}

/// Where a task goes on (CrowdCompute sheet, section 15.3).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Resume {
    /// The saved variables: an object.
    pub checkpoint_state: Option<Raw>,
    /// Arguments by name.
    pub task_kwargs: Option<Raw>,
    /// How far it was, from 0 to 100.
    pub progress_percent: Option<f64>,
    /// How many checkpoints there are.
    pub checkpoint_count: Option<u64>,
    /// `resumed`, `fresh` or `failed`.
    pub recovery_status: Option<String>,
}

impl Resume {
    /// The arguments that the task was started with, where its state has kept them.
    pub(crate) fn original_args(&self) -> Option<Raw> {
        let state = self.checkpoint_state.as_ref()?;
        let [args] = pyjson::object(state.as_str(), ["_original_task_args"]).ok()?;
        args.map(Raw::checked)
    }
}

/// The code of an error that is passed on without `Task execution failed: ` before it, as upstream
/// does with a result that JSON cannot carry (sheet, section 6.3).
pub const PLAIN_ERROR: &str = "PLAIN";

/// What a handler that ran Python returns: the result in the interpreter's own words.
#[derive(Clone, Debug, PartialEq)]
pub enum PythonResult {
    /// The result as JSON, from Python's `json.dumps`.
    Json(String),
    /// Python's text of a result that JSON cannot carry. Upstream's worker of today sends that; in
    /// the seed, such a task fails.
    Text(String),
}

impl PythonResult {
    /// The end of a job with this result.
    ///
    /// # Errors
    /// The interpreter gave something that is no JSON.
    pub fn completion(self) -> Result<Completion, JobError> {
        let (text, is_text) = match self {
            Self::Json(json) => {
                let broken =
                    |error| format!("the interpreter gave a result that is no JSON: {error}");
                pyjson::check(&json).map_err(|error| JobError::failed(broken(error)))?;
                (json, false)
            }
            Self::Text(text) => (text, true),
        };
        let mut completion = Completion { body: Body::Bytes(text.into()), ..Completion::default() };
        if is_text {
            completion.extensions.insert(AsText);
        }
        Ok(completion)
    }

    fn text(&self) -> &str {
        match self {
            Self::Json(text) | Self::Text(text) => text,
        }
    }
}

impl IntoResult<Whole> for PythonResult {
    fn into_result(self, job: &Job) -> JobResult {
        let limit = job.extensions().get::<PythonTask>().map_or(usize::MAX, |task| task.max_result);
        match crate::outcome::too_large(self.text(), limit) {
            Some(error) => Err(error),
            None => self.completion(),
        }
    }
}

/// Marks a result that goes out as a text, whatever it looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AsText;

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_with_patience() {
        let json = r#"{"checkpoint_enabled": true, "checkpoint_interval": 0.5, "checkpoint_state":
            ["i", 5, "total"], "timeout": null, "_func_name": "square", "x": 1}"#;
        let metadata = TaskMetadata::read(Some(Raw::new(json).unwrap()));
        assert_eq!(metadata.checkpoint_enabled, Some(true));
        assert_eq!(metadata.checkpoint_interval, Some(0.5));
        assert_eq!(metadata.checkpoint_state, ["i", "total"]);
        assert_eq!((metadata.timeout, metadata.func_name.as_deref()), (None, Some("square")));
        for odd in
            ["[]", "5", "{\"checkpoint_enabled\": 1, \"checkpoint_state\": {}, \"timeout\": \"x\"}"]
        {
            let raw = Raw::new(odd).unwrap();
            let wanted = TaskMetadata { json: Some(raw.clone()), ..TaskMetadata::default() };
            assert_eq!(TaskMetadata::read(Some(raw)), wanted, "{odd}");
        }
    }

    #[test]
    fn hexadecimal_digits() {
        assert_eq!(hex(&[0, 0xff, 0x1a]), "00ff1a");
        assert_eq!(unhex("00FF1a"), Some(vec![0, 255, 26]));
        assert_eq!((unhex("0"), unhex("0g"), unhex("é")), (None, None, None));
    }
}
