//! The stand-in foreman, and a fault proxy before it when it is asked for.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use journeyman_core::{JobError, Serve, Value};
use journeyman_crowdcompute::{CrowdWorker, Registrations};
use journeyman_testkit::{
    conformance::{BoxFuture, Ended, Fault, Master, NewJob, Setup, Ticket, TicketWriter},
    crowdcompute::{Era, Event, Events, Foreman, ForemanConfig, Job, JobHandle, Target},
    proxy::{Cut, Direction, FaultProxy, Faults},
};

use super::{backend::Quick, errors, pyjson};

/// How long a task may be at no worker although the foreman thinks so: more than a message needs.
const ON_ITS_WAY: Duration = Duration::from_millis(700);

pub(super) struct CrowdComputeMaster(Arc<House>);

struct House {
    era: Era,
    setup: Setup,
    foreman: Mutex<Arc<Foreman>>,
    /// Where the foreman comes back after it was down.
    address: SocketAddr,
    proxy: Option<FaultProxy>,
    registrations: Mutex<Option<Registrations>>,
    book: Mutex<Book>,
}

/// What the foreman has told.
struct Book {
    events: Events,
    open: HashMap<String, Open>,
    answers: u64,
    farewells: u64,
}

/// A job of one task that has not ended.
struct Open {
    /// The foreman drops the results of a client that is gone.
    _handle: JobHandle,
    writer: TicketWriter,
    /// Errors after which it is over.
    errors: u32,
    /// The connection on which it was given out.
    connection: Option<u64>,
    /// Since when it is at no worker.
    missing: Option<Instant>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn foreman(era: Era, listen: SocketAddr) -> Result<Foreman, String> {
    Foreman::start(ForemanConfig::new(era).listen(listen)).await.map_err(text)
}

impl CrowdComputeMaster {
    pub(super) async fn start(era: Era, setup: Setup) -> Result<Self, String> {
        let foreman = foreman(era, SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = foreman.addr();
        let proxy = match &setup.network {
            Some(network) => {
                let proxy = FaultProxy::start(address, network.seed).await.map_err(text)?;
                proxy.set_faults(network.faults.clone());
                Some(proxy)
            }
            None => None,
        };
        let events = foreman.events();
        let book = Book { events, open: HashMap::new(), answers: 0, farewells: 0 };
        let house = Arc::new(House {
            era,
            setup,
            foreman: Mutex::new(Arc::new(foreman)),
            address,
            proxy,
            registrations: Mutex::new(None),
            book: Mutex::new(book),
        });
        watch(&house);
        Ok(Self(house))
    }
}

/// Reads the foreman's log as it grows, for as long as anybody holds the house.
fn watch(house: &Arc<House>) {
    let weak = Arc::downgrade(house);
    tokio::spawn(async move {
        while let Some(house) = weak.upgrade() {
            drop(house.catch_up());
            house.look_for_lost();
            drop(house);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
}

impl House {
    fn foreman(&self) -> Arc<Foreman> {
        Arc::clone(&lock(&self.foreman))
    }

    fn catch_up(&self) -> MutexGuard<'_, Book> {
        let foreman = self.foreman();
        let mut book = lock(&self.book);
        while let Some(event) = book.events.try_next() {
            book.event(&foreman, event);
        }
        book
    }

    /// A task that was on its way to the worker when the connection broke. Today's foreman gives it to
    /// whoever registers next; that of the seed believes for ever that the worker has it.
    fn look_for_lost(&self) {
        if self.era != Era::Seed {
            return;
        }
        let foreman = self.foreman();
        let Some(registrations) = lock(&self.registrations).clone() else { return };
        let at_work: Vec<_> = registrations
            .snapshot()
            .into_iter()
            .flat_map(|one| one.tasks)
            .map(|task| task.task_id)
            .collect();
        let connected: Vec<u64> =
            foreman.workers().iter().filter_map(|worker| worker.connection).collect();
        let mut lost = Vec::new();
        let mut book = lock(&self.book);
        for (id, open) in &mut book.open {
            // Its connection is another now.
            let on_its_way = open.connection.is_none_or(|number| connected.contains(&number));
            if on_its_way || connected.is_empty() || at_work.iter().any(|known| **known == **id) {
                open.missing = None;
            } else if open.missing.get_or_insert_with(Instant::now).elapsed() > ON_ITS_WAY {
                lost.push(id.clone());
            }
        }
        for id in lost {
            foreman.withdraw(&id);
            if let Some(mut open) = book.open.remove(&id) {
                let code = errors::LOST.to_owned();
                open.writer.end(Ended::Failed { code, message: String::new() });
            }
        }
    }

    fn proxy(&self) -> &FaultProxy {
        self.proxy.as_ref().expect("the case asked for a network")
    }

    async fn carry_out(&self, fault: Fault) {
        let foreman = self.foreman();
        match fault {
            Fault::Cut => match &self.proxy {
                Some(proxy) => proxy.cut_all(Cut::Reset),
                None => drop(foreman.abort(Target::All)),
            },
            Fault::Goodbye => drop(foreman.close(Target::All, 1001, "the server restarts")),
            Fault::Silence => drop(foreman.freeze(Target::All)),
            Fault::DeliverTwice => foreman.faults().set_deliver_twice(true),
            Fault::Garbage => {
                for text in GARBAGE {
                    foreman.send_text(Target::All, text);
                }
            }
            Fault::BrokenFraming => {
                // Reserved bits, an unknown kind of frame, and a length that nobody would send.
                foreman.send_raw(Target::All, &[0xff; 64]);
            }
            Fault::Down => {
                foreman.stop().await;
                self.catch_up().forget();
            }
            Fault::Up => {
                let back = self::foreman(self.era, self.address).await;
                let back = back.expect("the port is free again");
                let mut book = lock(&self.book);
                book.events = back.events();
                book.forget();
                *lock(&self.foreman) = Arc::new(back);
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

    fn take(&self, job: &NewJob) -> Result<Ticket, String> {
        let args = pyjson::write(&job.args).ok_or("JSON has no such value")?;
        let code = format!("def {}(argument):\n    return argument\n", super::function(&job.route));
        // Held, so that nothing of the task is read before it is in the book.
        let mut book = self.catch_up();
        let handle = self.foreman().submit(Job::new(code, [args]));
        let id = handle.task_id(0);
        let errors = job.retries + 1;
        self.foreman().faults().set_give_up_after(&id, u64::from(errors));
        let (writer, ticket) = Ticket::new(id.clone());
        let open = Open { _handle: handle, writer, errors, connection: None, missing: None };
        book.open.insert(id, open);
        Ok(ticket)
    }
}

/// What no worker should get: no JSON, no object, unknown, without what it needs, of the other side.
const GARBAGE: [&str; 6] = [
    "",
    "[1, 2",
    "[]",
    r#"{"type": "from_the_future", "data": {}, "job_id": null}"#,
    r#"{"type": "assign_task", "job_id": "j"}"#,
    r#"{"type": "job_results", "data": {"results": []}, "job_id": "j"}"#,
];

impl Book {
    fn event(&mut self, foreman: &Foreman, event: Event) {
        match event {
            Event::TaskCompleted { task_id, .. } => {
                self.answers += 1;
                let delivered = foreman.task(&task_id).and_then(|task| task.delivered);
                let value = delivered.as_deref().and_then(pyjson::parse);
                if let (Some(mut open), Some(value)) = (self.open.remove(&*task_id), value) {
                    open.writer.end(Ended::Ok(without_worker_id(value)));
                }
            }
            Event::TaskAssigned { task_id, connection, .. } => {
                if let Some(open) = self.open.get_mut(&*task_id) {
                    (open.connection, open.missing) = (Some(connection), None);
                }
            }
            Event::TaskFailed { task_id, error, .. } => {
                self.answers += 1;
                self.failed(&task_id, &error);
            }
            Event::Late { .. } => self.answers += 1,
            Event::Disconnected { reason, .. } if reason.contains("1000") => self.farewells += 1,
            _ => {}
        }
    }

    /// Tried again as often as the job wants; a real foreman would try for ever.
    fn failed(&mut self, task_id: &str, error: &str) {
        let Some(open) = self.open.get_mut(task_id) else { return };
        open.errors -= 1;
        if open.errors == 0
            && let Some(mut open) = self.open.remove(task_id)
        {
            let (code, message) = errors::seen(error);
            open.writer.end(Ended::Failed { code, message });
        }
    }

    /// The foreman is gone, with all that it knew.
    fn forget(&mut self) {
        self.open.clear();
        self.answers = 0;
        self.farewells = 0;
    }
}

/// Today's foreman puts the worker's id into an object that is a result (CrowdCompute sheet, section
/// 14.3).
fn without_worker_id(value: Value) -> Value {
    let Value::Map(mut pairs) = value else { return value };
    let is_id = |value: &Value| value.as_str().is_some_and(|id| id.starts_with("conformance"));
    pairs.retain(|(key, value)| key.as_str() != Some("worker_id") || !is_id(value));
    Value::Map(pairs)
}

impl Master for CrowdComputeMaster {
    fn serve(&self) -> Serve {
        let address = self.0.proxy.as_ref().map_or(self.0.address, FaultProxy::addr);
        let mut config = super::config(self.0.era, &self.0.setup);
        config.foreman_url = format!("ws://{address}");
        let worker = CrowdWorker::new(config);
        *lock(&self.0.registrations) = Some(worker.registrations());
        let Setup { backoff, silence, max_waiting, .. } = self.0.setup;
        Serve::new(Quick { worker, backoff, silence, max_waiting })
    }

    fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>> {
        Box::pin(async move { self.0.take(&job) })
    }

    /// Nobody can cancel a task; who waits for it can go away.
    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        self.0.foreman().withdraw(id);
        if let Some(mut open) = self.0.catch_up().open.remove(id) {
            let code = errors::code(JobError::cancelled("").kind()).to_owned();
            open.writer.end(Ended::Failed { code, message: String::new() });
        }
        Box::pin(std::future::ready(()))
    }

    fn fault(&self, fault: Fault) -> BoxFuture<'_, ()> {
        Box::pin(self.0.carry_out(fault))
    }

    fn registered(&self) -> usize {
        self.0.foreman().look(|state| state.connected())
    }

    fn answers(&self) -> u64 {
        self.0.catch_up().answers
    }

    fn farewells(&self) -> Option<u64> {
        Some(self.0.catch_up().farewells)
    }

    fn describe(&self) -> String {
        let foreman = self.0.foreman();
        let mut events = foreman.events();
        let mut all = Vec::new();
        while let Some(event) = events.try_next() {
            all.push(event.to_string());
        }
        let last = &all[all.len().saturating_sub(40)..];
        let proxy = self.0.proxy.as_ref().map(FaultProxy::counters);
        format!("{:#?}; proxy: {proxy:?}; last events: {last:#?}", foreman.workers())
    }
}
