//! WebSocket and TLS, with mosquitto on the other side.

use journeyman_core::{ErrorKind, transport::Transport};
use journeyman_mqtt::{
    ClientIdentity, MqttTarget, MqttTransport, Protocol, QoS, Subscribe, TlsConfig,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

use crate::support::{
    mosquitto::{Mosquitto, program},
    *,
};

type Ca = CertifiedIssuer<'static, KeyPair>;

fn ca(name: &str) -> Ca {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, PEM.
fn signed(ca: &Ca, name: &str) -> (String, String) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, ca).unwrap().pem(), key.serialize_pem())
}

/// A message to ourselves, small and large.
///
/// Over WebSocket, mosquitto 2.0.11 sends 4096 bytes each 100 ms: large ones only go there, and
/// come back to `other`.
async fn there_and_back(target: MqttTarget, mut other: MqttTransport) {
    let websocket = target.url.starts_with("ws");
    let mut transport = open(target).await;
    for transport in [&mut transport, &mut other] {
        subscribed(transport, Subscribe::one("a", QoS::AtLeastOnce)).await;
    }
    for size in [0, 1, 100, 4000, 100_000, 1 << 20] {
        let topic = if websocket && size > 4000 { "b" } else { "a" };
        subscribed(&mut other, Subscribe::one(topic, QoS::AtLeastOnce)).await;
        let payload = pattern(size, size);
        send(&mut transport, publish(topic, payload.clone(), QoS::AtLeastOnce));
        let ((), _) = while_polling(&mut transport, async {
            assert!(delivery(&mut other).await.payload == payload);
        })
        .await;
    }
    for size in [0, 100, 4000] {
        let payload = pattern(size, size);
        send(&mut other, publish("a", payload.clone(), QoS::AtLeastOnce));
        let (got, _) = tokio::join!(
            async {
                loop {
                    let got = delivery(&mut transport).await;
                    if got.payload == payload {
                        return got;
                    }
                }
            },
            delivery(&mut other)
        );
        assert_eq!(got.topic, "a");
    }
    soon(transport.close(Default::default())).await;
}

#[tokio::test]
async fn over_websocket() {
    let Some(program) = program("over_websocket") else { return };
    let config = "listener {port} 127.0.0.1\nlistener {port2} 127.0.0.1\nprotocol websockets\n\
                  allow_anonymous true\n";
    let broker = Mosquitto::start(&program, config);
    let port = broker.port_of("127.0.0.1\nlistener ");
    for protocol in [Protocol::V311, Protocol::V5] {
        let target = MqttTarget::new(format!("ws://127.0.0.1:{port}")).protocol(protocol);
        there_and_back(target, broker.client(protocol).await).await;
    }
    // A plain port is no WebSocket.
    let mut transport = MqttTransport::default();
    let target = MqttTarget::new(format!("ws://{}", broker.address));
    let error = soon(transport.connect(target)).await.unwrap_err();
    assert!(error.is_temporary() && error.remedy().is_some(), "{error}");
}

#[tokio::test]
async fn over_tls_with_client_certificates() {
    let Some(program) = program("over_tls_with_client_certificates") else { return };
    let (ca, foreign) = (ca("ours"), ca("foreign"));
    let folder = Folder::new();
    let (certificate, key) = signed(&ca, "localhost");
    folder.write("ca.pem", ca.pem());
    folder.write("server.pem", certificate);
    folder.write("server.key", key);
    let config = "listener {port} 127.0.0.1\nallow_anonymous true\ncafile {folder}/ca.pem\n\
                  certfile {folder}/server.pem\nkeyfile {folder}/server.key\n\
                  require_certificate true\n\
                  listener {port2} 127.0.0.1\nprotocol websockets\ncafile {folder}/ca.pem\n\
                  certfile {folder}/server.pem\nkeyfile {folder}/server.key\n";
    let broker = Mosquitto::start_in(&program, folder, config);
    let port = broker.address.port();
    let (certificate, key) = signed(&ca, "worker");
    let identity = ClientIdentity::new(certificate, key);
    let tls = TlsConfig::with_roots_only(ca.pem());
    let target = |tls: TlsConfig| MqttTarget::new(format!("mqtts://localhost:{port}")).tls(tls);
    let target_with = target(tls.clone().identity(identity.clone()));
    there_and_back(target_with.clone(), open(target_with.clone()).await).await;
    let over = broker.port_of("require_certificate true\nlistener ");
    let websocket = MqttTarget::new(format!("wss://localhost:{over}"));
    let websocket = websocket.tls(tls.clone().identity(identity.clone()));
    there_and_back(websocket, open(target_with).await).await;

    let refused = |tls: TlsConfig| {
        let target = target(tls);
        async move { soon(MqttTransport::default().connect(target)).await.unwrap_err() }
    };
    let error = refused(TlsConfig::with_roots_only(foreign.pem())).await;
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("not trusted here"), "{error}");
    let error = refused(tls.clone().identity(identity).server_name("other")).await;
    assert!(error.message().contains("for another name"), "{error}");
    // Without a certificate of ours, or with a foreign one: TLS 1.3 says so only after we have
    // sent our CONNECT.
    let error = refused(tls.clone()).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(error.message().contains("asks for a client certificate"), "{error}");
    let (certificate, key) = signed(&foreign, "worker");
    let error = refused(tls.identity(ClientIdentity::new(certificate, key))).await;
    assert!(error.message().contains("refused our client certificate"), "{error}");
    // A plain client at the TLS port.
    let plain = MqttTarget::new(format!("mqtt://localhost:{port}"));
    let error = soon(MqttTransport::default().connect(plain)).await.unwrap_err();
    assert!(error.is_temporary() && error.remedy().unwrap().contains("mqtts"), "{error}");
}
