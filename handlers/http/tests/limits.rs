//! Time and size.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use axum::{Router, routing::get};
use common::{Names, Rig, canned, local, raw, serve};
use journeyman_core::{JobErrorKind, Value, memory::Submission};
use tokio::io::AsyncWriteExt;

const SHORT: Duration = Duration::from_millis(100);

/// Takes a request and never answers.
async fn sleepy() -> String {
    raw(|_, stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await
}

#[tokio::test]
async fn slow_servers_are_timeouts_and_not_failures() {
    let slow_body = raw(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").await;
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    for url in [sleepy().await, slow_body] {
        let error = Rig::new(&local().timeout(SHORT)).fails(&url).await;
        assert_eq!(error.kind(), JobErrorKind::TimedOut, "{error:?}");
        assert!(error.message().contains("it took longer than 100ms"), "{error}");

        let error = Rig::new(&local()).get_within(&url, SHORT).await.unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::TimedOut, "{error:?}");
        assert!(error.message().contains("deadline"), "{error}");
    }
}

#[tokio::test]
async fn a_name_that_never_resolves_is_a_timeout() {
    #[derive(Debug)]
    struct Never;
    impl journeyman_http::Resolver for Never {
        fn resolve(&self, _host: &str) -> journeyman_http::Resolving {
            Box::pin(std::future::pending())
        }
    }
    let (memory, client) = journeyman_core::memory::Memory::new();
    let handler =
        journeyman_http::HttpHandler::with_resolver(&local().connect_timeout(SHORT), Never);
    let router = journeyman_core::Router::new().route("http", handler.unwrap());
    let _worker = journeyman_core::Worker::new(router).serve(memory).start().unwrap();
    let error = client.call::<Value>("http", &("GET", "http://x.test/")).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut, "{error:?}");
    let wanted = "there was no connection to http://x.test within 100ms";
    assert!(error.message().contains(wanted), "{error}");
}

#[tokio::test]
async fn a_cancelled_job_stops() {
    let (asked, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let url = raw(move |_, mut stream| {
        let asked = asked.clone();
        async move {
            asked.send(()).unwrap();
            // The end of the connection is the proof that the request was given up.
            common::head(&mut stream).await;
            asked.send(()).unwrap();
        }
    })
    .await;
    let rig = Rig::new(&local());
    let args = Value::List(vec!["GET".into(), url.as_str().into()]);
    let job = rig.client.submit(Submission::new("http").id("1").args(args)).await;
    common::within("the request", heard.recv()).await.unwrap();
    rig.client.cancel("1").await;
    let error = common::within("an end", job).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Cancelled);
    common::within("the end of the connection", heard.recv()).await.unwrap();
}

#[tokio::test]
async fn answers_have_a_largest_size() {
    let sized = Router::new()
        .route("/fits", get(|| async { "x".repeat(1000) }))
        .route("/more", get(|| async { "x".repeat(1001) }));
    let base = serve(sized).await;
    let endless = raw(|_, mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let _ = stream.write_all(head).await;
        // Until the other side has had enough.
        while stream
            .write_all(
                b"40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n",
            )
            .await
            .is_ok()
        {}
    })
    .await;
    let liar = canned(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999\r\n\r\nx").await;
    let rig = Rig::new(&local().max_response_size(1000));
    assert_eq!(rig.get(&format!("{base}/fits")).await.unwrap().2.len(), 1000);
    for (url, has) in [
        (format!("{base}/more"), "has 1001 bytes"),
        (endless, "has more than "),
        (liar, "has 99999999999999 bytes"),
    ] {
        let error = rig.fails(&url).await;
        assert_eq!(error.kind(), JobErrorKind::Failed);
        assert_eq!(error.code(), Some("RESPONSE_TOO_LARGE"));
        let message = error.message();
        assert!(message.starts_with("Failed to read response body: it "), "{message}");
        assert!(message.contains(has) && message.contains("at most 1000 "), "{message}");
    }
    // The size of a body that HEAD only tells of does not count.
    assert_eq!(rig.ask(("HEAD", format!("{base}/more"))).await.unwrap().0, 200);
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let url = raw(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"x-header: 0123456789abcdef\r\n").await.is_ok() {}
    })
    .await;
    let error = Rig::new(&local()).fails(&url).await;
    assert_eq!(error.kind(), JobErrorKind::Failed);
    assert!(error.message().contains("gave no answer"), "{error}");
}

#[tokio::test]
async fn a_name_with_no_address_fails() {
    let rig = Rig::with_names(&local(), Names::default().with("empty.test", &[&[]]));
    for (url, why) in
        [("http://empty.test/", "no addresses"), ("http://nobody.test/", "nobody has that name")]
    {
        let error = rig.fails(url).await;
        assert_eq!(error.kind(), JobErrorKind::Failed);
        let message = error.message();
        assert!(message.contains("cannot be resolved") && message.contains(why), "{message}");
    }
}
