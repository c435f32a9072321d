//! Values as FlatBuffers, for the daemon's messages and for tests.

use super::value::{ErrorCode, ErrorValue, Flyweight, Obj, Value};
use flatbuffers::{
    FlatBufferBuilder, ForwardsUOffset, TableFinishedWIPOffset, VOffsetT, Vector, WIPOffset,
};
use uuid::Uuid;

pub(crate) type Builder = FlatBufferBuilder<'static>;
pub(crate) type Table = WIPOffset<TableFinishedWIPOffset>;
/// What a table's field can point to.
type Vectors = WIPOffset<Vector<'static, ForwardsUOffset<TableFinishedWIPOffset>>>;

/// The discriminant of `ErrCustom`.
pub(crate) const CUSTOM: u8 = 255;

/// The place of a slot in a vtable, in bytes.
const fn slot(number: VOffsetT) -> VOffsetT {
    4 + 2 * number
}

/// A table with one field that is an offset.
pub(crate) fn holding<T>(out: &mut Builder, field: WIPOffset<T>) -> Table {
    fields(out, &[Some(field.as_union_value())])
}

/// A table whose fields are offsets; absent ones are left out.
pub(crate) fn fields(
    out: &mut Builder,
    fields: &[Option<WIPOffset<flatbuffers::UnionWIPOffset>>],
) -> Table {
    let start = out.start_table();
    for (number, field) in (0..).zip(fields) {
        if let Some(field) = field {
            out.push_slot_always(slot(number), *field);
        }
    }
    out.end_table(start)
}

/// A table with no fields.
pub(crate) fn empty(out: &mut Builder) -> Table {
    fields(out, &[])
}

/// A table that holds nothing but a union.
pub(crate) fn union(out: &mut Builder, member: u8, value: Table) -> Table {
    let start = out.start_table();
    out.push_slot_always(slot(1), value);
    out.push_slot(slot(0), member, 0);
    out.end_table(start)
}

/// A table with one scalar, which is left out if it is zero.
fn scalar<T: flatbuffers::Push + PartialEq + Default>(out: &mut Builder, value: T) -> Table {
    let start = out.start_table();
    out.push_slot(slot(0), value, T::default());
    out.end_table(start)
}

pub(crate) fn text_table(out: &mut Builder, text: &str) -> Table {
    let text = out.create_string(text);
    holding(out, text)
}

pub(crate) fn uuid(out: &mut Builder, id: Uuid) -> Table {
    let bytes = out.create_vector(id.as_bytes());
    holding(out, bytes)
}

/// One more scalar behind fields that are offsets.
pub(crate) fn fields_and_u64(
    out: &mut Builder,
    offsets: &[Option<WIPOffset<flatbuffers::UnionWIPOffset>>],
    number: VOffsetT,
    value: u64,
) -> Table {
    let start = out.start_table();
    out.push_slot(slot(number), value, 0);
    for (number, field) in (0..).zip(offsets) {
        if let Some(field) = field {
            out.push_slot_always(slot(number), *field);
        }
    }
    out.end_table(start)
}

pub(crate) fn fields_and_bool(
    out: &mut Builder,
    value: bool,
    offsets: &[Option<WIPOffset<flatbuffers::UnionWIPOffset>>],
) -> Table {
    let start = out.start_table();
    for (number, field) in (1..).zip(offsets) {
        if let Some(field) = field {
            out.push_slot_always(slot(number), *field);
        }
    }
    out.push_slot(slot(0), value, false);
    out.end_table(start)
}

pub(crate) fn obj(out: &mut Builder, obj: Obj) -> Table {
    let (member, id) = match obj {
        Obj::Id(id) => (1, scalar(out, id)),
        Obj::Uuid(packed) => (2, scalar(out, packed)),
        Obj::Anonymous(packed) => (3, scalar(out, packed)),
    };
    union(out, member, id)
}

/// The elements of a list, as a vector of `Var` tables.
pub(crate) fn vector(out: &mut Builder, values: &[Value], anonymous: bool) -> Vectors {
    let tables: Vec<Table> = values.iter().map(|value| var(out, value, anonymous)).collect();
    out.create_vector(&tables)
}

/// A `Var` table. `anonymous` says whether the era has a variant for anonymous objects. Recurses
/// as deep as the value nests, which is the caller's choice.
pub(crate) fn var(out: &mut Builder, value: &Value, anonymous: bool) -> Table {
    let (member, table) = match value {
        Value::None => (1, empty(out)),
        Value::Bool(value) => (2, scalar(out, *value)),
        Value::Int(value) => (3, scalar(out, *value)),
        // By its bits: negative zero equals the default, and is not it.
        Value::Float(value) => (4, float(out, *value)),
        Value::Str(text) => (5, text_table(out, text)),
        Value::Obj(id) => {
            let table = obj(out, *id);
            let member = if anonymous && matches!(id, Obj::Anonymous(_)) { 14 } else { 6 };
            (member, holding(out, table))
        }
        Value::Err(value) => {
            let table = error(out, value, anonymous);
            (7, holding(out, table))
        }
        Value::List(items) => {
            let items = vector(out, items, anonymous);
            (8, holding(out, items))
        }
        Value::Map(map) => {
            let mut pairs = Vec::with_capacity(map.pairs().len());
            for (key, value) in map.pairs() {
                let key = var(out, key, anonymous).as_union_value();
                let value = var(out, value, anonymous).as_union_value();
                pairs.push(fields(out, &[Some(key), Some(value)]));
            }
            let pairs = out.create_vector(&pairs);
            (9, holding(out, pairs))
        }
        Value::Sym(text) => {
            let symbol = text_table(out, text);
            (10, holding(out, symbol))
        }
        Value::Binary(bytes) => {
            let bytes = out.create_vector(bytes);
            (11, holding(out, bytes))
        }
        Value::Flyweight(value) => (12, flyweight(out, value, anonymous)),
        Value::Lambda => (13, lambda(out)),
    };
    union(out, member, table)
}

fn float(out: &mut Builder, value: f64) -> Table {
    let start = out.start_table();
    if value.to_bits() != 0 {
        out.push_slot_always(slot(0), value);
    }
    out.end_table(start)
}

fn error(out: &mut Builder, error: &ErrorValue, anonymous: bool) -> Table {
    let message = error.message.as_ref().map(|text| out.create_string(text).as_union_value());
    let value = error.value.as_ref().map(|value| var(out, value, anonymous).as_union_value());
    let (number, symbol) = match &error.code {
        ErrorCode::Known(number) => (*number, None),
        ErrorCode::Custom(name) => (CUSTOM, Some(text_table(out, name).as_union_value())),
    };
    let start = out.start_table();
    for (number, field) in (1..).zip([message, value, symbol]) {
        if let Some(field) = field {
            out.push_slot_always(slot(number), field);
        }
    }
    out.push_slot(slot(0), number, 0);
    out.end_table(start)
}

fn flyweight(out: &mut Builder, value: &Flyweight, anonymous: bool) -> Table {
    let delegate = obj(out, value.delegate).as_union_value();
    let mut slots = Vec::with_capacity(value.slots.len());
    for (name, value) in &value.slots {
        let name = text_table(out, name).as_union_value();
        let value = var(out, value, anonymous).as_union_value();
        slots.push(fields(out, &[Some(name), Some(value)]));
    }
    let slots = out.create_vector(&slots).as_union_value();
    let contents = vector(out, &value.contents, anonymous);
    let contents = holding(out, contents).as_union_value();
    fields(out, &[Some(delegate), Some(slots), Some(contents)])
}

/// A lambda with no parameters and no body, its required fields present.
fn lambda(out: &mut Builder) -> Table {
    let none: [Table; 0] = [];
    let labels = out.create_vector(&none);
    let parameters = holding(out, labels).as_union_value();
    let program = empty(out);
    let body = union(out, 1, program).as_union_value();
    let environment = out.create_vector(&none).as_union_value();
    fields(out, &[Some(parameters), Some(body), Some(environment)])
}

/// Lists inside of each other, `depth` of them, built without recursion.
pub(crate) fn nested(out: &mut Builder, depth: usize) -> Table {
    let none: [Table; 0] = [];
    let mut items = out.create_vector(&none);
    let mut levels = depth.max(1);
    loop {
        let list = holding(out, items);
        let list = union(out, 8, list);
        levels -= 1;
        if levels == 0 {
            return list;
        }
        items = out.create_vector(&[list]);
    }
}
