//! What a mooR request has besides its arguments.

use journeyman_core::{Job, JobError, capability::Need, extract::FromJob};
use uuid::Uuid;

use crate::var::Obj;

pub(crate) const PERMS: &str = "moor.perms";
pub(crate) const REQUEST_ID: &str = "moor.request_id";

/// What the protocol puts beside the arguments.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) perms: Obj,
    pub(crate) request_id: Uuid,
}

/// The object whose permissions the MOO task runs with (mooR sheet, section 8.4). The daemon lets
/// only wizards call workers; what else follows from it is the handler's to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perms(pub Obj);

impl FromJob for Perms {
    const NEEDS: &'static [Need] = &[Need::Extension(PERMS)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        call(job).map(|call| Self(call.perms))
    }
}

/// The daemon's id of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

impl FromJob for RequestId {
    const NEEDS: &'static [Need] = &[Need::Extension(REQUEST_ID)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        call(job).map(|call| Self(call.request_id))
    }
}

fn call(job: &Job) -> Result<&Call, JobError> {
    let absent = || JobError::bad_input("the job did not come from a mooR daemon");
    job.extensions().get::<Call>().ok_or_else(absent)
}
