//! Each hop is a request of its own, with all checks.
#![allow(clippy::unwrap_used)]

mod common;

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use common::{Names, Rig, assert_denied, local, port, serve};
use journeyman_core::JobErrorKind;
use journeyman_http::HttpConfig;

fn to(status: u16, location: impl AsRef<str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("location", location.as_ref())]).into_response()
}

async fn seen(method: Method, headers: HeaderMap, body: Bytes) -> String {
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    format!("{method} [{}] {}", names.join(" "), String::from_utf8_lossy(&body))
}

/// Redirects of all kinds; `other` is another origin.
async fn server(other: String) -> String {
    let away = move |Path(status): Path<u16>| async move { to(status, format!("{other}/seen")) };
    let count = |Path(n): Path<u32>| async move {
        match n {
            0 => "arrived".into_response(),
            n => to(302, format!("/count/{}", n - 1)),
        }
    };
    serve(
        Router::new()
            .route("/seen", any(seen))
            .route("/stay/{status}", any(|Path(s): Path<u16>| async move { to(s, "../seen") }))
            .route("/away/{status}", any(away))
            .route("/count/{n}", any(count))
            .route("/loop", any(|| async { to(302, "/loop") }))
            .route("/no-location", any(|| async { StatusCode::FOUND }))
            .route("/to/{*url}", any(|Path(url): Path<String>| async move { to(302, url) })),
    )
    .await
}

#[tokio::test]
async fn redirects_are_followed_and_counted() {
    let base = server(String::new()).await;
    let rig = Rig::new(&local());
    assert_eq!(rig.get(&format!("{base}/count/5")).await.unwrap().2, "arrived");
    for path in ["count/6", "loop"] {
        let error = rig.fails(&format!("{base}/{path}")).await;
        assert_eq!(error.kind(), JobErrorKind::Failed);
        let start = "Failed to send GET request: there are more than 5 redirects";
        assert!(error.message().starts_with(start), "{error}");
    }
    assert_eq!(rig.get(&format!("{base}/no-location")).await.unwrap().0, 302);
    let none = Rig::new(&local().max_redirects(0));
    let (status, headers, _) = none.get(&format!("{base}/count/1")).await.unwrap();
    assert_eq!(status, 302);
    assert!(headers.contains(&("location".to_owned(), "/count/0".to_owned())));
}

#[tokio::test]
async fn methods_and_bodies_change_as_in_browsers() {
    let base = server(String::new()).await;
    let rig = Rig::new(&local());
    for (status, method, wanted) in [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (301, "PUT", "PUT body"),
        (302, "DELETE", "DELETE body"),
        (307, "POST", "POST body"),
        (308, "PATCH", "PATCH body"),
    ] {
        let headers = [("content-type", "a/b"), ("x-key", "s")];
        let args = (method, format!("{base}/stay/{status}"), "body", headers);
        let body = rig.ask(args).await.unwrap().2;
        let keeps = wanted.ends_with("body");
        assert!(body.starts_with(wanted.split(' ').next().unwrap()), "{status} {method}: {body}");
        assert_eq!(body.ends_with(" body"), keeps, "{status} {method}: {body}");
        assert_eq!(body.contains("content-type"), keeps, "{status} {method}: {body}");
        assert!(body.contains("x-key"), "same origin: {body}");
    }
    let head = rig.ask(("HEAD", format!("{base}/stay/303"))).await.unwrap();
    assert_eq!((head.0, head.2.as_str()), (200, ""));
}

#[tokio::test]
async fn secrets_do_not_follow_to_another_origin() {
    let other = server(String::new()).await;
    let base = server(other).await;
    let rig = Rig::new(&local());
    let headers = [
        ("Authorization", "s"),
        ("Cookie", "s"),
        ("X-Api-Key", "s"),
        ("Accept", "a/b"),
        ("Content-Type", "a/b"),
    ];
    let body = rig.ask(("POST", format!("{base}/away/307"), "x", headers)).await.unwrap().2;
    assert_eq!(body, "POST [accept content-length content-type host user-agent] x");
    let with_user = base.replace("http://", "http://me:pw@");
    let body = rig.get(&format!("{with_user}/stay/302")).await.unwrap().2;
    assert!(body.contains("authorization"), "same origin: {body}");
    let body = rig.get(&format!("{with_user}/away/302")).await.unwrap().2;
    assert!(!body.contains("authorization"), "{body}");
}

#[tokio::test]
async fn each_hop_is_checked() {
    let base = server(String::new()).await;
    let names = Names::default()
        .with("public.test", &[&["127.0.0.1"]])
        .with("inside.test", &[&["10.0.0.1"]])
        .with("local.test", &[&["127.0.0.2"]]);
    let rig = Rig::with_names(&local().deny(["denied.test".parse().unwrap()]), names.clone());
    let start = format!("http://public.test:{}/to/", port(&base));
    for target in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0x7f000002/",
        "http://inside.test/",
        "http://local.test/",
        "http://denied.test/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "ftp://public.test/",
        "gopher://10.0.0.1/",
        "http://[broken/",
    ] {
        let error = rig.fails(&format!("{start}{target}")).await;
        assert_denied(&error);
    }
    // Only 127.0.0.1 as a name: the address itself is not on the list.
    let config = HttpConfig::default().allow_private_at(["public.test".parse().unwrap()]);
    let rig = Rig::with_names(&config, names);
    let error = rig.fails(&format!("{start}{base}/seen")).await;
    assert_denied(&error);
    let fine = rig.get(&format!("{start}http://public.test:{}/seen", port(&base))).await;
    assert!(fine.unwrap().2.starts_with("GET"));
}
