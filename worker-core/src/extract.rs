//! Extractors: what a handler's arguments can be.

use std::any::{TypeId, type_name};

use serde::de::DeserializeOwned;

use crate::{
    JobError, Value,
    capability::Need,
    job::{Cancel, Deadline, Events, Job, JobInfo, Output, Progress},
};

/// A type that a handler can take as an argument.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler",
    note = "arguments come as extractors: `Args<T>` for the job's arguments, `State<S>`, \
            `JobInfo`, `Progress`, `Output`, `Cancel`, `Deadline`, `Events`, `Value`, `Job`, or an \
            adapter's own",
    note = "to read the arguments as `{Self}`, take `Args<{Self}>`"
)]
pub trait FromJob: Sized + Send {
    /// What it needs from the backend or the router; checked before the worker starts.
    const NEEDS: &'static [Need] = &[];

    /// Makes it from a job.
    ///
    /// # Errors
    /// The job has no such thing, or it does not fit: usually
    /// [`JobErrorKind::BadInput`](crate::JobErrorKind::BadInput).
    fn from_job(job: &Job) -> Result<Self, JobError>;
}

/// The job's arguments as a type of yours, read by the call shapes: a struct from an object by
/// name or from a list in order, a tuple from a list, a single value from a list of one. They are
/// read straight from what came in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Args<T>(pub T);

impl<T: DeserializeOwned + Send> FromJob for Args<T> {
    fn from_job(job: &Job) -> Result<Self, JobError> {
        job.payload()
            .args()
            .map(Self)
            .map_err(|error| JobError::bad_input(format!("the arguments do not fit: {error}")))
    }
}

/// Something of yours that the router holds: `Router::state`.
#[derive(Clone, Copy, Debug, Default)]
pub struct State<S>(pub S);

impl<S: Clone + Send + Sync + 'static> FromJob for State<S> {
    const NEEDS: &'static [Need] = &[Need::State(|| (TypeId::of::<S>(), type_name::<S>()))];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        // The router checked it before the start; a job cannot come here without it.
        let state = job.states().get::<S>().cloned();
        state.map(Self).ok_or_else(|| {
            JobError::failed(format!("the router has no state `{}`", type_name::<S>()))
        })
    }
}

/// The arguments exactly as the wire has them.
impl FromJob for Value {
    fn from_job(job: &Job) -> Result<Self, JobError> {
        job.payload()
            .exact()
            .map_err(|error| JobError::bad_input(format!("the arguments cannot be read: {error}")))
    }
}

/// An extractor that may have nothing to give. Its needs are not checked.
impl<T: FromJob> FromJob for Option<T> {
    fn from_job(job: &Job) -> Result<Self, JobError> {
        Ok(T::from_job(job).ok())
    }
}

/// An extractor whose failure the handler wants to see.
impl<T: FromJob> FromJob for Result<T, JobError> {
    const NEEDS: &'static [Need] = T::NEEDS;

    fn from_job(job: &Job) -> Result<Self, JobError> {
        Ok(T::from_job(job))
    }
}

macro_rules! infallible {
    ($($ty:ty, $needs:expr, |$job:ident| $make:expr;)+) => {$(
        impl FromJob for $ty {
            const NEEDS: &'static [Need] = $needs;

            fn from_job($job: &Job) -> Result<Self, JobError> {
                Ok($make)
            }
        }
    )+};
}

infallible! {
    Job, &[], |job| job.clone();
    JobInfo, &[], |job| JobInfo { attempt: job.attempt(), ..job.info().clone() };
    Progress, &[Need::Progress], |job| Self(job.clone());
    Cancel, &[Need::Cancel], |job| Self(job.clone());
    Deadline, &[Need::Deadline], |job| Self(job.info().deadline);
    Events, &[Need::Events], |job| Self(job.clone());
    Output, &[], |job| Self(job.clone());
}
