//! The host as a process of its own, so that its memory is nobody else's.

use std::{
    io::{self, Read as _, Write as _},
    net::SocketAddr,
    time::{Duration, Instant},
};

use journeyman_core::{JobError, Router, blocking};
use journeyman_halloween::{ArgText, Config, discovery::Toggles};
use journeyman_props::{Instance, PropContext, PropHost};

use crate::many::Problem;

/// A prop that answers `work N` with N at once, and can be held up in two ways.
fn prop(_: &PropContext) -> Result<Instance, JobError> {
    let router = Router::new()
        .route("work", async |ArgText(arg): ArgText| arg)
        .route("sleep", async |ArgText(arg): ArgText| {
            tokio::time::sleep(millis(arg)?).await;
            Ok::<_, JobError>("slept")
        })
        .route(
            "block",
            blocking(|ArgText(arg): ArgText| {
                std::thread::sleep(millis(arg)?);
                Ok::<_, JobError>("blocked")
            }),
        );
    Ok(Instance::new(router, ()))
}

fn millis(arg: Option<String>) -> Result<Duration, JobError> {
    let number = arg.and_then(|arg| arg.parse().ok());
    number.map(Duration::from_millis).ok_or_else(|| JobError::bad_input("give milliseconds"))
}

/// Runs so many props until standard input ends. Says `up` with the milliseconds that it took.
pub(crate) fn run(broker: SocketAddr, props: usize) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let begin = Instant::now();
        let mut toggles = Toggles::default();
        toggles.builtins.disable = vec!["heartbeat".to_owned()];
        let mut config = Config::new(broker.ip().to_string()).port(broker.port());
        // Without a user: the broker takes everybody.
        config.username = Some(String::new());
        let host = PropHost::new(config).reload(false).toggles(toggles);
        let host = (0..props).fold(host, |host, n| host.register(format!("prop-{n}"), prop));
        let host = host.start()?;
        let control = host.control().clone();
        if !control.started().await {
            return Err("the host ended".into());
        }
        let running = control.props().iter().filter(|prop| prop.state.is_running()).count();
        println!("up {} {running}", begin.elapsed().as_millis());
        io::stdout().flush()?;
        let over = tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new()));
        // Closed or broken: nobody wants us any more.
        let _ = over.await;
        control.shutdown();
        host.wait().await?;
        Ok(())
    })
}
