//! The recorded probes of real daemons, sent to the stand-in over real sockets: each must end as
//! it ended there.
//!
//! Texts are compared as they are, with one exception: where the real daemon names byte positions
//! (`<AttachWorker@1c>`), the position and its brackets are taken out of the expected text; and
//! of `Invalid request format: …`, the answer to an enrollment request that is no buffer, only
//! that beginning is compared.

#![allow(clippy::unwrap_used)]

mod moor_support;

use bytes::Bytes;
use journeyman_testkit::moor::{
    Broadcast, Config, Daemon, EnrollmentResponse, Era, Event, Reply, SigningKey, Ticket, Value,
};
use journeyman_testkit::vectors::{Vector, Vectors};
use moor_support::{Folder, Peer, event, json, request_socket, start, vectors, within};
use serde_json::Value as Json;
use std::collections::HashMap;
use uuid::Uuid;
use zeromq::{ReqSocket, Socket as _, SocketRecv as _, SocketSend as _, ZmqMessage};

struct Replay {
    daemon: Daemon,
    peer: Peer,
    vectors: Vectors,
    prefix: &'static str,
    /// Ids of recorded requests, and what they are called here.
    requests: HashMap<Uuid, Uuid>,
}

impl Replay {
    async fn start(config: Config, file: &str, prefix: &'static str) -> Self {
        let (daemon, _) = start(config).await;
        let peer = Peer::connect(&daemon).await;
        Self { daemon, peer, vectors: vectors(file), prefix, requests: HashMap::new() }
    }

    fn lines(&mut self, test: &str) -> Vec<Vector> {
        let start = format!("{}/{test}/", self.prefix);
        self.vectors.take_where("replayed", |line| line.id.starts_with(&start))
    }

    /// The recorded frames, with the ids of requests as they are here.
    fn frames(&self, line: &Vector) -> Vec<Bytes> {
        let mut frames = line.frames();
        for frame in &mut frames {
            for (theirs, ours) in &self.requests {
                let found = frame.windows(16).position(|bytes| bytes == theirs.as_bytes());
                if let Some(at) = found {
                    frame[at..at + 16].copy_from_slice(ours.as_bytes());
                }
            }
        }
        frames.into_iter().map(Bytes::from).collect()
    }

    /// A recorded answer, with the ids of requests as they are here, and without positions.
    fn expected(&self, line: &Vector) -> Json {
        let mut text = line.value["decoded"]["reply"].to_string();
        for (theirs, ours) in &self.requests {
            text = text.replace(&theirs.to_string(), &ours.to_string());
        }
        serde_json::from_str(&without_positions(&text)).unwrap()
    }

    /// Sends a probe and compares the answer.
    async fn probe(&mut self, test: &str) {
        let lines = self.lines(test);
        let [message, answer] = &lines[..] else { panic!("{test}: {} lines", lines.len()) };
        self.exchange(message, answer).await;
    }

    async fn exchange(&mut self, message: &Vector, answer: &Vector) {
        assert!(message.from_worker() && !answer.from_worker(), "{}", message.id);
        let reply = self.peer.ask(&self.daemon, self.frames(message)).await;
        let (found, expected) = (json::reply(&reply), self.expected(answer));
        assert_eq!(found, expected, "{}", message.id);
    }

    async fn probes(&mut self, tests: &[&str]) {
        for test in tests {
            self.probe(test).await;
        }
    }

    /// Makes a recorded request and compares what is published.
    async fn request(&mut self, test: &str, argument: &str) -> Ticket {
        let lines = self.lines(test);
        let [line] = &lines[..] else { panic!("{test}: {} lines", lines.len()) };
        let ticket = self.daemon.submit("Probe", &[argument.into()], None).unwrap();
        let message = self.peer.next(&self.daemon).await;
        let theirs = Broadcast::decode(self.daemon.era(), &line.frames()[1]).unwrap();
        let Broadcast::Request { id: their_id, .. } = theirs else { panic!("{}", line.id) };
        self.requests.insert(their_id, ticket.id());
        let text = line.value["decoded"]["message"].to_string();
        let text = text.replace(&their_id.to_string(), &ticket.id().to_string());
        let expected: Json = serde_json::from_str(&text).unwrap();
        let found = json::broadcast(&message, self.daemon.era());
        assert!(json::same(&found, &expected), "{}:\n{found}\n{expected}", line.id);
        ticket
    }

    /// The ping, and the subscriptions, which no socket shows here (see `moor_daemon`).
    async fn lifecycle(&mut self) {
        self.daemon.ping();
        let ping = self.peer.next_frames().await;
        let era = self.daemon.era();
        for line in self.lines("lifecycle") {
            match line.value["decoded"]["message"]["PingWorkers"].is_object() {
                true => {
                    let theirs = Broadcast::decode(era, &line.frames()[1]).unwrap();
                    assert_eq!(Broadcast::decode(era, &ping[1]).unwrap(), theirs);
                    assert_eq!(ping[0], line.frames()[0]);
                }
                false => assert_eq!(&line.frame()[1..], b"workers", "{}", line.id),
            }
        }
    }
}

/// `In <Var@78>::variant()` is `In Var::variant()` here.
fn without_positions(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("In <") {
        let (name, after) = after.split_once('@').unwrap();
        let (_, after) = after.split_once('>').unwrap();
        out = out + before + "In " + name;
        rest = after;
    }
    out + rest
}

#[tokio::test]
async fn probes_of_the_curve_era() {
    let folder = Folder::new();
    let config = Config::curve().ipc(&folder.0);
    let mut replay = Replay::start(config, "head_probe.jsonl", "head/probe").await;
    replay.probes(&["result-not-registered", "error-not-registered", "detach-unknown"]).await;
    let attach = replay.lines("attach");
    replay.exchange(&attach[0], &attach[1]).await;
    replay
        .probes(&[
            "pong-known",
            "pong-unknown",
            "result-unknown-request",
            "error-unknown-request",
            "one-frame",
            "three-frames",
            "garbage",
            "empty-buffer",
            "short-id",
            "text-id",
            "unknown-union-9",
            "attach-missing-type",
            "no-union",
            "body-id-differs",
        ])
        .await;
    let first = replay.request("after-body-id-differs", "dup").await;
    replay.probe("result-first").await;
    assert_eq!(within("a value", first).await, Ok(Value::str("first")));
    replay.probe("result-duplicate").await;

    let foreign = replay.request("after-result-duplicate", "foreign").await;
    replay.probe("result-foreign-worker").await;
    replay
        .probes(&[
            "bad-lambda-result",
            "bad-errcustom-no-symbol",
            "bad-errcode-99",
            "bad-var-disc-15",
            "bad-var-none-disc-0",
            "bad-str-missing",
            "bad-str-bad-utf8",
        ])
        .await;
    assert_eq!(replay.daemon.outstanding(), 1, "a corrected answer may still be sent");
    replay.probe("timeout-error-after-bad").await;
    let failure = within("an error", foreign).await.unwrap_err();
    assert_eq!(failure.to_string(), "E_QUOTA (Request timed out: gave up after 1.5 s)");

    replay.request("after-timeout-error-after-bad", "killme").await.kill();
    let again = replay.request("after-result-after-kill", "reattach").await;
    replay.probes(&["reattach-in-flight", "result-after-reattach"]).await;
    assert_eq!(replay.daemon.stats().forgotten, 2);
    let detached = replay.request("after-result-after-reattach", "detach").await;
    replay.probe("detach-in-flight").await;
    let failure = within("an error", detached).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "E_EXEC (Worker detached: probe worker aaaaaaaa-0000-4000-8000-000000000001 detached)"
    );
    replay.probe("result-after-detach").await;
    replay.exchange(&attach[0], &attach[1]).await;
    replay.request("after-attach", "killme").await.kill();
    replay.probe("result-after-kill").await;
    replay.lifecycle().await;
    // The one that was forgotten hangs.
    let mut again = again;
    assert!(futures_util::FutureExt::now_or_never(&mut again).is_none());
    replay.vectors.finish();
    replay.daemon.shutdown().await;
}

/// The key of the recorded daemon.
fn recorded_key() -> SigningKey {
    let mut keys = vectors("paseto_keys_tokens.jsonl");
    let text = keys.take("paseto/key/openssl-v1", "the daemon's key").text("text").to_owned();
    keys.take_where("checked in moor_vectors", |_| true);
    SigningKey::from_pem(&text).unwrap()
}

#[tokio::test]
async fn probes_of_the_paseto_era() {
    let folder = Folder::new();
    let config = Config::paseto().ipc(&folder.0).signing_key(recorded_key());
    let mut replay = Replay::start(config, "paseto_probe.jsonl", "paseto/probe").await;
    replay.probes(&["result-not-registered", "error-not-registered", "detach-unknown"]).await;
    let attach = replay.lines("attach");
    replay.exchange(&attach[0], &attach[1]).await;
    replay
        .probes(&[
            "pong-known",
            "pong-unknown",
            "result-unknown-request",
            "two-frames",
            "garbage",
            "token-not-utf8",
            "token-bad-footer",
            "token-no-footer",
            "token-implicit-assertion",
            "token-upper-uuid",
            "token-json-claims",
            "token-other-worker",
            "short-id",
            "text-id",
            "body-token-garbage-attach",
        ])
        .await;
    let first = replay.request("after-body-token-garbage-attach", "a").await;
    replay.probe("result-body-token-garbage").await;
    assert_eq!(replay.daemon.outstanding(), 1);
    replay.probe("result-ok").await;
    assert_eq!(within("a value", first).await, Ok(Value::str("done")));
    replay.probe("result-duplicate").await;
    replay.exchange(&attach[0], &attach[1]).await;
    let second = replay.request("after-attach", "b").await;
    replay.probe("error-body-token-garbage").await;
    assert!(within("an error", second).await.is_err());
    let third = replay.request("after-error-body-token-garbage", "c").await;
    replay.probe("detach-in-flight").await;
    let failure = within("an error", third).await.unwrap_err();
    assert_eq!(failure.to_string(), "E_EXEC (Worker detached)");
    replay.probes(&["result-after-detach", "detach-2"]).await;
    replay.lifecycle().await;

    // A token that is too short for a signature: no answer, to nobody, until the restart.
    let line = replay.vectors.take("paseto/probe/token-garbage/AttachWorker", "death");
    let mut events = replay.daemon.events_from_now();
    let mut victim = request_socket(&replay.daemon).await;
    victim.send(ZmqMessage::try_from(replay.frames(&line)).unwrap()).await.unwrap();
    event(&mut events, "death", |event| *event == Event::Died).await;
    let before = replay.daemon.stats();
    let mut other = request_socket(&replay.daemon).await;
    other.send(ZmqMessage::try_from(replay.frames(&attach[0])).unwrap()).await.unwrap();
    within("the next", replay.daemon.until(|d| d.stats().messages > before.messages)).await;
    assert_eq!(replay.daemon.stats().replies, before.replies);
    assert!(replay.daemon.registered().is_empty());
    replay.daemon.restart().await.unwrap();
    let mut after = Peer::connect(&replay.daemon).await;
    let reply = after.ask(&replay.daemon, replay.frames(&attach[0])).await;
    assert!(matches!(reply, Reply::Attached { .. }), "{reply:?}");
    // Or it is survived, where a test wants that.
    replay.daemon.faults().set_survive_short_tokens(true);
    let reply = after.ask(&replay.daemon, replay.frames(&line)).await;
    assert_eq!(reply, Reply::AuthFailed("Unable to verify worker token".to_owned()));
    replay.vectors.finish();
}

#[tokio::test]
async fn enrollments() {
    const TOKEN: &str = "83ff686a-3b7f-45b6-beff-07733ee55702";
    let folder = Folder::new();
    let config = Config::curve().encrypted(false).folder(&folder.0).enrollment_token(TOKEN);
    let (daemon, _) = start(config).await;
    let mut vectors = vectors("head_enrollment_curve.jsonl");
    let mut req = ReqSocket::new();
    req.connect(daemon.enrollment().unwrap()).await.unwrap();
    let requests = vectors.take_where("requests", |line| line.id.ends_with("/ENROLL-REQ"));
    let mut uuids = Vec::new();
    for line in requests {
        req.send(ZmqMessage::from(line.frame())).await.unwrap();
        let frames = within("an answer", req.recv()).await.unwrap().into_vec();
        let answer = EnrollmentResponse::decode(&frames[0]).unwrap();
        let test = line.id.trim_end_matches("/ENROLL-REQ");
        let recorded = vectors.take(&format!("{test}/ENROLL-REP-to-ENROLL-REQ"), "answers");
        let expected = EnrollmentResponse::decode(&recorded.frame()).unwrap();
        match (answer, expected) {
            (EnrollmentResponse::Refused(found), EnrollmentResponse::Refused(expected)) => {
                match expected.split_once("Invalid request format: ") {
                    Some(_) => assert!(found.starts_with("Invalid request format: "), "{found}"),
                    None => assert_eq!(found, expected, "{}", line.id),
                }
            }
            (EnrollmentResponse::Enrolled { service_uuid, daemon_public_key }, expected) => {
                assert!(matches!(expected, EnrollmentResponse::Enrolled { .. }), "{}", line.id);
                assert_eq!(daemon_public_key, daemon.public_key().to_z85());
                uuids.push(service_uuid);
            }
            (answer, _) => panic!("{}: {answer:?}", line.id),
        }
    }
    // The same key twice: two services, two files.
    assert_eq!(uuids.len(), 2);
    assert_ne!(uuids[0], uuids[1]);
    for uuid in &uuids {
        let path = daemon.files().unwrap().allowed_hosts().join(uuid);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.starts_with("# Service: probe-worker (probehost)\n# Enrolled: "), "{text}");
        assert!(text.ends_with("\npublic=.JZFOs?yYtv4B@g-TJ5@]jRkh?g=Xu5q{TkS<D}p\n"), "{text}");
    }
    assert_eq!((daemon.stats().enrolled, daemon.stats().enrollments_refused), (2, 3));

    // The session behind it, here without the encryption that it had: the same exchanges.
    let mut peer = Peer::connect(&daemon).await;
    let session = vectors.take_where("session", |_| true);
    let find = |end: &str| session.iter().find(|line| line.id.ends_with(end)).unwrap();
    let ask = |line: &Vector| line.frames().into_iter().map(Bytes::from).collect::<Vec<_>>();
    for (message, answer) in [
        ("lifecycle/AttachWorker", "lifecycle/WorkerAttached-to-AttachWorker"),
        ("lifecycle/WorkerPong", "lifecycle/WorkerAck-to-WorkerPong"),
    ] {
        let reply = peer.ask(&daemon, ask(find(message))).await;
        assert_eq!(json::reply(&reply), find(answer).value["decoded"]["reply"]);
    }
    daemon.ping();
    assert_eq!(peer.next(&daemon).await, Broadcast::Ping);
    let request = Broadcast::decode(Era::Curve, &find("/WorkerRequest").frames()[1]).unwrap();
    let Broadcast::Request { id: theirs, arguments, .. } = request else { panic!() };
    let ticket = daemon.submit("echo", &arguments, None).unwrap();
    let Broadcast::Request { arguments: sent, .. } = peer.next(&daemon).await else { panic!() };
    assert_eq!(sent, arguments);
    let mut frames = find("echo-curve/RequestResult").frames();
    let body = frames.last_mut().unwrap();
    let at = body.windows(16).position(|bytes| bytes == theirs.as_bytes()).unwrap();
    body[at..at + 16].copy_from_slice(ticket.id().as_bytes());
    let reply = peer.ask(&daemon, frames.into_iter().map(Bytes::from).collect()).await;
    assert_eq!(reply, Reply::Ack);
    let value = within("a value", ticket).await.unwrap();
    assert_eq!(value.to_string(), r#"{"echo_response", "Hello", "World", 123}"#);
    vectors.finish();
    daemon.shutdown().await;
}
