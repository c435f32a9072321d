//! The steps of the doctor, in their order.

use std::{path::Path, time::Duration};

use journeyman_core::ErrorKind;
use journeyman_moor::{
    Config, Era,
    auth::{DataDir, open_to_others},
    protocol::{Credentials, REQUESTS, RESPONSES},
    wire::TOPIC,
};
use journeyman_zmq::{CurveClient, CurveKeys, Endpoint, LaneTarget, ZmqTransport};

use super::steps;
use crate::{
    doctor::{self, Check, DoctorArgs},
    exit::Code,
};

const KEYS: &str = "keys";

pub(super) async fn check(config: &Config, check: &mut Check, args: &DoctorArgs) {
    if args.submit_to.is_some() {
        return check.failed(
            Code::Usage,
            "echo job",
            "a mooR daemon takes no jobs from outside: MOO code submits them",
            "leave --submit-to and --queue away; ask from the MOO: worker_request(\"echo\", {1})",
        );
    }
    let (requests, responses) = match config.endpoints() {
        Ok(endpoints) => endpoints,
        Err(error) => return check.failed(Code::Usage, "configuration", error.to_string(), ""),
    };
    let Some(keys) = keys(check, config, args) else { return };
    if !dial(check, [&requests, &responses], args.timeout).await {
        return;
    }
    let mut look =
        Look { config, keys, requests, responses, limit: args.timeout, may_enroll: args.enroll };
    if look.keys.needs_enrollment && !look.enroll(check).await {
        return;
    }
    let mut connected = look.connect(check).await;
    if connected.is_none() && look.keys.refused {
        // The daemon has forgotten the key, or has another one itself.
        if !look.enroll(check).await {
            return;
        }
        connected = look.connect(check).await;
    }
    let Some((mut requests, mut responses)) = connected else { return };
    steps::ping(check, &mut requests, config.era, args.timeout).await;
    if args.no_register {
        return check.skipped(steps::REGISTRATION, "not wanted");
    }
    steps::register(check, &mut responses, config, &look.keys.credentials).await;
}

/// What the worker would show to its daemon.
struct Keys {
    config: Config,
    credentials: Credentials,
    client: Option<CurveClient>,
    /// The daemon's key is not known.
    needs_enrollment: bool,
    /// The daemon did not let the key in.
    refused: bool,
}

impl Keys {
    fn plain(config: &Config, credentials: Credentials) -> Self {
        let config = config.clone();
        Self { config, credentials, client: None, needs_enrollment: false, refused: false }
    }

    fn files(&self) -> DataDir {
        DataDir::new(&self.config.data_dir, self.config.service(&[]))
    }
}

/// Looks at the files. Nothing is written.
fn keys(check: &mut Check, config: &Config, args: &DoctorArgs) -> Option<Keys> {
    let needed = match config.needs_keys() {
        Ok(needed) => needed,
        Err(error) => {
            check.failed(Code::Usage, KEYS, error.to_string(), "");
            return None;
        }
    };
    match (config.era, needed) {
        (Era::Paseto, _) => match config.credentials(&[]) {
            Ok(credentials) => {
                let path = config.private_key.display();
                check.ok(KEYS, format!("{path} is a key to sign with"));
                permissions(check, &config.private_key);
                Some(Keys::plain(config, credentials))
            }
            Err(error) => {
                check.failed(
                    Code::Usage,
                    KEYS,
                    error.message(),
                    "give the daemon's own private key (moor-signing-key.pem) as `private_key`",
                );
                None
            }
        },
        (Era::Curve, false) => {
            check
                .skipped(KEYS, "none: the sockets are not encrypted, who can open them may attach");
            Some(Keys::plain(config, Credentials::Open))
        }
        (Era::Curve, true) => curve_keys(check, config, args),
    }
}

fn curve_keys(check: &mut Check, config: &Config, args: &DoctorArgs) -> Option<Keys> {
    let mut keys = Keys::plain(config, Credentials::Open);
    if config.service_type.is_none() && config.worker_types.is_empty() {
        // `run` calls itself by its first route, which nobody told us.
        keys.config.service_type = found_service(check, &config.data_dir);
    } else {
        keys.config.service_type = Some(config.service(&config.worker_types));
    }
    let files = keys.files();
    let path = files.file("curve.key");
    let failed = |check: &mut Check, text: String| check.failed(Code::Usage, KEYS, text, "");
    let own = match files.existing_keys() {
        Ok(own) => own,
        Err(error) => {
            failed(check, error.to_string());
            return None;
        }
    };
    let identity = match files.identity() {
        Ok(identity) => identity,
        Err(error) => {
            failed(check, error.to_string());
            return None;
        }
    };
    if own.is_some() {
        check.ok(KEYS, format!("{} is a key pair", path.display()));
        permissions(check, &path);
    }
    let daemon = match (config.daemon_key(), identity) {
        (Ok(Some(key)), _) => {
            check.ok(KEYS, "the daemon's key is part of the configuration; nothing to enroll");
            Some(key)
        }
        (Ok(None), Some(identity)) if own.is_some() => {
            let (uuid, at) = (&identity.service_uuid, &identity.enrolled_at);
            check.ok(KEYS, format!("enrolled as {uuid} at {at}"));
            identity.daemon_key().ok()
        }
        (Ok(None), _) => None,
        (Err(error), _) => {
            failed(check, error.to_string());
            return None;
        }
    };
    keys.needs_enrollment = daemon.is_none();
    if own.is_none() && !args.enroll {
        let path = path.display();
        check.skipped(KEYS, format!("no {path} yet; a worker makes one at its first start"));
    }
    // Without a file, a pair that is forgotten afterwards.
    let own = own.unwrap_or_else(CurveKeys::generate);
    keys.client = daemon.map(|server_key| CurveClient { server_key, keys: own });
    Some(keys)
}

/// The name under which somebody has enrolled from this folder.
fn found_service(check: &mut Check, folder: &Path) -> Option<String> {
    let names = std::fs::read_dir(folder).ok()?;
    let mut found: Vec<String> = names
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix("-identity.json").map(str::to_owned))
        .collect();
    found.sort();
    let first = found.first()?.clone();
    if found.len() > 1 {
        let all = found.join(", ");
        check.skipped(
            KEYS,
            format!("several enrolled from {}: {all}; looking as {first}", folder.display()),
        );
    }
    Some(first)
}

fn permissions(check: &mut Check, path: &Path) {
    if let Some(mode) = open_to_others(path) {
        let path = path.display();
        check.warn(KEYS, format!("other users may read {path} (mode {mode:o}): chmod 600 {path}"));
    }
}

/// Whether somebody listens at the TCP addresses. Unix sockets tell that at the handshake.
async fn dial(check: &mut Check, endpoints: [&Endpoint; 2], limit: Duration) -> bool {
    let mut resolved: Option<(String, Vec<std::net::SocketAddr>)> = None;
    for endpoint in endpoints {
        if let Err(error) = endpoint.check_connect() {
            check.failed(Code::Usage, "configuration", error.to_string(), "");
            return false;
        }
        let text = endpoint.to_string();
        let Some((host, port)) = text.strip_prefix("tcp://").and_then(|at| at.rsplit_once(':'))
        else {
            continue;
        };
        let (host, port) = (host.trim_matches(['[', ']']), port.parse().unwrap_or_default());
        let known = resolved.as_ref().filter(|(known, _)| known == host);
        let mut addresses = match known {
            Some((_, addresses)) => addresses.clone(),
            None => doctor::resolve(check, host, port, limit).await,
        };
        for address in &mut addresses {
            address.set_port(port);
        }
        if addresses.is_empty() || !doctor::dial(check, &addresses, limit).await {
            return false;
        }
        resolved = Some((host.to_owned(), addresses));
    }
    true
}

/// A daemon that is looked at.
struct Look<'a> {
    config: &'a Config,
    keys: Keys,
    requests: Endpoint,
    responses: Endpoint,
    limit: Duration,
    /// Once.
    may_enroll: bool,
}

impl Look<'_> {
    /// Enrolls, if that is wanted; whether the daemon's key is known afterwards.
    async fn enroll(&mut self, check: &mut Check) -> bool {
        let files = self.keys.files();
        if !std::mem::take(&mut self.may_enroll) {
            steps::would_enroll(check, &self.keys.config, &files);
            return false;
        }
        match steps::enroll(check, &self.keys.config, &files, self.limit).await {
            Some(client) => {
                self.keys.client = Some(client);
                true
            }
            None => false,
        }
    }

    /// Shakes hands on both sockets.
    async fn connect(&mut self, check: &mut Check) -> Option<(ZmqTransport, ZmqTransport)> {
        self.keys.refused = false;
        let requests = LaneTarget::subscribe(REQUESTS, self.requests.clone(), [TOPIC]);
        let responses = LaneTarget::request(RESPONSES, self.responses.clone());
        let requests = self.lane(check, requests).await;
        if self.keys.refused {
            return None;
        }
        // Both are looked at: one may be swapped with the other, or have another fault.
        let responses = self.lane(check, responses).await;
        requests.zip(responses)
    }

    async fn lane(&mut self, check: &mut Check, target: LaneTarget) -> Option<ZmqTransport> {
        let step = target.lane.0;
        let encrypted = self.config.encrypts(&target.endpoint);
        let target = match (&self.keys.client, encrypted) {
            (Some(client), true) => target.curve(client.clone()),
            _ => target,
        };
        let error = match steps::connect(check, self.config, target, self.limit).await {
            Ok(transport) => return Some(transport),
            Err(error) => error,
        };
        let text = error.message();
        let plain = text.contains("does not encrypt");
        let refused = error.kind() == ErrorKind::Refused;
        let by_key = refused && encrypted && !plain && self.config.daemon_public_key.is_none();
        if by_key && self.may_enroll {
            self.keys.refused = true;
            check.warn(step, format!("{text}; enrolling again"));
            return None;
        }
        check.error(step, &error);
        if refused && plain {
            check.skipped(
                step,
                "a daemon of the PASETO era never does: era=paseto. One of today's does not on \
                 ipc://, or if it is told so: curve=off",
            );
        } else if refused && text.contains("wants CURVE") {
            check.skipped(step, "a daemon of today's era does so on tcp://: era=curve, curve=auto");
        } else if by_key {
            let file = self.keys.files().file("identity.json");
            check.skipped(
                step,
                format!(
                    "a daemon says nothing to keys that it does not know: if it was set up anew, \
                     or the key revoked, delete {} or run this with --enroll",
                    file.display()
                ),
            );
        }
        None
    }
}
