//! Steering.

// What utoipa writes qualifies more than it has to.
#![allow(unused_qualifications)]

use std::time::Duration;

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::StatusCode,
};
use journeyman_core::WorkerControl;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    journal::Level,
    problem::Problem,
    server::App,
    shared::{Shared, session_names},
};

/// A command.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    /// Start no more jobs.
    Pause,
    /// Start jobs again.
    Resume,
    /// Drop the connection and connect again.
    Reconnect,
    /// Drop the connection and stay away until told to reconnect.
    Disconnect,
    /// Take no more jobs, finish those in flight, and end. There is no way back.
    Drain,
}

/// How a command is carried out.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Options {
    /// For `drain`: how long jobs in flight may go on, in seconds. Default: the worker's own.
    within: Option<f64>,
}

/// A command was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Taken {
    /// The command.
    command: Command,
    /// How many sessions were told.
    sessions: usize,
}

type Answer = Result<(StatusCode, Json<Taken>), Problem>;

/// Steers all sessions.
#[utoipa::path(
    post, path = "/api/v1/{command}", tag = "control",
    params(("command" = Command, Path), Options),
    responses(
        (status = 202, description = "All sessions were told", body = Taken),
        (status = 403, description = "The monitor only shows, or a page of another site asked", body = Problem),
        (status = 404, description = "There is no such command", body = Problem),
    ),
)]
pub(crate) async fn all(
    State(shared): App,
    command: Result<Path<String>, PathRejection>,
    options: Result<Query<Options>, QueryRejection>,
) -> Answer {
    let (Path(command), Query(options)) = (command?, options?);
    let command = parse(&command)?;
    carry_out(&shared, &shared.control, command, &options, "all sessions")?;
    let sessions = shared.control.states().len();
    Ok((StatusCode::ACCEPTED, Json(Taken { command, sessions })))
}

/// Steers one session.
#[utoipa::path(
    post, path = "/api/v1/sessions/{place}/{command}", tag = "control",
    params(
        ("place" = usize, Path, description = "Its place in the list of sessions"),
        ("command" = Command, Path),
        Options,
    ),
    responses(
        (status = 202, description = "The session was told", body = Taken),
        (status = 403, description = "The monitor only shows, or a page of another site asked", body = Problem),
        (status = 404, description = "There is no such session or command", body = Problem),
    ),
)]
pub(crate) async fn one(
    State(shared): App,
    path: Result<Path<(usize, String)>, PathRejection>,
    options: Result<Query<Options>, QueryRejection>,
) -> Answer {
    let (Path((place, command)), Query(options)) = (path?, options?);
    let command = parse(&command)?;
    let Some(control) = shared.control.session(place) else {
        return Err(Problem::not_found(format!("there is no session {place}")));
    };
    let names = session_names(&shared.control.snapshot());
    let who = names.get(place).map_or("", String::as_str);
    carry_out(&shared, &control, command, &options, who)?;
    Ok((StatusCode::ACCEPTED, Json(Taken { command, sessions: 1 })))
}

fn parse(command: &str) -> Result<Command, Problem> {
    Ok(match command {
        "pause" => Command::Pause,
        "resume" => Command::Resume,
        "reconnect" => Command::Reconnect,
        "disconnect" => Command::Disconnect,
        "drain" => Command::Drain,
        _ => {
            return Err(Problem::not_found("there is no such command")
                .remedy("the commands are pause, resume, reconnect, disconnect and drain"));
        }
    })
}

fn carry_out(
    shared: &Shared,
    control: &WorkerControl,
    command: Command,
    options: &Options,
    who: &str,
) -> Result<(), Problem> {
    let what = match command {
        Command::Pause => {
            control.pause();
            "pause"
        }
        Command::Resume => {
            control.resume();
            "resume"
        }
        Command::Reconnect => {
            control.reconnect();
            "reconnect"
        }
        Command::Disconnect => {
            control.disconnect();
            "disconnect"
        }
        Command::Drain => {
            match options.within.map(Duration::try_from_secs_f64) {
                None => control.drain(),
                // More than a week is as good as for ever, and fits every clock.
                Some(Ok(limit)) => control.drain_within(limit.min(Duration::from_secs(604_800))),
                Some(Err(_)) => {
                    let error = "`within` is no number of seconds";
                    return Err(Problem::new(StatusCode::BAD_REQUEST, error));
                }
            }
            "drain"
        }
    };
    tracing::info!(command = what, sessions = who, "asked for by the monitor");
    shared.journal.add(Level::Info, format!("asked to {what}: {who}"));
    shared.nudge.notify_one();
    Ok(())
}
