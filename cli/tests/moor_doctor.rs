//! The doctor, on mooR daemons that are well and not.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::{path::Path, time::Duration};

use journeyman_testkit::moor::{Config, Daemon, Timers};
use support::{Folder, journeyman, run};
use tokio::runtime::Runtime;

/// A daemon in this process.
struct Server {
    runtime: Runtime,
    daemon: Daemon,
}

impl Server {
    fn start(config: Config) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let timers = Timers { ping_interval: Duration::from_millis(50), ..Timers::default() };
        let daemon = runtime.block_on(Daemon::start(config.timers(timers))).unwrap();
        Self { runtime, daemon }
    }

    /// Its URI with these options.
    fn uri(&self, options: &str) -> String {
        let (requests, responses) = (self.daemon.requests(), self.daemon.responses());
        format!("moor+{requests}?response={responses}{options}")
    }

    /// Waits until it has seen the guest leave.
    fn left(&self) {
        self.runtime.block_on(self.daemon.until(|daemon| daemon.stats().detaches == 1));
        assert_eq!(self.daemon.stats().attaches, 1);
    }
}

/// The exit code and what was said.
fn doctor(args: &[&str]) -> (i32, String) {
    let mut all = vec!["doctor"];
    all.extend(args);
    let (code, stdout, stderr) = run(&mut journeyman(&all));
    let text = stdout + &stderr;
    let long: Vec<_> = text.lines().filter(|line| line.chars().count() > 140).collect();
    assert!(long.is_empty(), "{long:?}");
    // Long texts are wrapped.
    (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn all_is_well() {
    let folder = Folder::new("md-well");
    let server = Server::start(Config::curve().ipc(folder.path("")));
    let (code, text) = doctor(&[&server.uri("")]);
    assert_eq!(code, 0, "{text}");
    for step in ["configuration", "requests", "responses", "ping", "registration", "goodbye"] {
        assert!(text.contains(&format!(" ok {step} ")), "{step}: {text}");
    }
    says(&text, &["- keys none: the sockets are not encrypted", "moor::Perms native", "All well."]);
    server.left();
}

#[test]
fn without_registering() {
    let folder = Folder::new("md-noreg");
    let server = Server::start(Config::curve().ipc(folder.path("")));
    let (code, text) = doctor(&[&server.uri(""), "--no-register"]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["ok ping", "- registration not wanted"]);
    assert_eq!(server.daemon.stats().messages, 0);
    let (code, text) = doctor(&[&server.uri(""), "--submit-to", "http://h", "--queue", "q"]);
    assert_eq!(code, 2, "{text}");
    says(&text, &["MOO code submits them", "worker_request("]);
}

#[test]
fn nobody_there() {
    let (code, text) = doctor(&["moor+ipc:///nowhere/request.sock"]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["FAILED requests", "FAILED responses", "the socket file does not exist"]);
    let folder = Folder::new("md-left");
    let left_over = folder.path("request.sock");
    drop(std::os::unix::net::UnixListener::bind(&left_over).unwrap());
    let (code, text) = doctor(&[&format!("moor+ipc://{left_over}")]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["nobody listens on the socket file, it is left over"]);
    let (code, text) = doctor(&["moor+tcp://127.0.0.1:1?curve=off"]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["FAILED TCP", "what to do: check that the server runs"]);
}

#[test]
fn somebody_else_there() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let uri = format!("moor+tcp://{address}?response=tcp://{address}&curve=off");
    let (code, text) = doctor(&[&uri, "--timeout", "300ms"]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["FAILED requests", "sent no ZeroMQ greeting"]);
}

#[test]
fn addresses_that_are_swapped() {
    let folder = Folder::new("md-swap");
    let server = Server::start(Config::curve().ipc(folder.path("")));
    let (requests, responses) = (server.daemon.requests(), server.daemon.responses());
    let (code, text) = doctor(&[&format!("moor+{responses}?response={requests}")]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["FAILED requests", "FAILED responses", "are two addresses swapped?"]);
}

#[test]
fn a_daemon_that_does_not_ping() {
    let folder = Folder::new("md-silent");
    let server = Server::start(Config::curve().ipc(folder.path("")));
    server.daemon.faults().set_silent_pings(true);
    let (code, text) = doctor(&[&server.uri(""), "--timeout", "1s"]);
    assert_eq!(code, 3, "{text}");
    says(
        &text,
        &["FAILED ping none within 1.0s", "a daemon sends one every 5 s", "begin with `ping`"],
    );
    // The rest is looked at all the same.
    says(&text, &["ok registration"]);
}

#[test]
fn a_daemon_that_does_not_answer() {
    let folder = Folder::new("md-mute");
    let server = Server::start(Config::curve().ipc(folder.path("")));
    server.daemon.faults().drop_replies(journeyman_testkit::moor::MessageKind::Attach, 1);
    let (code, text) = doctor(&[&server.uri(""), "--timeout", "1s"]);
    assert_eq!(code, 3, "{text}");
    says(&text, &["FAILED registration no reply within 1s"]);
}

#[test]
fn the_wrong_era() {
    let folder = Folder::new("md-era");
    let key = folder.file("key.pem", "");
    let server = Server::start(Config::paseto().ipc(folder.path("")));
    std::fs::write(&key, server.daemon.signing_key().to_pem_v2()).unwrap();
    let (code, text) = doctor(&[&server.uri("")]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["FAILED registration", "Message rejected", "set era=paseto"]);
    drop(server);

    let folder = Folder::new("md-era-2");
    let server = Server::start(Config::curve().ipc(folder.path("")));
    let (code, text) = doctor(&[&server.uri(&format!("&era=paseto&private_key={key}"))]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["FAILED registration", "set era=curve"]);
    drop(server);

    // Over TCP, the encryption tells it.
    let server = Server::start(Config::paseto());
    let key = server.daemon.public_key().to_z85();
    let encoded: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let data = folder.path("data");
    let options = format!("&daemon_public_key={encoded}&data_dir={data}");
    let (code, text) = doctor(&[&server.uri(&options)]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["does not encrypt", "era=paseto"]);
    assert!(!Path::new(&data).exists());
}

#[test]
fn keys_to_sign_with() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new("md-sign");
    let keys = folder.path("keys");
    let server = Server::start(Config::paseto().ipc(folder.path("")).folder(&keys));
    let look =
        |name: &str| doctor(&[&server.uri(&format!("&era=paseto&private_key={keys}/{name}"))]);
    let (code, text) = look("moor-signing-key.pem");
    assert_eq!(code, 0, "{text}");
    says(&text, &["ok keys", "ok registration", "All well."]);
    server.left();

    let (code, text) = look("moor-verifying-key.pem");
    assert_eq!(code, 2, "{text}");
    says(&text, &["FAILED keys", "is the public key"]);
    let (code, text) = look("nothing.pem");
    assert_eq!(code, 2, "{text}");
    says(&text, &["nothing.pem: cannot be read"]);

    let other = journeyman_testkit::moor::SigningKey::generate().to_pem_v1();
    let path = folder.file("keys/other.pem", &other);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, text) = look("other.pem");
    assert_eq!(code, 4, "{text}");
    says(&text, &["warning keys other users may read", "chmod 600"]);
    says(&text, &["FAILED registration", "Unable to verify worker token"]);
}

#[test]
fn enrolling() {
    let folder = Folder::new("md-enroll");
    let server = Server::start(Config::curve().enrollment_token("s3cret-token"));
    let (data, token) = (folder.path("data"), folder.file("token", "s3cret-token\n"));
    let enrollment = server.daemon.enrollment().unwrap().to_owned();
    let uri = |server: &Server, token: &str| {
        server.uri(&format!("&enrollment={enrollment}&token_file={token}&data_dir={data}"))
    };

    let (code, text) = doctor(&[&uri(&server, &token)]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["- enrollment not tried: --enroll would show", "as far as `enrollment`"]);
    assert!(!Path::new(&data).exists() && !text.contains("s3cret"), "{text}");

    let wrong = folder.file("wrong", "rotated");
    let (code, text) = doctor(&[&uri(&server, &wrong), "--enroll"]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["FAILED enrollment refused: Invalid enrollment token", "may have been rotated"]);

    let (code, text) = doctor(&[&uri(&server, &token), "--enroll"]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["ok enrollment enrolled as", "ok requests", "with CURVE", "All well."]);
    assert!(!text.contains("s3cret"), "{text}");
    server.left();
    let (code, text) = doctor(&[&uri(&server, &token)]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["ok keys enrolled as", "All well."]);
    drop(server);
}

#[test]
fn a_key_that_the_daemon_has_forgotten() {
    let folder = Folder::new("md-forgot");
    let (data, token) = (folder.path("data"), folder.file("token", "t"));
    let keys = journeyman_zmq::CurveKeys::generate();
    let daemon = || Server::start(Config::curve().curve_keys(keys.clone()).enrollment_token("t"));
    let uri = |server: &Server| {
        let enrollment = server.daemon.enrollment().unwrap();
        server.uri(&format!("&enrollment={enrollment}&token_file={token}&data_dir={data}"))
    };
    let first = daemon();
    let (code, text) = doctor(&[&uri(&first), "--enroll"]);
    assert_eq!(code, 0, "{text}");
    drop(first);

    // The same daemon, set up anew: the wire does not say why.
    let second = daemon();
    let (code, text) = doctor(&[&uri(&second), "--timeout", "2s"]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["FAILED requests", "CURVE key", "if it was set up anew"]);
    says(&text, &["identity.json or run this with --enroll"]);
    let (code, text) = doctor(&[&uri(&second), "--timeout", "2s", "--enroll"]);
    assert_eq!(code, 0, "{text}");
    says(&text, &["warning requests", "enrolling again", "ok enrollment", "ok registration"]);
    let (code, text) = doctor(&[&uri(&second)]);
    assert_eq!(code, 0, "{text}");

    // Another daemon altogether.
    let third = Server::start(Config::curve());
    let (code, text) = doctor(&[&uri(&third), "--timeout", "2s"]);
    assert_eq!(code, 4, "{text}");
    says(&text, &["the server key is not that of this server"]);
}

#[test]
fn key_files_of_the_wrong_kind() {
    let folder = Folder::new("md-files");
    let data = folder.path("data");
    std::fs::create_dir(&data).unwrap();
    let uri = format!("moor+tcp://127.0.0.1:1?data_dir={data}&service_type=echo-worker");
    folder.file("data/echo-worker-curve.key", "public=abc\n");
    let (code, text) = doctor(&[&uri]);
    assert_eq!(code, 2, "{text}");
    says(&text, &["FAILED keys", "echo-worker-curve.key", "has no line `secret=KEY`"]);
    folder.file("data/echo-worker-curve.key", "secret=tooshort\n");
    let (code, text) = doctor(&[&uri]);
    assert_eq!(code, 2, "{text}");
    assert!(!text.contains("tooshort"), "{text}");
    std::fs::remove_file(folder.path("data/echo-worker-curve.key")).unwrap();
    folder.file("data/echo-worker-identity.json", "{}");
    let (code, text) = doctor(&[&uri]);
    assert_eq!(code, 2, "{text}");
    says(&text, &["is no identity file", "delete the file to enroll again"]);
}
