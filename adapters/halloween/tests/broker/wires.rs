//! Over TLS, with a client certificate, and over WebSocket.

use journeyman_halloween::{Config, MqttVersion};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

use crate::{
    house::{Observer, config, fogger, ready, start, until_state},
    support::{
        Folder,
        mosquitto::{Mosquitto, program},
    },
};

type Ca = CertifiedIssuer<'static, KeyPair>;

fn ca(name: &str) -> Ca {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Writes a certificate and its key.
fn sign(ca: &Ca, folder: &Folder, name: &str, file: &str) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().unwrap();
    folder.write(&format!("{file}.pem"), params.signed_by(&key, ca).unwrap().pem());
    folder.write(&format!("{file}.key"), key.serialize_pem());
}

/// A prop with these settings answers, and says goodbye.
async fn works(config: Config, broker: &Mosquitto) {
    let mut observer = Observer::new(broker).await;
    let worker = start(fogger(config));
    ready(&worker).await;
    observer.asks("fogger", "there").await;
    worker.control().drain();
    worker.wait().await.unwrap();
    observer.until("fogger/availability", "offline").await;
}

#[tokio::test]
async fn over_tls_with_a_client_certificate() {
    let Some(program) = program("over_tls_with_a_client_certificate") else { return };
    let (ours, foreign) = (ca("ours"), ca("foreign"));
    let folder = Folder::new();
    folder.write("ca.pem", ours.pem());
    folder.write("foreign.pem", foreign.pem());
    sign(&ours, &folder, "localhost", "server");
    sign(&ours, &folder, "worker", "client");
    let path = |name: &str| Some(folder.0.join(name));
    let (ca, cert, key) = (path("ca.pem"), path("client.pem"), path("client.key"));
    let wrong = path("foreign.pem");
    // The plain listener is the observer's.
    let rules = "listener {port} 127.0.0.1\nallow_anonymous true\n\
                 listener {port2} 127.0.0.1\nallow_anonymous true\ncafile {folder}/ca.pem\n\
                 certfile {folder}/server.pem\nkeyfile {folder}/server.key\n\
                 require_certificate true\n";
    let broker = Mosquitto::start_in(&program, folder, rules);
    let port = broker.port_of("true\nlistener ");
    for version in [MqttVersion::V311, MqttVersion::V5] {
        let mut tls = config(&broker).url(format!("mqtts://localhost:{port}")).mqtt(version);
        tls.tls_ca.clone_from(&ca);
        (tls.tls_cert, tls.tls_key) = (cert.clone(), key.clone());
        works(tls.clone(), &broker).await;

        // What is wrong is said, in each attempt's error.
        let mut untrusting = tls.clone();
        untrusting.tls_ca.clone_from(&wrong);
        let cases = [
            (untrusting, "not trusted here"),
            (tls.clone().url(format!("mqtts://127.0.0.1:{port}")), "for another name"),
        ];
        for (bad, text) in cases {
            let worker = start(fogger(bad));
            let state = until_state(&worker, |state| format!("{state:?}").contains(text)).await;
            assert!(!state.is_ready());
            worker.control().abort();
            let _ = worker.wait().await;
        }
    }
}

#[tokio::test]
async fn over_websocket() {
    let Some(program) = program("over_websocket") else { return };
    let rules = "listener {port} 127.0.0.1\nlistener {port2} 127.0.0.1\nprotocol websockets\n\
                 allow_anonymous true\n";
    let broker = Mosquitto::start(&program, rules);
    let port = broker.port_of("127.0.0.1\nlistener ");
    for version in [MqttVersion::V311, MqttVersion::V5] {
        let url = format!("ws://127.0.0.1:{port}/mqtt");
        works(config(&broker).url(url).mqtt(version), &broker).await;
    }
}
