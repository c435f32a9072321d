//! The stand-in orchestrator as a local server, with a worker in it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use journeyman_core::{Route, Router, Worker};
use journeyman_tasker::{Config, Resolution, Routes, TaskerWorker, template::Templates};
use journeyman_testkit::tasker::{self as testkit, Bridge, Channel, Orchestrator, Server};
use tokio::time::MissedTickBehavior;

use super::{folder, sample::Samples, screen::Screen, target::SECRETS};
use crate::{
    dev::{DevArgs, near, quoted},
    exit::{Code, Failure},
    handlers::{self, Binding},
    output::say,
    run::Plan,
    signals::Signals,
};

/// The port of a real server's REST API.
const PORT: u16 = 8080;
/// Between two pictures.
const REDRAW: Duration = Duration::from_millis(100);
/// The name of the handler that plays steps.
const SAMPLE: &str = "sample";
/// Names that are shown of what there may be many of.
const SHOWN: usize = 8;

/// Who does the steps.
struct Hands {
    bindings: Vec<Binding>,
    /// Patterns of steps that are played.
    played: Vec<String>,
    /// Whether every step is played that nobody else does.
    plays_rest: bool,
}

impl Hands {
    fn new(args: &DevArgs) -> Result<Self, Failure> {
        let (mut bindings, mut played) = (Vec::new(), Vec::new());
        if let Some(path) = &args.config {
            bindings = Plan::from_file(path)?.into_handlers();
        }
        for text in &args.handlers {
            match text.split_once('=') {
                Some((pattern, spec)) if spec.trim() == SAMPLE => {
                    let pattern = pattern.trim().to_owned();
                    if pattern.is_empty() {
                        let problem = "a handler has an empty route; write ROUTE=sample";
                        return Err(Failure::usage(problem));
                    }
                    played.push(pattern);
                }
                _ => bindings.extend(handlers::parse(text)?),
            }
        }
        let none = args.handlers.is_empty() && args.config.is_none();
        if none {
            bindings = handlers::defaults();
        }
        Ok(Self { bindings, played, plays_rest: none })
    }

    /// Each step must have a handler before anything is started.
    fn check(&self, templates: &Templates) -> Result<(), Failure> {
        if self.plays_rest {
            return Ok(());
        }
        let patterns = self.bindings.iter().map(|binding| &binding.pattern).chain(&self.played);
        let resolution = Resolution::new([].into(), Routes::new(patterns.cloned()));
        templates.check_handlers(&resolution).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
            Failure::usage(format!(
                "there are steps without a handler:{}\nname one with --handler, or let them be \
                 played: --handler '#=sample'",
                lines.concat()
            ))
        })
    }

    fn describe(&self) -> String {
        let patterns: Vec<_> =
            self.bindings.iter().map(|binding| binding.pattern.as_str()).collect();
        let played = || list(self.played.iter().map(String::as_str));
        match (self.plays_rest, self.played.is_empty()) {
            (true, _) => "every step is played, unless it names a built-in handler".to_owned(),
            (_, true) => list(patterns),
            _ if patterns.is_empty() => format!("played: {}", played()),
            _ => format!("{}; played: {}", list(patterns), played()),
        }
    }

    fn router(self, templates: &Templates) -> Router {
        let hidden: Vec<_> = SECRETS.iter().map(|name| (*name).to_owned()).collect();
        // Whoever reaches the API may start any template: what it names was given by hand.
        let mut router = handlers::granted_router(self.bindings, &hidden);
        let samples = Samples::new(templates.clone());
        let play = || {
            let samples = samples.clone();
            Route::new(move |job, step, cancel| samples.clone().play(job, step, cancel))
        };
        for pattern in self.played {
            router = router.route(pattern, play());
        }
        if self.plays_rest { router.fallback(play()) } else { router }
    }
}

fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names[..names.len().min(SHOWN)].join(", "))
}

/// As the real server, apart from what a developer would stumble over.
fn orchestrator() -> Orchestrator {
    let mut config = testkit::Config::default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    config.start_seconds = i64::try_from(now.as_secs()).unwrap_or(config.start_seconds);
    config.seed = uuid::Uuid::new_v4().as_u64_pair().0;
    // Our worker empties the channel at once; a decision that makes hundreds of steps in one moment
    // would lose some here, and does not where each is claimed by the database.
    config.overflow = testkit::Overflow::Hold;
    Orchestrator::new(config)
}

pub(super) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    let mut signals = Signals::new()?;
    let hands = Hands::new(&args)?;
    let channel = Channel::new(orchestrator());
    let templates = folder::register(args.templates.as_deref(), &channel)?;
    hands.check(&templates)?;
    let config = Config::from_env()
        .map_err(|error| Failure::usage(format!("tasker: {error}")))?
        .worker_id("journeyman-dev");
    config.validate().map_err(|errors| Failure::usage(format!("tasker: {errors}")))?;
    let listen = args.api_listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
    let server = Server::start(channel.clone(), listen).await.map_err(|error| {
        Failure::failed(format!(
            "{listen} cannot be listened on: {error}; choose another with --api-listen, port 0 takes \
             a free one"
        ))
    })?;
    introduce(&args, &templates, &hands, server.addr())?;

    let steps = TaskerWorker::new(config, Bridge::new(channel.clone()));
    let worker = Worker::new(hands.router(&templates)).serve(steps).start()?;
    let time = channel.clone();
    let clock = tokio::spawn(async move { time.follow_time().await });
    let mut events = channel.events();
    let mut screen = Screen::new();
    let watch = async {
        let mut ticks = tokio::time::interval(REDRAW);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            screen.show(&mut events, &channel)?;
        }
    };
    let shown: Result<(), Failure> = tokio::select! {
        failed = watch => failed,
        () = signals.next() => Ok(()),
    };
    server.stop().await;
    let under_way = channel.metrics().pending_count;
    if under_way > 0 && shown.is_ok() {
        screen.say("stopping: steps under way may finish; once more aborts them")?;
    }
    worker.control().drain();
    let aborted = tokio::select! {
        ended = worker.wait() => ended.map(|_| false)?,
        () = signals.next() => true,
    };
    clock.abort();
    shown?;
    screen.show(&mut events, &channel)?;
    screen.end()?;
    say("stopped; nothing was kept")?;
    Ok(if aborted { Code::Interrupted } else { Code::Ok })
}

fn introduce(
    args: &DevArgs,
    templates: &Templates,
    hands: &Hands,
    at: SocketAddr,
) -> Result<(), Failure> {
    if !at.ip().is_loopback() {
        say(
            "Careful: others can reach this port, and the API asks for no password: whoever does can \
             start tasks.",
        )?;
    }
    for warning in templates.iter().flat_map(|loaded| loaded.warnings()) {
        say(format_args!("warning: {warning}"))?;
    }
    let names: Vec<_> = templates.iter().map(|loaded| folder::name(loaded.template())).collect();
    let whence = match &args.templates {
        Some(folder) => folder.display().to_string(),
        None => "samples; --templates DIR takes yours".to_owned(),
    };
    let url = format!("http://{}", near(at));
    let first = quoted(names.first().map_or("NAMESPACE/NAME", String::as_str));
    let how = match hands.plays_rest {
        false => String::new(),
        true => {
            let step = templates.steps().next().map_or("STEP", |(_, step)| step.name.as_str());
            let context = serde_json::json!({"sample": {"seconds": 1, "fail": {step: 1}}});
            format!(
                "\nWhat is played follows the task's context, such as a step that fails once:\n  \
                 journeyman submit --to tasker+{url} {first} {} --wait",
                quoted(&context.to_string())
            )
        }
    };
    say(format_args!(
        "\
A stand-in Tasker orchestrator with a worker, in memory. Ctrl-C stops it.
  templates    {} ({whence})
  handlers     {}
  REST API     {url}

Start a task, in another terminal:
  journeyman submit --to tasker+{url} {first} '{{\"hello\":\"world\"}}' --wait{how}
or see what a worker for a real server would need:
  journeyman doctor 'tasker+{url}'

What happens:",
        list(names.iter().map(String::as_str)),
        hands.describe(),
    ))
}
