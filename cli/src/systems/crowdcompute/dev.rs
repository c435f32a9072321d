//! The stand-in foreman as a local server.

use std::net::{Ipv4Addr, SocketAddr};

use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig};

use super::news;
use crate::{
    dev::{DevArgs, EraArg, near},
    exit::{Code, Failure},
    output::say,
    signals::Signals,
};

/// The ports of a real foreman.
const PORT: u16 = 9000;
const HTTP_PORT: u16 = 8000;

pub(super) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    let mut signals = Signals::new()?;
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listen = match &args.listen {
        Some(text) => text.parse().map_err(|error| {
            Failure::usage(format!("--listen {text}: {error}; write IP:PORT, such as 127.0.0.1:0"))
        })?,
        None => loopback(PORT),
    };
    let http = args.api_listen.unwrap_or_else(|| loopback(HTTP_PORT));
    let era = if args.era == Some(EraArg::Seed) { Era::Seed } else { Era::Head };
    let config = ForemanConfig::new(era).listen(listen).http(http);
    let foreman = Foreman::start(config).await.map_err(|error| {
        Failure::failed(format!(
            "{listen} and {http} cannot be listened on: {error}; choose others with --listen and \
             --api-listen, port 0 takes a free one"
        ))
    })?;
    say(introduction(era, foreman.addr(), foreman.http_addr()))?;
    let mut events = foreman.events();
    loop {
        tokio::select! {
            event = events.next() => {
                if let Some(line) = news::line(&event, |id| foreman.task(id)) {
                    say(line)?;
                }
            }
            () = signals.next() => break,
        }
    }
    foreman.stop().await;
    say("stopped; nothing was kept")?;
    Ok(Code::Ok)
}

fn introduction(era: Era, at: SocketAddr, http: SocketAddr) -> String {
    let careful = match at.ip().is_loopback() && http.ip().is_loopback() {
        true => "",
        false => {
            "Careful: others can reach these ports, and a foreman knows no passwords: whoever does \
             can send code to its workers.\n"
        }
    };
    let (era, which) = match era {
        Era::Seed => ("seed", "of the first prototype (seed)"),
        _ => ("head", "of today (head)"),
    };
    let (at, http) = (near(at), near(http));
    let url = format!("ws://{at}");
    let usual = at.port() == PORT;
    let option = if usual { String::new() } else { format!(" --foreman-url {url}") };
    format!(
        "\
{careful}A stand-in CrowdCompute foreman {which}, in memory. Ctrl-C stops it.
  workers and clients   {url}
  HTTP API              http://{http}/api/stats

Run a worker for it, in another terminal:
  journeyman pc-worker{option}
or serve functions with built-in handlers, without Python:
  journeyman run --connect 'crowdcompute+{url}?era={era}' --handler echo
or see whether a worker could:
  journeyman doctor 'crowdcompute+{url}'
For a worker of yours, also upstream's:
  export CROWDCOMPUTE_FOREMAN_URL={url}      (upstream's: --foreman-url {url})

Submit a job: the function is called once for each argument, which is JSON.
  printf 'def square(x):\\n    return x * x\\n' > square.py
  journeyman submit --to crowdcompute+{url} square.py 1 2 3

What happens:"
    )
}
