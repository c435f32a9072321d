//! Values out of FlatBuffers, with the daemon's refusals (mooR sheet, sections 5.2 and 8.6).

use super::flat::{At, Malformed, Reader, Result, required};
use super::value::{ErrorCode, ErrorValue, Flyweight, Obj, Value};
use super::write::CUSTOM;
use uuid::Uuid;

/// How deep a value of a worker may nest. The real daemon overflowed its stack somewhere above
/// 100 levels (mooR sheet, section 12); here it is an answer.
pub(crate) const MAX_DEPTH: usize = 128;

/// Reads values of one era.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vars {
    /// Whether the era has a variant for anonymous objects.
    pub(crate) anonymous: bool,
}

pub(crate) fn symbol(reader: &mut Reader<'_, '_>, field: At) -> Result<String> {
    let table = reader.follow(field)?;
    let [text] = reader.slots(table)?;
    Ok(reader.text(required(text, "Symbol::value()")?)?.to_owned())
}

pub(crate) fn uuid(reader: &mut Reader<'_, '_>, field: At) -> Result<Uuid> {
    let table = reader.follow(field)?;
    let [bytes] = reader.slots(table)?;
    let bytes = reader.bytes(required(bytes, "Uuid::data()")?)?;
    Uuid::from_slice(bytes)
        .map_err(|_| format!("Uuid::data() has {} bytes instead of 16", bytes.len()).into())
}

pub(crate) fn obj(reader: &mut Reader<'_, '_>, field: At) -> Result<Obj> {
    let table = reader.follow(field)?;
    let (member, value) = union(reader, table, "Obj::obj()")?;
    let [id] = reader.slots(value)?;
    Ok(match member {
        1 => Obj::Id(reader.int(id)?),
        2 => Obj::Uuid(reader.ulong(id)?),
        3 => Obj::Anonymous(reader.ulong(id)?),
        _ => return Err(unknown("Obj::obj()", member)),
    })
}

/// Discriminant and table of a union in the first two slots.
pub(crate) fn union(
    reader: &mut Reader<'_, '_>,
    table: At,
    name: &'static str,
) -> Result<(u8, At)> {
    let [member, value] = reader.slots(table)?;
    let member = reader.byte(member)?;
    match value {
        Some(value) if member != 0 => Ok((member, reader.follow(value)?)),
        _ => required(None, name).map(|at| (0, at)),
    }
}

fn unknown(name: &'static str, tag: u8) -> Malformed {
    format!("In {name}: Unknown union (tag = {tag})").into()
}

impl Vars {
    /// The value of a `Var` table that a field points to. `depth` is how many levels may follow.
    pub(crate) fn var(self, reader: &mut Reader<'_, '_>, field: At, depth: usize) -> Result<Value> {
        let table = reader.follow(field)?;
        let Some(depth) = depth.checked_sub(1) else {
            return Err(format!("Values nest deeper than {MAX_DEPTH} levels").into());
        };
        let (member, at) = match union(reader, table, "Var::variant()") {
            Ok(found) => found,
            Err(error) => return Err(format!("Failed to read variant: {error}").into()),
        };
        Ok(match member {
            1 => {
                let [] = reader.slots(at)?;
                Value::None
            }
            2 => {
                let [value] = reader.slots(at)?;
                Value::Bool(reader.byte(value)? != 0)
            }
            3 => {
                let [value] = reader.slots(at)?;
                Value::Int(reader.long(value)?)
            }
            4 => {
                let [value] = reader.slots(at)?;
                Value::Float(reader.double(value)?)
            }
            5 => {
                let [value] = reader.slots(at)?;
                let text = match required(value, "VarStr::value()") {
                    Ok(at) => {
                        reader.text(at).map_err(|e| format!("In VarStr::value(): {e}").into())
                    }
                    Err(error) => Err(error),
                };
                let text = text.map_err(|error: Malformed| format!("str value: {error}"))?;
                Value::Str(text.to_owned())
            }
            6 => {
                let [value] = reader.slots(at)?;
                Value::Obj(obj(reader, required(value, "VarObj::obj()")?)?)
            }
            7 => {
                let [value] = reader.slots(at)?;
                let value = required(value, "VarErr::error()")?;
                Value::Err(Box::new(self.error(reader, value, depth)?))
            }
            8 => Value::List(self.list(reader, at, depth)?),
            9 => {
                let [pairs] = reader.slots(at)?;
                let mut read = Vec::new();
                for pair in reader.offsets(required(pairs, "VarMap::pairs()")?)? {
                    let pair = reader.follow(pair)?;
                    let [key, value] = reader.slots(pair)?;
                    let key = self.var(reader, required(key, "VarMapPair::key()")?, depth)?;
                    let value = required(value, "VarMapPair::value()")?;
                    read.push((key, self.var(reader, value, depth)?));
                }
                Value::map(read)
            }
            10 => {
                let [value] = reader.slots(at)?;
                Value::Sym(symbol(reader, required(value, "VarSym::symbol()")?)?)
            }
            11 => {
                let [data] = reader.slots(at)?;
                Value::Binary(reader.bytes(required(data, "VarBinary::data()")?)?.to_vec())
            }
            12 => Value::Flyweight(Box::new(self.flyweight(reader, at, depth)?)),
            13 => return Err("Unexpected lambda in RPC context".into()),
            14 if self.anonymous => {
                let [value] = reader.slots(at)?;
                Value::Obj(obj(reader, required(value, "VarAnonymous::obj()")?)?)
            }
            tag => {
                let error = unknown("Var::variant()", tag);
                return Err(format!("Failed to read variant: {error}").into());
            }
        })
    }

    fn list(self, reader: &mut Reader<'_, '_>, list: At, depth: usize) -> Result<Vec<Value>> {
        let [elements] = reader.slots(list)?;
        self.vector(reader, required(elements, "VarList::elements()")?, depth)
    }

    /// The values of a vector that a field points to.
    pub(crate) fn vector(
        self,
        reader: &mut Reader<'_, '_>,
        field: At,
        depth: usize,
    ) -> Result<Vec<Value>> {
        let elements = reader.offsets(field)?;
        elements.map(|element| self.var(reader, element, depth)).collect()
    }

    fn error(self, reader: &mut Reader<'_, '_>, field: At, depth: usize) -> Result<ErrorValue> {
        let table = reader.follow(field)?;
        let [number, message, value, symbol_at] = reader.slots(table)?;
        let code = match (reader.byte(number)?, symbol_at) {
            (CUSTOM, None) => return Err("ErrCustom missing custom_symbol".into()),
            (CUSTOM, Some(at)) => ErrorCode::Custom(symbol(reader, at)?),
            (number, _) => ErrorCode::known(number).ok_or_else(|| {
                format!(
                    "Failed to read err_type: In Error::err_type(): Unknown enum (tag = {number})"
                )
            })?,
        };
        let message = message.map(|at| reader.text(at).map(str::to_owned)).transpose()?;
        let value = value.map(|at| self.var(reader, at, depth)).transpose()?;
        Ok(ErrorValue { code, message, value })
    }

    fn flyweight(self, reader: &mut Reader<'_, '_>, at: At, depth: usize) -> Result<Flyweight> {
        let [delegate, slots_at, contents] = reader.slots(at)?;
        let delegate = obj(reader, required(delegate, "VarFlyweight::delegate()")?)?;
        let mut slots = Vec::new();
        for slot in reader.offsets(required(slots_at, "VarFlyweight::slots()")?)? {
            let slot = reader.follow(slot)?;
            let [name, value] = reader.slots(slot)?;
            let name = symbol(reader, required(name, "FlyweightSlot::name()")?)?;
            let value = self.var(reader, required(value, "FlyweightSlot::value()")?, depth)?;
            slots.push((name, value));
        }
        let contents = reader.follow(required(contents, "VarFlyweight::contents()")?)?;
        Ok(Flyweight { delegate, slots, contents: self.list(reader, contents, depth)? })
    }
}
