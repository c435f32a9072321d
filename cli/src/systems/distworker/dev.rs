//! The stand-in controller as a local server.

use journeyman_testkit::distworker::{Config, Controller, Provisioner};

use crate::{
    dev::DevArgs,
    exit::{Code, Failure},
    handlers,
    output::say,
    signals::Signals,
};

const PROVISIONER: &str = "dev";

pub(super) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    let mut signals = Signals::new()?;
    if args.token.is_empty() {
        return Err(Failure::usage("--token is empty; a real controller refuses that, too"));
    }
    let queues = if args.queues.is_empty() { handlers::names() } else { args.queues.clone() };
    let config = Config::default()
        .worker_addr(args.listen)
        .api_addr(args.api_listen)
        .provisioner(PROVISIONER, Provisioner::shared_token(args.token.as_str(), queues.clone()));
    let controller = Controller::start(config).await.map_err(|error| {
        Failure::failed(format!(
            "{} and {} cannot be listened on: {error}; choose others with --listen and \
             --api-listen, port 0 takes a free one",
            args.listen, args.api_listen
        ))
    })?;
    introduce(&args, &controller, &queues)?;
    let mut events = controller.events();
    loop {
        tokio::select! {
            event = events.next() => say(event)?,
            () = signals.next() => break,
        }
    }
    controller.shutdown().await;
    say("stopped; nothing was kept")?;
    Ok(Code::Ok)
}

fn introduce(args: &DevArgs, controller: &Controller, queues: &[String]) -> Result<(), Failure> {
    let (worker_url, api_url) = (controller.worker_url(), controller.api_url());
    let token = quoted(&args.token);
    let queue = &queues[0];
    let reachable =
        !controller.worker_addr().ip().is_loopback() || !controller.api_addr().ip().is_loopback();
    if reachable && args.token == DevArgs::TOKEN {
        say(
            "Careful: others can reach these ports, and the token is known to everybody: set --token.",
        )?;
    }
    say(format_args!(
        "\
A stand-in DistWorker controller, in memory. Ctrl-C stops it.
  workers connect to   {worker_url}
  provisioner          {PROVISIONER}
  token                {token}
  queues               {queues}
  HTTP API             {api_url}

Serve it with the built-in handlers, in another terminal:
  DISTWORKER_WORKER_TOKEN={token} journeyman run --connect 'distworker+{worker_url}?provisioner={PROVISIONER}'
or see whether a worker could:
  DISTWORKER_WORKER_TOKEN={token} journeyman doctor 'distworker+{worker_url}?provisioner={PROVISIONER}'
For a worker of yours, in Rust or with the Python SDK (a static worker has no id):
  export DISTWORKER_CONTROLLER_URL={worker_url}
  export DISTWORKER_PROVISIONER={PROVISIONER}
  export DISTWORKER_WORKER_ID=
  export DISTWORKER_WORKER_TOKEN={token}

Submit a job:
  journeyman submit --to {api_url} {queue} '{{\"hello\":\"world\"}}' --wait
  curl -s '{api_url}/api/v1/tasks?wait=5000' -H 'content-type: application/json' -d '{{\"queue\":{queue:?},\"input\":{{\"hello\":\"world\"}}}}'

What happens:",
        queues = queues.join(", "),
    ))
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
