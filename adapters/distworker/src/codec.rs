//! Arguments from and results to encoded `Struct` messages.

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind,
    job::{Body, Codec, Role},
    payload::{DecodeError, Payload, Shape, Source},
};

use crate::structs::{StructDeserializer, encode_object};

/// The `input` of a task, still encoded.
#[derive(Clone, Debug)]
pub(crate) struct Input(pub(crate) Option<Bytes>);

impl Payload for Input {
    fn shape(&self) -> Shape {
        match self.0 {
            Some(_) => Shape::Map,
            None => Shape::Null,
        }
    }

    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        match &self.0 {
            Some(bytes) => reader(&mut <dyn erased_serde::Deserializer<'_>>::erase(
                StructDeserializer::new(bytes),
            )),
            None => journeyman_core::Value::Null.read(reader),
        }
    }
}

/// Encodes results and progress data. What is no object is wrapped into one, since the wire has
/// only objects there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StructCodec {
    /// The largest encoded value in bytes.
    pub(crate) max_bytes: usize,
}

impl Codec for StructCodec {
    fn encode(&self, role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error> {
        let key = match role {
            Role::Result => "result",
            _ => "data",
        };
        match encode_object(value, key, self.max_bytes) {
            Ok(Some(bytes)) => Ok(Body::Bytes(bytes)),
            Ok(None) => Ok(Body::Empty),
            Err(error) => Err(Error::new(ErrorKind::Codec, "encode", error.to_string())),
        }
    }
}

/// The bytes of a body, if it has any.
pub(crate) fn into_bytes(body: Body) -> Option<Bytes> {
    match body {
        Body::Bytes(bytes) => Some(bytes),
        // The codec above makes no values.
        Body::Empty | Body::Value(_) => None,
    }
}
