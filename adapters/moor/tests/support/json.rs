//! The form of the vectors' `decoded`, and our values.

use journeyman_moor::var::{
    AnonymousObj, ErrorCode, Flyweight, MooError, Obj, Symbol, UuObjId, Var,
};
use serde_json::{Value as Json, json};

pub(crate) fn obj(obj: Obj) -> Json {
    match obj {
        Obj::Id(id) => json!({ "obj": { "ObjId": { "id": id } } }),
        Obj::Uuid(id) => json!({ "obj": { "UuObjId": { "packed_value": id.0 } } }),
        Obj::Anonymous(id) => json!({ "obj": { "AnonymousObjId": { "packed_value": id.0 } } }),
    }
}

fn error(error: &MooError) -> Json {
    let mut json = json!({ "err_type": error.code.name() });
    if let ErrorCode::Custom(symbol) = &error.code {
        json = json!({ "err_type": "ErrCustom", "custom_symbol": { "value": symbol.as_str() } });
    }
    if let Some(message) = &error.message {
        json["msg"] = json!(message);
    }
    if let Some(value) = &error.value {
        json["value"] = var(value);
    }
    json
}

fn list(items: &[Var]) -> Json {
    json!({ "elements": items.iter().map(var).collect::<Vec<_>>() })
}

/// A value as the vectors write it.
pub(crate) fn var(value: &Var) -> Json {
    let variant = match value {
        Var::None => json!({ "VarNone": {} }),
        Var::Bool(value) => json!({ "VarBool": { "value": value } }),
        Var::Int(value) => json!({ "VarInt": { "value": value } }),
        Var::Float(value) => json!({ "VarFloat": { "value": value } }),
        Var::Str(text) => json!({ "VarStr": { "value": text } }),
        Var::Obj(id) => json!({ "VarObj": { "obj": obj(*id) } }),
        Var::Err(e) => json!({ "VarErr": { "error": error(e) } }),
        Var::List(items) => json!({ "VarList": list(items) }),
        Var::Map(pairs) => {
            let pair = |(key, value)| json!({ "key": var(key), "value": var(value) });
            let pairs: Vec<Json> = pairs.iter().map(|(k, v)| pair((k, v))).collect();
            json!({ "VarMap": { "pairs": pairs } })
        }
        Var::Sym(symbol) => json!({ "VarSym": { "symbol": { "value": symbol.as_str() } } }),
        Var::Binary(bytes) => json!({ "VarBinary": { "data": hex(bytes) } }),
        Var::Flyweight(f) => {
            let slot = |(name, value): &(Symbol, Var)| json!({ "name": { "value": name.as_str() }, "value": var(value) });
            json!({ "VarFlyweight": {
                "delegate": obj(f.delegate),
                "slots": f.slots.iter().map(slot).collect::<Vec<_>>(),
                "contents": list(&f.contents),
            } })
        }
        Var::Anonymous(id) => json!({ "VarAnonymous": { "obj": obj(Obj::Anonymous(*id)) } }),
        other => panic!("no form for {other}"),
    };
    json!({ "variant": variant })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The only member of an object.
pub(crate) fn only(json: &Json) -> (&str, &Json) {
    let object = json.as_object().expect("an object");
    assert_eq!(object.len(), 1, "{json}");
    let (name, value) = object.iter().next().expect("a member");
    (name, value)
}

fn text(json: &Json) -> String {
    json.as_str().expect("a text").to_owned()
}

fn read_obj(json: &Json) -> Obj {
    let (kind, id) = only(&json["obj"]);
    let packed = || id["packed_value"].as_u64().expect("a packed id");
    match kind {
        "ObjId" => Obj::Id(id["id"].as_i64().and_then(|id| id.try_into().ok()).expect("an id")),
        "UuObjId" => Obj::Uuid(UuObjId(packed())),
        "AnonymousObjId" => Obj::Anonymous(AnonymousObj(packed())),
        other => panic!("{other}"),
    }
}

fn read_error(json: &Json) -> MooError {
    let code = match json["err_type"].as_str().expect("a code") {
        "ErrCustom" => ErrorCode::custom(text(&json["custom_symbol"]["value"])),
        name => ErrorCode::KNOWN.iter().find(|code| code.name() == name).expect("a code").clone(),
    };
    MooError {
        code,
        message: json.get("msg").map(text),
        value: json.get("value").map(|value| Box::new(read_var(value))),
    }
}

fn read_list(json: &Json) -> Vec<Var> {
    json["elements"].as_array().expect("a list").iter().map(read_var).collect()
}

/// A value from the form of the vectors.
pub(crate) fn read_var(json: &Json) -> Var {
    let (kind, value) = only(&json["variant"]);
    match kind {
        "VarNone" => Var::None,
        "VarBool" => Var::Bool(value["value"].as_bool().expect("a boolean")),
        "VarInt" => Var::Int(value["value"].as_i64().expect("an integer")),
        "VarFloat" => Var::Float(value["value"].as_f64().expect("a float")),
        "VarStr" => Var::Str(text(&value["value"])),
        "VarObj" => Var::Obj(read_obj(&value["obj"])),
        "VarErr" => Var::Err(read_error(&value["error"])),
        "VarList" => Var::List(read_list(value)),
        "VarMap" => {
            let pairs = value["pairs"].as_array().expect("pairs").iter();
            Var::Map(pairs.map(|p| (read_var(&p["key"]), read_var(&p["value"]))).collect())
        }
        "VarSym" => Var::Sym(text(&value["symbol"]["value"]).into()),
        "VarBinary" => {
            let hex = value["data"].as_str().expect("hex");
            Var::Binary(journeyman_testkit::vectors::unhex(hex).expect("hex"))
        }
        "VarFlyweight" => {
            let slots = value["slots"].as_array().expect("slots").iter();
            Var::from(Flyweight {
                delegate: read_obj(&value["delegate"]),
                slots: slots
                    .map(|s| (text(&s["name"]["value"]).into(), read_var(&s["value"])))
                    .collect(),
                contents: read_list(&value["contents"]),
            })
        }
        "VarAnonymous" => match read_obj(&value["obj"]) {
            Obj::Anonymous(id) => Var::Anonymous(id),
            other => panic!("{other}"),
        },
        other => panic!("{other}"),
    }
}

/// Whole floats stand in the vectors as integers.
pub(crate) fn normal(json: &Json) -> Json {
    match json {
        Json::Object(map) => {
            let member = |(name, value): (&String, &Json)| {
                let value = match (name.as_str(), value["value"].as_f64()) {
                    ("VarFloat", Some(float)) => json!({ "value": float }),
                    _ => normal(value),
                };
                (name.clone(), value)
            };
            Json::Object(map.iter().map(member).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(normal).collect()),
        other => other.clone(),
    }
}
