//! What may be reached: by address, by name, when a name changes its mind, through a proxy.
#![allow(clippy::unwrap_used)]

mod common;

use axum::{Router, routing::get};
use common::{Names, Rig, assert_denied, canned, local, port, raw, serve};
use journeyman_core::JobErrorKind;
use journeyman_http::{AllowPrivate, HttpConfig};
use tokio::{io::AsyncWriteExt, net::TcpListener, sync::mpsc};

/// A listener that must never see a connection.
struct Untouched(TcpListener);

impl Untouched {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    async fn check(self) {
        // A connection that was made is in the queue by now: whoever made it has ended.
        let accepted = tokio::select! {
            biased;
            accepted = self.0.accept() => accepted.is_ok(),
            () = std::future::ready(()) => false,
        };
        assert!(!accepted, "it was connected to");
    }
}

#[tokio::test]
async fn loopback_is_closed_by_default() {
    let secret = Untouched::new().await;
    let port = secret.port();
    let names = Names::default()
        .with("rebind.test", &[&["127.0.0.1"]])
        .with("mixed.test", &[&["10.1.2.3", "127.0.0.1", "::1", "::ffff:127.0.0.1"]]);
    let rig = Rig::with_names(&HttpConfig::default(), names);
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "rebind.test",
        "REBIND.test",
        "mixed.test",
    ] {
        let error = rig.fails(&format!("http://{host}:{port}/")).await;
        assert_denied(&error);
        assert!(error.message().contains("are not allowed"), "{error}");
    }
    // What a name resolves to inside is nothing to those outside.
    let error = rig.fails(&format!("http://mixed.test:{port}/")).await;
    assert!(!error.message().contains("10.1.2.3"), "{error}");
    // The system's own resolver is checked as well.
    let rig = Rig::new(&HttpConfig::default());
    assert_denied(&rig.fails(&format!("http://localhost:{port}/")).await);
    secret.check().await;
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let base = canned(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello").await;
    let secret = TcpListener::bind(("127.0.0.2", port(&base))).await.unwrap();
    let names = Names::default().with("rebind.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    // 127.0.0.1 plays the public internet.
    let rig = Rig::with_names(&local(), names.clone());
    let url = format!("http://rebind.test:{}/", port(&base));
    assert_eq!(rig.get(&url).await.unwrap().2, "hello");
    // It was asked once: what was checked is what was connected to.
    assert_eq!(names.asked(), 1);
    assert_denied(&rig.fails(&url).await);
    assert_eq!(names.asked(), 2);
    Untouched(secret).check().await;
}

#[tokio::test]
async fn bad_addresses_of_a_name_are_left_out() {
    let base = serve(Router::new().route("/", get(|| async { "hello" }))).await;
    let secret = TcpListener::bind(("127.0.0.2", port(&base))).await.unwrap();
    let names = Names::default().with("both.test", &[&["127.0.0.2", "127.0.0.1"]]);
    let rig = Rig::with_names(&local(), names);
    let url = format!("http://both.test:{}/", port(&base));
    assert_eq!(rig.get(&url).await.unwrap().2, "hello");
    Untouched(secret).check().await;
}

#[tokio::test]
async fn lists_of_hosts() {
    let base = serve(Router::new().route("/", get(|| async { "hello" }))).await;
    let url = |host: &str| format!("http://{host}:{}/", port(&base));
    let names = Names::default()
        .with("good.test", &[&["127.0.0.1"]])
        .with("bad.good.test", &[&["127.0.0.1"]])
        .with("sub.good.test", &[&["127.0.0.1"]])
        .with("other.test", &[&["127.0.0.1"]])
        .with("good.test.", &[&["127.0.0.1"]]);
    let config = local()
        .allow(["good.test".parse().unwrap(), "*.good.test".parse().unwrap()])
        .deny(["bad.good.test".parse().unwrap()]);
    let rig = Rig::with_names(&config, names.clone());
    for host in ["good.test", "sub.good.test", "GOOD.test", "good.test."] {
        assert_eq!(rig.get(&url(host)).await.unwrap().2, "hello", "{host}");
    }
    for host in ["bad.good.test", "other.test", "127.0.0.1"] {
        assert_denied(&rig.fails(&url(host)).await);
    }
    let denied = local().deny(["127.0.0.0/8".parse().unwrap()]);
    assert_denied(&Rig::with_names(&denied, names.clone()).fails(&url("good.test")).await);
    // A network on the list opens it, also for names.
    let network = HttpConfig::default().allow(["127.0.0.0/8".parse().unwrap()]);
    let rig = Rig::with_names(&network, names.clone());
    assert_eq!(rig.get(&url("other.test")).await.unwrap().2, "hello");
    assert_eq!(rig.get(&url("127.0.0.1")).await.unwrap().2, "hello");
    let all = HttpConfig::default().allow_private(AllowPrivate::All);
    let rig = Rig::with_names(&all, names);
    assert_eq!(rig.get(&url("other.test")).await.unwrap().2, "hello");
    assert_denied(&rig.fails("http://169.254.169.254/latest/meta-data/").await);
}

#[tokio::test]
async fn a_configured_proxy_is_used_and_literals_are_still_checked() {
    let (heard, mut lines) = mpsc::unbounded_channel();
    let proxy = raw(move |head, mut stream| {
        heard.send(head.lines().next().unwrap_or_default().to_owned()).unwrap();
        async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nproxied").await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    // The proxy may be where a job may not go.
    let names = Names::default().with("proxy.test", &[&["127.0.0.1"]]);
    let by_name = format!("http://proxy.test:{}", port(&proxy));
    for proxy in [proxy, by_name] {
        let config = HttpConfig::default().proxy(Some(proxy)).deny(["no.test".parse().unwrap()]);
        let rig = Rig::with_names(&config, names.clone());
        assert_eq!(rig.get("http://far.test/x").await.unwrap().2, "proxied");
        assert_eq!(lines.recv().await.unwrap(), "GET http://far.test/x HTTP/1.1");
        for url in ["http://10.0.0.1/", "http://no.test/", "http://169.254.169.254/"] {
            assert_denied(&rig.fails(url).await);
        }
        assert!(lines.try_recv().is_err());
    }
}

#[tokio::test]
async fn other_schemes_are_bad_input() {
    let rig = Rig::new(&local());
    for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "unix:///run/x.sock"] {
        let error = rig.fails(url).await;
        assert_eq!(error.kind(), JobErrorKind::BadInput, "{error:?}");
    }
}
