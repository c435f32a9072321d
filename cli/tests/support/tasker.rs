//! The local orchestrator, and tasks for it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use crate::support::{Running, journeyman, run};

/// A `dev` server.
pub struct Dev {
    pub server: Running,
    /// `http://HOST:PORT`.
    pub url: String,
}

impl Dev {
    pub fn start(args: &[&str]) -> Self {
        let mut all = vec!["dev", "--as", "tasker", "--api-listen", "127.0.0.1:0"];
        all.extend(args);
        let mut server = Running::start(journeyman(&all));
        let line = server.line("REST API");
        let url = line.split_whitespace().last().unwrap().to_owned();
        server.line("What happens:");
        Self { server, url }
    }

    pub fn uri(&self) -> String {
        format!("tasker+{}", self.url)
    }

    /// Starts a task; the exit code, standard output and standard error.
    pub fn submit(&self, template: &str, context: &str, args: &[&str]) -> (i32, String, String) {
        let uri = self.uri();
        let mut all = vec!["submit", "--to", uri.as_str(), template, context];
        all.extend(args);
        run(&mut journeyman(&all))
    }

    /// Stops it with Ctrl-C; all that it said.
    pub fn stop(&mut self) -> String {
        self.server.interrupt();
        let code = self.server.ended().code();
        let text = self.server.rest();
        assert_eq!(code, Some(0), "{text}");
        assert!(text.ends_with("stopped; nothing was kept"), "{text}");
        text
    }
}
