//! Who is kept out, and from what.

use journeyman_core::memory::Submission;
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::support::{Answer, Rig, TOKEN, ask, config, raw, rig, socket};

const READING: [&str; 12] = [
    "/",
    "/dashboard",
    "/assets/main.js",
    "/api/v1/snapshot",
    "/api/v1/jobs",
    "/api/v1/events",
    "/api/v1/stream",
    "/api/v1/ws",
    "/api/v1/openapi.json",
    "/api/v1/docs",
    "/metrics",
    "/nowhere",
];

const COMMANDS: [&str; 3] = ["/api/v1/pause", "/api/v1/drain", "/api/v1/sessions/0/disconnect"];

async fn with(rig: &Rig, method: &str, path: &str, header: (&str, &str)) -> Answer {
    ask(rig.address, method, path, &[header], "").await
}

#[tokio::test]
async fn with_a_token_nothing_but_health_is_open() {
    let rig = rig(config().token(TOKEN)).await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(rig.get(path).await.status, 200, "{path}");
    }
    for path in READING {
        let answer = rig.get(path).await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, "Bearer realm=\"worker\""),
            "{path}"
        );
    }
    for path in COMMANDS {
        assert_eq!(rig.post(path).await.status, 401, "{path}");
    }
    assert_eq!(socket(rig.address, "/api/v1/ws", &[]).await.unwrap_err(), StatusCode::UNAUTHORIZED);
    let bearer = format!("Bearer {TOKEN}");
    let right = ("Authorization", bearer.as_str());
    assert_eq!(with(&rig, "GET", "/api/v1/snapshot", right).await.status, 200);
    assert_eq!(with(&rig, "GET", "/metrics", right).await.status, 200);
    assert_eq!(with(&rig, "POST", "/api/v1/pause", right).await.status, 202);
    socket(rig.address, "/api/v1/ws", &[("authorization", &bearer)]).await.unwrap();
    // Health tells no more than it must.
    let health = rig.get("/health/ready").await.text();
    assert!(!health.contains("first") && !health.contains("error"), "{health}");
    rig.stop().await;
}

#[tokio::test]
async fn a_browser_logs_in_once() {
    let rig = rig(config().token(TOKEN)).await;
    let page = with(&rig, "GET", "/dashboard", ("Accept", "text/html,*/*")).await;
    assert_eq!(page.status, 401);
    assert!(page.text().contains("<form method=\"post\" action=\"/login\">"), "{}", page.text());
    assert!(!page.text().contains("<script"));
    assert!(
        page.header("content-security-policy").contains("default-src 'none'; style-src 'sha256-")
    );
    let form = |body: String| async move {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        ask(rig.address, "POST", "/login", &[kind], &body).await
    };
    let wrong = form("token=wrong-but-long-enough".to_owned()).await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, ""));
    assert!(wrong.text().contains("That is not the token."));
    assert_eq!(form("token=".to_owned()).await.status, 401);
    let right = form(format!("token={TOKEN}")).await;
    assert_eq!((right.status, right.header("location")), (303, "/dashboard"));
    let cookie = right.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    // Browsers send cookies to every port of a host: that of another monitor is another one.
    let name = format!("journeyman_monitor_{}=", rig.address.port());
    assert!(cookie.starts_with(&name) && cookie.contains("Path=/;"), "{cookie}");
    assert!(!cookie.contains(TOKEN), "the cookie is not the token");
    let cookie = cookie.split(';').next().unwrap();
    for path in ["/dashboard", "/assets/main.js", "/api/v1/snapshot"] {
        assert_eq!(with(&rig, "GET", path, ("Cookie", cookie)).await.status, 200, "{path}");
    }
    assert_eq!(with(&rig, "POST", "/logout", ("Cookie", cookie)).await.status, 303);
    assert_eq!(with(&rig, "GET", "/api/v1/snapshot", ("Cookie", cookie)).await.status, 401);
    rig.worker.control().abort();
}

#[tokio::test]
async fn tokens_cannot_be_tried_out() {
    let rig = rig(config().token(TOKEN)).await;
    let mut refused = 0;
    for i in 0..20 {
        let guess = format!("Bearer guess-number-{i:04}");
        let answer = with(&rig, "GET", "/api/v1/snapshot", ("Authorization", &guess)).await;
        if answer.status == 429 {
            refused += 1;
            assert!(answer.header("retry-after").parse::<u64>().is_ok(), "{answer:?}");
        } else {
            assert_eq!(answer.status, 401);
        }
    }
    assert!(refused >= 9, "{refused}");
    // Not even the right one is looked at now; and a login is a guess, too.
    let right = format!("Bearer {TOKEN}");
    assert_eq!(with(&rig, "GET", "/metrics", ("Authorization", &right)).await.status, 429);
    let login = ask(rig.address, "POST", "/login", &[], &format!("token={TOKEN}")).await;
    assert_eq!(login.status, 429);
    assert_eq!(rig.get("/health/live").await.status, 200);
    rig.stop().await;
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_not_answered() {
    let rig = rig(config().allow_host("worker.example.org")).await;
    for host in [
        "evil.example",
        "evil.example:8001",
        "127.0.0.1.evil.example",
        "localhost@evil",
        "localhost:;script-src",
        "localhost:80:80",
        "",
    ] {
        for path in ["/api/v1/snapshot", "/dashboard", "/assets/main.js", "/metrics"] {
            let answer = ask(rig.address, "GET", path, &[("Host", host)], "").await;
            assert_eq!(answer.status, 421, "{host} {path}");
            assert!(!answer.text().contains("first"), "{}", answer.text());
        }
        let answer = ask(rig.address, "POST", "/api/v1/pause", &[("Host", host)], "").await;
        assert_eq!(answer.status, 421, "{host}");
    }
    for host in [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "[::1]:80",
        "192.0.2.7:8001",
        "worker.example.org",
    ] {
        let answer = ask(rig.address, "GET", "/api/v1/sessions", &[("Host", host)], "").await;
        assert_eq!(answer.status, 200, "{host}");
    }
    // Nor is another name in the first line, whatever `Host` says.
    for (line, status) in [("http://evil.example", 421), ("http://localhost:8001", 200)] {
        let head = format!(
            "GET {line}/metrics HTTP/1.1\r\nHost: localhost:8001\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(raw(rig.address, head.as_bytes()).await.status, status, "{line}");
    }
    // A probe may use any name.
    let answer = ask(rig.address, "GET", "/health/live", &[("Host", "any.name")], "").await;
    assert_eq!(answer.status, 200);
    rig.stop().await;
}

#[tokio::test]
async fn a_page_of_a_stranger_cannot_steer() {
    let rig = rig(config().allow_origin("https://status.example.org")).await;
    let ours = format!("http://{}", rig.address);
    for header in [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1"),
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        for path in COMMANDS.iter().chain(&["/login", "/logout"]) {
            let answer = with(&rig, "POST", path, header).await;
            assert_eq!(answer.status, 403, "{header:?} {path}");
        }
    }
    let foreign = socket(rig.address, "/api/v1/ws", &[("origin", "http://evil.example")]).await;
    assert_eq!(foreign.unwrap_err(), StatusCode::FORBIDDEN);
    socket(rig.address, "/api/v1/ws", &[("origin", &ours)]).await.unwrap();
    assert!(rig.json("/api/v1/sessions").await[0]["paused"] == false, "nothing was done");
    for origin in [ours.as_str(), "https://status.example.org"] {
        let answer = with(&rig, "POST", "/api/v1/resume", ("Origin", origin)).await;
        assert_eq!(answer.status, 202, "{origin}");
    }
    // And it cannot read: no answer allows it to.
    for path in READING.iter().filter(|path| **path != "/api/v1/stream") {
        for method in ["GET", "OPTIONS"] {
            let headers =
                [("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST")];
            let answer = ask(rig.address, method, path, &headers, "").await;
            let open = answer.headers.keys().find(|name| name.starts_with("access-control-"));
            assert_eq!(open, None, "{method} {path}");
        }
    }
    rig.stop().await;
}

#[tokio::test]
async fn every_answer_tells_browsers_what_they_may_do() {
    let rig = rig(config()).await;
    let paths = READING.iter().filter(|path| !matches!(**path, "/api/v1/stream"));
    for path in paths.chain(&["/health/live"]) {
        let answer = rig.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(
            !policy.contains("unsafe-eval") && !policy.contains("script-src 'self' "),
            "{policy}"
        );
        assert_ne!(answer.header("cache-control"), "", "{path}");
    }
    let page = rig.get("/dashboard").await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self';") && policy.contains("style-src 'self';"),
        "{policy}"
    );
    // What the policy forbids is not there to begin with.
    let text = page.text();
    assert!(!text.contains("<style") && !text.contains("style=") && !text.contains("onclick"));
    assert!(text.matches("<script").count() == text.matches("<script ").count());
    for source in text.split("src=\"").skip(1).chain(text.split("href=\"").skip(1)) {
        assert!(source.starts_with('/') || source.starts_with('#'), "{source:.40}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_page_of_a_stranger_cannot_use_answers_as_its_parts() {
    let rig = rig(config().allow_origin("https://status.example.org")).await;
    let ask = async |path, site, mode, more: &[_]| {
        let headers = [&[("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)], more].concat();
        ask(rig.address, "GET", path, &headers, "").await.status
    };
    for path in ["/api/v1/snapshot", "/assets/main.js", "/api/v1/stream", "/metrics", "/dashboard"]
    {
        for site in ["cross-site", "same-site"] {
            assert_eq!(
                ask(path, site, "no-cors", &[("Sec-Fetch-Dest", "image")]).await,
                403,
                "{path}"
            );
            assert_eq!(
                ask(path, site, "navigate", &[("Sec-Fetch-Dest", "iframe")]).await,
                403,
                "{path}"
            );
        }
    }
    // A link is followed, our own page is served, and a site that was allowed may ask.
    let document = [("Sec-Fetch-Dest", "document")];
    assert_eq!(ask("/dashboard", "cross-site", "navigate", &document).await, 200);
    assert_eq!(ask("/api/v1/snapshot", "same-origin", "cors", &[]).await, 200);
    assert_eq!(ask("/api/v1/snapshot", "none", "navigate", &document).await, 200);
    let allowed = [("Origin", "https://status.example.org")];
    assert_eq!(ask("/api/v1/snapshot", "cross-site", "cors", &allowed).await, 200);
    rig.stop().await;
}

/// A proxy and we must agree on where a request ends.
#[tokio::test]
async fn no_request_hides_in_the_body_of_another() {
    let rig = rig(config()).await;
    let hidden = format!("POST /api/v1/pause HTTP/1.1\r\nHost: {}\r\n\r\n", rig.address);
    for (lines, body) in [
        (
            format!("Content-Length: {}\r\nTransfer-Encoding: chunked", hidden.len() + 5),
            "0\r\n\r\n",
        ),
        (
            format!("Transfer-Encoding: chunked\r\nContent-Length: {}", hidden.len() + 5),
            "0\r\n\r\n",
        ),
        ("Transfer-Encoding: chunked".to_owned(), "0\r\n\r\n"),
        ("Transfer-Encoding: xchunked".to_owned(), ""),
        ("Transfer-Encoding : chunked".to_owned(), "0\r\n\r\n"),
        ("Content-Length: 0\r\nContent-Length: 5".to_owned(), ""),
        ("Content-Length: +0".to_owned(), ""),
    ] {
        for path in ["/api/v1/resume", "/login", "/api/v1/snapshot"] {
            let request = format!(
                "POST {path} HTTP/1.1\r\nHost: {}\r\n{lines}\r\n\r\n{body}{hidden}",
                rig.address
            );
            let answer = raw(rig.address, request.as_bytes()).await;
            assert!(matches!(answer.status, 400 | 411), "{lines:?} {path}: {answer:?}");
            // The connection ends with the refusal: there is one answer, and nothing behind it.
            assert!(!answer.text().contains("HTTP/1.1"), "{lines:?} {path}: {answer:?}");
        }
    }
    assert_eq!(rig.json("/api/v1/sessions").await[0]["paused"], false);
    rig.stop().await;
}

/// Scripts make no markup out of text, and ask nobody else.
#[test]
fn the_scripts_have_no_way_to_make_markup() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
    let mut scripts = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "js") {
            continue;
        }
        scripts += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "createContextualFragment",
            "DOMParser",
            "https://",
            "import(",
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
    assert!(scripts >= 9);
}

#[tokio::test]
async fn the_token_is_in_no_answer() {
    let rig = rig(config().token(TOKEN)).await;
    rig.first.submit(Submission::new("fail")).await.await.unwrap_err();
    let bearer = format!("Bearer {TOKEN}");
    let wrong = "Bearer another-long-token";
    for path in READING.iter().filter(|path| **path != "/api/v1/stream") {
        for given in [bearer.as_str(), wrong] {
            let answer = with(&rig, "GET", path, ("Authorization", given)).await;
            let whole = format!("{:?} {}", answer.headers, answer.text());
            assert!(!whole.contains(TOKEN) && !whole.contains("another-long-token"), "{path}");
        }
    }
    let path = format!("/{TOKEN}");
    let answer = with(&rig, "GET", &path, ("Authorization", &bearer)).await;
    assert!(!answer.text().contains(TOKEN), "what was asked for is not repeated");
    rig.stop().await;
}
