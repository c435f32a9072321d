//! The stand-in broker of the demo, and a dashboard that asks over MQTT 5.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use journeyman_core::{JobErrorKind, Serve, Value};
use journeyman_halloween::{Config, MqttVersion, profile};
use journeyman_testkit::halloween::{Broker, BrokerConfig};
use rumqttc::v5::{
    AsyncClient, Event, Incoming, MqttOptions,
    mqttbytes::{QoS, v5::PublishProperties},
};
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

use super::{Boxed, StandIn};
use crate::{
    exit::Failure,
    systems::{Call, CallArgs, Ended, Fault, json},
};

/// The prop that the demo's worker is.
const PROP: &str = "demo";
/// Where answers go.
const ANSWERS: &str = "halloween/dashboard/answers";
/// How long a job may take before the demo calls it lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer: whether all went well, and the JSON.
type Answer = (bool, Bytes);
type Asked = Arc<Mutex<HashMap<Bytes, oneshot::Sender<Answer>>>>;

pub(super) struct HalloweenStandIn {
    broker: Broker,
    backend: Option<Config>,
    client: AsyncClient,
    asked: Asked,
    dashboard: JoinHandle<()>,
}

impl HalloweenStandIn {
    pub(super) async fn start() -> Result<Self, Failure> {
        let broker = Broker::start(BrokerConfig::default())
            .await
            .map_err(|error| Failure::failed(format!("the stand-in broker: {error}")))?;
        let at = broker.addr();
        let backend =
            Config::new(at.ip().to_string()).port(at.port()).prop(PROP).mqtt(MqttVersion::V5);
        let asked = Asked::default();
        let mut options = MqttOptions::new("dashboard", at.ip().to_string(), at.port());
        options.set_keep_alive(Duration::from_secs(30));
        let (client, mut events) = AsyncClient::new(options, 64);
        client
            .subscribe(ANSWERS, QoS::AtLeastOnce)
            .await
            .map_err(|error| Failure::failed(format!("the dashboard: {error}")))?;
        let (ready, subscribed) = oneshot::channel();
        let mut ready = Some(ready);
        let waiting = Arc::clone(&asked);
        let dashboard = tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Incoming::SubAck(_))) => {
                        if let Some(ready) = ready.take() {
                            let _ = ready.send(());
                        }
                    }
                    Ok(Event::Incoming(Incoming::Publish(publish))) => {
                        let properties = publish.properties.unwrap_or_default();
                        let Some(id) = properties.correlation_data else { continue };
                        let ok = ("status".to_owned(), "ok".to_owned());
                        let answer = (properties.user_properties.contains(&ok), publish.payload);
                        if let Some(asked) = lock(&waiting).remove(&id) {
                            let _ = asked.send(answer);
                        }
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!("the dashboard: {error}");
                        return;
                    }
                }
            }
        });
        let connected = timeout(PATIENCE, subscribed).await;
        if !matches!(connected, Ok(Ok(()))) {
            return Err(Failure::failed("the dashboard could not subscribe at the broker"));
        }
        Ok(Self { broker, backend: Some(backend), client, asked, dashboard })
    }

    async fn ask(&self, payload: String) -> Result<Answer, String> {
        let id = Bytes::copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        let (asked, answered) = oneshot::channel();
        lock(&self.asked).insert(id.clone(), asked);
        let properties = PublishProperties {
            response_topic: Some(ANSWERS.to_owned()),
            correlation_data: Some(id.clone()),
            ..PublishProperties::default()
        };
        let topic = profile::command_topic(PROP);
        self.client
            .publish_with_properties(topic, QoS::AtLeastOnce, false, payload, properties)
            .await
            .map_err(|error| error.to_string())?;
        let answered = timeout(PATIENCE, answered).await;
        lock(&self.asked).remove(&id);
        match answered {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err("the dashboard has ended".to_owned()),
            Err(_) => Err(format!("no answer within {PATIENCE:?}")),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StandIn for HalloweenStandIn {
    fn place(&self) -> String {
        self.broker.url()
    }

    fn road(&self) -> String {
        "MQTT 5, with a response topic".to_owned()
    }

    fn backend(&mut self) -> Result<Serve, Failure> {
        let taken = self.backend.take();
        taken.map(Serve::new).ok_or_else(|| Failure::failed("the backend was taken already"))
    }

    fn carries(&self, value: &Value) -> bool {
        json::carries(value)
    }

    fn same(&self, sent: &Value, got: &Value) -> bool {
        json::same(sent, got)
    }

    fn code(&self, kind: JobErrorKind) -> &'static str {
        match kind {
            // Upstream's words.
            JobErrorKind::NoRoute => "Unknown action",
            JobErrorKind::BadInput => "ValueError",
            JobErrorKind::TimedOut => "TimeoutError",
            JobErrorKind::Cancelled | JobErrorKind::HandedBack => "CancelledError",
            JobErrorKind::Panicked => "Panic",
            JobErrorKind::Overloaded => "Overloaded",
            _ => "RuntimeError",
        }
    }

    fn shows_progress(&self) -> bool {
        false
    }

    /// A command says nothing about time.
    fn takes_time_limits(&self) -> bool {
        false
    }

    fn submit<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Ended, String>> {
        Box::pin(async move {
            // A value stands in a list: a text by itself would be read as JSON where it is some.
            let args = match &call.args {
                CallArgs::Value(value) => Value::List(vec![value.clone()]),
                CallArgs::Named(pairs) => Value::object(pairs.iter().cloned()),
            };
            let command = Value::object([("action", call.route.into()), ("args", args)]);
            let command = serde_json::to_string(&command).map_err(|error| error.to_string())?;
            let (ok, json) = self.ask(command).await?;
            let wrong = |error| format!("the answer {json:?} is no JSON: {error}");
            let answer: Value = serde_json::from_slice(&json).map_err(wrong)?;
            let outcome = match (ok, answer) {
                // Echo gives the list back.
                (true, Value::List(mut items))
                    if items.len() == 1 && matches!(call.args, CallArgs::Value(_)) =>
                {
                    Ok(items.remove(0))
                }
                (true, value) => Ok(value),
                (false, answer) => {
                    let text = answer.get("error").and_then(Value::as_str);
                    let text = text.ok_or_else(|| format!("an error without words: {json:?}"))?;
                    let (code, message) = text.split_once(": ").unwrap_or((text, ""));
                    Err(Fault { code: code.to_owned(), message: message.to_owned() })
                }
            };
            Ok(Ended { outcome, progress: Vec::new() })
        })
    }

    fn stop(&self) -> Boxed<'_, ()> {
        Box::pin(async {
            self.dashboard.abort();
            self.broker.stop().await;
        })
    }
}
