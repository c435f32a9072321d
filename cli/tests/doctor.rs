//! The doctor, on servers that are well and not.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use support::{Dev, TOKEN, journeyman, run};

/// The exit code and what was said, with this token.
fn doctor(token: &str, args: &[&str]) -> (i32, String) {
    let mut all = vec!["doctor"];
    all.extend(args);
    let mut command = journeyman(&all);
    command.env("DISTWORKER_WORKER_TOKEN", token);
    let (code, stdout, stderr) = run(&mut command);
    let text = stdout + &stderr;
    assert!(!text.contains(token), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    // Long texts are wrapped.
    (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn all_is_well() {
    let dev = Dev::start(&["check"]);
    let (code, text) = doctor(TOKEN, &[&dev.uri(), "--submit-to", &dev.api, "--queue", "check"]);
    assert_eq!(code, 0, "{text}");
    let steps = ["configuration", "DNS", "TCP", "WebSocket", "clock", "registration", "echo job"];
    for step in steps {
        assert!(text.contains(&format!(" ok {step} ")), "{step}: {text}");
    }
    assert!(text.contains("one at a time per registration"), "{text}");
    assert!(text.contains("refused: its wire carries no events"), "{text}");
    assert!(text.contains("All well."), "{text}");
}

#[test]
fn a_wrong_token_is_refused_with_the_likely_causes() {
    let dev = Dev::start(&[]);
    let (code, text) = doctor("wrong-token", &[&dev.uri()]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("FAILED registration"), "{text}");
    assert!(text.contains("the worker token is wrong"), "{text}");
    assert!(text.contains("look at the controller's log"), "{text}");
    assert!(text.contains("begin with `registration`"), "{text}");
}

#[test]
fn nobody_there() {
    let (code, text) = doctor(TOKEN, &["distworker+http://127.0.0.1:1?provisioner=p"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("FAILED TCP") && text.contains("what to do"), "{text}");
    assert!(!text.contains("ok WebSocket"), "{text}");
}

#[test]
fn the_wrong_port_and_the_wrong_scheme() {
    let dev = Dev::start(&[]);
    let (code, text) = doctor(TOKEN, &[&format!("distworker+{}?provisioner=dev", dev.api)]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("FAILED WebSocket") && text.contains("8081 by default"), "{text}");
    let https = dev.uri().replace("http:", "https:");
    let (code, text) = doctor(TOKEN, &[&https]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("FAILED TLS"), "{text}");
    let (code, text) = doctor(TOKEN, &["amqp://h"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("FAILED configuration"), "{text}");
}

#[test]
fn a_server_that_says_nothing_is_not_one_that_refuses() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("distworker+http://{}?provisioner=p", silent.local_addr().unwrap());
    let (code, text) = doctor(TOKEN, &[&uri, "--timeout", "300ms"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("FAILED WebSocket"), "{text}");
}

#[test]
fn jobs_of_others_are_given_back() {
    let mut dev = Dev::start(&["work", "check"]);
    dev.submit("work", "{}", &[]);
    dev.server.line("submitted");
    let (code, text) = doctor(TOKEN, &[&dev.uri(), "--submit-to", &dev.api, "--queue", "check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("1 jobs of others"), "{text}");
    let line = dev.server.line("failed by");
    assert!(line.contains("WORKER_ERROR"), "{line}");
}

#[test]
fn without_registering() {
    let mut dev = Dev::start(&[]);
    let (code, text) = doctor(TOKEN, &[&dev.uri(), "--no-register"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("- registration not wanted"), "{text}");
    dev.server.interrupt();
    assert!(!dev.server.rest().contains("registered"), "{}", dev.server.rest());
}

#[test]
fn clocks_that_are_far_apart_are_told() {
    use std::io::{Read, Write};

    let dev = Dev::start(&["check"]);
    // An API of long ago: the worker port of the stand-in does not tell its time.
    let old = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let api = format!("http://{}", old.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in old.incoming() {
            let mut stream = stream.unwrap();
            // The request fits one read, and nobody looks at it.
            let _ = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 500 Oops\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                          Connection: close\r\nContent-Length: 2\r\n\r\n{}";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let (code, text) = doctor(TOKEN, &[&dev.uri(), "--submit-to", &api, "--queue", "check"]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("FAILED clock the server's is"), "{text}");
    assert!(text.contains("set both clocks by NTP"), "{text}");
    assert!(text.contains("ok registration"), "{text}");
    assert!(text.contains("FAILED echo job HTTP 500"), "{text}");
}
