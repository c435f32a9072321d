//! Messages of workers, read with the schema crate alone: what a daemon would see.

use journeyman_moor::wire::Era;
use journeyman_moor_schema::{common, curve, paseto, var, worker};
use planus::ReadAsRoot;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::json::hex;

type Result<T> = planus::Result<T>;

fn uuid(uuid: common::UuidRef<'_>) -> Result<Json> {
    let id = Uuid::from_slice(uuid.data()?).expect("16 bytes");
    Ok(json!({ "data": id.to_string() }))
}

fn symbol(symbol: common::SymbolRef<'_>) -> Result<Json> {
    Ok(json!({ "value": symbol.value()? }))
}

fn obj(obj: common::ObjRef<'_>) -> Result<Json> {
    Ok(json!({ "obj": match obj.obj()? {
        common::ObjUnionRef::ObjId(id) => json!({ "ObjId": { "id": id.id()? } }),
        common::ObjUnionRef::UuObjId(id) => {
            json!({ "UuObjId": { "packed_value": id.packed_value()? } })
        }
        common::ObjUnionRef::AnonymousObjId(id) => {
            json!({ "AnonymousObjId": { "packed_value": id.packed_value()? } })
        }
    } }))
}

const CODES: [&str; 19] = [
    "E_NONE",
    "E_TYPE",
    "E_DIV",
    "E_PERM",
    "E_PROPNF",
    "E_VERBNF",
    "E_VARNF",
    "E_INVIND",
    "E_RECMOVE",
    "E_MAXREC",
    "E_RANGE",
    "E_ARGS",
    "E_NACC",
    "E_INVARG",
    "E_QUOTA",
    "E_FLOAT",
    "E_FILE",
    "E_EXEC",
    "E_INTRPT",
];

fn error(error: common::ErrorRef<'_>) -> Result<Json> {
    let code = error.err_type()? as usize;
    let mut json = json!({ "err_type": CODES.get(code).copied().unwrap_or("ErrCustom") });
    if let Some(message) = error.msg()? {
        json["msg"] = json!(message);
    }
    if let Some(value) = error.value()? {
        json["value"] = value_of(value)?;
    }
    if let Some(custom) = error.custom_symbol()? {
        json["custom_symbol"] = symbol(custom)?;
    }
    Ok(json)
}

fn list(list: var::VarListRef<'_>) -> Result<Json> {
    let items: Result<Vec<Json>> = list.elements()?.iter().map(|item| value_of(item?)).collect();
    Ok(json!({ "elements": items? }))
}

/// A value in the form of the vectors.
pub(crate) fn value_of(value: var::VarRef<'_>) -> Result<Json> {
    use var::VarUnionRef as Union;
    let variant = match value.variant()? {
        Union::VarNone(_) => json!({ "VarNone": {} }),
        Union::VarBool(v) => json!({ "VarBool": { "value": v.value()? } }),
        Union::VarInt(v) => json!({ "VarInt": { "value": v.value()? } }),
        Union::VarFloat(v) => json!({ "VarFloat": { "value": v.value()? } }),
        Union::VarStr(v) => json!({ "VarStr": { "value": v.value()? } }),
        Union::VarObj(v) => json!({ "VarObj": { "obj": obj(v.obj()?)? } }),
        Union::VarErr(v) => json!({ "VarErr": { "error": error(v.error()?)? } }),
        Union::VarList(v) => json!({ "VarList": list(v)? }),
        Union::VarMap(v) => {
            let pair = |pair: Result<var::VarMapPairRef<'_>>| {
                let pair = pair?;
                Ok(json!({ "key": value_of(pair.key()?)?, "value": value_of(pair.value()?)? }))
            };
            let pairs: Result<Vec<Json>> = v.pairs()?.iter().map(pair).collect();
            json!({ "VarMap": { "pairs": pairs? } })
        }
        Union::VarSym(v) => json!({ "VarSym": { "symbol": symbol(v.symbol()?)? } }),
        Union::VarBinary(v) => json!({ "VarBinary": { "data": hex(v.data()?) } }),
        Union::VarFlyweight(v) => {
            let slot = |slot: Result<var::FlyweightSlotRef<'_>>| {
                let slot = slot?;
                Ok(json!({ "name": symbol(slot.name()?)?, "value": value_of(slot.value()?)? }))
            };
            let slots: Result<Vec<Json>> = v.slots()?.iter().map(slot).collect();
            json!({ "VarFlyweight": {
                "delegate": obj(v.delegate()?)?,
                "slots": slots?,
                "contents": list(v.contents()?)?,
            } })
        }
        Union::VarLambda(_) => json!({ "VarLambda": {} }),
        Union::VarAnonymous(v) => json!({ "VarAnonymous": { "obj": obj(v.obj()?)? } }),
    };
    Ok(json!({ "variant": variant }))
}

fn worker_error(error: worker::WorkerErrorRef<'_>) -> Result<Json> {
    use worker::WorkerErrorUnionRef as Union;
    let (name, message) = match error.error()? {
        Union::WorkerPermissionDenied(e) => ("WorkerPermissionDenied", e.message()?),
        Union::WorkerInvalidRequest(e) => ("WorkerInvalidRequest", e.message()?),
        Union::WorkerInternalError(e) => ("WorkerInternalError", e.message()?),
        Union::WorkerRequestTimedOut(e) => ("WorkerRequestTimedOut", e.message()?),
        Union::WorkerRequestError(e) => ("WorkerRequestError", e.message()?),
        Union::WorkerDetached(e) => ("WorkerDetached", e.message()?),
        Union::NoWorkerAvailable(e) => {
            let worker_type = symbol(e.worker_type()?)?;
            return Ok(json!({
                "error": { "NoWorkerAvailable": { "worker_type": worker_type } }
            }));
        }
    };
    Ok(json!({ "error": { name: { "message": message } } }))
}

fn token(token: paseto::WorkerTokenRef<'_>) -> Result<Json> {
    Ok(json!({ "token": token.token()? }))
}

fn of_paseto(body: &[u8]) -> Result<Json> {
    use paseto::WorkerToDaemonMessageUnionRef as Union;
    Ok(match paseto::WorkerToDaemonMessageRef::read_as_root(body)?.message()? {
        Union::AttachWorker(m) => json!({ "AttachWorker": {
            "token": token(m.token()?)?, "worker_type": symbol(m.worker_type()?)?,
        } }),
        Union::WorkerPong(m) => json!({ "WorkerPong": {
            "token": token(m.token()?)?, "worker_type": symbol(m.worker_type()?)?,
        } }),
        Union::DetachWorker(m) => json!({ "DetachWorker": { "token": token(m.token()?)? } }),
        Union::RequestResult(m) => json!({ "RequestResult": {
            "token": token(m.token()?)?, "id": uuid(m.id()?)?, "result": value_of(m.result()?)?,
        } }),
        Union::RequestError(m) => json!({ "RequestError": {
            "token": token(m.token()?)?, "id": uuid(m.id()?)?, "error": worker_error(m.error()?)?,
        } }),
    })
}

fn of_curve(body: &[u8]) -> Result<Json> {
    use curve::WorkerToDaemonMessageUnionRef as Union;
    Ok(match curve::WorkerToDaemonMessageRef::read_as_root(body)?.message()? {
        Union::AttachWorker(m) => json!({ "AttachWorker": {
            "worker_id": uuid(m.worker_id()?)?, "worker_type": symbol(m.worker_type()?)?,
        } }),
        Union::WorkerPong(m) => json!({ "WorkerPong": {
            "worker_id": uuid(m.worker_id()?)?, "worker_type": symbol(m.worker_type()?)?,
        } }),
        Union::DetachWorker(m) => {
            json!({ "DetachWorker": { "worker_id": uuid(m.worker_id()?)? } })
        }
        Union::RequestResult(m) => json!({ "RequestResult": {
            "worker_id": uuid(m.worker_id()?)?,
            "request_id": uuid(m.request_id()?)?,
            "result": value_of(m.result()?)?,
        } }),
        Union::RequestError(m) => json!({ "RequestError": {
            "worker_id": uuid(m.worker_id()?)?,
            "request_id": uuid(m.request_id()?)?,
            "error": worker_error(m.error()?)?,
        } }),
    })
}

/// The body of a worker's message.
pub(crate) fn worker_message(era: Era, body: &[u8]) -> std::result::Result<Json, String> {
    match era {
        Era::Paseto => of_paseto(body),
        Era::Curve => of_curve(body),
    }
    .map_err(|error| error.to_string())
}

/// All frames of a worker's message. Leading frames that are no id or no UTF-8 are shown as the
/// vectors show them.
pub(crate) fn worker_frames(
    era: Era,
    frames: &[impl AsRef<[u8]>],
) -> std::result::Result<Json, String> {
    let (body, leading) = frames.split_last().expect("a frame");
    let mut json = json!({ "message": worker_message(era, body.as_ref())? });
    let (id, token) = match leading {
        [] => (None, None),
        [id] => (Some(id), None),
        [token, id] => (Some(id), Some(token)),
        _ => panic!("{} frames", frames.len()),
    };
    if let Some(id) = id {
        let id = id.as_ref();
        let text = Uuid::from_slice(id).map_or_else(|_| hex(id), |id| id.to_string());
        json["worker_id_frame"] = json!(text);
    }
    if let Some(token) = token {
        json["token_frame"] = json!(String::from_utf8_lossy(token.as_ref()));
    }
    Ok(json)
}
