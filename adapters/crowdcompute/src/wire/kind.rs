//! The types of messages.

use std::fmt;

use crate::Era;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $since:ident;)+) => {
        /// The type of a message (CrowdCompute sheet, sections 3, 13 and 18).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// All types.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The upstream that had it first.
            pub fn since(self) -> Since {
                match self {
                    $(Self::$name => Since::$since,)+
                }
            }
        }
    };
}

/// The upstream that had a type of message first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Since {
    /// The seed.
    Seed,
    /// Today's main line.
    Head,
    /// Its branch `feat/replicate-tasks`, which is not merged.
    Kill,
    /// Its branch `feature/distributed-models`, which is not merged.
    Models,
}

kinds! {
    /// Client to foreman: a job.
    SubmitJob = "submit_job", Seed;
    /// Client to foreman; ignored.
    GetResults = "get_results", Seed;
    /// Client to foreman: close the connection.
    Disconnect = "disconnect", Seed;
    /// Foreman to worker: a task.
    AssignTask = "assign_task", Seed;
    /// Foreman to worker: answer with `pong`.
    Ping = "ping", Seed;
    /// Worker to foreman: a task succeeded.
    TaskResult = "task_result", Seed;
    /// Worker to foreman: a task failed.
    TaskError = "task_error", Seed;
    /// Worker to foreman: the registration.
    WorkerReady = "worker_ready", Seed;
    /// Worker to foreman: a sign of life, which the foreman of the seed ignores.
    WorkerHeartbeat = "worker_heartbeat", Seed;
    /// Worker to foreman: a sign of life that counts.
    Pong = "pong", Seed;
    /// Foreman to client: all results of a job.
    JobResults = "job_results", Seed;
    /// Foreman to client: a job was not taken.
    JobError = "job_error", Seed;
    /// Foreman to client: a job was taken.
    JobAccepted = "job_accepted", Seed;
    /// Client to foreman: a job for several workers.
    SubmitBroadcastJob = "submit_broadcast_job", Head;
    /// Client to foreman: a job in stages.
    SubmitPipelineJob = "submit_pipeline_job", Head;
    /// Foreman to worker: a task that goes on from a checkpoint. Never sent.
    ResumeTask = "resume_task", Head;
    /// Worker to foreman: how far a task is, with its state.
    TaskCheckpoint = "task_checkpoint", Head;
    /// Foreman to worker: a checkpoint was stored.
    CheckpointAck = "checkpoint_ack", Head;
    /// Worker to foreman: how far a task is. No foreman can take it.
    TaskProgress = "task_progress", Head;
    /// Foreman to client. Never sent.
    JobProgress = "job_progress", Head;
    /// Foreman to worker: stop a task.
    KillTask = "kill_task", Kill;
    /// Worker to foreman: a task was stopped.
    KillAck = "kill_ack", Kill;
    /// Foreman to worker: fetch a model.
    LoadModel = "load_model", Models;
    /// Worker to foreman: a model was fetched.
    ModelLoaded = "model_loaded", Models;
    /// Foreman to worker: drop a model.
    UnloadModel = "unload_model", Models;
    /// Worker to foreman: a part of a distributed inference.
    IntermediateFeature = "intermediate_feature", Models;
    /// Foreman to worker. Declared only.
    DeviceTopology = "device_topology", Models;
    /// Foreman to worker. Declared only.
    TopologyUpdate = "topology_update", Models;
    /// Foreman to worker. Declared only.
    AggregationConfig = "aggregation_config", Models;
    /// Foreman to worker. Declared only.
    FallbackDecision = "fallback_decision", Models;
}

impl Kind {
    /// The type of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Whether a foreman that may be of the seed can be sent it: that one drops a worker for a type
    /// that it does not know (sheet, section 2.1). `None` is a foreman of unknown era.
    pub fn may_be_sent(self, era: Option<Era>) -> bool {
        era == Some(Era::Head) || self.since() == Since::Seed
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
