//! The stand-in broker as a local server.

use std::net::{Ipv4Addr, SocketAddr};

use journeyman_testkit::halloween::{Broker, BrokerConfig, Overlap, User};

use super::news;
use crate::{
    dev::{DevArgs, OverlapArg, quoted},
    exit::{Code, Failure},
    output::say,
    signals::Signals,
};

/// The port of MQTT by convention.
const PORT: u16 = 1883;
/// The user of workers in a real house.
const WORKER: &str = "worker";

pub(super) async fn dev(args: DevArgs) -> Result<Code, Failure> {
    let mut signals = Signals::new()?;
    let config = configure(&args)?;
    let (broker, taken) = start(&args, config.clone()).await?;
    if let Some(taken) = taken {
        say(format_args!("Not the usual port: {taken}"))?;
    }
    say(introduction(&broker, &config))?;
    let mut events = broker.events();
    loop {
        tokio::select! {
            event = events.next() => {
                if let Some(line) = news::line(&event) {
                    say(line)?;
                }
            }
            () = signals.next() => break,
        }
    }
    broker.stop().await;
    say("stopped; nothing was kept")?;
    Ok(Code::Ok)
}

fn configure(args: &DevArgs) -> Result<BrokerConfig, Failure> {
    let mut config = match args.rights {
        true => BrokerConfig::halloween(),
        false => BrokerConfig::default(),
    };
    for text in &args.users {
        let form = "write NAME:PASSWORD";
        let (name, password) = text
            .split_once(':')
            .ok_or_else(|| Failure::usage(format!("--user has no `:` in it; {form}")))?;
        if name.is_empty() || password.is_empty() {
            return Err(Failure::usage(format!("--user: name or password is empty; {form}")));
        }
        if args.rights && !config.users.iter().any(|user| user.name == name) {
            return Err(Failure::usage(format!(
                "--user {name}: with --rights there are admin, dashboard, worker and device only"
            )));
        }
        config.anonymous = false;
        config.users.retain(|user| user.name != name);
        config.users.push(User::new(name, password));
    }
    config.overlap = match args.overlap {
        None | Some(OverlapArg::Mosquitto) => Overlap::Mosquitto,
        Some(OverlapArg::One) => Overlap::OneCopy,
        Some(OverlapArg::Each) => Overlap::OnePerSubscription,
    };
    Ok(config)
}

/// Starts it; if it had to give way to another broker, also why.
async fn start(
    args: &DevArgs,
    mut config: BrokerConfig,
) -> Result<(Broker, Option<String>), Failure> {
    let failed = |address: SocketAddr, error: &dyn std::fmt::Display| {
        Failure::failed(format!(
            "{address} cannot be listened on: {error}; choose another with --listen, port 0 takes \
             a free one"
        ))
    };
    if let Some(text) = &args.listen {
        config.listen = text.parse().map_err(|error| {
            Failure::usage(format!("--listen {text}: {error}; write IP:PORT, such as 127.0.0.1:0"))
        })?;
        let address = config.listen;
        let broker = Broker::start(config).await.map_err(|error| failed(address, &error))?;
        return Ok((broker, None));
    }
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    config.listen = usual;
    match Broker::start(config.clone()).await {
        Ok(broker) => Ok((broker, None)),
        // Another broker has it, perhaps a real one.
        Err(taken) => {
            config.listen.set_port(0);
            let broker = Broker::start(config).await.map_err(|error| failed(usual, &error))?;
            Ok((broker, Some(format!("{usual}: {taken}"))))
        }
    }
}

fn introduction(broker: &Broker, config: &BrokerConfig) -> String {
    use std::fmt::Write as _;

    let at = broker.addr();
    // As one can connect to it from this machine.
    let host = if at.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { at.ip() };
    let port = at.port();
    let user = config.users.iter().find(|user| user.name == WORKER).or(config.users.first());
    let other = config.users.iter().find(|user| user.name == "admin").or(user);
    let login = |user: Option<&User>| match user {
        None => String::new(),
        Some(User { name, password, .. }) => {
            format!(" -u {} -P {}", quoted(name), quoted(password))
        }
    };
    let port_option = if port == PORT { String::new() } else { format!(" -p {port}") };
    let client = |program: &str| format!("{program} -h {host}{port_option}{}", login(other));
    let (publish, subscribe) = (client("mosquitto_pub"), client("mosquitto_sub"));
    let access = match (config.users.as_slice(), config.acl.is_some()) {
        ([], _) => "everybody, with any user name or none".to_owned(),
        (users, rules) => {
            let rules = if rules { ", with the rights of a real house" } else { "" };
            let mut text = format!("these users and passwords, and nobody else{rules}");
            for User { name, password, .. } in users {
                // Writing into a text does not fail.
                let _ = write!(text, "\n            {name:<10} {password}");
            }
            text
        }
    };
    let overlap = match config.overlap {
        Overlap::Mosquitto => "as mosquitto: one copy with 3.1.1, one for each with 5",
        Overlap::OneCopy => "one copy",
        Overlap::OnePerSubscription => "one copy for each of them",
    };
    let username = match user {
        Some(user) if user.name != WORKER => format!("username={}", encoded(&user.name)),
        _ => String::new(),
    };
    let mut text = String::new();
    if !at.ip().is_loopback() && config.anonymous {
        text.push_str(
            "Careful: others can reach this port, and everybody may connect: set --user.\n",
        );
    }
    let _ = write!(
        text,
        "\
A stand-in MQTT broker for Halloween props (3.1.1 and 5), in memory. Ctrl-C stops it.
  broker    {at}
  access    {access}
  overlap   {overlap} (of subscriptions that match one message)

Run a house of props, in another terminal:
  {secret}journeyman props --root examples/halloween/props --host {host}{props_port}{props_user}
  cargo run --example halloween --features halloween      (with props in Rust as well)
or serve built-in handlers as one prop:
  {secret}journeyman run --connect 'halloween+mqtt://{at}?prop=demo{uri_user}' --handler echo
or see whether a worker could:
  {secret}journeyman doctor 'halloween+mqtt://{at}{uri_query}'
For a host of yours, also upstream's:
  export MQTT_HOST={host} MQTT_PORT={port}{export}

Try it:
  {subscribe} -v -t 'halloween/#'
  {publish} -t halloween/worker_host_heartbeat/cmd -m 'ping hello'
  {publish} -t halloween/worker_host_heartbeat/cmd -m 'fire 750'
  {publish} -t halloween/demo/cmd -m '{{\"action\": \"echo\", \"args\": {{\"a\": 1}}}}'

What happens:",
        props_port = if port == PORT { String::new() } else { format!(" --port {port}") },
        props_user = match user {
            Some(user) if user.name != WORKER => format!(" --user {}", quoted(&user.name)),
            _ => String::new(),
        },
        uri_user = if username.is_empty() { String::new() } else { format!("&{username}") },
        uri_query = if username.is_empty() { String::new() } else { format!("?{username}") },
        secret = match user {
            Some(user) => format!("MQTT_WORKER_PW={} ", quoted(&user.password)),
            None => String::new(),
        },
        export = match user {
            Some(user) => format!(
                " MQTT_WORKER_USER={} MQTT_WORKER_PW={}",
                quoted(&user.name),
                quoted(&user.password)
            ),
            None => String::new(),
        },
    );
    text
}

/// The value of an option of a URI.
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |text, byte| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => {
            text + &char::from(byte).to_string()
        }
        byte => text + &format!("%{byte:02X}"),
    })
}
