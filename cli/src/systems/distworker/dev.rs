//! The stand-in controller as a local server.

use std::net::{Ipv4Addr, SocketAddr};

use journeyman_testkit::distworker::{Config, Controller, Provisioner};

use crate::{
    dev::{DevArgs, quoted},
    exit::{Code, Failure},
    handlers,
    output::say,
    signals::Signals,
};

const PROVISIONER: &str = "dev";
/// Without `--token`: known to everybody, so good for loopback only.
const TOKEN: &str = "journeyman-dev";
/// The ports of a real controller.
const WORKER_PORT: u16 = 8081;
const API_PORT: u16 = 8080;

pub(super) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    let mut signals = Signals::new()?;
    let token = args.token.as_deref().unwrap_or(TOKEN);
    if token.is_empty() {
        return Err(Failure::usage("--token is empty; a real controller refuses that, too"));
    }
    let listen = match &args.listen {
        Some(text) => text.parse().map_err(|error| {
            Failure::usage(format!("--listen {text}: {error}; write IP:PORT, such as 127.0.0.1:0"))
        })?,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, WORKER_PORT)),
    };
    let api_listen =
        args.api_listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, API_PORT)));
    let queues = if args.queues.is_empty() { handlers::names() } else { args.queues.clone() };
    let config = Config::default()
        .worker_addr(listen)
        .api_addr(api_listen)
        .provisioner(PROVISIONER, Provisioner::shared_token(token, queues.clone()));
    let controller = Controller::start(config).await.map_err(|error| {
        Failure::failed(format!(
            "{listen} and {api_listen} cannot be listened on: {error}; choose others with \
             --listen and --api-listen, port 0 takes a free one"
        ))
    })?;
    introduce(token, &controller, &queues)?;
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

fn introduce(token: &str, controller: &Controller, queues: &[String]) -> Result<(), Failure> {
    let (worker_url, api_url) = (controller.worker_url(), controller.api_url());
    let queue = &queues[0];
    let reachable =
        !controller.worker_addr().ip().is_loopback() || !controller.api_addr().ip().is_loopback();
    if reachable && token == TOKEN {
        say(
            "Careful: others can reach these ports, and the token is known to everybody: set --token.",
        )?;
    }
    let token = quoted(token);
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
