//! The steps of the doctor, in their order.

use std::time::Duration;

use journeyman_core::Serve;
use journeyman_crowdcompute::{Config, Connection, CrowdWorker, Era, EraSetting, Native};
use tokio::time::timeout;

use super::{
    client::{Client, Job, Said},
    era, values,
};
use crate::{
    doctor::{self, Check, DoctorArgs, Trial},
    exit::Code,
    python,
};

const ERA: &str = "era";
const ID: &str = "worker id";
const SIZE: &str = "message size";
const REGISTRATION: &str = "registration";
const ECHO: &str = "echo job";

pub(super) async fn check(config: &Config, check: &mut Check, args: &DoctorArgs) {
    // It has nothing to do with the foreman, and is told whatever becomes of the rest.
    python::check(check, args.python.as_deref(), args.require_sandbox).await;
    let limit = args.timeout;
    let to = match config.connection() {
        Ok(to) => to,
        Err(error) => return check.failed(Code::Usage, "configuration", error.to_string(), ""),
    };
    if !dial(check, &to, limit).await {
        return;
    }
    const HINT: &str =
        "a foreman's port for workers and clients is 9000 by default; 8000 is that of its HTTP API";
    if !doctor::web_socket(check, to.target.clone(), to.ws.clone(), limit, HINT).await {
        return;
    }
    let era = match era::probe(to, limit).await {
        Ok(era) => era,
        Err(error) => return check.error(ERA, &error),
    };
    which_era(check, config, era);
    sizes(check, config, era);
    ids(check, config, era);
    if args.no_register {
        return check.skipped(REGISTRATION, "not wanted");
    }
    register(config, check, args).await;
}

/// Reaches the host, or the proxy before it.
async fn dial(check: &mut Check, to: &Connection, limit: Duration) -> bool {
    if to.target.proxy.is_some() {
        check.skipped("DNS", "left to the proxy");
        return true;
    }
    let url = to.target.url.parse::<hyper::Uri>().ok();
    let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host()?))) else {
        check.failed(Code::Usage, "configuration", "the foreman's URL has no host", "");
        return false;
    };
    let default = if url.scheme_str() == Some("wss") { 443 } else { 80 };
    let port = url.port_u16().unwrap_or(default);
    let addresses = doctor::resolve(check, host.trim_matches(['[', ']']), port, limit).await;
    !addresses.is_empty() && doctor::dial(check, &addresses, limit).await
}

/// Which one it is, and whether the settings say so, too.
fn which_era(check: &mut Check, config: &Config, era: Option<Era>) {
    match (era, config.era.fixed()) {
        (None, _) => check.warn(
            ERA,
            "not recognised: it broke the connection at a message of a type that nobody knows, where \
             one of the seed closes it in good order, and one of today goes on",
        ),
        (Some(Era::Seed), Some(Era::Head)) => check.failed(
            Code::Usage,
            ERA,
            "the foreman is of the seed, and `era` is set to head: it would drop the worker for its \
             first checkpoint",
            "set `era` to seed, or leave it away",
        ),
        (Some(Era::Head), Some(Era::Seed)) => check.warn(
            ERA,
            "the foreman is of today (head), and `era` is set to seed: there are no checkpoints, and \
             Python tasks run by the rules of the seed; leave `era` away",
        ),
        (Some(era), Some(_)) => check.ok(ERA, format!("{era}, as it is set")),
        (Some(Era::Seed), None) => check.ok(
            ERA,
            "seed: it closes at messages that it does not know. No message proves that to a worker \
             at work; `era=seed` tells it",
        ),
        (Some(_), None) => check.ok(
            ERA,
            "head (today's): it passes over messages that it does not know. A worker finds that out \
             with the first task that has metadata; `era=head` tells it before",
        ),
    }
}

fn sizes(check: &mut Check, config: &Config, era: Option<Era>) {
    let ours = config.max_message_size;
    let ours = match ours % (1 << 20) {
        0 => format!("{} MiB", ours >> 20),
        _ => format!("{ours} bytes"),
    };
    match era {
        Some(Era::Seed) => check.ok(
            SIZE,
            "at most 1 MiB each way: a task whose result is larger fails, with an error that says so",
        ),
        Some(_) => check.ok(
            SIZE,
            format!("the foreman has no limit; ours is {ours} each way (`max_message_size`)"),
        ),
        None => check.skipped(SIZE, format!("the foreman's is not known; ours is {ours} each way")),
    }
}

/// What the registrations are called.
fn ids(check: &mut Check, config: &Config, era: Option<Era>) {
    // Of ids that tell the random digits from the rest.
    let ids = match CrowdWorker::new(config.clone()).protocols(0x1a2b_3c4d) {
        Ok(all) => all.iter().map(|one| format!("`{}`", one.worker_id())).collect::<Vec<_>>(),
        Err(error) => return check.failed(Code::Usage, ID, error.to_string(), ""),
    };
    let shown = match ids.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, .., last] => format!("{first} to {last}, one for each task at a time"),
    };
    let is_random = config.has_fresh_id() || config.worker_id.is_empty();
    match (is_random, era) {
        (true, _) => check.ok(ID, format!("such as {shown}; its digits are new in each process")),
        (false, Some(Era::Head)) => check.warn(
            ID,
            format!(
                "{shown} in every process: a foreman of today never gives work again to an id that \
                 lost a task; set `fresh_id` to true, or leave it and `compat` away"
            ),
        ),
        (false, _) => check.ok(ID, format!("{shown} in every process")),
    }
}

/// Registers for a moment, and sends a job there if that is wanted.
async fn register(config: &Config, check: &mut Check, args: &DoctorArgs) {
    let limit = args.timeout;
    // Under another id than the worker's, which may be at work: it would lose its registration.
    let mut once = config
        .clone()
        .worker_id("journeyman-doctor")
        .fresh_id(Some(true))
        .max_concurrent_tasks(1)
        .auto_restart(false);
    once.native = args.queue.iter().map(Native::named).collect();
    if once.compat {
        once.era = EraSetting::Auto;
    }
    let worker = CrowdWorker::new(once);
    let shown = worker.registrations();
    let trial =
        Trial { serve: Serve::new(worker), limit, echo: args.queue.clone(), answered: false };
    doctor::register(check, trial, async |check| {
        let ids: Vec<_> = shown.snapshot().into_iter().map(|one| one.worker_id).collect();
        let text = format!(
            "a foreman never answers one; it keeps `{}` among its workers, as offline",
            ids.join("`, `")
        );
        check.skipped(REGISTRATION, text);
        match (&args.submit_to, &args.queue) {
            (Some(url), Some(name)) => echo(check, config, url, name, limit).await,
            _ => check.skipped(
                ECHO,
                "not tried: --submit-to crowdcompute+ws://HOST:9000 --queue FUNCTION do it",
            ),
        }
    })
    .await;
}

/// Sends a job to ourselves, or to whoever else is free: any worker gives the same result.
async fn echo(check: &mut Check, config: &Config, url: &str, name: &str, limit: Duration) {
    let to = match Config::from_uri(url) {
        Ok(to) if to.url().ok() == config.url().ok() => config.clone(),
        Ok(to) => to,
        Err(error) => return check.failed(Code::Usage, ECHO, error.to_string(), ""),
    };
    let nonce = values::text(&uuid::Uuid::new_v4().to_string());
    let listed = format!("[{nonce}]");
    let job = Job::new(format!("def {name}(x):\n    return x\n"), vec![nonce.clone()]);
    let mut client = match Client::connect(&to, limit).await {
        Ok(client) => client,
        Err(failure) => return check.failed(failure.code, ECHO, failure.message(), ""),
    };
    if let Err(error) = client.submit(&job) {
        return check.error(ECHO, &error);
    }
    let end = timeout(limit, async {
        loop {
            match client.next(&job).await {
                Ok(Said::Accepted) => {}
                end => return end,
            }
        }
    });
    match end.await {
        // Our own handler gives the list of its arguments back.
        Ok(Ok(Said::Results(results)))
            if results.iter().map(values::json).all(|got| got == nonce || got == listed) =>
        {
            check.ok(ECHO, format!("{name} was submitted, done, and came back unchanged"));
        }
        Ok(Ok(Said::Results(_))) => {
            check.failed(Code::Failed, ECHO, "another result came back", "look at the foreman's log");
        }
        Ok(Ok(said)) => check.failed(Code::Refused, ECHO, format!("{said:?}"), ""),
        Ok(Err(failure)) => check.failed(failure.code, ECHO, failure.message(), ""),
        Err(_) => check.failed(
            Code::Failed,
            ECHO,
            format!("no result within {limit:?}"),
            "look at the foreman's pending tasks (http://HOST:8000): one of today that was restarted \
             gives nothing as long as tasks of old jobs are there, whose code it has lost; one of the \
             seed likewise. Deleting its database helps",
        ),
    }
}
