//! The stand-in foreman as a process of its own, killed and started again with its state file: it
//! goes on as the real one does with its database, or, with `--keep-code`, better.

#![allow(clippy::unwrap_used)]

mod crowdcompute_support;

use crowdcompute_support::*;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

struct Process {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    addr: SocketAddr,
    http: SocketAddr,
}

impl Process {
    async fn start(
        era: &str,
        state: &Path,
        keep: bool,
        at: Option<(SocketAddr, SocketAddr)>,
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"));
        command.args(["crowdcompute", "--era", era, "--state"]).arg(state);
        if keep {
            command.arg("--keep-code");
        }
        if let Some((addr, http)) = at {
            command.args(["--listen", &addr.to_string(), "--http", &http.to_string()]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut process = Self { child, stdin, lines, addr: any, http: any };
        let listening = process.event("listening").await;
        process.addr = listening["address"].as_str().unwrap().parse().unwrap();
        process.http = listening["http"].as_str().unwrap().parse().unwrap();
        process
    }

    async fn event(&mut self, name: &str) -> Value {
        loop {
            let line = within(name, self.lines.next_line()).await.unwrap().unwrap();
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["event"] == name {
                return line;
            }
        }
    }

    async fn command(&mut self, text: &str) {
        self.stdin.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }

    async fn counts(&mut self) -> [u64; 3] {
        self.command("tasks").await;
        let tasks = self.event("tasks").await;
        ["pending", "assigned", "completed"].map(|state| tasks[state].as_u64().unwrap())
    }

    /// SIGKILL.
    async fn kill(mut self) -> (SocketAddr, SocketAddr) {
        self.child.kill().await.unwrap();
        (self.addr, self.http)
    }
}

fn state(name: &str) -> PathBuf {
    let path =
        std::env::temp_dir().join(format!("journeyman-kill-nine-{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

async fn worker(process: &Process, id: &str) -> Peer {
    let mut peer = Peer::connect(process.addr, "/worker/ws").await;
    peer.ready(id).await;
    peer.barrier().await;
    peer
}

const JOB: &str = "{\"func_code\": \"def f(x): return x\", \"args_list\": [1, 2, 3]}";

#[tokio::test]
async fn the_database_stays_and_the_code_goes() {
    for era in ["seed", "head", "kill"] {
        let file = state(era);
        let mut process = Process::start(era, &file, false, None).await;
        let mut peer = worker(&process, "w").await;
        process.command(&format!("submit old {JOB}")).await;
        assert_eq!(peer.task().await, "old_task_0");
        peer.result("old_task_0", "{\"a\": \"\\ud800\"}").await;
        assert_eq!(peer.task().await, "old_task_1");
        peer.error("old_task_1", "no").await;
        assert_eq!(peer.task().await, "old_task_1");
        let at = process.kill().await;
        assert_eq!(peer.ended().await, End::Cut);

        let mut process = Process::start(era, &file, false, Some(at)).await;
        assert_eq!(process.counts().await, [1, 1, 1]);
        let (_, _, body) = http(process.http, "GET", "/api/workers").await;
        let workers: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(workers[0]["current_task_id"], "old_task_1", "{body}");
        assert_eq!(
            (&workers[0]["total_tasks_completed"], &workers[0]["total_tasks_failed"]),
            (&json!(1), &json!(1))
        );
        let (_, _, body) = http(process.http, "GET", "/api/workers/w/failures").await;
        assert_eq!(body.matches("\"error_message\":\"no\"").count(), 2, "{body}");
        // The worker that is back may still answer, and then gets nothing: nobody knows the code.
        let mut peer = worker(&process, "w").await;
        peer.nothing().await;
        peer.result("old_task_1", "2").await;
        peer.nothing().await;
        assert_eq!(process.counts().await, [1, 0, 2]);
        process.command("task old_task_0").await;
        let task = process.event("task").await;
        assert_eq!(task["task"]["result"], "{\"a\": \"\\ud800\"}");
        // A new job gets done, in the seed era only as far as it is given out at its submission.
        process.command(&format!("submit new {JOB}")).await;
        assert_eq!(peer.task().await, "new_task_0");
        peer.result("new_task_0", "1").await;
        if era == "seed" {
            peer.nothing().await;
        } else {
            assert_eq!(peer.task().await, "new_task_1");
        }
        process.kill().await;
        std::fs::remove_file(&file).unwrap();
    }
}

#[tokio::test]
async fn with_the_code_kept_every_task_is_done_whatever_happens() {
    let file = state("keep");
    let mut process = Process::start("head", &file, true, None).await;
    let args: Vec<String> = (0..40).map(|at| at.to_string()).collect();
    let job =
        format!("{{\"func_code\": \"def f(x): return x\", \"args_list\": [{}]}}", args.join(", "));
    process.command(&format!("submit many {job}")).await;
    process.event("submitted").await;
    let mut done = HashSet::new();
    for round in 0..10 {
        let id = format!("w{round}");
        let mut peer = worker(&process, &id).await;
        for _ in 0..3 {
            let task = peer.task().await;
            assert!(done.insert(task.clone()), "{task} was done before");
            peer.result(&task, "\"1\"").await;
        }
        // One more is under way. What the foreman has answered to is in its file.
        let _ = peer.task().await;
        let at = process.kill().await;
        // The end of a line that the kill has cut.
        let mut text = std::fs::read_to_string(&file).unwrap();
        text.push_str("{\"task\": {\"id\": \"ma");
        std::fs::write(&file, text).unwrap();
        process = Process::start("head", &file, true, Some(at)).await;
        assert_eq!(process.counts().await[2], done.len() as u64);
    }
    let mut peer = worker(&process, "last").await;
    while done.len() < 40 {
        let task = peer.task().await;
        assert!(done.insert(task.clone()), "{task} was done before");
        peer.result(&task, "\"1\"").await;
    }
    peer.barrier().await;
    assert_eq!(process.counts().await, [0, 0, 40]);
    // What is no state file is said to be none.
    std::fs::write(&file, "hello\n{}\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"))
        .args(["crowdcompute", "--state"])
        .arg(&file)
        .output();
    let output = within("the error", output).await.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains(":1: not JSON"), "{error}");
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn the_program_tells_and_obeys() {
    let file = state("program");
    let mut process = Process::start("kill", &file, false, None).await;
    let mut peer = worker(&process, "w").await;
    assert_eq!(process.event("ready").await["worker"], "w");
    process
        .command(
            "submit j {\"func_code\": \"x\", \"args_list\": [1], \"task_metadata\": {\"a\": 1}}",
        )
        .await;
    assert_eq!(process.event("submitted").await["tasks"], 1);
    assert_eq!(process.event("assigned").await["delivery"], 1);
    assert_eq!(peer.message().await["data"]["task_metadata"], json!({"a": 1}));
    process.command("kill j_task_0").await;
    assert_eq!(process.event("kill").await["told"], 1);
    assert_eq!(peer.message().await["type"], "kill_task");
    process.command("ping").await;
    assert_eq!(peer.message().await["type"], "ping");
    process.command("workers").await;
    let workers = process.event("workers").await;
    assert_eq!(workers["workers"][0]["state"], "busy");
    peer.result("j_task_0", "\"[1]\"").await;
    assert_eq!(process.event("results").await["results"], json!(["[1]"]));
    process.command("load 2 {\"func_code\": \"x\", \"args_list\": [1, 2]}").await;
    for _ in 0..10 {
        // Copies of tasks are ended when the first result is there.
        let message = peer.message().await;
        let task = message["data"]["task_id"].as_str().unwrap().to_owned();
        peer.result(&task, "\"1\"").await;
    }
    process.command("freeze").await;
    assert_eq!(process.event("frozen").await["connections"], 1);
    process.command("thaw").await;
    process.command("cut w").await;
    assert_eq!(process.event("cut").await["done"], true);
    assert_eq!(process.event("disconnected").await["worker"], "w");
    process.command("submit j {\"func_code\": \"x\", \"args_list\": [1]}").await;
    assert!(process.event("no_results").await["error"].as_str().unwrap().contains("jobs.id"));
    process.command("quit").await;
    assert!(within("the end", process.child.wait()).await.unwrap().success());
    std::fs::remove_file(&file).unwrap();
}
