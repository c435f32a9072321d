//! A local foreman, workers of it, and Pythons of all kinds.
// Each test program uses its own part of it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    process::Command,
};

use crate::support::{Folder, Running, journeyman, run};

/// `dev --as crowdcompute` on free ports.
pub struct Foreman {
    pub server: Running,
    /// Where workers and clients connect: `ws://…`.
    pub url: String,
    /// Its HTTP API: `http://…`.
    pub http: String,
}

impl Foreman {
    pub fn start(era: &str) -> Self {
        let any = "127.0.0.1:0";
        let args = ["dev", "--as", "crowdcompute", "--listen", any, "--api-listen", any];
        let mut server = Running::start(journeyman(&[&args[..], &["--era", era]].concat()));
        let last = |line: String| line.split_whitespace().last().unwrap().to_owned();
        let url = last(server.line("workers and clients"));
        let http = last(server.line("HTTP API")).trim_end_matches("/api/stats").to_owned();
        server.line("What happens:");
        Self { server, url, http }
    }

    pub fn uri(&self) -> String {
        format!("crowdcompute+{}", self.url)
    }

    /// `pc-worker` for it, registered; its monitor takes a free port.
    pub fn worker(&mut self, args: &[&str]) -> Running {
        let url = self.url.clone();
        let mut all = vec!["pc-worker", "--foreman-url", &url, "--api-port", "0"];
        all.extend(args);
        let worker = Running::start(journeyman(&all));
        self.server.line("is ready");
        worker
    }

    /// `run` for it, registered.
    pub fn native(&mut self, options: &str, args: &[&str]) -> Running {
        let uri = format!("{}{options}", self.uri());
        let mut all = vec!["run", "--connect", &uri];
        all.extend(args);
        let worker = Running::start(journeyman(&all));
        self.server.line("is ready");
        worker
    }

    /// Submits a file; the exit code, what was printed, and what was said beside.
    pub fn submit(&self, file: &str, args: &[&str]) -> (i32, String, String) {
        let uri = self.uri();
        let mut all = vec!["submit", "--to", &uri, file];
        all.extend(args);
        run(&mut journeyman(&all))
    }

    /// Submits a file that has to be done; what was printed, line by line.
    pub fn results(&self, file: &str, args: &[&str]) -> Vec<String> {
        let (code, stdout, stderr) = self.submit(file, args);
        assert_eq!(code, 0, "{stdout}{stderr}");
        stdout.lines().map(str::to_owned).collect()
    }
}

/// Whether there is a Python that runs tasks; if not, that is said aloud.
pub fn has_python(test: &str) -> bool {
    let python = std::env::var("JOURNEYMAN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let new = "import sys; sys.exit(sys.version_info < (3, 9))";
    let found = Command::new(&python).args(["-c", new]).output();
    if found.is_ok_and(|done| done.status.success()) {
        return true;
    }
    skipped(test, &format!("{python} is no Python 3.9 or later; install one"));
    false
}

/// Says that a test cannot run here.
pub fn skipped(test: &str, why: &str) {
    let line = format!("SKIPPED: {test}: {why}");
    println!("{line}");
    if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        // In one write: tests run side by side and append to the same file.
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

/// A program that says it is Python 3.6.
pub fn old_python(folder: &Folder) -> String {
    let script =
        "#!/bin/sh\necho '{\"executable\": \"/usr/bin/python3\", \"version\": [3, 6, 1]}'\n";
    let path = folder.file("old-python", script);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The answer of an HTTP server: its status and its body.
pub fn get(base: &str, path: &str, headers: &str) -> (u16, String) {
    let address = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    (status, body.to_owned())
}
