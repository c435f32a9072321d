//! What comes from the broker.

use journeyman_core::transport::{Event, Tag};
use tokio::time::Instant;

use super::Client;
use crate::{
    Acknowledge, Delivery, MqttMessage, Protocol, QoS, ReasonCode, Suback, SubscribeResult,
    Unsuback,
    codec::{AckKind, Fault, Packet, PublishPacket},
    error::Loss,
    flights::{Flight, Request},
    output::Output,
    reason::{Said, disconnected, publish_refused},
    receipts::Arrival,
    stats::MqttStats,
};

impl Client {
    /// Takes in a packet.
    pub(crate) fn handle(
        &mut self,
        packet: Packet,
        now: Instant,
        output: &mut Output,
        stats: &mut MqttStats,
    ) -> Result<(), Loss> {
        match packet {
            Packet::Publish(publish) => self.delivery(publish, output, stats)?,
            Packet::Ack { kind: AckKind::Pubrel, id, .. } => {
                self.receipts.released(id);
                // Also for one that we know nothing of, so that the broker can forget it.
                self.reply(AckKind::Pubcomp, id, output);
            }
            Packet::Ack { kind, id, code, said } => {
                self.acknowledged(kind, id, code, said.as_deref(), now, output, stats)?;
            }
            Packet::Suback { id, codes, reason } => self.suback(id, &codes, reason, stats)?,
            Packet::Unsuback { id, codes, reason } => self.unsuback(id, &codes, reason, stats)?,
            Packet::Pingresp => self.events.push_back(Event::Alive),
            Packet::Disconnect { code, said } => {
                return Err(Loss::Told(code, disconnected(code, &said, &self.client_id)));
            }
            Packet::Connack(_) => {
                return Err(Fault::protocol("CONNACK", "it is the second one").into());
            }
        }
        Ok(())
    }

    fn delivery(
        &mut self,
        packet: PublishPacket,
        output: &mut Output,
        stats: &mut MqttStats,
    ) -> Result<(), Loss> {
        let PublishPacket { topic, payload, qos, retain, dup, id, properties, oversize } = packet;
        if self.closing {
            return Ok(());
        }
        let mut ack = None;
        if qos != QoS::AtMostOnce {
            match self.receipts.arrive(id, qos) {
                Arrival::New(new) => ack = Some(new),
                Arrival::Repeated => {
                    stats.duplicates += 1;
                    return Ok(());
                }
                Arrival::Acknowledged => {
                    stats.duplicates += 1;
                    self.reply(AckKind::Pubrec, id, output);
                    return Ok(());
                }
                Arrival::Conflict => {
                    let what = format!("packet identifier {id} belongs to another delivery");
                    return Err(Fault::protocol("PUBLISH", what).into());
                }
            }
            if self.receipts.unfinished() > self.receive_maximum {
                // A fault of the broker, but one that mosquitto 2.0.11 commits as soon as several
                // acknowledgements come at once. There are 65,535 identifiers, which is a bound.
                stats.over_receive_maximum(self.receive_maximum);
            }
        }
        if self.acknowledge == Acknowledge::AtReceipt
            && let Some(ack) = ack.take()
        {
            self.receipts.acknowledge(ack, None);
            self.release(output);
        }
        self.unanswered = self.unanswered.saturating_add(1);
        let delivery = Delivery { topic, payload, qos, retain, dup, properties, ack, oversize };
        self.received(MqttMessage::Delivery(delivery));
        Ok(())
    }

    /// PUBACK, PUBREC or PUBCOMP.
    #[expect(clippy::too_many_arguments, reason = "the parts of one packet")]
    fn acknowledged(
        &mut self,
        kind: AckKind,
        id: u16,
        code: ReasonCode,
        said: Option<&Said>,
        now: Instant,
        output: &mut Output,
        stats: &mut MqttStats,
    ) -> Result<(), Loss> {
        let request = self.flights.get(id).map(|flight| &flight.request);
        match (kind, request) {
            (AckKind::Puback, Some(Request::Publish { qos: QoS::AtLeastOnce, .. }))
            | (AckKind::Pubcomp, Some(Request::Release)) => {
                // A PUBCOMP can only say that the identifier is unknown: then the broker is done
                // with it, since it took the message before.
                let code = if kind == AckKind::Puback { code } else { ReasonCode::SUCCESS };
                self.finish(id, code, said);
            }
            (AckKind::Pubrec, Some(Request::Publish { qos: QoS::ExactlyOnce, .. })) => {
                if code.is_failure() {
                    self.finish(id, code, said);
                } else {
                    self.flights.received(id, now);
                    self.reply(AckKind::Pubrel, id, output);
                }
            }
            // The broker did not see our PUBREL, or holds a message that we have forgotten.
            (AckKind::Pubrec, Some(Request::Release) | None) => {
                self.reply(AckKind::Pubrel, id, output);
            }
            // Twice, or from before: identifiers are taken up again late, so it can be nothing
            // that is open.
            (_, None) => stats.unexpected(kind.name(), id),
            (_, Some(request)) => return Err(misplaced(kind.name(), id, request)),
        }
        Ok(())
    }

    /// A publish is over.
    fn finish(&mut self, id: u16, code: ReasonCode, said: Option<&Said>) {
        let Some(Flight { tag, request, .. }) = self.flights.remove(id) else { return };
        // It may be one that we are about to send again.
        self.resend.retain(|other| *other != id);
        let Request::Publish { topic, .. } = &request else {
            self.events.extend(tag.map(|tag| Event::Sent { tag }));
            return;
        };
        if !code.is_failure() {
            self.events.extend(tag.map(|tag| Event::Sent { tag }));
            return;
        }
        let error = publish_refused(code, topic, said.unwrap_or(&Said::default()));
        match tag {
            Some(tag) => self.events.push_back(Event::Failed { tag, error }),
            None => tracing::warn!(%error, "a message was refused by the broker"),
        }
    }

    fn answer(&mut self, tag: Option<Tag>, message: MqttMessage) {
        match tag {
            Some(tag) => self.events.push_back(Event::Reply { tag, message }),
            None => self.received(message),
        }
    }

    fn suback(
        &mut self,
        id: u16,
        codes: &[u8],
        reason: Option<String>,
        stats: &mut MqttStats,
    ) -> Result<(), Loss> {
        let filters = match self.flights.get(id).map(|flight| &flight.request) {
            Some(Request::Subscribe { filters }) => filters.len(),
            Some(request) => return Err(misplaced("SUBACK", id, request)),
            None => {
                stats.unexpected("SUBACK", id);
                return Ok(());
            }
        };
        check_count("SUBACK", codes.len(), filters)?;
        if let Some(Flight { tag, request: Request::Subscribe { filters }, .. }) =
            self.flights.remove(id)
        {
            let results = filters
                .into_iter()
                .zip(codes)
                .map(|(filter, code)| {
                    let granted = QoS::from_number(*code).ok_or(ReasonCode(*code));
                    SubscribeResult { filter, granted }
                })
                .collect();
            self.answer(tag, MqttMessage::Suback(Suback { results, reason }));
        }
        Ok(())
    }

    fn unsuback(
        &mut self,
        id: u16,
        codes: &[u8],
        reason: Option<String>,
        stats: &mut MqttStats,
    ) -> Result<(), Loss> {
        let filters = match self.flights.get(id).map(|flight| &flight.request) {
            Some(Request::Unsubscribe { filters }) => filters.len(),
            Some(request) => return Err(misplaced("UNSUBACK", id, request)),
            None => {
                stats.unexpected("UNSUBACK", id);
                return Ok(());
            }
        };
        if self.protocol == Protocol::V5 {
            check_count("UNSUBACK", codes.len(), filters)?;
        }
        if let Some(Flight { tag, request: Request::Unsubscribe { filters }, .. }) =
            self.flights.remove(id)
        {
            let codes = codes.iter().copied().chain(std::iter::repeat(0));
            let results = filters.into_iter().zip(codes.map(ReasonCode)).collect();
            self.answer(tag, MqttMessage::Unsuback(Unsuback { results, reason }));
        }
        Ok(())
    }
}

fn check_count(packet: &'static str, codes: usize, filters: usize) -> Result<(), Fault> {
    if codes == filters {
        return Ok(());
    }
    Err(Fault::protocol(packet, format!("it has {codes} codes for {filters} filters")))
}

fn misplaced(packet: &'static str, id: u16, request: &Request) -> Loss {
    let wanted = request.waits_for();
    Fault::protocol(packet, format!("packet identifier {id} waits for a {wanted}")).into()
}
