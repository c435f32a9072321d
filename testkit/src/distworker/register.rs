//! Judging a worker's first message (DistWorker sheet, section 3.1).

use super::config::{Config, Provisioner};
use super::proto::{self, Envelope, Payload, ResourceInfo, SignedWorkerRegister, WorkerRegister};
use super::state::Session;
use super::{auth, date, structs};
use bytes::Bytes;
use prost::Message as _;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A registration that passed. A static worker has no id yet.
pub(crate) struct Accepted {
    pub(crate) worker_id: Option<Arc<str>>,
    pub(crate) provisioner: Arc<str>,
    pub(crate) idle_seconds: i32,
    pub(crate) resource_info: Map<String, Value>,
}

/// The first two steps, which need no lock: is it a registration at all?
pub(crate) fn read(
    binary: bool,
    payload: Bytes,
) -> Result<(WorkerRegister, SignedWorkerRegister), String> {
    if !binary {
        return Err("expected binary message for registration".to_owned());
    }
    let envelope = Envelope::decode(payload)
        .map_err(|error| format!("failed to unmarshal registration message: {error}"))?;
    if envelope.kind != proto::WORKER_REGISTER {
        let kind = proto::type_name(envelope.kind);
        return Err(format!("expected worker registration message, got: {kind}"));
    }
    let Some(Payload::WorkerRegister(register)) = envelope.payload else {
        return Err("worker register payload is nil".to_owned());
    };
    let signed = SignedWorkerRegister::decode(register.data.clone())
        .map_err(|error| format!("failed to unmarshal signed registration: {error}"))?;
    if let Some(additional) =
        signed.resource_info.as_ref().and_then(|info| info.additional.as_ref())
    {
        structs::validate(additional)
            .map_err(|error| format!("failed to unmarshal signed registration: {error}"))?;
    }
    Ok((register, signed))
}

/// The steps that look things up, in the controller's order.
pub(crate) fn check(
    config: &Config,
    sessions: &HashMap<Arc<str>, Session>,
    register: &WorkerRegister,
    signed: &SignedWorkerRegister,
) -> Result<Accepted, String> {
    let name = signed.provisioner_name.as_str();
    let provisioner = config.provisioners.get(name);
    let missing = || format!("worker provisioner({name:?}) not found");
    let now_ms = config.clock.now_ms();
    let (provisioner, worker_id, resource_info): (&Provisioner, _, _) =
        if signed.worker_id.is_empty() {
            let provisioner = provisioner.ok_or_else(missing)?;
            let token = provisioner.token().ok_or_else(|| "no worker id".to_owned())?;
            verify(token, now_ms, register, signed)?;
            (provisioner, None, flatten(signed.resource_info.as_ref()))
        } else {
            let id = signed.worker_id.as_str();
            let Some((id, session)) = sessions.get_key_value(id) else {
                return Err(format!("worker not found (id={id}): worker session not found"));
            };
            // The session of a static worker has no token of its own: nothing can match.
            let token = session.token.as_deref().ok_or_else(|| "signature mismatch".to_owned())?;
            verify(token, now_ms, register, signed)?;
            (provisioner.ok_or_else(missing)?, Some(Arc::clone(id)), Map::new())
        };
    Ok(Accepted {
        worker_id,
        provisioner: name.into(),
        idle_seconds: provisioner.idle_seconds(),
        resource_info,
    })
}

fn verify(
    token: &str,
    now_ms: i64,
    register: &WorkerRegister,
    signed: &SignedWorkerRegister,
) -> Result<(), String> {
    let Some(date_ms) = date::parse(&signed.date) else {
        return Err(format!("invalid date format: {:?} is not YYYYMMDDTHHMMSSZ", signed.date));
    };
    if now_ms.abs_diff(date_ms) > auth::SKEW_MS {
        return Err("request timestamp too old or too far in future".to_owned());
    }
    // The date parsed, so its first eight bytes are digits.
    let day = signed.date.get(..8).unwrap_or_default();
    if auth::verify_registration(token, day, &register.data, &register.signature) {
        Ok(())
    } else {
        Err("signature mismatch".to_owned())
    }
}

/// The flat map that the API shows: fixed keys first, `additional` overrides them.
fn flatten(info: Option<&ResourceInfo>) -> Map<String, Value> {
    let Some(info) = info else { return Map::new() };
    let mut map = Map::new();
    map.insert("hostname".to_owned(), info.hostname.as_str().into());
    map.insert("cpu_cores".to_owned(), info.cpu_cores.into());
    map.insert("memory_mb".to_owned(), info.memory_mb.into());
    if let Some(Ok(additional)) = info.additional.as_ref().map(|bytes| structs::to_json(bytes)) {
        map.extend(additional);
    }
    map
}
