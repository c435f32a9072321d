//! What to run.

use std::{fmt, sync::Arc, time::Duration};

use sha2::{Digest, Sha256};

/// Python source text and its SHA-256, by which interpreters keep the compiled form. Cheap to
/// clone: make it once for many tasks of the same code.
#[derive(Clone, PartialEq, Eq)]
pub struct Source(Arc<(String, [u8; 32])>);

impl Source {
    /// Takes the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let digest = Sha256::digest(text.as_bytes()).into();
        Self(Arc::new((text, digest)))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.0
    }

    /// The SHA-256 of the text.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.0.1
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Source {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.digest();
        write!(f, "Source({} bytes, sha256 {a:02x}{b:02x}{c:02x}{d:02x}…)", self.text().len())
    }
}

/// How source text becomes a function, how it is called, and how results and errors are worded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rules {
    /// Our own: one namespace; the function named by [`Task::function`], else the first one. An
    /// array is its positional arguments, an object its keyword arguments, any other value its
    /// only argument.
    #[default]
    Plain,
    /// CrowdCompute's first foremen (CrowdCompute sheet, section 6): globals and locals apart, so
    /// that imports at the top, helpers and recursion are not seen by the function; the first
    /// function is called; a result that JSON cannot carry is an error.
    CrowdComputeSeed,
    /// CROWDio of today (CrowdCompute sheet, sections 14 and 15): one namespace; the first
    /// function that is none of the client library's helpers; a result that JSON cannot carry is
    /// Python's text of it.
    CrowdComputeHead,
}

impl Rules {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::CrowdComputeSeed => 1,
            Self::CrowdComputeHead => 2,
        }
    }

    /// What stands before the text of an exception in an error of the worker (CrowdCompute sheet,
    /// sections 6.3 and 14.4: in today's the words are the same for tasks that were not resumed).
    #[must_use]
    pub fn error_prefix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::CrowdComputeSeed => "Task execution failed: ",
            Self::CrowdComputeHead => "Resumed task execution failed: ",
        }
    }
}

/// Code and arguments.
#[derive(Clone, Debug)]
pub struct Task {
    pub(crate) source: Source,
    pub(crate) arguments: String,
    pub(crate) rules: Rules,
    pub(crate) function: Option<String>,
    pub(crate) exact: bool,
    pub(crate) watch: Vec<String>,
    pub(crate) checkpoint_every: Option<(Duration, Duration)>,
    pub(crate) resume: Option<String>,
    pub(crate) wall: Option<Duration>,
    pub(crate) cpu: Option<Duration>,
    pub(crate) memory: Option<u64>,
}

impl Task {
    /// A task by [`Rules::Plain`]. `arguments` is JSON text as Python reads it: `NaN`, `Infinity`
    /// and integers of any size are fine. It is not looked at before Python does; text that is no
    /// JSON is an error of the task.
    #[must_use]
    pub fn new(source: impl Into<Source>, arguments: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            arguments: arguments.into(),
            rules: Rules::default(),
            function: None,
            exact: false,
            watch: Vec::new(),
            checkpoint_every: None,
            resume: None,
            wall: None,
            cpu: None,
            memory: None,
        }
    }

    /// Sets by which rules the code is run.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// Names the function to call. By [`Rules::Plain`] it must exist; by the others, the rules
    /// choose when it does not.
    #[must_use]
    pub fn function(mut self, name: impl Into<String>) -> Self {
        self.function = Some(name.into());
        self
    }

    /// With [`Rules::CrowdComputeHead`]: chooses exactly as upstream does, which takes
    /// `_ckpt_update` of the client library for the task's function (CrowdCompute sheet, section
    /// 17). Default false.
    #[must_use]
    pub fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    /// Asks for a checkpoint after the first and then every further time: the values of these
    /// local variables of the function, and of `progress_percent`. Costs the code nothing between
    /// two of them. They arrive as [`Event::Checkpoint`](crate::Event::Checkpoint).
    #[must_use]
    pub fn checkpoints(
        mut self,
        first: Duration,
        every: Duration,
        names: impl IntoIterator<Item = String>,
    ) -> Self {
        // A zero would be a checkpoint at every step.
        let least = Duration::from_millis(10);
        self.checkpoint_every = Some((first.max(least), every.max(least)));
        self.watch = names.into_iter().collect();
        self
    }

    /// Goes on from a checkpoint, by CROWDio's rules (CrowdCompute sheet, section 15.3): the first
    /// assignment to each variable in `state` (an object, as JSON text) gets the value saved there,
    /// and the first loop over a `range` starts at `percent` of it. Right for code of that shape
    /// only.
    #[must_use]
    pub fn resume(mut self, state: &str, percent: f64) -> Self {
        let percent = if percent.is_finite() { percent.clamp(0.0, 100.0) } else { 0.0 };
        self.resume = Some(format!("{{\"state\": {state}, \"progress\": {percent}}}"));
        self
    }

    /// Sets the longest time that this task may run; the configured one counts if it is shorter.
    #[must_use]
    pub fn wall(mut self, limit: Duration) -> Self {
        self.wall = Some(limit);
        self
    }

    /// Sets the most processor time that this task may use; the configured one counts if it is
    /// less.
    #[must_use]
    pub fn cpu(mut self, limit: Duration) -> Self {
        self.cpu = Some(limit);
        self
    }

    /// Sets the most memory in bytes that the interpreter may have while this task runs; the
    /// configured one counts if it is less.
    #[must_use]
    pub fn memory(mut self, limit: u64) -> Self {
        self.memory = Some(limit);
        self
    }

    /// What is sent of it, without lengths and the like.
    pub(crate) fn bytes(&self) -> usize {
        let names = self.watch.iter().chain(&self.function).chain(&self.resume);
        self.source.text().len() + self.arguments.len() + names.map(String::len).sum::<usize>()
    }

    /// The code.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The rules.
    #[must_use]
    pub fn rules_of(&self) -> Rules {
        self.rules
    }
}
