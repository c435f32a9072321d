//! A value in a wire buffer. Every look at it is checked, so that a check beforehand and a read
//! afterwards cannot differ.

use journeyman_moor_schema::{common, var as table};
use planus::vectors;
use uuid::Uuid;

use super::Era;
use crate::var::{
    AnonymousObj, Error, ErrorCode, Obj, UuObjId,
    node::{Code, ErrorView, FlyweightView, Node, View},
};

/// A `Var` table.
#[derive(Clone, Copy)]
pub(super) struct WireNode<'a> {
    pub(super) var: table::VarRef<'a>,
    pub(super) era: Era,
}

pub(super) type Vars<'a> = planus::Vector<'a, planus::Result<table::VarRef<'a>>>;

/// The items of a list.
pub(super) struct WireItems<'a> {
    iter: vectors::Iter<'a, planus::Result<table::VarRef<'a>>>,
    era: Era,
}

impl<'a> WireItems<'a> {
    pub(super) fn new(vector: Vars<'a>, era: Era) -> Self {
        Self { iter: vector.iter(), era }
    }
}

pub(super) struct WirePairs<'a> {
    iter: vectors::Iter<'a, planus::Result<table::VarMapPairRef<'a>>>,
    era: Era,
}

pub(super) struct WireSlots<'a> {
    iter: vectors::Iter<'a, planus::Result<table::FlyweightSlotRef<'a>>>,
    era: Era,
}

impl<'a> Iterator for WireItems<'a> {
    type Item = Result<WireNode<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let var = self.iter.next()?;
        Some(var.map(|var| WireNode { var, era: self.era }).map_err(Error::from))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iter.size_hint()
    }
}

impl<'a> Iterator for WirePairs<'a> {
    type Item = Result<(WireNode<'a>, WireNode<'a>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let era = self.era;
        let read = |pair: planus::Result<table::VarMapPairRef<'a>>| {
            let pair = pair?;
            Ok((WireNode { var: pair.key()?, era }, WireNode { var: pair.value()?, era }))
        };
        self.iter.next().map(read)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iter.size_hint()
    }
}

impl<'a> Iterator for WireSlots<'a> {
    type Item = Result<(&'a str, WireNode<'a>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let era = self.era;
        let read = |slot: planus::Result<table::FlyweightSlotRef<'a>>| {
            let slot = slot?;
            Ok((slot.name()?.value()?, WireNode { var: slot.value()?, era }))
        };
        self.iter.next().map(read)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iter.size_hint()
    }
}

impl ExactSizeIterator for WireItems<'_> {}
impl ExactSizeIterator for WirePairs<'_> {}
impl ExactSizeIterator for WireSlots<'_> {}

impl<'a> Node<'a> for WireNode<'a> {
    type Items = WireItems<'a>;
    type Pairs = WirePairs<'a>;
    type Slots = WireSlots<'a>;

    fn view(self) -> Result<View<'a, Self>, Error> {
        use table::VarUnionRef as Union;
        let era = self.era;
        Ok(match self.var.variant()? {
            Union::VarNone(_) => View::None,
            Union::VarBool(value) => View::Bool(value.value()?),
            Union::VarInt(value) => View::Int(value.value()?),
            Union::VarFloat(value) => View::Float(value.value()?),
            Union::VarStr(text) => View::Str(text.value()?),
            Union::VarObj(value) => match obj(value.obj()?)? {
                // The daemon takes both forms (mooR sheet, section 5.2).
                Obj::Anonymous(id) => View::Anonymous(id),
                obj => View::Obj(obj),
            },
            Union::VarErr(value) => View::Err(error(value.error()?, era)?),
            Union::VarList(list) => View::List(WireItems::new(list.elements()?, era)),
            Union::VarMap(map) => View::Map(WirePairs { iter: map.pairs()?.iter(), era }),
            Union::VarSym(symbol) => View::Sym(symbol.symbol()?.value()?),
            Union::VarBinary(binary) => View::Binary(binary.data()?),
            Union::VarFlyweight(flyweight) => View::Flyweight(FlyweightView {
                delegate: obj(flyweight.delegate()?)?,
                slots: WireSlots { iter: flyweight.slots()?.iter(), era },
                contents: WireItems::new(flyweight.contents()?.elements()?, era),
            }),
            Union::VarLambda(_) => {
                return Err(Error::new("lambda values cannot be sent to a worker"));
            }
            Union::VarAnonymous(value) => match (era, obj(value.obj()?)?) {
                (Era::Curve, Obj::Anonymous(id)) => View::Anonymous(id),
                (Era::Curve, other) => {
                    return Err(Error::new(format!("{other} is not an anonymous object")));
                }
                (Era::Paseto, _) => {
                    return Err(Error::new("an anonymous object (14) in the PASETO era"));
                }
            },
        })
    }
}

/// Reads an object id.
pub(super) fn obj(obj: common::ObjRef<'_>) -> planus::Result<Obj> {
    Ok(match obj.obj()? {
        common::ObjUnionRef::ObjId(id) => Obj::Id(id.id()?),
        common::ObjUnionRef::UuObjId(id) => Obj::Uuid(UuObjId(id.packed_value()?)),
        common::ObjUnionRef::AnonymousObjId(id) => Obj::Anonymous(AnonymousObj(id.packed_value()?)),
    })
}

fn error(error: common::ErrorRef<'_>, era: Era) -> Result<ErrorView<'_, WireNode<'_>>, Error> {
    let code = match error.err_type()? {
        common::ErrorCode::ErrCustom => match error.custom_symbol()? {
            Some(symbol) => Code::Custom(symbol.value()?),
            None => return Err(Error::new("a custom error (255) without its symbol")),
        },
        known => {
            let known = ErrorCode::KNOWN.get(usize::from(known as u8));
            Code::Known(known.map_or("E_NONE", |code| code.name()))
        }
    };
    let value = error.value()?.map(|var| WireNode { var, era });
    Ok(ErrorView { code, message: error.msg()?, value })
}

/// Reads a UUID.
pub(super) fn uuid(uuid: common::UuidRef<'_>) -> Result<Uuid, Error> {
    let bytes = uuid.data()?;
    Uuid::from_slice(bytes)
        .map_err(|_| Error::new(format!("a UUID of {} bytes instead of 16", bytes.len())))
}
