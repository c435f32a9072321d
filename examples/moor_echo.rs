//! A mooR worker that sends its arguments back.
//!
//! ```text
//! cargo run --example moor_echo --features moor -- \
//!     --request-address ipc:///tmp/moor_workers_request.sock \
//!     --response-address ipc:///tmp/moor_workers_response.sock
//! ```
//!
//! Then, in the MOO, as a wizard:
//!
//! ```text
//! ;worker_request("echo", {"Hello", "World", 123})
//! => {"echo_response", "Hello", "World", 123}
//! ```

mod moor_common;

use std::process::ExitCode;

use journeyman::{
    moor::{Perms, RequestId},
    prelude::*,
};

const ABOUT: &str = "\
A mooR worker of type `echo`. MOO code calls it with any arguments:
  worker_request(\"echo\", {\"Hello\", \"World\", 123})
  => {\"echo_response\", \"Hello\", \"World\", 123}";

/// A `Value` holds whatever MOO has, so that nothing is lost on the way back. Those who look into
/// their arguments take `Args<(String, i64)>`, or a struct.
async fn echo(args: Value, Perms(perms): Perms, RequestId(id): RequestId) -> Value {
    tracing::debug!(%id, ?perms, "a request");
    let mut out = vec![Value::from("echo_response")];
    match args {
        Value::List(items) => out.extend(items),
        other => out.push(other),
    }
    Value::List(out)
}

#[tokio::main]
async fn main() -> ExitCode {
    let config = match moor_common::config(ABOUT, &mut []) {
        Ok(config) => config,
        Err(code) => return code,
    };
    // The worker type that MOO code names is the route.
    let router = Router::new().route("echo", echo);
    moor_common::finish(Worker::new(router).serve(config).run().await)
}
