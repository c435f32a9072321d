//! Single steps of the doctor, each over the framework's own transport.

use std::{
    future::poll_fn,
    time::{Duration, Instant, SystemTime},
};

use journeyman_core::{
    Error, ErrorKind,
    backend::Store,
    transport::{Event, Lane, Tag, Transport},
};
use journeyman_moor::{
    Config, Era,
    auth::{DataDir, Identity, Token},
    protocol::{Credentials, ENROLLMENT, RESPONSES},
    wire::{self, Broadcast, EnrollmentRequest, EnrollmentResponse, Reply, Speaker},
};
use journeyman_zmq::{CurveClient, Frames, LaneTarget, Role, ZmqTarget, ZmqTransport};
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    doctor::{Check, rfc3339},
    exit::{Code, code_of},
};

pub(super) const REGISTRATION: &str = "registration";
const ENROLL: &str = "enrollment";
const PING: &str = "ping";

/// A daemon pings every 5 s (mooR sheet, section 8.3).
const PING_PATIENCE: Duration = Duration::from_secs(6);

/// Connects one lane; says if it went well.
pub(super) async fn connect(
    check: &mut Check,
    config: &Config,
    target: LaneTarget,
    limit: Duration,
) -> Result<ZmqTransport, Error> {
    let mut rules = config.zmq();
    rules.handshake_timeout = limit;
    rules.request_timeout = rules.request_timeout.min(limit);
    // A socket that is lost is news here, and nothing to be mended.
    rules.lane_timeout = limit;
    let step = target.lane.0;
    let (address, curve) = (target.endpoint.to_string(), target.curve.is_some());
    let subscribed = match target.role {
        Role::Subscribe(_) => "connected and subscribed",
        _ => "connected",
    };
    let start = Instant::now();
    let mut transport = ZmqTransport::new(rules);
    match transport.connect(ZmqTarget::new([target])).await {
        Ok(()) => {
            let took = start.elapsed();
            let how = if curve { "ZeroMQ with CURVE" } else { "ZeroMQ" };
            check.ok(step, format!("{address}: {how}, {subscribed} after {took:.1?}"));
            Ok(transport)
        }
        Err(error) => Err(error),
    }
}

/// Waits for a sign that the subscription works.
pub(super) async fn ping(
    check: &mut Check,
    transport: &mut ZmqTransport,
    era: Era,
    limit: Duration,
) {
    let limit = limit.min(PING_PATIENCE);
    let start = Instant::now();
    let (mut others, mut odd) = (0_u64, None);
    let waited = timeout(limit, async {
        loop {
            match poll_fn(|cx| transport.poll_event(cx)).await {
                Event::Received { message, .. } => {
                    match wire::broadcast_for(era, &message.0, |_| false) {
                        Ok(Some(Broadcast::Ping)) => return None,
                        Ok(_) => others += 1,
                        Err(error) => odd = Some(error.to_string()),
                    }
                }
                Event::Closed(closed) => return Some(closed.error),
                _ => {}
            }
        }
    })
    .await;
    match waited {
        Ok(None) => check.ok(PING, format!("one came after {:.1?}", start.elapsed())),
        Ok(Some(error)) => check.error(PING, &error),
        Err(_) => {
            let mut text = format!("none within {limit:.1?}");
            if others > 0 {
                text = format!("{text}, though {others} requests for other workers came");
            }
            if let Some(odd) = odd {
                text = format!("{text}; what came could not be read: {odd}");
            }
            check.failed(
                Code::Unreachable,
                PING,
                text,
                "a daemon sends one every 5 s: look whether it hangs, and whether the address of \
                 the requests is really its own",
            );
        }
    }
}

/// Sends a message and waits for its reply.
async fn ask(
    transport: &mut ZmqTransport,
    lane: Lane,
    tag: Tag,
    frames: Frames,
) -> Result<Frames, Error> {
    transport.send(lane, Some(tag), frames)?;
    loop {
        match poll_fn(|cx| transport.poll_event(cx)).await {
            Event::Reply { tag: of, message } if of == tag => return Ok(message),
            Event::Failed { tag: of, error } if of == tag => return Err(error),
            Event::Closed(closed) => return Err(closed.error),
            _ => {}
        }
    }
}

/// Attaches under a type that nobody asks for, and detaches.
pub(super) async fn register(
    check: &mut Check,
    transport: &mut ZmqTransport,
    config: &Config,
    credentials: &Credentials,
) {
    let id = Uuid::new_v4();
    let speaker = match credentials {
        Credentials::Token(key) => Speaker::paseto(id, Token::sign(key, id).expose().clone()),
        _ => Speaker::curve(id),
    };
    let worker_type = format!("journeyman-doctor-{}", &id.simple().to_string()[..8]);
    let start = Instant::now();
    let attach = Frames(speaker.attach(&worker_type));
    match ask(transport, RESPONSES, Tag(1), attach).await {
        Ok(frames) => match wire::reply(config.era, &frames.0) {
            Ok(Reply::Attached { .. } | Reply::Ack) => {
                check.ok(REGISTRATION, format!("accepted after {:.1?}", start.elapsed()));
            }
            Ok(reply) => return refused(check, config.era, reply),
            Err(error) => {
                return check.failed(
                    Code::Unreachable,
                    REGISTRATION,
                    format!("the answer cannot be read: {error}"),
                    "check that the address of the responses is that of a mooR daemon's workers, \
                     not of its clients",
                );
            }
        },
        Err(error) => {
            check.error(REGISTRATION, &error);
            if config.era == Era::Paseto && error.kind() == ErrorKind::Timeout {
                check.skipped(
                    REGISTRATION,
                    "a daemon of the PASETO era that was sent a damaged token answers no worker any \
                     more: restart it",
                );
            }
            return;
        }
    }
    match ask(transport, RESPONSES, Tag(2), Frames(speaker.detach())).await {
        Ok(frames) => match wire::reply(config.era, &frames.0) {
            Ok(Reply::Ack) => check.ok("goodbye", "detached in good order"),
            Ok(reply) => check.failed(
                Code::Refused,
                "goodbye",
                format!("the daemon answered {reply:?}"),
                "it forgets this look by itself after 10 s",
            ),
            Err(error) => check.failed(Code::Unreachable, "goodbye", error.to_string(), ""),
        },
        Err(error) => check.error("goodbye", &error),
    }
}

fn refused(check: &mut Check, era: Era, reply: Reply) {
    let other = match era {
        Era::Paseto => Era::Curve,
        Era::Curve => Era::Paseto,
    };
    let (text, remedy) = match reply {
        Reply::AuthFailed(reason) => (
            format!("the daemon does not accept our token: {reason}"),
            "sign with the daemon's own key: give its moor-signing-key.pem as `private_key`"
                .to_owned(),
        ),
        Reply::Rejected(reason) => (
            format!("the daemon cannot read our message: {}", reason.unwrap_or_default()),
            format!("it speaks the other wire: set era={other}"),
        ),
        Reply::InvalidPayload(reason) => (
            format!("the daemon cannot use our message: {reason}"),
            format!("if it speaks the other wire, set era={other}"),
        ),
        reply => (format!("the daemon answered {reply:?}"), "look at its log".to_owned()),
    };
    check.failed(Code::Refused, REGISTRATION, text, &remedy);
}

/// Says what enrolling would do.
pub(super) fn would_enroll(check: &mut Check, config: &Config, files: &DataDir) {
    let endpoint = match config.enrollment() {
        Ok(endpoint) => endpoint,
        Err(error) => return check.failed(Code::Usage, ENROLL, error.to_string(), ""),
    };
    let token = match config.token() {
        Ok(_) => "the token that is configured".to_owned(),
        Err(error) => format!("a token, but {error}"),
    };
    let file = files.file("identity.json");
    check.skipped(
        ENROLL,
        format!(
            "not tried: --enroll would show {token} to {endpoint}, and write {}; a worker does so \
             at its first start",
            file.display()
        ),
    );
    check.skipped(REGISTRATION, "not tried: without the daemon's key there is no way in");
    check.left_open(ENROLL);
}

/// Enrolls and keeps the identity, as a worker does it (mooR sheet, section 7.5).
pub(super) async fn enroll(
    check: &mut Check,
    config: &Config,
    files: &DataDir,
    limit: Duration,
) -> Option<CurveClient> {
    match try_enroll(check, config, files, limit).await {
        Ok(client) => Some(client),
        Err(Some(error)) => {
            check.error(ENROLL, &error);
            None
        }
        Err(None) => None,
    }
}

/// `Err(None)` if the failure was told already.
async fn try_enroll(
    check: &mut Check,
    config: &Config,
    files: &DataDir,
    limit: Duration,
) -> Result<CurveClient, Option<Error>> {
    let settings = |text: String| Some(Error::config(text));
    let endpoint = config.enrollment().map_err(|error| settings(error.to_string()))?;
    let token = config.token().map_err(|error| settings(error.to_string()))?;
    let keys = files.keys().map_err(|error| settings(error.to_string()))?;
    let request = EnrollmentRequest {
        token,
        curve_public_key: keys.public().to_z85(),
        service_type: config.service(&[]),
        hostname: config.hostname.clone().unwrap_or_else(hostname),
    };
    let target = LaneTarget::request(ENROLLMENT, endpoint);
    let mut transport = match connect(check, config, target, limit).await {
        Ok(transport) => transport,
        Err(error) => {
            check.error(ENROLL, &error);
            if error.kind() == ErrorKind::Unreachable {
                check.skipped(
                    ENROLL,
                    "a daemon has an enrollment service only when one of its client endpoints is \
                     tcp://; else give its key: daemon_public_key=…",
                );
            }
            return Err(None);
        }
    };
    let frames = Frames(vec![request.encode()]);
    let answer = ask(&mut transport, ENROLLMENT, Tag(1), frames).await?;
    let odd = |text: String| {
        Some(Error::new(ErrorKind::PeerMisbehaved, "enroll", text).with_remedy(
            "check that the enrollment address is that of a mooR daemon's enrollment service",
        ))
    };
    let answer = match answer.0.as_slice() {
        [frame] => EnrollmentResponse::decode(frame),
        frames => return Err(odd(format!("the answer has {} frames instead of 1", frames.len()))),
    };
    let answer = answer.map_err(|error| odd(format!("the answer cannot be read: {error}")))?;
    let (Some(service_uuid), Some(key), true) =
        (answer.service_uuid, answer.daemon_curve_public_key, answer.success)
    else {
        let reason = answer.error.unwrap_or_else(|| "no reason".to_owned());
        check.failed(
            code_of(ErrorKind::Refused),
            ENROLL,
            format!("refused: {reason}"),
            "give the daemon's present token (its enrollment-token file); it may have been rotated",
        );
        return Err(None);
    };
    let identity = Identity {
        service_uuid,
        service_type: request.service_type,
        hostname: request.hostname,
        daemon_curve_public_key: key,
        enrolled_at: rfc3339(SystemTime::now()),
    };
    let server_key = identity.daemon_key().map_err(|error| odd(error.to_string()))?;
    files.store("identity.json", &identity.to_json())?;
    let file = files.file("identity.json");
    check.ok(ENROLL, format!("enrolled as {}; kept in {}", identity.service_uuid, file.display()));
    Ok(CurveClient { server_key, keys })
}

/// The name of this host, as the system says it.
fn hostname() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}
