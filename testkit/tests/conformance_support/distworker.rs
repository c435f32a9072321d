//! The harness: stand-in controller, adapter, and a fault proxy between them when it is asked for.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use journeyman_core::{JobError, JobErrorKind, Serve, Value, capability::Capabilities};
use journeyman_testkit::{
    conformance::{BoxFuture, Ended, Fault, Harness, Master, NewJob, Setup, Step, Ticket},
    distworker::{Config, Controller, Event, NewTask, Provisioner, Target, Task, TaskHandle},
    proxy::{Direction, FaultProxy, Faults},
};

use super::{backend::Quick, structs};

pub(crate) const PROVISIONER: &str = "conformance";
pub(crate) const TOKEN: &str = "t0ken-0f-the-c0nformance-suite";

/// DistWorker.
#[derive(Debug)]
pub(crate) struct DistWorkerHarness;

/// The codes of the released wire and those that a better worker should send (DistWorker sheet,
/// sections 6.3 and 13).
fn code(error: &JobError) -> &str {
    error.code().unwrap_or(match error.kind() {
        JobErrorKind::Failed | JobErrorKind::RetryAfter | JobErrorKind::Panicked => "HANDLER_ERROR",
        JobErrorKind::Rejected => "REJECTED",
        JobErrorKind::TimedOut => "TIMEOUT",
        JobErrorKind::Cancelled => "CANCELLED",
        JobErrorKind::BadInput => "INVALID_INPUT",
        JobErrorKind::NoRoute => "NO_HANDLER",
        JobErrorKind::Overloaded | JobErrorKind::HandedBack => "WORKER_ERROR",
        kind => panic!("a new kind of error, {kind:?}, needs a code"),
    })
}

impl Harness for DistWorkerHarness {
    fn name(&self) -> &str {
        "distworker"
    }

    fn capabilities(&self) -> Capabilities {
        journeyman_distworker::capabilities(Setup::default().max_message)
    }

    fn code(&self, error: &JobError) -> String {
        code(error).to_owned()
    }

    fn carried(&self, value: &Value) -> Option<Value> {
        structs::carried(value)
    }

    fn takes(&self, arguments: &Value) -> bool {
        matches!(arguments, Value::Null | Value::Map(_)) && structs::carried(arguments).is_some()
    }

    fn result(&self, value: &Value) -> Option<Value> {
        let carried = structs::carried(value)?;
        Some(match carried {
            Value::Null | Value::Map(_) => carried,
            other => Value::object([("result", other)]),
        })
    }

    fn can(&self, fault: Fault) -> bool {
        match fault {
            Fault::Cut
            | Fault::Goodbye
            | Fault::Silence
            | Fault::HoldRegistrations
            | Fault::ReleaseRegistrations
            | Fault::DeliverTwice
            | Fault::Garbage
            | Fault::BrokenFraming
            | Fault::Down
            | Fault::Up
            | Fault::Blackhole
            | Fault::Throttle(_)
            | Fault::GoodNetwork => true,
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }

    fn has_network(&self) -> bool {
        true
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned()]
    }

    fn start(&self, setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>> {
        Box::pin(async move {
            let master = DistWorkerMaster::start(setup).await.map_err(|error| error.to_string())?;
            Ok(Box::new(master) as Box<dyn Master>)
        })
    }
}

struct DistWorkerMaster {
    setup: Setup,
    controller: Mutex<Arc<Controller>>,
    proxy: Option<FaultProxy>,
    /// Where the controller comes back after it was down.
    addresses: (SocketAddr, SocketAddr),
    /// Connections that were ended in good order, counted as the events are read.
    farewells: Mutex<(journeyman_testkit::distworker::Events, u64)>,
}

async fn controller(
    setup: &Setup,
    (worker, api): (SocketAddr, SocketAddr),
) -> std::io::Result<Controller> {
    let provisioner = Provisioner::shared_token(TOKEN, setup.routes.clone());
    let config = Config::default().worker_addr(worker).api_addr(api);
    Controller::start(config.provisioner(PROVISIONER, provisioner)).await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl DistWorkerMaster {
    async fn start(setup: Setup) -> std::io::Result<Self> {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let controller = controller(&setup, (anywhere, anywhere)).await?;
        let addresses = (controller.worker_addr(), controller.api_addr());
        let proxy = match &setup.network {
            None => None,
            Some(network) => {
                let proxy = FaultProxy::start(addresses.0, network.seed).await?;
                proxy.set_faults(network.faults.clone());
                Some(proxy)
            }
        };
        let farewells = Mutex::new((controller.events(), 0));
        let controller = Mutex::new(Arc::new(controller));
        Ok(Self { setup, controller, proxy, addresses, farewells })
    }

    fn controller(&self) -> Arc<Controller> {
        Arc::clone(&lock(&self.controller))
    }

    async fn carry_out(&self, fault: Fault) {
        let controller = self.controller();
        match fault {
            Fault::Cut => drop(controller.abort(Target::All)),
            Fault::Goodbye => drop(controller.close(Target::All, 1001, "the server restarts")),
            Fault::Silence => self.silence(&controller),
            Fault::HoldRegistrations => controller.faults().set_mute_registrations(true),
            Fault::ReleaseRegistrations => {
                controller.faults().set_mute_registrations(false);
                controller.abort(Target::All);
            }
            Fault::DeliverTwice => controller.faults().set_deliver_twice(true),
            Fault::Garbage => garbage(&controller),
            Fault::BrokenFraming => {
                // Reserved bits, an unknown kind of frame, and a length that nobody would send.
                controller.send_raw(Target::All, &[0xff; 64]);
            }
            Fault::Down => controller.shutdown().await,
            Fault::Up => {
                let back = self::controller(&self.setup, self.addresses).await;
                let back = back.expect("the ports are free again");
                *lock(&self.farewells) = (back.events(), 0);
                *lock(&self.controller) = Arc::new(back);
            }
            Fault::Blackhole => {
                let swallow = Direction { swallow: true, ..Direction::default() };
                self.proxy().set_faults(Faults::both(swallow));
            }
            Fault::Throttle(bytes) => {
                let slow = Direction { throttle: Some(bytes), ..Direction::default() };
                self.proxy().set_faults(Faults::both(slow));
            }
            Fault::GoodNetwork => self.proxy().set_faults(Faults::none()),
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }

    /// The controller would go on giving tasks to a frozen connection: nobody tells it that the
    /// worker is gone. So it forgets them once the worker has come back.
    fn silence(&self, controller: &Arc<Controller>) {
        let frozen: Vec<u64> =
            controller.workers().iter().filter_map(|worker| worker.connection).collect();
        for number in &frozen {
            controller.freeze(Target::Connection(*number));
        }
        let mut events = controller.events_from_now();
        let controller = Arc::clone(controller);
        tokio::spawn(async move {
            for _ in &frozen {
                events.wait_for(|event| matches!(event, Event::Connected { .. })).await;
            }
            for number in frozen {
                controller.abort(Target::Connection(number));
            }
        });
    }

    fn proxy(&self) -> &FaultProxy {
        self.proxy.as_ref().expect("the case asked for a network")
    }
}

impl Master for DistWorkerMaster {
    fn serve(&self) -> Serve {
        let address = self.proxy.as_ref().map_or(self.addresses.0, FaultProxy::addr);
        let config = journeyman_distworker::Config::new(format!("http://{address}"), PROVISIONER)
            .worker_token(TOKEN)
            .connections(self.setup.parallel)
            .max_message_size(self.setup.max_message);
        let Setup { backoff, silence, .. } = self.setup;
        Serve::new(Quick { config, backoff, silence })
    }

    fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>> {
        Box::pin(async move {
            let handle = submit(&self.controller(), &job)?;
            let (mut writer, ticket) = Ticket::new(handle.id().to_string());
            let mut handle = handle;
            tokio::spawn(async move {
                while let Some(progress) = handle.progress().await {
                    let fraction = f64::from(progress.progress);
                    writer.step(Step { fraction, message: progress.message }).await;
                }
                writer.end(handle.wait().await.map_or(Ended::Lost, ended));
            });
            Ok(ticket)
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Ok(id) = id.parse() {
                // One that has ended cannot be cancelled.
                let _ = self.controller().cancel(id);
            }
        })
    }

    fn fault(&self, fault: Fault) -> BoxFuture<'_, ()> {
        Box::pin(self.carry_out(fault))
    }

    fn registered(&self) -> usize {
        let workers = self.controller().workers();
        workers.iter().filter(|worker| worker.connection.is_some()).count()
    }

    fn answers(&self) -> u64 {
        let stats = self.controller().stats();
        stats.completed + stats.failed + stats.ignored
    }

    fn farewells(&self) -> Option<u64> {
        let mut farewells = lock(&self.farewells);
        while let Some(event) = farewells.0.try_next() {
            if let Event::Disconnected { reason, .. } = event
                && reason == "the worker closed with 1000"
            {
                farewells.1 += 1;
            }
        }
        Some(farewells.1)
    }

    fn describe(&self) -> String {
        let controller = self.controller();
        let mut events = controller.events();
        let mut last = std::collections::VecDeque::new();
        while let Some(event) = events.try_next() {
            last.push_back(event.to_string());
            if last.len() > 40 {
                last.pop_front();
            }
        }
        let proxy = self.proxy.as_ref().map(FaultProxy::counters);
        format!("{:#?}; proxy: {proxy:?}; last events: {last:#?}", controller.stats())
    }
}

fn submit(controller: &Controller, job: &NewJob) -> Result<TaskHandle, String> {
    let plain = job.timeout.is_none() && job.retries == 0 && !job.watched;
    // JSON has no NaN and not all of our integers; the API of encoded bytes has no options.
    if plain && job.args != Value::Null {
        let input = structs::encode(&job.args).ok_or("the input is no object")?;
        return controller.submit_raw(&job.route, input).map_err(|error| error.to_string());
    }
    let input: serde_json::Value =
        serde_json::from_str(&job.args.to_string()).map_err(|error| error.to_string())?;
    let millis = job.timeout.map_or(0, |timeout| timeout.as_millis() as i64);
    let task = NewTask::new(&job.route).input(input).timeout_ms(millis).retry(job.retries);
    let task = if job.watched { task.with_progress() } else { task };
    controller.submit(task).map_err(|error| error.to_string())
}

fn ended(task: Task) -> Ended {
    match task.error {
        Some(error) => Ended::Failed { code: error.code, message: error.message },
        None => Ended::Ok(task.result.map_or(Value::Null, |bytes| structs::decode(&bytes))),
    }
}

/// Messages that a worker should never get (DistWorker sheet, sections 2.2 and 6.2).
fn garbage(controller: &Controller) {
    controller.send_text(Target::All, "hello");
    controller.send_text(Target::All, "");
    let task_id = [&[0x0a, 36][..], &[b'a'; 36]].concat();
    let assign = |body: &[u8]| [&[0x08, 10, 0x52, body.len() as u8], body].concat();
    let messages: [&[u8]; 16] = [
        &[],
        // Cut off, too long, of a wire type that there is not.
        &[0x08],
        &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x07, 1],
        &[0xff; 300],
        // Unknown types, and what only workers send.
        &[0x08, 0],
        &[0x08, 99],
        &[0x08, 9, 0x4a, 0],
        &[0x08, 12, 0x62, 0],
        &[0x08, 2, 0x12, 0],
        // The answer to a registration without content.
        &[0x08, 13],
        // Assignments: without content, without an id, cut off, with an id that is no text.
        &[0x08, 10],
        &[0x08, 10, 0x52, 0],
        &assign(&[0x12, 4, b'c', b'o', b'n', b'f']),
        &assign(&task_id)[..20],
        &assign(&[0x0a, 2, 0xff, 0xfe]),
    ];
    for message in messages {
        controller.send_binary(Target::All, message);
    }
}
