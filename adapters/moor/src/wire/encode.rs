//! Any serialisable value to a `Var` table.

use journeyman_moor_schema::{common, var as table};
use planus::{Builder, Offset, WriteAsDefault};
use serde::Serialize;

use super::{Era, Limits, WireError, builder::Scratch};
use crate::var::{AnonymousObj, Error, Obj};

/// The limit that FlatBuffers itself has.
const FLATBUFFERS_MAX: usize = i32::MAX as usize;

/// Writes values. After an error, what it wrote to is good for nothing.
pub(super) struct Encoder<'e> {
    pub(super) scratch: &'e mut Scratch,
    pub(super) era: Era,
    limits: &'e Limits,
    depth: usize,
}

/// The error of a message beyond the limit.
pub(super) fn too_large(limits: &Limits) -> WireError {
    let limit = limits.max_bytes.min(FLATBUFFERS_MAX);
    WireError::new(format!("it is larger than the limit of {limit} bytes; send less at once"))
}

pub(super) type Var = Offset<table::Var>;

/// Writes a table with one field, and the `Var` around it.
macro_rules! var {
    ($encoder:ident, $table:ident, $create:ident $(, $field:expr)*) => {{
        let b = $encoder.builder();
        let inner = table::$table::create(b $(, $field)*);
        let variant = table::VarUnion::$create(b, inner);
        table::Var::create(b, variant)
    }};
}

/// A float that is written even where it equals the default, since -0.0 does and is not it.
struct Exactly(f64);

impl WriteAsDefault<f64, f64> for Exactly {
    type Prepared = f64;

    fn prepare(&self, _: &mut Builder, _: &f64) -> Option<f64> {
        (self.0.to_bits() != 0).then_some(self.0)
    }
}

impl<'e> Encoder<'e> {
    pub(super) fn new(scratch: &'e mut Scratch, era: Era, limits: &'e Limits) -> Self {
        Self { scratch, era, limits, depth: 0 }
    }

    /// Writes a value and all inside it.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<Var, Error> {
        value.serialize(self)
    }

    pub(super) fn builder(&mut self) -> &mut Builder {
        &mut self.scratch.builder
    }

    /// There must be room for so many bytes more.
    pub(super) fn room(&self, bytes: usize) -> Result<(), Error> {
        let limit = self.limits.max_bytes.min(FLATBUFFERS_MAX);
        match self.scratch.builder.len().checked_add(bytes) {
            Some(total) if total <= limit => Ok(()),
            _ => Err(Error::new(too_large(self.limits).to_string())),
        }
    }

    /// Goes one level deeper.
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        let limit = self.limits.max_depth_out;
        if self.depth > limit {
            return Err(Error::new(format!(
                "values nested deeper than {limit}; a daemon may not survive deeper ones"
            )));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn none(&mut self) -> Result<Var, Error> {
        self.room(0)?;
        Ok(var!(self, VarNone, create_var_none))
    }

    pub(super) fn boolean(&mut self, value: bool) -> Result<Var, Error> {
        self.room(0)?;
        Ok(var!(self, VarBool, create_var_bool, value))
    }

    pub(super) fn float(&mut self, value: f64) -> Result<Var, Error> {
        self.room(0)?;
        Ok(var!(self, VarFloat, create_var_float, Exactly(value)))
    }

    pub(super) fn binary(&mut self, bytes: &[u8]) -> Result<Var, Error> {
        self.room(bytes.len())?;
        Ok(var!(self, VarBinary, create_var_binary, bytes))
    }

    pub(super) fn int(&mut self, value: i64) -> Result<Var, Error> {
        self.room(0)?;
        Ok(var!(self, VarInt, create_var_int, value))
    }

    pub(super) fn text(&mut self, text: &str) -> Result<Var, Error> {
        self.room(text.len())?;
        Ok(var!(self, VarStr, create_var_str, text))
    }

    /// A list of the items written since there were `start` of them.
    pub(super) fn list(&mut self, start: usize) -> Result<Offset<table::VarList>, Error> {
        let Scratch { builder, items, .. } = &mut *self.scratch;
        let elements = items.get(start..).unwrap_or_default();
        let list = table::VarList::create(builder, elements);
        items.truncate(start);
        self.room(0)?;
        Ok(list)
    }

    pub(super) fn list_var(&mut self, start: usize) -> Result<Var, Error> {
        let list = self.list(start)?;
        let variant = table::VarUnion::create_var_list(self.builder(), list);
        Ok(table::Var::create(self.builder(), variant))
    }

    pub(super) fn map_var(&mut self, start: usize) -> Result<Var, Error> {
        let Scratch { builder, pairs, .. } = &mut *self.scratch;
        let elements = pairs.get(start..).unwrap_or_default();
        let map = table::VarMap::create(builder, elements);
        pairs.truncate(start);
        let variant = table::VarUnion::create_var_map(builder, map);
        let var = table::Var::create(builder, variant);
        self.room(0)?;
        Ok(var)
    }

    pub(super) fn pair(&mut self, key: Var, value: Var) -> Result<(), Error> {
        let pair = table::VarMapPair::create(self.builder(), key, value);
        self.scratch.pairs.push(pair);
        self.room(0)
    }

    pub(super) fn symbol(&mut self, text: &str) -> Result<Var, Error> {
        self.room(text.len())?;
        let symbol = common::Symbol::create(self.builder(), text);
        Ok(var!(self, VarSym, create_var_sym, symbol))
    }

    /// An object id as a table.
    pub(super) fn obj(&mut self, obj: Obj) -> Offset<common::Obj> {
        let b = self.builder();
        let id = match obj {
            Obj::Id(id) => {
                let id = common::ObjId::create(b, id);
                common::ObjUnion::create_obj_id(b, id)
            }
            Obj::Uuid(id) => {
                let id = common::UuObjId::create(b, id.0);
                common::ObjUnion::create_uu_obj_id(b, id)
            }
            Obj::Anonymous(id) => {
                let id = common::AnonymousObjId::create(b, id.0);
                common::ObjUnion::create_anonymous_obj_id(b, id)
            }
        };
        common::Obj::create(b, id)
    }

    /// An object as a value.
    pub(super) fn obj_var(&mut self, obj: Obj) -> Result<Var, Error> {
        self.room(0)?;
        if let Obj::Anonymous(id) = obj {
            return self.anonymous(id);
        }
        let obj = self.obj(obj);
        Ok(var!(self, VarObj, create_var_obj, obj))
    }

    /// Only the CURVE era has them (mooR sheet, section 5.2).
    fn anonymous(&mut self, id: AnonymousObj) -> Result<Var, Error> {
        if self.era == Era::Paseto {
            return Err(Error::new("a daemon of the PASETO era takes no anonymous objects"));
        }
        let obj = self.obj(Obj::Anonymous(id));
        Ok(var!(self, VarAnonymous, create_var_anonymous, obj))
    }
}
