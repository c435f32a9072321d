//! Where to connect to, lane by lane.

use bytes::Bytes;
use journeyman_core::transport::Lane;

use crate::{CurveKeys, CurvePublicKey, Endpoint};

/// Where to connect to. All lanes together are one connection: it is up when all of them are.
#[derive(Clone, Debug, Default)]
pub struct ZmqTarget {
    /// The lanes; their names differ.
    pub lanes: Vec<LaneTarget>,
}

impl ZmqTarget {
    /// A target of these lanes.
    pub fn new(lanes: impl IntoIterator<Item = LaneTarget>) -> Self {
        Self { lanes: lanes.into_iter().collect() }
    }
}

/// One lane: one ZeroMQ socket that connects to one endpoint.
#[derive(Clone, Debug)]
pub struct LaneTarget {
    /// Its name.
    pub lane: Lane,
    /// Where the peer listens.
    pub endpoint: Endpoint,
    /// What kind of socket it is.
    pub role: Role,
    /// Keys, where the peer wants CURVE.
    pub curve: Option<CurveClient>,
}

/// What kind of socket a lane is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// A SUB socket that receives what starts with one of these topics (the empty topic:
    /// everything). Nothing can be sent on it.
    Subscribe(Vec<Bytes>),
    /// Requests and their replies, in order, without waiting for one another: a DEALER that adds
    /// and removes the empty delimiter, so that the peer, a REP or ROUTER, sees the frames of a
    /// REQ.
    Request,
}

/// The keys of a lane under CURVE.
#[derive(Clone, Debug)]
pub struct CurveClient {
    /// The public key of the server.
    pub server_key: CurvePublicKey,
    /// Our own pair.
    pub keys: CurveKeys,
}

impl LaneTarget {
    /// A lane that subscribes to topics.
    pub fn subscribe<T: Into<Bytes>>(
        lane: Lane,
        endpoint: Endpoint,
        topics: impl IntoIterator<Item = T>,
    ) -> Self {
        let topics = topics.into_iter().map(Into::into).collect();
        Self { lane, endpoint, role: Role::Subscribe(topics), curve: None }
    }

    /// A lane for requests.
    pub fn request(lane: Lane, endpoint: Endpoint) -> Self {
        Self { lane, endpoint, role: Role::Request, curve: None }
    }

    /// Encrypts it.
    #[must_use]
    pub fn curve(mut self, curve: CurveClient) -> Self {
        self.curve = Some(curve);
        self
    }
}
