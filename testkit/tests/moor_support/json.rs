//! Messages in the form that the recorded frames have beside them (`decoded`).

use journeyman_testkit::moor::{
    Broadcast, EnrollmentRequest, EnrollmentResponse, Era, ErrorCode, Identity, Obj, Reply, Value,
    WorkerMessage,
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn uuid(id: Uuid) -> Json {
    json!({"data": id.to_string()})
}

fn token(token: Option<&String>) -> Json {
    json!({"token": token.unwrap()})
}

fn symbol(text: &str) -> Json {
    json!({"value": text})
}

pub fn obj(obj: Obj) -> Json {
    json!({"obj": match obj {
        Obj::Id(id) => json!({"ObjId": {"id": id}}),
        Obj::Uuid(packed) => json!({"UuObjId": {"packed_value": packed}}),
        Obj::Anonymous(packed) => json!({"AnonymousObjId": {"packed_value": packed}}),
    }})
}

pub fn var(value: &Value, era: Era) -> Json {
    let vars = |values: &[Value]| -> Json { values.iter().map(|v| var(v, era)).collect() };
    json!({"variant": match value {
        Value::None => json!({"VarNone": {}}),
        Value::Bool(value) => json!({"VarBool": {"value": value}}),
        Value::Int(value) => json!({"VarInt": {"value": value}}),
        Value::Float(value) => json!({"VarFloat": {"value": value}}),
        Value::Str(text) => json!({"VarStr": {"value": text}}),
        Value::Obj(id @ Obj::Anonymous(_)) if era == Era::Curve => {
            json!({"VarAnonymous": {"obj": obj(*id)}})
        }
        Value::Obj(id) => json!({"VarObj": {"obj": obj(*id)}}),
        Value::Err(value) => {
            let mut fields = Map::new();
            let code = match &value.code {
                ErrorCode::Custom(name) => {
                    fields.insert("custom_symbol".to_owned(), symbol(name));
                    "ErrCustom"
                }
                code => code.name(),
            };
            fields.insert("err_type".to_owned(), json!(code));
            if let Some(message) = &value.message {
                fields.insert("msg".to_owned(), json!(message));
            }
            if let Some(value) = &value.value {
                fields.insert("value".to_owned(), var(value, era));
            }
            json!({"VarErr": {"error": fields}})
        }
        Value::List(items) => json!({"VarList": {"elements": vars(items)}}),
        Value::Map(map) => {
            let pair = |(key, value): &(Value, Value)| {
                json!({"key": var(key, era), "value": var(value, era)})
            };
            json!({"VarMap": {"pairs": map.pairs().iter().map(pair).collect::<Json>()}})
        }
        Value::Sym(text) => json!({"VarSym": {"symbol": symbol(text)}}),
        Value::Binary(bytes) => json!({"VarBinary": {"data": hex(bytes)}}),
        Value::Flyweight(fly) => {
            let slot = |(name, value): &(String, Value)| {
                json!({"name": symbol(name), "value": var(value, era)})
            };
            json!({"VarFlyweight": {
                "delegate": obj(fly.delegate),
                "slots": fly.slots.iter().map(slot).collect::<Json>(),
                "contents": {"elements": vars(&fly.contents)},
            }})
        }
        other => panic!("{other} does not cross the wire"),
    }})
}

pub fn broadcast(message: &Broadcast, era: Era) -> Json {
    match message {
        Broadcast::Ping => json!({"PingWorkers": {}}),
        Broadcast::Request { worker_id, token: t, id, perms, arguments, timeout_ms } => {
            let request: Json = arguments.iter().map(|value| var(value, era)).collect();
            let mut fields = json!({
                "worker_id": uuid(*worker_id), "id": uuid(*id), "perms": obj(*perms),
                "request": request, "timeout_ms": timeout_ms,
            });
            if era == Era::Paseto {
                fields["token"] = token(t.as_ref());
            }
            json!({"WorkerRequest": fields})
        }
        other => panic!("no daemon sends {other:?}"),
    }
}

pub fn worker_message(message: &WorkerMessage, era: Era) -> Json {
    let id_key = if era == Era::Paseto { "id" } else { "request_id" };
    let (name, identity, mut fields) = match message {
        WorkerMessage::Attach { identity, worker_type } => {
            ("AttachWorker", identity, json!({"worker_type": symbol(worker_type)}))
        }
        WorkerMessage::Pong { identity, worker_type } => {
            ("WorkerPong", identity, json!({"worker_type": symbol(worker_type)}))
        }
        WorkerMessage::Detach { identity } => ("DetachWorker", identity, json!({})),
        WorkerMessage::Result { identity, request, value } => {
            ("RequestResult", identity, json!({id_key: uuid(*request), "result": var(value, era)}))
        }
        WorkerMessage::Error { identity, request, error } => {
            let text = match error.name() {
                "NoWorkerAvailable" => json!({"worker_type": symbol(error.text())}),
                _ => json!({"message": error.text()}),
            };
            let error = json!({"error": {error.name(): text}});
            ("RequestError", identity, json!({id_key: uuid(*request), "error": error}))
        }
    };
    match identity {
        Identity::Token(text) => fields["token"] = token(Some(text)),
        Identity::Id(id) => fields["worker_id"] = uuid(*id),
        Identity::Absent => {}
    }
    json!({name: fields})
}

pub fn reply(reply: &Reply) -> Json {
    let fields = match reply {
        Reply::Ack => json!({}),
        Reply::Rejected(None) => json!({}),
        Reply::Rejected(Some(reason))
        | Reply::AuthFailed(reason)
        | Reply::InvalidPayload(reason) => json!({"reason": reason}),
        Reply::Attached { token: None, worker_id } => json!({"worker_id": uuid(*worker_id)}),
        Reply::Attached { token: text, worker_id } => {
            json!({"token": token(text.as_ref()), "worker_id": uuid(*worker_id)})
        }
        Reply::UnknownRequest(id) => json!({"request_id": uuid(*id)}),
        Reply::NotRegistered(id) => json!({"worker_id": uuid(*id)}),
        other => panic!("unknown reply {other:?}"),
    };
    json!({reply.name(): fields})
}

pub fn enrollment_request(request: &EnrollmentRequest) -> Json {
    json!({
        "enrollment_token": request.token, "curve_public_key": request.public_key,
        "service_type": request.service_type, "hostname": request.hostname,
    })
}

pub fn enrollment_response(response: &EnrollmentResponse) -> Json {
    match response {
        EnrollmentResponse::Enrolled { service_uuid, daemon_public_key } => json!({
            "success": true, "service_uuid": service_uuid,
            "daemon_curve_public_key": daemon_public_key,
        }),
        EnrollmentResponse::Refused(error) => json!({"success": false, "error": error}),
    }
}

/// Equal, where a float may be written as a whole number.
pub fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(l), Json::Number(r)) => {
            if l.is_f64() || r.is_f64() {
                l.as_f64() == r.as_f64()
            } else {
                l == r
            }
        }
        (Json::Array(l), Json::Array(r)) => {
            l.len() == r.len() && l.iter().zip(r).all(|(l, r)| same(l, r))
        }
        (Json::Object(l), Json::Object(r)) => {
            l.len() == r.len() && l.iter().all(|(key, l)| r.get(key).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}
