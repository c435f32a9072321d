//! Against a second implementation (that of `rumqttc`), against bytes from the specification, and
//! against garbage.

use bytes::{Bytes, BytesMut};
use proptest::{collection::vec, option, prelude::*};
use rumqttc::{mqttbytes::v4 as other4, v5::mqttbytes::v5 as other5};

use super::*;
use crate::{
    Filter, MqttTarget, Properties, Publish, QoS, RetainHandling, Subscribe, Will, reason::Said,
};

/// Reads all packets in these bytes.
fn read(protocol: Protocol, bytes: &[u8]) -> Result<Vec<Packet>, Fault> {
    let mut bytes = Bytes::copy_from_slice(bytes);
    let mut packets = Vec::new();
    while let Some(header) = Header::parse(&bytes)? {
        if bytes.len() < header.total() {
            break;
        }
        packets.push(decode(protocol, header, bytes.split_to(header.total()))?);
    }
    Ok(packets)
}

fn one(protocol: Protocol, bytes: &[u8]) -> Packet {
    let mut packets = read(protocol, bytes).unwrap();
    assert_eq!(packets.len(), 1);
    packets.pop().unwrap()
}

fn fault(protocol: Protocol, bytes: &[u8]) -> String {
    let fault = read(protocol, bytes).unwrap_err();
    assert!(fault.code.is_failure());
    format!("{}: {}", fault.packet, fault.what)
}

fn written(publish: &Publish, protocol: Protocol, id: u16, dup: bool) -> BytesMut {
    let mut bytes = BytesMut::new();
    publish_head(&mut bytes, protocol, publish, id, dup);
    bytes.extend_from_slice(&publish.payload);
    assert_eq!(bytes.len(), publish_size(protocol, publish));
    bytes
}

fn qos4(qos: QoS) -> rumqttc::QoS {
    rumqttc::mqttbytes::qos(qos.number()).unwrap()
}

fn qos5(qos: QoS) -> rumqttc::v5::mqttbytes::QoS {
    rumqttc::v5::mqttbytes::qos(qos.number()).unwrap()
}

fn qos() -> impl Strategy<Value = QoS> {
    prop_oneof![Just(QoS::AtMostOnce), Just(QoS::AtLeastOnce), Just(QoS::ExactlyOnce)]
}

fn text() -> impl Strategy<Value = String> {
    "[a-zü/ ]{0,40}"
}

prop_compose! {
    fn properties()(
        utf8 in any::<bool>(),
        expiry in option::of(any::<u32>()),
        content_type in option::of(text()),
        response_topic in option::of("[a-z/]{1,200}"),
        correlation in option::of(vec(any::<u8>(), 0..200)),
        user in vec((text(), text()), 0..4),
    ) -> Properties {
        Properties {
            utf8,
            expiry: expiry.map(|s| std::time::Duration::from_secs(s.into())),
            content_type,
            response_topic,
            correlation_data: correlation.map(Bytes::from),
            user,
            subscription_ids: Vec::new(),
        }
    }
}

prop_compose! {
    fn publish()(
        topic in "[a-zü/$ ]{1,60}",
        payload in prop_oneof![vec(any::<u8>(), 0..300), Just(vec![7; 20_000])],
        qos in qos(),
        retain in any::<bool>(),
        properties in option::of(properties()),
    ) -> Publish {
        let properties = properties.filter(|p| !p.is_empty()).map(Box::new);
        Publish { topic, payload: payload.into(), qos, retain, properties }
    }
}

fn id_of(publish: &Publish, id: u16) -> u16 {
    if publish.qos == QoS::AtMostOnce { 0 } else { id }
}

proptest! {
    #[test]
    fn publishes_of_3_1_1(publish in publish(), id in 1..=u16::MAX, dup in any::<bool>()) {
        let id = id_of(&publish, id);
        let dup = dup && id != 0;
        let bytes = written(&publish, Protocol::V311, id, dup);
        let other = match other4::Packet::read(&mut bytes.clone(), 1 << 20).unwrap() {
            other4::Packet::Publish(other) => other,
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(&other.topic, &publish.topic);
        prop_assert_eq!(&other.payload, &publish.payload);
        prop_assert_eq!((other.pkid, other.dup, other.retain), (id, dup, publish.retain));
        prop_assert_eq!(other.qos, qos4(publish.qos));
        let mut theirs = BytesMut::new();
        other.write(&mut theirs).unwrap();
        prop_assert_eq!(&theirs, &bytes);
        let Packet::Publish(ours) = one(Protocol::V311, &theirs) else { panic!() };
        prop_assert_eq!(ours.topic, publish.topic);
        prop_assert_eq!(ours.payload, publish.payload);
        prop_assert_eq!((ours.id, ours.dup, ours.retain), (id, dup, publish.retain));
        prop_assert_eq!((ours.qos, ours.properties), (publish.qos, None));
    }

    #[test]
    fn publishes_of_5(publish in publish(), id in 1..=u16::MAX) {
        let id = id_of(&publish, id);
        let bytes = written(&publish, Protocol::V5, id, false);
        let other = match other5::Packet::read(&mut bytes.clone(), None).unwrap() {
            other5::Packet::Publish(other) => other,
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(&other.topic, publish.topic.as_bytes());
        prop_assert_eq!(&other.payload, &publish.payload);
        prop_assert_eq!((other.pkid, other.retain, other.qos), (id, publish.retain, qos5(publish.qos)));
        match (&other.properties, &publish.properties) {
            (None, None) => {}
            (Some(theirs), Some(ours)) => {
                prop_assert_eq!(theirs.payload_format_indicator, ours.utf8.then_some(1));
                let expiry = ours.expiry.map(|e| e.as_secs() as u32);
                prop_assert_eq!(theirs.message_expiry_interval, expiry);
                prop_assert_eq!(&theirs.content_type, &ours.content_type);
                prop_assert_eq!(&theirs.response_topic, &ours.response_topic);
                prop_assert_eq!(&theirs.correlation_data, &ours.correlation_data);
                prop_assert_eq!(&theirs.user_properties, &ours.user);
            }
            other => panic!("{other:?}"),
        }
        let mut theirs = BytesMut::new();
        other.write(&mut theirs).unwrap();
        let Packet::Publish(ours) = one(Protocol::V5, &theirs) else { panic!() };
        prop_assert_eq!(ours.topic, publish.topic);
        prop_assert_eq!(ours.payload, publish.payload);
        prop_assert_eq!(ours.properties, publish.properties);
    }

    #[test]
    fn subscribes(
        filters in vec(("[a-z/+#]{1,20}", qos(), any::<[bool; 2]>(), 0..3u8), 1..5),
        number in option::of(1..268_435_456u32),
        id in 1..=u16::MAX,
    ) {
        let filters = filters.into_iter().map(|(filter, qos, [local, retain], handling)| {
            Filter::new(filter, qos).no_local(local).retain_as_published(retain).retain_handling(
                [RetainHandling::Always, RetainHandling::IfNew, RetainHandling::Never]
                    [usize::from(handling)],
            )
        });
        let mut request = Subscribe::new(filters);
        request.id = number;
        let mut bytes = BytesMut::new();
        subscribe(&mut bytes, Protocol::V5, &request);
        set_packet_id(&mut bytes, id);
        let other5::Packet::Subscribe(other) = other5::Packet::read(&mut bytes, None).unwrap()
        else { panic!() };
        prop_assert_eq!(other.pkid, id);
        prop_assert_eq!(other.properties.and_then(|p| p.id), number.map(|n| n as usize));
        prop_assert_eq!(other.filters.len(), request.filters.len());
        for (theirs, ours) in other.filters.iter().zip(&request.filters) {
            prop_assert_eq!(&theirs.path, &ours.filter);
            prop_assert_eq!((theirs.nolocal, theirs.preserve_retain), (ours.no_local, ours.retain_as_published));
            prop_assert_eq!(theirs.qos, qos5(ours.qos));
            prop_assert_eq!(format!("{:?}", theirs.retain_forward_rule), match ours.retain_handling {
                RetainHandling::Always => "OnEverySubscribe",
                RetainHandling::IfNew => "OnNewSubscribe",
                RetainHandling::Never => "Never",
            });
        }
        let plain = Subscribe::new(request.filters.iter().map(|f| Filter::new(&*f.filter, f.qos)));
        let mut bytes = BytesMut::new();
        subscribe(&mut bytes, Protocol::V311, &plain);
        set_packet_id(&mut bytes, id);
        let other4::Packet::Subscribe(other) = other4::Packet::read(&mut bytes, 1 << 20).unwrap()
        else { panic!() };
        prop_assert_eq!(other.pkid, id);
        let theirs: Vec<_> = other.filters.iter().map(|f| (&f.path, f.qos)).collect();
        let ours: Vec<_> = plain.filters.iter().map(|f| (&f.filter, qos4(f.qos))).collect();
        prop_assert_eq!(theirs, ours);
    }

    /// Whatever comes, it is packets or a fault.
    #[test]
    fn garbage(bytes in vec(any::<u8>(), 0..200), v5 in any::<bool>()) {
        let protocol = if v5 { Protocol::V5 } else { Protocol::V311 };
        let _ = read(protocol, &bytes);
    }

    /// The same for what is almost right, which gets further.
    #[test]
    fn damage(
        which in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in option::of(any::<prop::sample::Index>()),
        publish in publish(),
    ) {
        let mut packets = from_a_broker();
        packets.push((Protocol::V5, written(&publish, Protocol::V5, 7, false).to_vec()));
        let (protocol, mut bytes) = which.get(&packets).clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            // The length is made to fit, so that what is cut off is missing inside.
            bytes.truncate(cut.index(bytes.len()).max(2));
            if bytes.len() < 0x80 {
                bytes[1] = bytes.len() as u8 - 2;
            }
        }
        let _ = read(protocol, &bytes);
    }
}

/// One of each packet that a broker sends, most of them written by the other implementation.
fn from_a_broker() -> Vec<(Protocol, Vec<u8>)> {
    let mut all = Vec::new();
    let connack = other5::ConnAck {
        session_present: true,
        code: other5::ConnectReturnCode::Success,
        properties: Some(other5::ConnAckProperties {
            session_expiry_interval: Some(5),
            receive_max: Some(20),
            max_qos: Some(1),
            retain_available: Some(0),
            max_packet_size: Some(1000),
            assigned_client_identifier: Some("given".to_owned()),
            topic_alias_max: Some(3),
            reason_string: Some("why".to_owned()),
            user_properties: vec![("a".to_owned(), "b".to_owned())],
            wildcard_subscription_available: Some(0),
            subscription_identifiers_available: Some(0),
            shared_subscription_available: Some(0),
            server_keep_alive: Some(77),
            response_information: Some("x".to_owned()),
            server_reference: Some("elsewhere".to_owned()),
            authentication_method: None,
            authentication_data: None,
        }),
    };
    let suback = other5::SubAck {
        pkid: 9,
        return_codes: vec![
            other5::SubscribeReasonCode::Success(rumqttc::v5::mqttbytes::QoS::AtLeastOnce),
            other5::SubscribeReasonCode::NotAuthorized,
        ],
        properties: Some(other5::SubAckProperties {
            reason_string: Some("no".to_owned()),
            user_properties: Vec::new(),
        }),
    };
    let puback = other5::PubAck {
        pkid: 8,
        reason: other5::PubAckReason::QuotaExceeded,
        properties: Some(other5::PubAckProperties {
            reason_string: Some("full".to_owned()),
            user_properties: vec![("a".to_owned(), "b".to_owned())],
        }),
    };
    let unsuback = other5::UnsubAck {
        pkid: 4,
        reasons: vec![other5::UnsubAckReason::Success, other5::UnsubAckReason::NotAuthorized],
        properties: None,
    };
    let mut bytes = BytesMut::new();
    for packet in [
        other5::Packet::ConnAck(connack),
        other5::Packet::SubAck(suback),
        other5::Packet::PubAck(puback),
        other5::Packet::UnsubAck(unsuback),
    ] {
        packet.write(&mut bytes, None).unwrap();
        all.push((Protocol::V5, bytes.split().to_vec()));
    }
    for packet in [
        other4::Packet::ConnAck(other4::ConnAck::new(other4::ConnectReturnCode::Success, true)),
        other4::Packet::SubAck(other4::SubAck::new(
            3,
            vec![
                other4::SubscribeReasonCode::Success(rumqttc::QoS::ExactlyOnce),
                other4::SubscribeReasonCode::Failure,
            ],
        )),
        other4::Packet::PubAck(other4::PubAck::new(11)),
        other4::Packet::PubRec(other4::PubRec::new(12)),
        other4::Packet::PubRel(other4::PubRel::new(13)),
        other4::Packet::PubComp(other4::PubComp::new(14)),
        other4::Packet::UnsubAck(other4::UnsubAck::new(15)),
        other4::Packet::PingResp,
    ] {
        packet.write(&mut bytes, 1000).unwrap();
        all.push((Protocol::V311, bytes.split().to_vec()));
    }
    // DISCONNECT: session taken over, with a text and another server.
    let mut goodbye = vec![0xE0, 14, 0x8E, 12, 0x1F, 0, 3];
    goodbye.extend_from_slice(b"why\x1C\0\x03abc");
    goodbye[3] = 12;
    all.push((Protocol::V5, goodbye));
    all
}

#[test]
fn what_a_broker_sends() {
    let mut packets = from_a_broker().into_iter().map(|(protocol, bytes)| one(protocol, &bytes));
    let Packet::Connack(connack) = packets.next().unwrap() else { panic!() };
    let said = Said { reason: Some("why".to_owned()), reference: Some("elsewhere".to_owned()) };
    let expected = ConnackPacket {
        session_present: true,
        code: ReasonCode::SUCCESS,
        said,
        client_id: Some("given".to_owned()),
        keep_alive: Some(77),
        receive_maximum: 20,
        maximum_qos: QoS::AtLeastOnce,
        maximum_packet_size: Some(1000),
        retain_available: false,
        wildcards_available: false,
        subscription_ids_available: false,
        shared_available: false,
        user: vec![("a".to_owned(), "b".to_owned())],
    };
    assert_eq!(*connack, expected);
    let suback = Packet::Suback {
        id: 9,
        codes: Bytes::from_static(&[1, 0x87]),
        reason: Some("no".to_owned()),
    };
    assert_eq!(packets.next().unwrap(), suback);
    let said = Said { reason: Some("full".to_owned()), reference: None };
    let puback = Packet::Ack {
        kind: AckKind::Puback,
        id: 8,
        code: ReasonCode::QUOTA_EXCEEDED,
        said: Some(Box::new(said)),
    };
    assert_eq!(packets.next().unwrap(), puback);
    let codes = Bytes::from_static(&[0, 0x87]);
    assert_eq!(packets.next().unwrap(), Packet::Unsuback { id: 4, codes, reason: None });

    let Packet::Connack(connack) = packets.next().unwrap() else { panic!() };
    assert!(connack.session_present && connack.code == ReasonCode::SUCCESS);
    let codes = Bytes::from_static(&[2, 0x80]);
    assert_eq!(packets.next().unwrap(), Packet::Suback { id: 3, codes, reason: None });
    for (kind, id) in [
        (AckKind::Puback, 11),
        (AckKind::Pubrec, 12),
        (AckKind::Pubrel, 13),
        (AckKind::Pubcomp, 14),
    ] {
        let expected = Packet::Ack { kind, id, code: ReasonCode::SUCCESS, said: None };
        assert_eq!(packets.next().unwrap(), expected);
        // Both versions write the short form alike, and so do we.
        let mut ours = BytesMut::new();
        ack(&mut ours, kind, id);
        assert_eq!(one(Protocol::V5, &ours), expected);
    }
    let none = Bytes::new();
    assert_eq!(packets.next().unwrap(), Packet::Unsuback { id: 15, codes: none, reason: None });
    assert_eq!(packets.next().unwrap(), Packet::Pingresp);
    let said = Said { reason: Some("why".to_owned()), reference: Some("abc".to_owned()) };
    let code = ReasonCode::SESSION_TAKEN_OVER;
    assert_eq!(packets.next().unwrap(), Packet::Disconnect { code, said: Box::new(said) });
}

#[test]
fn short_forms() {
    let said = Box::default();
    let goodbye = Packet::Disconnect { code: ReasonCode::SUCCESS, said };
    assert_eq!(one(Protocol::V5, &[0xE0, 0]), goodbye);
    let refused =
        Packet::Ack { kind: AckKind::Puback, id: 1, code: ReasonCode::NOT_AUTHORIZED, said: None };
    assert_eq!(one(Protocol::V5, &[0x40, 3, 0, 1, 0x87]), refused);
    // A broker of 3.1.1 that is asked for MQTT 5.
    let Packet::Connack(connack) = one(Protocol::V5, &[0x20, 2, 0, 1]) else { panic!() };
    assert_eq!(connack.code, ReasonCode::UNSUPPORTED_PROTOCOL_VERSION);
}

#[test]
fn faults_are_named() {
    use Protocol::{V5, V311};
    let cases: &[(Protocol, &[u8], &str)] = &[
        (V311, &[0x30, 0xFF, 0xFF, 0xFF, 0xFF], "PUBLISH: its length has more than four bytes"),
        (V311, &[0x36, 4, 0, 1, b'a', 0], "PUBLISH: its QoS is 3"),
        (V311, &[0x30, 3, 0, 1, b'+'], "PUBLISH: its topic holds a wildcard"),
        (V311, &[0x30, 3, 0, 1, 0], "PUBLISH: a text holds a NUL"),
        (V311, &[0x30, 3, 0, 1, 0xFF], "PUBLISH: a text is not UTF-8"),
        (V311, &[0x30, 3, 0, 9, b'a'], "PUBLISH: it ends too early"),
        (V311, &[0x30, 2, 0, 0], "PUBLISH: it has no topic"),
        (V311, &[0x32, 5, 0, 1, b'a', 0, 0], "PUBLISH: its packet identifier is 0"),
        (V311, &[0x40, 2, 0, 0], "PUBACK: its packet identifier is 0"),
        (V311, &[0x40, 3, 0, 1, 0], "PUBACK: 1 bytes too many"),
        (V311, &[0x41, 2, 0, 1], "PUBACK: its flags are 0001"),
        (V311, &[0x60, 2, 0, 1], "PUBREL: its flags are 0000"),
        (V311, &[0x90, 3, 0, 1, 5], "SUBACK: it has the unknown code 0x05"),
        (V311, &[0x20, 2, 2, 0], "CONNACK: its acknowledge flags"),
        (V311, &[0x20, 1, 0], "CONNACK: it ends too early"),
        (V311, &[0xD0, 1, 0], "PINGRESP: 1 bytes too many"),
        (V311, &[0xE0, 0], "DISCONNECT: a broker has no business"),
        (V311, &[0x10, 0], "CONNECT: a broker has no business"),
        (V5, &[0xF0, 0], "AUTH: a broker has no business"),
        (V311, &[0x00, 0], "reserved type 0: a broker has no business"),
        (V5, &[0x30, 4, 0, 1, b'a', 9], "PUBLISH: its properties are longer"),
        (V5, &[0x30, 6, 0, 1, b'a', 2, 0x7F, 0], "PUBLISH: it has the unknown property 0x7F"),
        (V5, &[0x30, 6, 0, 1, b'a', 2, 0x25, 0], "PUBLISH: property 0x25 does not belong there"),
        (V5, &[0x30, 8, 0, 1, b'a', 4, 1, 1, 1, 1], "PUBLISH: property 0x01 appears twice"),
        (V5, &[0x30, 6, 0, 1, b'a', 2, 1, 2], "PUBLISH: property 0x01 is 2"),
        (V5, &[0x30, 7, 0, 1, b'a', 3, 0x23, 0, 1], "PUBLISH: it uses a topic alias"),
        (V5, &[0x30, 6, 0, 1, b'a', 2, 0x0B, 0], "PUBLISH: its subscription identifier is 0"),
        (V5, &[0x30, 8, 0, 1, b'a', 4, 8, 0, 1, b'#'], "PUBLISH: its response topic"),
        (V5, &[0x20, 6, 0, 0, 3, 0x21, 0, 0], "CONNACK: property 0x21 is 0"),
    ];
    for (protocol, bytes, expected) in cases {
        let fault = fault(*protocol, bytes);
        assert!(fault.contains(expected), "{bytes:02X?}: {fault}");
    }
}

#[test]
fn properties_are_bounded() {
    // A packet of 16 KiB with 3,276 empty user properties.
    let mut bytes = vec![0x30, 0, 0, 0, 0, 1, b'a', 0, 0];
    let pairs = 3276;
    for _ in 0..pairs {
        bytes.extend_from_slice(&[0x26, 0, 0, 0, 0]);
    }
    let put = |to: &mut [u8], mut value: usize| {
        let last = to.len() - 1;
        for (i, byte) in to.iter_mut().enumerate() {
            *byte = (value & 0x7F) as u8 | if i < last { 0x80 } else { 0 };
            value >>= 7;
        }
    };
    let (all, length) = (bytes.len(), 5 * pairs);
    put(&mut bytes[7..9], length);
    put(&mut bytes[1..4], all - 4);
    let Packet::Publish(publish) = one(Protocol::V5, &bytes) else { panic!() };
    assert_eq!(publish.properties.unwrap().user.len(), MAX_USER);
}

#[test]
fn connects() {
    let will = Publish::new("halloween/x/availability", "offline");
    let will = will.qos(QoS::AtLeastOnce).retain(true);
    let target = MqttTarget::new("mqtt://h")
        .client_id("worker")
        .credentials("user", "p\u{e4}ss")
        .will(Will::new(will.clone()))
        .clean_session(false);
    let fields = ConnectFields { client_id: "worker", keep_alive: 30, maximum_packet_size: 4096 };
    let mut bytes = BytesMut::new();
    connect(&mut bytes, &target, &fields);
    let other4::Packet::Connect(other) = other4::Packet::read(&mut bytes, 1000).unwrap() else {
        panic!()
    };
    assert_eq!((&*other.client_id, other.keep_alive), ("worker", 30));
    assert!(!other.clean_session);
    assert_eq!(other.login, Some(other4::Login::new("user", "p\u{e4}ss")));
    let theirs = other.last_will.unwrap();
    assert_eq!((theirs.topic, theirs.message), (will.topic.clone(), will.payload.clone()));
    assert!(theirs.retain && theirs.qos == rumqttc::QoS::AtLeastOnce);

    let will = Will::new(will.properties(Properties::new().content_type("text/plain").utf8()));
    let mut target = target
        .protocol(Protocol::V5)
        .will(will.delay(std::time::Duration::from_secs(5)))
        .receive_maximum(33);
    target.user = vec![("a".to_owned(), "b".to_owned())];
    connect(&mut bytes, &target, &fields);
    let other5::Packet::Connect(other, will, login) =
        other5::Packet::read(&mut bytes, None).unwrap()
    else {
        panic!()
    };
    assert!(!other.clean_start);
    let properties = other.properties.unwrap();
    assert_eq!(properties.receive_maximum, Some(33));
    assert_eq!(properties.max_packet_size, Some(4096));
    assert_eq!(properties.session_expiry_interval, Some(u32::MAX));
    assert_eq!(properties.user_properties, target.user);
    let will = will.unwrap().properties.unwrap();
    assert_eq!((will.delay_interval, will.payload_format_indicator), (Some(5), Some(1)));
    assert_eq!(will.content_type.as_deref(), Some("text/plain"));
    assert_eq!(login.unwrap().username, "user");
}

#[test]
fn goodbyes() {
    let mut bytes = BytesMut::new();
    disconnect(&mut bytes, Protocol::V311, ReasonCode(4), "why");
    assert_eq!(&bytes.split()[..], [0xE0, 0]);
    disconnect(&mut bytes, Protocol::V5, ReasonCode::SUCCESS, "");
    assert_eq!(&bytes.split()[..], [0xE0, 0]);
    disconnect(&mut bytes, Protocol::V5, ReasonCode(4), &"ü".repeat(1000));
    let Packet::Disconnect { code, said } = one(Protocol::V5, &bytes) else { panic!() };
    assert_eq!((code, said.reason.unwrap()), (ReasonCode(4), "ü".repeat(100)));
    let mut bytes = BytesMut::new();
    unsubscribe(&mut bytes, Protocol::V5, &["a/#".to_owned(), "b".to_owned()]);
    set_packet_id(&mut bytes, 513);
    let other5::Packet::Unsubscribe(other) = other5::Packet::read(&mut bytes, None).unwrap() else {
        panic!()
    };
    assert_eq!((other.pkid, other.filters), (513, vec!["a/#".to_owned(), "b".to_owned()]));
}
