//! Enrolling the worker's CURVE key (mooR sheet, section 7.5).

use journeyman_core::{Error, ErrorKind, protocol::Cx, transport::Closed};
use journeyman_zmq::Frames;

use super::{ENROLLMENT, Exchange, Moor};
use crate::{
    auth::{DataDir, Identity, rfc3339},
    wire::{EnrollmentRequest, EnrollmentResponse},
};

/// What the daemon says of a token that it does not accept.
const TOKEN_REFUSED: &str = "Invalid enrollment token";

impl Moor {
    pub(super) fn enroll(&mut self, cx: &mut Cx<'_, Frames>) {
        let Some(client) = self.credentials.curve_mut() else { return };
        let Some(enrollment) = &client.enrollment else { return };
        let token = match &enrollment.token {
            Ok(token) => token.clone(),
            Err(problem) => return cx.fail(Error::config(problem.clone())),
        };
        let request = EnrollmentRequest {
            token,
            curve_public_key: client.keys.public().to_z85(),
            service_type: enrollment.service_type.clone(),
            hostname: enrollment.hostname.clone(),
        };
        let tag = self.exchanges.open(Exchange::Enroll);
        cx.send(ENROLLMENT, Some(tag), Frames(vec![request.encode()]));
    }

    pub(super) fn enrolled(&mut self, cx: &mut Cx<'_, Frames>, message: &Frames) {
        self.exchanges.clear();
        let response = match message.0.as_slice() {
            [frame] => EnrollmentResponse::decode(frame).map_err(|error| error.to_string()),
            frames => Err(format!("it has {} frames instead of 1", frames.len())),
        };
        match response {
            Ok(EnrollmentResponse {
                success: true,
                service_uuid: Some(service_uuid),
                daemon_curve_public_key: Some(key),
                ..
            }) => self.take_identity(cx, service_uuid, key),
            Ok(EnrollmentResponse { success: false, error: Some(reason), .. }) => {
                let error = Error::new(ErrorKind::Refused, "enroll", reason.clone());
                if reason == TOKEN_REFUSED {
                    let error = error.with_remedy(
                        "give the daemon's present token (its enrollment-token file); it may have \
                         been rotated",
                    );
                    // The same token will be refused again.
                    return cx.fail(error.permanent());
                }
                self.enrollment_failed(cx, error);
            }
            Ok(_) => self.enrollment_failed(cx, odd_service("an answer that says too little")),
            Err(problem) => {
                let text = format!("an answer that cannot be read: {problem}");
                self.enrollment_failed(cx, odd_service(&text));
            }
        }
    }

    fn take_identity(&mut self, cx: &mut Cx<'_, Frames>, service_uuid: String, key: String) {
        let enrolled_at = rfc3339(cx.wall());
        let Some(curve) = self.credentials.curve_mut() else { return };
        let Some(enrollment) = &curve.enrollment else { return };
        let identity = Identity {
            service_uuid,
            service_type: enrollment.service_type.clone(),
            hostname: enrollment.hostname.clone(),
            daemon_curve_public_key: key,
            enrolled_at,
        };
        match identity.daemon_key() {
            Ok(key) => {
                curve.daemon = Some(key);
                self.enrollment_failures = 0;
                tracing::info!(service = %identity.service_uuid, "enrolled");
                cx.store(DataDir::IDENTITY, identity.to_json());
                cx.redial();
            }
            Err(error) => {
                let text = format!("an enrollment without a usable key: {error}");
                self.enrollment_failed(cx, odd_service(&text));
            }
        }
    }

    pub(super) fn enrollment_failed(&mut self, cx: &mut Cx<'_, Frames>, error: Error) {
        self.exchanges.clear();
        // Counted when the session asks to have it explained.
        cx.reconnect(error);
    }

    /// An attempt to enroll failed; the last one is final.
    pub(super) fn enrollment_unreachable(&mut self, closed: Closed) -> Closed {
        self.enrollment_failures += 1;
        let attempts = self.enrollment_failures;
        if attempts < self.config.enrollment_attempts {
            return closed;
        }
        let text = format!("could not enroll at the daemon in {attempts} attempts");
        let error = Error::new(closed.error.kind(), "enroll", text)
            .with_remedy(
                "check `enrollment_address`; a daemon has an enrollment service only when one of \
                 its client endpoints is tcp://, else give its key as `daemon_public_key`",
            )
            .with_source(closed.error)
            .permanent();
        Closed { error, ..closed }
    }

    /// The daemon closed an encrypted connection: it does not know our key.
    pub(super) fn key_refused(&mut self, closed: Closed) -> Closed {
        let reenroll = self.config.reenroll;
        let Some(curve) = self.credentials.curve_mut() else { return closed };
        let text = "the daemon does not let our CURVE key in";
        let error = Error::new(ErrorKind::Refused, "connect", text);
        let error = match (&curve.enrollment, reenroll) {
            (Some(_), true) => {
                curve.daemon = None;
                error.with_remedy("the identity is stale; enrolling again")
            }
            (Some(_), false) => error.with_remedy(
                "the daemon has forgotten or revoked it: delete the identity file to enroll \
                 again, or set `reenroll`",
            ),
            (None, _) => error.with_remedy(
                "check that `daemon_public_key` is this daemon's key, and that it lets this \
                 worker's key in",
            ),
        };
        Closed { error: error.with_source(closed.error), ..closed }
    }
}

fn odd_service(what: &str) -> Error {
    Error::new(ErrorKind::PeerMisbehaved, "enroll", format!("the enrollment service sent {what}"))
}
