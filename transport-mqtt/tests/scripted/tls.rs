//! `mqtts://` with certificates made for each case.

use std::sync::Arc;

use journeyman_core::{
    ErrorKind,
    transport::{Goodbye, Transport},
};
use journeyman_mqtt::{ClientIdentity, MqttTarget, MqttTransport, TlsConfig};
use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use crate::support::{peer::*, *};

type Ca = CertifiedIssuer<'static, KeyPair>;

fn ca(name: &str) -> Ca {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn signed(ca: &Ca) -> (String, String) {
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, ca).unwrap().pem(), key.serialize_pem())
}

/// A broker that wants a client certificate and takes every CONNECT.
async fn serve(ca: &Ca) -> MqttTarget {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let (certificate, key) = signed(ca);
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(
            vec![
                rustls::pki_types::CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap(),
            ],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut buffer = [0; 4096];
                while let Ok(1..) = stream.read(&mut buffer).await {
                    let answer: &[u8] = if buffer[0] == 0x10 { &[0x20, 2, 0, 0] } else { &[] };
                    stream.write_all(answer).await.unwrap();
                    stream.write_all(&wire_publish(0, "a", None, &[7; 100_000])).await.unwrap();
                }
            });
        }
    });
    MqttTarget::new(format!("mqtts://localhost:{port}"))
}

#[tokio::test]
async fn certificates_both_ways() {
    let (ours, foreign) = (ca("ours"), ca("foreign"));
    let target = serve(&ours).await;
    let identity = |ca: &Ca| {
        let (certificate, key) = signed(ca);
        ClientIdentity::new(certificate, key)
    };
    let trusting = TlsConfig::with_roots_only(ours.pem());
    let right = target.clone().tls(trusting.clone().identity(identity(&ours)));
    let mut transport = open(right).await;
    assert_eq!(delivery(&mut transport).await.payload.len(), 100_000);
    soon(transport.close(Goodbye::default())).await;

    let cases = [
        (TlsConfig::with_roots_only(foreign.pem()), "not trusted here"),
        (trusting.clone().server_name("other"), "for another name"),
        (trusting.clone(), "asks for a client certificate"),
        (trusting.clone().identity(identity(&foreign)), "refused our client certificate"),
    ];
    for (tls, text) in cases {
        let mut transport = MqttTransport::default();
        let error = soon(transport.connect(target.clone().tls(tls))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert!(error.message().contains(text) && error.remedy().is_some(), "{error}");
    }
    let any = trusting.identity(identity(&ours)).server_name("other");
    open(target.clone().tls(any.danger_accept_any_certificate(true))).await;
    let plain = MqttTarget::new(target.url.replace("mqtts", "mqtt"));
    let error = soon(MqttTransport::default().connect(plain)).await.unwrap_err();
    assert!(error.remedy().unwrap().contains("mqtts"), "{error}");
}
