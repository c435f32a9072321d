//! Reading: pieces of packets, and the properties of MQTT 5.

use bytes::{Buf, Bytes};

use super::{Fault, MAX_USER, id, varint};

/// The rest of one packet.
pub(super) struct Reader {
    bytes: Bytes,
    packet: &'static str,
}

/// The value of a property.
pub(super) enum Value {
    Byte(u8),
    Short(u16),
    Int(u32),
    Text(String),
    Binary(Bytes),
    Pair(String, String),
}

impl Reader {
    pub(super) fn new(bytes: Bytes, packet: &'static str) -> Self {
        Self { bytes, packet }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn rest(self) -> Bytes {
        self.bytes
    }

    pub(super) fn malformed(&self, what: impl Into<String>) -> Fault {
        Fault::malformed(self.packet, what)
    }

    /// For packets that end here.
    pub(super) fn end(&self) -> Result<(), Fault> {
        match self.bytes.len() {
            0 => Ok(()),
            more => Err(self.malformed(format!("{more} bytes too many"))),
        }
    }

    fn short(&self) -> Fault {
        self.malformed("it ends too early")
    }

    fn take(&mut self, length: usize) -> Result<Bytes, Fault> {
        if self.bytes.len() < length {
            return Err(self.short());
        }
        Ok(self.bytes.split_to(length))
    }

    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        self.bytes.try_get_u8().map_err(|_| self.short())
    }

    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        self.bytes.try_get_u16().map_err(|_| self.short())
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        self.bytes.try_get_u32().map_err(|_| self.short())
    }

    /// A packet identifier, which is never 0.
    pub(super) fn packet_id(&mut self) -> Result<u16, Fault> {
        match self.u16()? {
            0 => Err(self.malformed("its packet identifier is 0")),
            id => Ok(id),
        }
    }

    fn varint(&mut self) -> Result<usize, Fault> {
        match varint(&self.bytes) {
            Ok(Some((value, used))) => {
                self.bytes.advance(used);
                Ok(value)
            }
            Ok(None) => Err(self.short()),
            Err(()) => Err(self.malformed("a length in it has more than four bytes")),
        }
    }

    pub(super) fn binary(&mut self) -> Result<Bytes, Fault> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    pub(super) fn string(&mut self) -> Result<String, Fault> {
        let bytes = self.binary()?;
        let text = str::from_utf8(&bytes).map_err(|_| self.malformed("a text is not UTF-8"))?;
        if text.contains('\0') {
            return Err(self.malformed("a text holds a NUL character"));
        }
        Ok(text.to_owned())
    }

    /// Reads the properties, of which only these may appear.
    pub(super) fn properties(
        &mut self,
        allowed: &[u8],
        mut visit: impl FnMut(u8, Value) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let length = self.varint()?;
        if self.bytes.len() < length {
            return Err(self.malformed("its properties are longer than the packet"));
        }
        let mut section = Self { bytes: self.bytes.split_to(length), packet: self.packet };
        let mut seen = 0u64;
        let mut repeated = 0;
        while !section.is_empty() {
            // An identifier is a variable-length integer, but all that exist have one byte.
            let name = section.u8()?;
            let value = section.value(name)?;
            if !allowed.contains(&name) {
                let what = format!("property 0x{name:02X} does not belong there");
                return Err(Fault::protocol(self.packet, what));
            }
            if matches!(name, id::USER | id::SUBSCRIPTION_ID) {
                repeated += 1;
                if repeated > MAX_USER {
                    continue;
                }
            } else if seen & (1 << name) != 0 {
                let what = format!("property 0x{name:02X} appears twice");
                return Err(Fault::protocol(self.packet, what));
            }
            // All identifiers are below 64.
            seen |= 1 << name;
            visit(name, value)?;
        }
        Ok(())
    }

    fn value(&mut self, name: u8) -> Result<Value, Fault> {
        Ok(match name {
            id::PAYLOAD_FORMAT
            | id::MAXIMUM_QOS
            | id::RETAIN_AVAILABLE
            | id::WILDCARD_AVAILABLE
            | id::SUBSCRIPTION_ID_AVAILABLE
            | id::SHARED_AVAILABLE => {
                let byte = self.u8()?;
                // All of them are 0 or 1: a maximum QoS of 2 is said by leaving it out.
                if byte > 1 {
                    let what = format!("property 0x{name:02X} is {byte}");
                    return Err(Fault::protocol(self.packet, what));
                }
                Value::Byte(byte)
            }
            id::SERVER_KEEP_ALIVE
            | id::RECEIVE_MAXIMUM
            | id::TOPIC_ALIAS_MAXIMUM
            | id::TOPIC_ALIAS => Value::Short(self.u16()?),
            id::MESSAGE_EXPIRY | id::SESSION_EXPIRY | id::MAXIMUM_PACKET_SIZE => {
                Value::Int(self.u32()?)
            }
            // At most 28 bits.
            id::SUBSCRIPTION_ID => Value::Int(self.varint()? as u32),
            id::CONTENT_TYPE
            | id::RESPONSE_TOPIC
            | id::ASSIGNED_CLIENT_ID
            | id::AUTH_METHOD
            | id::RESPONSE_INFORMATION
            | id::SERVER_REFERENCE
            | id::REASON_STRING => Value::Text(self.string()?),
            id::CORRELATION_DATA | id::AUTH_DATA => Value::Binary(self.binary()?),
            id::USER => Value::Pair(self.string()?, self.string()?),
            _ => return Err(self.malformed(format!("it has the unknown property 0x{name:02X}"))),
        })
    }
}
