//! Steering the host by commands.

use journeyman_core::{JobError, Router, extract::State};
use journeyman_halloween::{ArgText, ValueError};

use crate::{ControlError, Factory, HostControl, Instance, PropContext, PropStatus, Reloaded};

/// The factory of the worker that steers this host.
pub(crate) fn host_control(control: HostControl) -> impl Factory {
    move |context: &PropContext| {
        let own = Own(context.id().into());
        let router = Router::new()
            .route("list", list)
            .route("start", start)
            .route("stop", stop)
            .route("restart", restart)
            .route("reload", reload)
            .state(control.clone())
            .state(own);
        Ok(Instance::new(router, ()))
    }
}

/// The id of the worker itself.
#[derive(Clone)]
struct Own(String);

async fn list(State(control): State<HostControl>) -> Vec<PropStatus> {
    control.props()
}

async fn start(
    ArgText(arg): ArgText,
    State(control): State<HostControl>,
) -> Result<PropStatus, JobError> {
    let id = named(&arg)?;
    control.start(id).await?;
    status(&control, id)
}

async fn stop(
    ArgText(arg): ArgText,
    State(control): State<HostControl>,
    State(own): State<Own>,
) -> Result<PropStatus, JobError> {
    let id = other(&arg, &own)?;
    control.stop(id).await?;
    status(&control, id)
}

async fn restart(
    ArgText(arg): ArgText,
    State(control): State<HostControl>,
    State(own): State<Own>,
) -> Result<PropStatus, JobError> {
    let id = other(&arg, &own)?;
    control.restart(id).await?;
    status(&control, id)
}

async fn reload(
    State(control): State<HostControl>,
    State(own): State<Own>,
) -> Result<Reloaded, JobError> {
    let begun = control.begin_reload().await?;
    // It may be this worker that is restarted: that waits for us.
    Ok(control.finish_reload(begun, Some(&own.0)).await)
}

fn named(arg: &Option<String>) -> Result<&str, ValueError> {
    let id = arg.as_deref().map(str::trim).filter(|id| !id.is_empty());
    id.ok_or_else(|| ValueError::new("which prop? give its id"))
}

/// A prop that is not this one: that would wait for its own end.
fn other<'a>(arg: &'a Option<String>, own: &Own) -> Result<&'a str, JobError> {
    let id = named(arg)?;
    if id == own.0 || id == crate::HOST_CONTROL {
        return Err(ControlError::Itself { id: id.to_owned() }.into());
    }
    Ok(id)
}

fn status(control: &HostControl, id: &str) -> Result<PropStatus, JobError> {
    let mut props = control.props().into_iter();
    let found = props.find(|status| &*status.id == id || &*status.name == id);
    found.ok_or_else(|| ControlError::HostStopped.into())
}
