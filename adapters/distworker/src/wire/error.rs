//! What can be wrong with a received message.

use std::fmt;

use super::messages::MessageType;

/// A message that can not be used. The connection can go on: the controller itself ignores
/// messages that it can not read (DistWorker sheet, section 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// More bytes than the limit.
    TooLarge {
        /// Bytes of the message.
        length: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// More files than the limit.
    TooManyFiles {
        /// The limit.
        max: usize,
    },
    /// The bytes are not a message of this protocol.
    Malformed {
        /// What is wrong, and where.
        detail: String,
    },
    /// The type is known, and its payload is missing or is that of another type.
    MissingPayload {
        /// The type that the message claims.
        message_type: MessageType,
        /// The type of the payload that is there instead, if there is one.
        found: Option<MessageType>,
    },
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { length, max } => write!(
                f,
                "a message of {length} bytes is larger than the limit of {max}; raise \
                 `max_message_size` if such tasks are wanted"
            ),
            Self::TooManyFiles { max } => {
                write!(f, "a message names more than {max} files; split the task")
            }
            Self::Malformed { detail } => write!(
                f,
                "not a DistWorker message: {detail}; check that the URL leads to a DistWorker \
                 controller of release 0.0.1 to 0.0.6"
            ),
            Self::MissingPayload { message_type, found: None } => {
                write!(f, "a {} message without its payload", message_type.as_str_name())
            }
            Self::MissingPayload { message_type, found: Some(found) } => write!(
                f,
                "a {} message without its payload; it carries that of {} instead",
                message_type.as_str_name(),
                found.as_str_name()
            ),
        }
    }
}

impl std::error::Error for WireError {}
