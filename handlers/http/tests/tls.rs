//! Certificates are checked, and https stays https.
#![allow(clippy::unwrap_used)]

mod common;

use std::{path::PathBuf, sync::Arc};

use axum::{Router, routing::get};
use common::{Names, Rig, assert_denied, local, port, serve};
use journeyman_core::JobErrorKind;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// An https server with a certificate for `host.test` that signs itself; gives its port and the
/// certificate. It answers with a redirect to `location`, or `secure` when that is empty.
async fn https(location: &str) -> (u16, String) {
    let signed = rcgen::generate_simple_self_signed(["host.test".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = match location {
        "" => "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecure".to_owned(),
        to => format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"),
    };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not trust us ends the handshake.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, signed.cert.pem())
}

/// A file that is gone with the test.
struct File(PathBuf);

impl File {
    fn new(text: &str) -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("journeyman-http-{}-{n}.pem", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn names() -> Names {
    Names::default().with("host.test", &[&["127.0.0.1"]]).with("wrong.test", &[&["127.0.0.1"]])
}

#[tokio::test]
async fn certificates_are_checked() {
    let (port, pem) = https("").await;
    let stranger = Rig::with_names(&local(), names());
    let error = stranger.fails(&format!("https://host.test:{port}/")).await;
    assert_eq!(error.kind(), JobErrorKind::Failed);
    let start = format!("Failed to send GET request: https://host.test:{port} cannot be trusted: ");
    assert!(error.message().starts_with(&start), "{error}");
    assert!(error.message().contains("UnknownIssuer"), "{error}");

    let file = File::new(&pem);
    let rig = Rig::with_names(&local().ca_file(Some(file.0.clone())), names());
    assert_eq!(rig.get(&format!("https://host.test:{port}/")).await.unwrap().2, "secure");
    let error = rig.fails(&format!("https://wrong.test:{port}/")).await;
    assert!(error.message().contains("cannot be trusted"), "{error}");
    assert!(error.message().contains("wrong.test"), "{error}");
    // A plain server behind an https URL.
    let plain = serve(Router::new().route("/", get(|| async { "plain" }))).await;
    let url = format!("https://host.test:{}/", common::port(&plain));
    let error = rig.fails(&url).await;
    assert_eq!(error.kind(), JobErrorKind::Failed);
    assert!(error.message().contains("host.test"), "{error}");
}

#[tokio::test]
async fn https_stays_https() {
    let plain = serve(Router::new().route("/", get(|| async { "plain" }))).await;
    let (tls, pem) = https(&format!("http://host.test:{}/", port(&plain))).await;
    let file = File::new(&pem);
    let url = format!("https://host.test:{tls}/");
    let config = local().ca_file(Some(file.0.clone()));
    let error = Rig::with_names(&config, names()).fails(&url).await;
    assert_denied(&error);
    assert!(error.message().contains("from https to http"), "{error}");
    let rig = Rig::with_names(&config.allow_downgrade(true), names());
    assert_eq!(rig.get(&url).await.unwrap().2, "plain");
}

#[test]
fn a_bad_ca_file_is_named() {
    for (text, part) in [
        ("no certificate", "holds no"),
        ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "not readable PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "malformed"),
    ] {
        let file = File::new(text);
        let config = local().ca_file(Some(file.0.clone()));
        let error = journeyman_http::HttpHandler::new(&config).unwrap_err().to_string();
        assert!(error.contains("ca_file") && error.contains(part), "{error}");
    }
    let config = local().ca_file(Some("/nowhere/ca.pem".into()));
    let error = journeyman_http::HttpHandler::new(&config).unwrap_err().to_string();
    assert!(error.contains("/nowhere/ca.pem") && error.contains("cannot be read"), "{error}");
}
