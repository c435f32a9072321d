//! The writers of mooR's own kinds, from the pairs of tag and value that serde carries.

use journeyman_moor_schema::{common, var as table};
use planus::Offset;
use serde::Serialize;

use super::{
    builder::Scratch,
    encode::Encoder,
    parts::{self, Parts},
    scalar::{Scalar, scalar},
};
use crate::var::{self, Error, ErrorCode, Obj, tag::Tag};

/// A tagged value.
pub(super) struct Tagged<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
    tag: Option<Tag>,
    value: Option<Offset<table::Var>>,
}

impl<'a, 'e> Tagged<'a, 'e> {
    pub(super) fn new(encoder: &'a mut Encoder<'e>) -> Self {
        Self { encoder, tag: None, value: None }
    }
}

impl Parts for Tagged<'_, '_> {
    type Ok = Offset<table::Var>;
    const NAME: &'static str = "a tagged value";

    fn part<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) -> Result<(), Error> {
        let tag = match (index, &self.tag) {
            (0, _) => {
                self.tag = Some(parts::tag(value)?);
                return Ok(());
            }
            (1, Some(tag)) => tag,
            _ => return Self::wrong(),
        };
        let encoder = &mut *self.encoder;
        self.value = Some(match tag {
            Tag::Object | Tag::Anonymous => encoder.obj_var(scalar(value)?.into_obj(tag)?)?,
            Tag::Symbol => encoder.symbol(&scalar(value)?.into_text("a symbol")?)?,
            Tag::Error => {
                let error = parts::write(ErrorParts::new(encoder), value)?;
                let b = encoder.builder();
                let error = table::VarErr::create(b, error);
                let variant = table::VarUnion::create_var_err(b, error);
                table::Var::create(b, variant)
            }
            Tag::Flyweight => {
                encoder.enter()?;
                let parts = FlyweightParts { encoder, delegate: None, slots: None, contents: None };
                let flyweight = parts::write(parts, value)?;
                let encoder = &mut *self.encoder;
                encoder.leave();
                let b = encoder.builder();
                let variant = table::VarUnion::create_var_flyweight(b, flyweight);
                table::Var::create(b, variant)
            }
            Tag::Other(tag) => return Err(var::unknown_tag(tag)),
        });
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        self.value.map_or_else(Self::wrong, Ok)
    }
}

struct ErrorParts<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
    code: Option<ErrorCode>,
    message: Option<String>,
    value: Option<Offset<table::Var>>,
}

impl<'a, 'e> ErrorParts<'a, 'e> {
    fn new(encoder: &'a mut Encoder<'e>) -> Self {
        Self { encoder, code: None, message: None, value: None }
    }
}

impl Parts for ErrorParts<'_, '_> {
    type Ok = Offset<common::Error>;
    const NAME: &'static str = "an error value";

    fn part<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) -> Result<(), Error> {
        match index {
            0 => {
                self.code = Some(match scalar(value)? {
                    Scalar::Symbol(name) => ErrorCode::custom(name),
                    other => {
                        let name = other.into_text("the code of an error value")?;
                        ErrorCode::known(&name).ok_or_else(|| var::unknown_code::<Error>(&name))?
                    }
                });
            }
            1 => {
                self.message = match scalar(value)? {
                    Scalar::Null => None,
                    text => Some(text.into_text("the message of an error value")?),
                };
            }
            2 => {
                self.encoder.enter()?;
                self.value = Some(self.encoder.value(value)?);
                self.encoder.leave();
            }
            _ => return Self::wrong(),
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        let Some(code) = self.code else { return Self::wrong() };
        let message = self.message.as_deref();
        self.encoder.room(message.map_or(0, str::len) + code.name().len())?;
        let b = self.encoder.builder();
        let custom = match &code {
            ErrorCode::Custom(symbol) => Some(common::Symbol::create(b, symbol.as_str())),
            _ => None,
        };
        let number = common::ErrorCode::try_from(code.number())
            .map_err(|_| Error::new("unknown error code"))?;
        Ok(common::Error::create(b, number, message, self.value, custom))
    }
}

struct FlyweightParts<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
    delegate: Option<Obj>,
    slots: Option<Offset<[Offset<table::FlyweightSlot>]>>,
    contents: Option<Offset<table::VarList>>,
}

impl Parts for FlyweightParts<'_, '_> {
    type Ok = Offset<table::VarFlyweight>;
    const NAME: &'static str = "a flyweight";

    fn part<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) -> Result<(), Error> {
        match index {
            0 => match scalar(value)? {
                Scalar::Obj(obj) => self.delegate = Some(obj),
                _ => return Err(Error::new("the delegate of a flyweight must be an object")),
            },
            1 => {
                let start = self.encoder.scratch.slots.len();
                parts::write(Slots { encoder: self.encoder }, value)?;
                let Scratch { builder, slots, .. } = &mut *self.encoder.scratch;
                let written = slots.get(start..).unwrap_or_default();
                self.slots = Some(builder.create_vector(written));
                slots.truncate(start);
            }
            2 => {
                let start = self.encoder.scratch.items.len();
                let contents = Contents { encoder: self.encoder, start };
                self.contents = Some(parts::write(contents, value)?);
            }
            _ => return Self::wrong(),
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        let (Some(delegate), Some(slots), Some(contents)) =
            (self.delegate, self.slots, self.contents)
        else {
            return Self::wrong();
        };
        self.encoder.room(0)?;
        let delegate = self.encoder.obj(delegate);
        Ok(table::VarFlyweight::create(self.encoder.builder(), delegate, slots, contents))
    }
}

/// The slots: any number of pairs.
struct Slots<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
}

impl Parts for Slots<'_, '_> {
    type Ok = ();
    const NAME: &'static str = "the slots of a flyweight";

    fn part<T: Serialize + ?Sized>(&mut self, _: usize, value: &T) -> Result<(), Error> {
        let slot = parts::write(Slot { encoder: self.encoder, name: None, value: None }, value)?;
        self.encoder.scratch.slots.push(slot);
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

struct Slot<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
    name: Option<String>,
    value: Option<Offset<table::Var>>,
}

impl Parts for Slot<'_, '_> {
    type Ok = Offset<table::FlyweightSlot>;
    const NAME: &'static str = "a slot of a flyweight";

    fn part<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) -> Result<(), Error> {
        match index {
            0 => self.name = Some(scalar(value)?.into_text("the name of a slot")?),
            1 => self.value = Some(self.encoder.value(value)?),
            _ => return Self::wrong(),
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        let (Some(name), Some(value)) = (self.name, self.value) else { return Self::wrong() };
        self.encoder.room(name.len())?;
        let b = self.encoder.builder();
        let name = common::Symbol::create(b, &*name);
        Ok(table::FlyweightSlot::create(b, name, value))
    }
}

/// The contents: any number of values.
struct Contents<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
    start: usize,
}

impl Parts for Contents<'_, '_> {
    type Ok = Offset<table::VarList>;
    const NAME: &'static str = "the contents of a flyweight";

    fn part<T: Serialize + ?Sized>(&mut self, _: usize, value: &T) -> Result<(), Error> {
        let item = self.encoder.value(value)?;
        self.encoder.scratch.items.push(item);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        self.encoder.list(self.start)
    }
}
