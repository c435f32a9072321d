//! Binary WebSocket messages to typed ones, and back (DistWorker sheet, section 2).
//!
//! The envelope says twice what it holds: by its `type` and by which payload is set. Both sides
//! of the protocol look at `type` first, then read the payload of that type; so does [`decode`].

mod error;
mod messages;

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message as _;

pub use self::error::WireError;
use self::messages::{Envelope, Payload};
pub use self::messages::{
    FileInfo, Heartbeat, MessageType, ResourceInfo, ResourceUsage, SignedWorkerRegister,
    TaskAssign, TaskComplete, TaskFailed, TaskProgress, WorkerHealth, WorkerRegister,
    WorkerRegisterResponse,
};
use crate::reader::{Reader, Wire};

/// One message of the protocol.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Message {
    /// Worker to controller.
    WorkerRegister(WorkerRegister),
    /// Controller to worker.
    RegisterResponse(WorkerRegisterResponse),
    /// Worker to controller.
    Heartbeat(Heartbeat),
    /// Controller to worker.
    TaskAssign(TaskAssign),
    /// Worker to controller.
    TaskProgress(TaskProgress),
    /// Worker to controller.
    TaskComplete(TaskComplete),
    /// Worker to controller.
    TaskFailed(TaskFailed),
    /// A type that this release does not know, or type 0. To be ignored, with a note in the log.
    Unknown {
        /// The number in the `type` field.
        type_number: i32,
    },
}

/// What a received message may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message in bytes. Default 16 MiB.
    pub max_message_bytes: usize,
    /// Most files in one message. Default 4096. A file takes two bytes on the wire and a hundred
    /// in memory, so that the limit on bytes alone would not bound the memory well.
    pub max_files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_message_bytes: 16 << 20, max_files: 4096 }
    }
}

/// Reads one binary WebSocket message. `Struct` fields of the result share memory with `frame`.
///
/// # Errors
/// [`WireError`] when the frame is over a limit, is not protobuf of this schema, or claims a known
/// type without carrying its payload. A type that is not known is not an error but
/// [`Message::Unknown`]. The content of `Struct` fields is not looked at here.
pub fn decode(frame: Bytes, limits: &Limits) -> Result<Message, WireError> {
    if frame.len() > limits.max_message_bytes {
        return Err(WireError::TooLarge { length: frame.len(), max: limits.max_message_bytes });
    }
    count_files(&frame, limits.max_files)?;
    let envelope = Envelope::decode(frame)
        .map_err(|error| WireError::Malformed { detail: error.to_string() })?;
    Ok(match (MessageType::try_from(envelope.r#type), envelope.payload) {
        (Err(_) | Ok(MessageType::Unspecified), _) => {
            Message::Unknown { type_number: envelope.r#type }
        }
        (Ok(MessageType::WorkerRegister), Some(Payload::WorkerRegister(m))) => {
            Message::WorkerRegister(m)
        }
        (Ok(MessageType::WorkerRegisterResponse), Some(Payload::WorkerRegisterResponse(m))) => {
            Message::RegisterResponse(m)
        }
        (Ok(MessageType::Heartbeat), Some(Payload::Heartbeat(m))) => Message::Heartbeat(m),
        (Ok(MessageType::TaskAssign), Some(Payload::TaskAssign(m))) => Message::TaskAssign(m),
        (Ok(MessageType::TaskProgress), Some(Payload::TaskProgress(m))) => Message::TaskProgress(m),
        (Ok(MessageType::TaskComplete), Some(Payload::TaskComplete(m))) => Message::TaskComplete(m),
        (Ok(MessageType::TaskFailed), Some(Payload::TaskFailed(m))) => Message::TaskFailed(m),
        (Ok(message_type), payload) => {
            let found = payload.as_ref().map(Payload::message_type);
            return Err(WireError::MissingPayload { message_type, found });
        }
    })
}

/// Reads the bytes inside [`WorkerRegister::data`]; the worker itself never needs it, whoever
/// checks registrations does.
///
/// # Errors
/// [`WireError::Malformed`] when they are not protobuf of that schema.
pub fn decode_signed(data: Bytes) -> Result<SignedWorkerRegister, WireError> {
    SignedWorkerRegister::decode(data)
        .map_err(|error| WireError::Malformed { detail: error.to_string() })
}

/// Writes one message, with `type` and payload both set. [`Message::Unknown`] becomes its bare
/// type number.
pub fn encode(message: &Message) -> Bytes {
    match message {
        Message::WorkerRegister(m) => envelope(MessageType::WorkerRegister, m),
        Message::RegisterResponse(m) => envelope(MessageType::WorkerRegisterResponse, m),
        Message::Heartbeat(m) => envelope(MessageType::Heartbeat, m),
        Message::TaskAssign(m) => envelope(MessageType::TaskAssign, m),
        Message::TaskProgress(m) => envelope(MessageType::TaskProgress, m),
        Message::TaskComplete(m) => envelope(MessageType::TaskComplete, m),
        Message::TaskFailed(m) => envelope(MessageType::TaskFailed, m),
        Message::Unknown { type_number } => {
            Envelope { r#type: *type_number, payload: None }.encode_to_vec().into()
        }
    }
}

/// Writes the envelope by hand: the payload is borrowed, and the buffer is allocated once at its
/// exact size.
fn envelope(message_type: MessageType, payload: &impl prost::Message) -> Bytes {
    // Every type number and every field number is below 16, so tags and type are one byte each.
    let number = message_type as u8;
    let length = payload.encoded_len();
    let mut frame = BytesMut::with_capacity(3 + prost::length_delimiter_len(length) + length);
    frame.put_slice(&[0x08, number, number << 3 | 2]);
    payload
        .encode_length_delimited(&mut frame)
        .expect("a growing buffer always has room for a message");
    frame.freeze()
}

/// Fails when the message names more than `max` files. Runs before anything is allocated for them.
fn count_files(frame: &[u8], max: usize) -> Result<(), WireError> {
    let malformed =
        |error: crate::reader::ReadError| WireError::Malformed { detail: error.to_string() };
    let mut count = 0usize;
    let mut envelope = Reader::new(frame);
    while let Some(field) = envelope.next().map_err(malformed)? {
        let files_field = match field.number {
            10 => 6,
            12 => 3,
            _ => continue,
        };
        let Wire::Len(mut payload) = field.value else {
            return Err(malformed(field.wrong_shape()));
        };
        while let Some(inner) = payload.next().map_err(malformed)? {
            if inner.number == files_field {
                count += 1;
                if count > max {
                    return Err(WireError::TooManyFiles { max });
                }
            }
        }
    }
    Ok(())
}

impl Payload {
    fn message_type(&self) -> MessageType {
        match self {
            Self::WorkerRegister(_) => MessageType::WorkerRegister,
            Self::WorkerRegisterResponse(_) => MessageType::WorkerRegisterResponse,
            Self::Heartbeat(_) => MessageType::Heartbeat,
            Self::TaskAssign(_) => MessageType::TaskAssign,
            Self::TaskProgress(_) => MessageType::TaskProgress,
            Self::TaskComplete(_) => MessageType::TaskComplete,
            Self::TaskFailed(_) => MessageType::TaskFailed,
        }
    }
}

impl Message {
    /// The type of the message; `None` for a type that is not known.
    pub fn message_type(&self) -> Option<MessageType> {
        match self {
            Self::WorkerRegister(_) => Some(MessageType::WorkerRegister),
            Self::RegisterResponse(_) => Some(MessageType::WorkerRegisterResponse),
            Self::Heartbeat(_) => Some(MessageType::Heartbeat),
            Self::TaskAssign(_) => Some(MessageType::TaskAssign),
            Self::TaskProgress(_) => Some(MessageType::TaskProgress),
            Self::TaskComplete(_) => Some(MessageType::TaskComplete),
            Self::TaskFailed(_) => Some(MessageType::TaskFailed),
            Self::Unknown { type_number } => MessageType::try_from(*type_number)
                .ok()
                .filter(|known| *known == MessageType::Unspecified),
        }
    }
}

impl MessageType {
    /// The name in the schema, as logs of the controller show it.
    pub fn as_str_name(self) -> &'static str {
        match self {
            Self::Unspecified => "MESSAGE_TYPE_UNSPECIFIED",
            Self::WorkerRegister => "MESSAGE_TYPE_WORKER_REGISTER",
            Self::WorkerRegisterResponse => "MESSAGE_TYPE_WORKER_REGISTER_RESPONSE",
            Self::Heartbeat => "MESSAGE_TYPE_HEARTBEAT",
            Self::TaskAssign => "MESSAGE_TYPE_TASK_ASSIGN",
            Self::TaskProgress => "MESSAGE_TYPE_TASK_PROGRESS",
            Self::TaskComplete => "MESSAGE_TYPE_TASK_COMPLETE",
            Self::TaskFailed => "MESSAGE_TYPE_TASK_FAILED",
        }
    }
}

#[cfg(test)]
mod tests;
