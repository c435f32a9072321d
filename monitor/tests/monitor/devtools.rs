//! A real browser, through the DevTools protocol.

use std::{
    io::Write as _,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// How long a browser may take on a machine with other things to do.
const LIMIT: Duration = Duration::from_secs(120);

/// The program, or `None` after saying that the test is skipped.
pub(crate) fn program(test: &str) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("JOURNEYMAN_TEST_CHROMIUM") {
        return Some(path.into());
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let found = std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        let line = format!(
            "SKIPPED: monitor::browser::{test}: there is no Chromium on the path; install it, or \
             set JOURNEYMAN_TEST_CHROMIUM to one"
        );
        println!("{line}");
        if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
            let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            // In one write: tests run side by side and append to the same file.
            log.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
    }
    found
}

/// A browser with one page.
pub(crate) struct Browser {
    _process: Child,
    folder: PathBuf,
    socket: WebSocketStream<TcpStream>,
    session: Option<String>,
    calls: u64,
    /// What the browser told without being asked.
    pub(crate) events: Vec<Value>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self._process.start_kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Browser {
    /// Starts it and opens an empty page.
    pub(crate) async fn start(program: PathBuf, test: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("journeyman-browser-{}-{test}", std::process::id()));
        let mut process = Command::new(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
            .args(["--remote-debugging-port=0", "--window-size=1280,900"])
            .arg(format!("--user-data-dir={}", folder.display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(url) = line.strip_prefix("DevTools listening on ") {
                    return url.trim().to_owned();
                }
            }
            panic!("the browser ended without a word of DevTools");
        };
        let url = timeout(LIMIT, address).await.expect("the browser starts in time");
        // What it says later is of no interest, but must have somewhere to go.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let host = url.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(host).await.unwrap();
        let large = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (socket, _) = client_async_with_config(&url, stream, Some(large)).await.unwrap();
        let mut browser =
            Self { _process: process, folder, socket, session: None, calls: 0, events: Vec::new() };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", attach).await;
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({})).await;
        }
        browser
    }

    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut call = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            call["sessionId"] = session.clone().into();
        }
        self.socket.send(Message::text(call.to_string())).await.unwrap();
        loop {
            let message = timeout(LIMIT, self.socket.next()).await.expect("an answer in time");
            let Message::Text(text) = message.unwrap().unwrap() else { continue };
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["id"] == id {
                assert!(said["error"].is_null(), "{method}: {said}");
                return said["result"].clone();
            }
            self.events.push(said);
        }
    }

    pub(crate) async fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'").await;
    }

    /// The value of an expression.
    pub(crate) async fn value(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", params).await;
        let wrong = &answer["exceptionDetails"];
        assert!(wrong.is_null(), "{expression}: {wrong}");
        answer["result"]["value"].clone()
    }

    /// The text of the element with this id.
    pub(crate) async fn text(&mut self, id: &str) -> String {
        let text = self.value(&format!("document.getElementById('{id}').textContent")).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true.
    pub(crate) async fn until(&mut self, expression: &str) {
        let start = Instant::now();
        // A page that is being exchanged has no document for a moment.
        let expression = format!(
            "(() => {{ try {{ return Boolean({expression}) }} catch {{ return false }} }})()"
        );
        while self.value(&expression).await != true {
            if start.elapsed() > LIMIT {
                let page = self.value("document.body.innerText").await;
                panic!(
                    "{expression} does not come to hold; {:?}; the page: {page}",
                    self.complaints()
                );
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Presses a key.
    pub(crate) async fn press(&mut self, key: &str, code: u32) {
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let params = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text,
            });
            self.call("Input.dispatchKeyEvent", params).await;
        }
    }

    /// What went wrong in the page: exceptions, and what its policy kept it from.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let wrong = self.events.iter().filter(|event| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error",
            Some("Runtime.consoleAPICalled") => event["params"]["type"] == "error",
            _ => false,
        });
        wrong.map(|event| event["params"].to_string()).collect()
    }

    /// The addresses that the page asked for.
    pub(crate) fn requests(&self) -> Vec<String> {
        let asked = self.events.iter().filter(|event| {
            matches!(
                event["method"].as_str(),
                Some("Network.requestWillBeSent" | "Network.webSocketCreated")
            )
        });
        let urls = asked.filter_map(|event| {
            event["params"]["request"]["url"].as_str().or(event["params"]["url"].as_str())
        });
        urls.map(str::to_owned).collect()
    }
}
