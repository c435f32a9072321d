//! What a worker shows to its daemon.

use journeyman_core::Secret;
use journeyman_zmq::{CurveClient, CurveKeys, CurvePublicKey, Endpoint};
use uuid::Uuid;

use crate::auth::{SigningKey, Token};

/// What a worker shows to its daemon.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// A token, signed with this key (PASETO era).
    Token(SigningKey),
    /// Nothing: whoever can open the socket may attach.
    Open,
    /// CURVE keys.
    Curve(Box<CurveCredentials>),
}

/// CURVE keys, and where the daemon's comes from.
#[derive(Clone, Debug)]
pub struct CurveCredentials {
    /// The worker's own pair.
    pub keys: CurveKeys,
    /// The daemon's key, if it is known.
    pub daemon: Option<CurvePublicKey>,
    /// How to enroll; `None` where the daemon's key is part of the configuration.
    pub enrollment: Option<Enrollment>,
}

/// How to enroll (mooR sheet, section 7.5).
#[derive(Clone, Debug)]
pub struct Enrollment {
    /// The daemon's enrollment service.
    pub endpoint: Endpoint,
    /// The enrollment token; `None` if there was none to be found, with the reason.
    pub token: Result<Secret, String>,
    /// What the worker calls itself.
    pub service_type: String,
    /// The name of this host.
    pub hostname: String,
}

impl Credentials {
    /// The token for a worker id, where the wire has one.
    pub(super) fn token(&self, worker_id: Uuid) -> Option<Token> {
        match self {
            Self::Token(key) => Some(Token::sign(key, worker_id)),
            Self::Open | Self::Curve(_) => None,
        }
    }

    /// The keys of an encrypted socket.
    pub(super) fn client(&self) -> Option<CurveClient> {
        match self {
            Self::Curve(curve) => {
                Some(CurveClient { server_key: curve.daemon?, keys: curve.keys.clone() })
            }
            Self::Token(_) | Self::Open => None,
        }
    }

    /// How to enroll, if that has to be done before anything else.
    pub(super) fn enrollment(&self) -> Option<&Enrollment> {
        match self {
            Self::Curve(curve) if curve.daemon.is_none() => curve.enrollment.as_ref(),
            _ => None,
        }
    }

    pub(super) fn curve_mut(&mut self) -> Option<&mut CurveCredentials> {
        match self {
            Self::Curve(curve) => Some(curve),
            Self::Token(_) | Self::Open => None,
        }
    }
}
