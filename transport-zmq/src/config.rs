//! Limits and times.

use std::time::Duration;

use journeyman_core::Error;

/// Limits and times of a [`ZmqTransport`](crate::ZmqTransport). Sizes are bytes.
///
/// There is no receive high-water mark: what comes in is handed over before more is read, so that
/// at most one read buffer of messages (64 KiB, or one message) waits here. Beyond that the
/// peer's own queue fills; a PUB then drops, as ZeroMQ has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZmqConfig {
    /// The largest message either way, the sum of its frames. A larger one from the peer ends the
    /// socket that it came on, before it is read; a larger one of ours is refused. Default
    /// 65 MiB: a mooR daemon was seen to take a string of 64 MiB (mooR sheet, section 11), and
    /// there is something around it.
    pub max_message_size: usize,
    /// The most frames of a message either way. Default 64.
    pub max_frames: usize,
    /// The requests of a lane that may be without a reply before
    /// [`has_room`](journeyman_core::transport::Transport::has_room) says no. Default 512.
    pub max_open_requests: usize,
    /// The requests of a lane that may be without a reply before `send` refuses. At least
    /// `max_open_requests`. Default 1000, which is the default queue of libzmq: a REP or ROUTER
    /// silently drops replies beyond its queue, and cannot come to that with no more requests
    /// open.
    pub hard_open_requests: usize,
    /// The bytes of a lane that may wait to be written before `has_room` says no. Default 8 MiB.
    pub send_queue_soft_limit: usize,
    /// The bytes of a lane that may wait to be written before `send` refuses. One message is
    /// always taken by an empty queue. Default 256 MiB.
    pub send_queue_hard_limit: usize,
    /// How long a request may be without a reply, counted from the moment it was given to a
    /// connected socket. After that all open requests of its lane fail and the lane gets a fresh
    /// socket. Default 5 s.
    pub request_timeout: Duration,
    /// How long connecting one lane may take, subscription included. Default 10 s.
    pub handshake_timeout: Duration,
    /// How long a request lane that lost its socket may be without a new one before the
    /// connection counts as closed. Default 5 s.
    pub lane_timeout: Duration,
    /// The pause before the second attempt to give a request lane a new socket; the first comes
    /// at once. It doubles from there, with a jitter of up to a quarter. Default 50 ms.
    pub lane_backoff_min: Duration,
    /// The longest pause between attempts. Default 1 s.
    pub lane_backoff_max: Duration,
    /// How long a subscription to a peer that speaks ZMTP 3.0, which has no PING, is given to
    /// arrive. See the [crate's documentation](crate#when-a-subscription-is-effective). Default
    /// 250 ms.
    pub subscription_grace: Duration,
    /// What a subscription is given beyond the peer's PONG. See the
    /// [crate's documentation](crate#when-a-subscription-is-effective). Default 10 ms.
    pub subscription_settle: Duration,
    /// On TCP: a peer that was silent for this long gets a PING. `None`: never. Default 5 s.
    pub heartbeat_interval: Option<Duration>,
    /// On TCP: a peer that was silent for this long in spite of PINGs is gone. Default 15 s.
    pub heartbeat_timeout: Duration,
    /// The most that `close` waits for what is queued to be written and for the peer to notice.
    /// Default 1 s.
    pub linger: Duration,
}

impl Default for ZmqConfig {
    fn default() -> Self {
        Self {
            max_message_size: 65 << 20,
            max_frames: 64,
            max_open_requests: 512,
            hard_open_requests: 1000,
            send_queue_soft_limit: 8 << 20,
            send_queue_hard_limit: 256 << 20,
            request_timeout: Duration::from_secs(5),
            handshake_timeout: Duration::from_secs(10),
            lane_timeout: Duration::from_secs(5),
            lane_backoff_min: Duration::from_millis(50),
            lane_backoff_max: Duration::from_secs(1),
            subscription_grace: Duration::from_millis(250),
            subscription_settle: Duration::from_millis(10),
            heartbeat_interval: Some(Duration::from_secs(5)),
            heartbeat_timeout: Duration::from_secs(15),
            linger: Duration::from_secs(1),
        }
    }
}

impl ZmqConfig {
    /// Whether the numbers can work. `connect` asks this first.
    ///
    /// # Errors
    /// A limit is zero or contradicts another; the error names it.
    pub fn validate(&self) -> Result<(), Error> {
        let positive = [
            ("max_message_size", self.max_message_size),
            ("max_frames", self.max_frames),
            ("max_open_requests", self.max_open_requests),
            ("send_queue_soft_limit", self.send_queue_soft_limit),
        ];
        for (name, value) in positive {
            if value == 0 {
                return Err(Error::config(format!("`{name}` has to be at least 1")));
            }
        }
        let times = [
            ("request_timeout", self.request_timeout),
            ("handshake_timeout", self.handshake_timeout),
            ("lane_backoff_min", self.lane_backoff_min),
            ("heartbeat_interval", self.heartbeat_interval.unwrap_or(Duration::MAX)),
        ];
        for (name, value) in times {
            if value.is_zero() {
                return Err(Error::config(format!("`{name}` has to be more than zero")));
            }
        }
        let ordered = |lesser, greater, ok: bool| match ok {
            true => Ok(()),
            false => Err(Error::config(format!("`{greater}` has to be at least `{lesser}`"))),
        };
        let Self { max_open_requests: open, hard_open_requests: hard_open, .. } = self;
        ordered("max_open_requests", "hard_open_requests", open <= hard_open)?;
        ordered(
            "send_queue_soft_limit",
            "send_queue_hard_limit",
            self.send_queue_soft_limit <= self.send_queue_hard_limit,
        )?;
        ordered(
            "lane_backoff_min",
            "lane_backoff_max",
            self.lane_backoff_min <= self.lane_backoff_max,
        )?;
        let interval = self.heartbeat_interval.unwrap_or_default();
        ordered("heartbeat_interval", "heartbeat_timeout", interval <= self.heartbeat_timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_can_work_and_nonsense_is_named() {
        assert!(ZmqConfig::default().validate().is_ok());
        type Breaking = fn(&mut ZmqConfig);
        let broken: [(&str, Breaking); 6] = [
            ("max_message_size", |c| c.max_message_size = 0),
            ("hard_open_requests", |c| c.hard_open_requests = 1),
            ("send_queue_hard_limit", |c| c.send_queue_hard_limit = 1),
            ("request_timeout", |c| c.request_timeout = Duration::ZERO),
            ("lane_backoff_max", |c| c.lane_backoff_max = Duration::ZERO),
            ("heartbeat_timeout", |c| c.heartbeat_timeout = Duration::from_secs(1)),
        ];
        for (name, breaking) in broken {
            let mut config = ZmqConfig::default();
            breaking(&mut config);
            let error = config.validate().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        let config = ZmqConfig { heartbeat_interval: None, ..ZmqConfig::default() };
        assert!(config.validate().is_ok());
    }
}
