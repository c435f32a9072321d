//! What becomes of a CONNECT.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    core::Change,
    encode::{self, Limits},
    events::{Cause, Event},
    link::{End, Link},
    message::Version,
    packet::{Connect, reason},
    session::Session,
    tree::Key,
};

/// Topic aliases that an MQTT 5 client may use; mosquitto's number.
pub(crate) const MAX_ALIASES: u16 = 10;

/// A connected client, for its connection.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    pub(crate) key: Key,
    pub(crate) version: Version,
    pub(crate) link: Arc<Link>,
}

/// Why a CONNECT is refused.
struct Refusal {
    code: u8,
    reason: &'static str,
}

fn refusal(code: u8, reason: &'static str) -> Result<(), Refusal> {
    Err(Refusal { code, reason })
}

impl Change<'_> {
    /// Answers a CONNECT. `None`: it was refused, and the connection is to end.
    pub(crate) fn connect(&mut self, link: &Arc<Link>, mut connect: Connect) -> Option<Me> {
        let version = connect.version;
        let login = connect.login.take();
        if let Err(Refusal { code, reason }) = self.judge(&connect, login.as_ref()) {
            self.refuse(link, version, &connect.client_id, code, reason);
            return None;
        }
        let mut limits = Limits::default();
        if connect.client_id.is_empty() {
            connect.client_id = format!("auto-{}", Uuid::new_v4());
            limits.assigned_id = Some(connect.client_id.clone());
        }
        let (key, session_present) = self.session(&connect);
        let config = &self.context.shared.config;
        limits.receive_maximum = Some(config.receive_maximum);
        limits.max_packet = u32::try_from(config.max_packet).ok().filter(|max| *max < 1 << 28);
        limits.alias_maximum = Some(MAX_ALIASES);
        let session = self.core.sessions.get_mut(&key)?;
        session.version = version;
        session.user = login.map(|(user, _)| user.into());
        session.rights =
            config.acl.as_ref().map(|acl| acl.rights(session.user.as_deref(), &session.client_id));
        session.link = Some(Arc::clone(link));
        session.expiry = connect.session_expiry;
        session.will = connect.will;
        session.max_packet = connect.max_packet;
        session.set_window(config, connect.receive_maximum);
        self.context.events.push(Event::Connected {
            client_id: Arc::clone(&session.client_id),
            version,
            connection: link.number,
            session_present,
        });
        session.put(&mut self.context, |out| {
            encode::connack(out, version, session_present, 0, limits);
        });
        session.resume(&mut self.context);
        Some(Me { key, version, link: Arc::clone(link) })
    }

    fn judge(&self, connect: &Connect, login: Option<&(String, String)>) -> Result<(), Refusal> {
        let shared = self.context.shared;
        if let Some(code) = shared.faults.refuses_connect() {
            return refusal(code, "on purpose");
        }
        if connect.authentication {
            return refusal(reason::AUTHENTICATION_METHOD, "no authentication method is known");
        }
        match login {
            None if shared.config.anonymous => {}
            None => return refusal(reason::NOT_AUTHORIZED, "a user name is needed"),
            // Nobody is known, so everybody may call himself as he likes.
            Some(_) if shared.config.users.is_empty() && shared.config.anonymous => {}
            Some((name, password)) => {
                let known = shared
                    .config
                    .users
                    .iter()
                    .any(|user| user.name == *name && user.password == *password);
                if !known {
                    return refusal(reason::NOT_AUTHORIZED, "the user or the password is wrong");
                }
            }
        }
        if connect.client_id.is_empty() && connect.version == Version::V311 && !connect.clean {
            return refusal(reason::CLIENT_ID, "a session without a client id");
        }
        let new = !self.core.by_id.contains_key(&*connect.client_id);
        if new && self.core.sessions.len() >= shared.config.max_sessions {
            return refusal(reason::QUOTA, "there are too many sessions");
        }
        if self.core.stopped {
            return refusal(reason::SHUTTING_DOWN, "the broker stops");
        }
        Ok(())
    }

    /// Answers a CONNECT with a refusal, after which the connection ends.
    pub(crate) fn refuse(
        &mut self,
        link: &Arc<Link>,
        version: Version,
        client_id: &str,
        code: u8,
        reason: &'static str,
    ) {
        link.put(|out| encode::connack(out, version, false, code, Limits::default()));
        link.finish(End::Flush, Cause::OnPurpose);
        self.context.events.push(Event::Refused {
            client_id: client_id.into(),
            connection: link.number,
            code,
            reason,
        });
    }

    /// The session that a client is to have, and whether it was there before. Who is connected
    /// under its id has to go.
    fn session(&mut self, connect: &Connect) -> (Key, bool) {
        let known = self.core.by_id.get(&*connect.client_id).copied();
        if let Some(key) = known {
            self.take_over(key);
        }
        // Its session may have ended with its connection.
        if let Some(key) = known
            && let Some(session) = self.core.sessions.get_mut(&key)
        {
            if let Some(timer) = session.timer.take() {
                timer.abort();
            }
            let will = session.will.take();
            if !connect.clean && !self.context.shared.faults.forget_sessions() {
                return (key, true);
            }
            // A will that was delayed comes when its session ends.
            if let Some(will) = will {
                self.publish_will(key, will);
            }
            self.forget(key);
        }
        let key = self.core.next_key;
        self.core.next_key += 1;
        let client_id: Arc<str> = connect.client_id.as_str().into();
        self.core.by_id.insert(Arc::clone(&client_id), key);
        self.core.sessions.insert(key, Session::new(client_id));
        (key, false)
    }

    /// Ends the connection of a session because somebody else comes under its id. Returns
    /// whether it had one.
    pub(crate) fn take_over(&mut self, key: Key) -> bool {
        self.end(key, reason::TAKEN_OVER, Cause::TakenOver)
    }

    /// Ends the connection of a session; MQTT 5 clients are told the code.
    pub(crate) fn end(&mut self, key: Key, code: u8, cause: Cause) -> bool {
        let Some(session) = self.core.sessions.get(&key) else { return false };
        let Some(link) = session.link.clone() else { return false };
        session.put(&mut self.context, |out| encode::disconnect(out, session.version, code));
        link.finish(End::Flush, cause.clone());
        self.gone(key, &link, cause);
        true
    }
}
