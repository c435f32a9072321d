//! `wss://` with certificates made for each case.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

mod support;

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use journeyman_core::{
    Error, ErrorKind,
    transport::{Goodbye, Transport},
};
use journeyman_ws::{ClientIdentity, TlsConfig, WsTarget, WsTransport};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use support::*;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async;

type Ca = CertifiedIssuer<'static, KeyPair>;

fn ca(name: &str) -> Ca {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, PEM.
fn signed(ca: &Ca, name: &str, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, ca).unwrap().pem(), key.serialize_pem())
}

fn server_config(identity: &(String, String), clients: Option<&Ca>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let mut roots = RootCertStore::empty();
            roots.add(ca.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = rustls::pki_types::CertificateDer::pem_slice_iter(identity.0.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(identity.1.as_bytes()).unwrap();
    builder.with_single_cert(chain.map(Result::unwrap).collect(), key).unwrap()
}

/// Connects to an echo server and says hello.
async fn hello(server: ServerConfig, tls: TlsConfig) -> Result<(), Error> {
    hello_with(&mut WsTransport::new(quiet()), server, tls).await
}

async fn hello_with(
    client: &mut WsTransport,
    server: ServerConfig,
    tls: TlsConfig,
) -> Result<(), Error> {
    let (addr, mut accepted) = tcp_server().await;
    let serving = tokio::spawn(async move {
        let stream = accepted.recv().await.unwrap();
        let stream = TlsAcceptor::from(Arc::new(server)).accept(stream).await.ok()?;
        let mut socket = accept_async(stream).await.ok()?;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_binary() {
                socket.send(message).await.ok()?;
            }
        }
        Some(())
    });
    soon(client.connect(WsTarget::new(format!("wss://{addr}/")).tls(tls))).await?;
    for length in [5, 1 << 20] {
        send(client, pattern(length, 1));
        assert!(message(client).await.into_bytes() == pattern(length, 1));
    }
    soon(client.close(Goodbye::default())).await;
    assert_eq!(soon(serving).await.unwrap(), Some(()));
    Ok(())
}

fn expect(result: Result<(), Error>, what: &str, remedy: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(error.message().contains(what), "{error}");
    assert!(error.remedy().unwrap().contains(remedy), "{error}");
    assert!(error.is_temporary() && error.to_string().contains("url: wss://127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_valid_certificate() {
    let ca = ca("root");
    let server = signed(&ca, "127.0.0.1", |_| {});
    hello(server_config(&server, None), TlsConfig::with_roots_only(ca.pem())).await.unwrap();
    // System roots and own roots together.
    let mut both = TlsConfig::with_roots_only(ca.pem());
    both.system_roots = true;
    hello(server_config(&server, None), both).await.unwrap();
}

#[tokio::test]
async fn several_roots_in_one_text() {
    let (first, second) = (ca("first"), ca("second"));
    let server = signed(&second, "127.0.0.1", |_| {});
    let roots = first.pem() + &second.pem();
    hello(server_config(&server, None), TlsConfig::with_roots_only(roots)).await.unwrap();
}

#[tokio::test]
async fn certificates_that_do_not_fit_are_told_apart() {
    let ca_ = ca("root");
    let trusted = || TlsConfig::with_roots_only(ca_.pem());

    let expired = signed(&ca_, "127.0.0.1", |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    expect(hello(server_config(&expired, None), trusted()).await, "has expired", "renew it");

    let early = signed(&ca_, "127.0.0.1", |params| params.not_before = date_time_ymd(4000, 1, 1));
    expect(hello(server_config(&early, None), trusted()).await, "not valid yet", "clocks");

    let other = signed(&ca_, "other.example", |_| {});
    expect(hello(server_config(&other, None), trusted()).await, "another name", "server_name");
    // The name can be given.
    hello(server_config(&other, None), trusted().server_name("other.example")).await.unwrap();

    let foreign = signed(&ca("someone else"), "127.0.0.1", |_| {});
    expect(hello(server_config(&foreign, None), trusted()).await, "not trusted", "roots_pem");

    // And all of them pass with the switch that says what it is.
    for identity in [&expired, &early, &other, &foreign] {
        let tls = TlsConfig::default().danger_accept_any_certificate(true);
        hello(server_config(identity, None), tls).await.unwrap();
    }
}

#[tokio::test]
async fn client_certificates() {
    let (servers, clients) = (ca("servers"), ca("clients"));
    let server = signed(&servers, "127.0.0.1", |_| {});
    let config = || server_config(&server, Some(&clients));
    let trusted = || TlsConfig::with_roots_only(servers.pem());

    let (certificate, key) = signed(&clients, "worker", |_| {});
    let identity = ClientIdentity::new(certificate.clone(), key);
    hello(config(), trusted().identity(identity)).await.unwrap();

    expect(hello(config(), trusted()).await, "asks for a client certificate", "`identity`");

    let (foreign, foreign_key) = signed(&servers, "worker", |_| {});
    let identity = ClientIdentity::new(foreign, foreign_key.clone());
    expect(
        hello(config(), trusted().identity(identity)).await,
        "refused our client certificate",
        "trusts its issuer",
    );

    // Key and certificate of different pairs: our own fault, and permanent.
    let identity = ClientIdentity::new(certificate, foreign_key);
    let error = hello(config(), trusted().identity(identity)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("belong together"), "{error}");
}

#[tokio::test]
async fn one_transport_serves_targets_with_different_trust() {
    let (first, second) = (ca("first"), ca("second"));
    let mut client = WsTransport::new(quiet());
    for ca in [&first, &first, &second, &first] {
        let server = signed(ca, "127.0.0.1", |_| {});
        let tls = TlsConfig::with_roots_only(ca.pem());
        hello_with(&mut client, server_config(&server, None), tls).await.unwrap();
    }
    let server = signed(&second, "127.0.0.1", |_| {});
    let tls = TlsConfig::with_roots_only(first.pem());
    expect(
        hello_with(&mut client, server_config(&server, None), tls).await,
        "not trusted",
        "roots_pem",
    );
}

#[tokio::test]
async fn plain_and_tls_mixed_up() {
    let tls = || TlsConfig::with_roots_only(ca("root").pem());
    let mut client = WsTransport::new(quiet());

    let (addr, mut accepted) = tcp_server().await;
    let plain = async {
        let mut stream = accepted.recv().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    };
    let target = WsTarget::new(format!("wss://{addr}/")).tls(tls());
    let (result, _stream) = soon(async { tokio::join!(client.connect(target), plain) }).await;
    expect(result, "does not speak TLS", "ws://");

    let identity = signed(&ca("root"), "127.0.0.1", |_| {});
    let config = Arc::new(server_config(&identity, None));
    let (addr, mut accepted) = tcp_server().await;
    let secure = async {
        let stream = accepted.recv().await.unwrap();
        let _ = TlsAcceptor::from(config).accept(stream).await;
    };
    let target = WsTarget::new(format!("ws://{addr}/"));
    let (result, ()) = soon(async { tokio::join!(client.connect(target), secure) }).await;
    let error = result.unwrap_err();
    assert!(error.to_string().contains("answered with TLS"), "{error}");
    assert!(error.remedy().unwrap().contains("wss://"), "{error}");

    // A peer that hangs up in the middle.
    let (addr, mut accepted) = tcp_server().await;
    let target = WsTarget::new(format!("wss://{addr}/")).tls(tls());
    let hangs_up = async { drop(accepted.recv().await.unwrap()) };
    let (result, ()) = soon(async { tokio::join!(client.connect(target), hangs_up) }).await;
    expect(result, "broke off during the TLS handshake", "ws://");
}
