//! A bare peer on the same library: it registers, and answers every task with the same result,
//! into which it puts the ids. What it does is the least that any worker does.

use futures_util::{SinkExt, StreamExt};
use journeyman_crowdcompute::Config;
use journeyman_ws::WsConfig;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message as Frame, protocol::WebSocketConfig},
};

use super::{bench::end_of_input, values::text};
use crate::{
    bench::{Payload, WorkerArgs},
    exit::{Code, Failure},
    output::say,
};

/// Serves until standard input ends.
pub(super) async fn serve(args: &WorkerArgs, config: &Config) -> Result<Code, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("bare peer: {error}"));
    // A text that holds the JSON of a text, as the framework sends it.
    let result = text(&text(&Payload::new(args.payload).data));
    for number in 1..=args.connections {
        let mut socket = connect(config).await.map_err(|error| failed(&error))?;
        let ready = format!(
            r#"{{"type": "worker_ready", "data": {{"worker_id": "bare-{number}"}}, "job_id": null}}"#
        );
        socket.send(Frame::text(ready)).await.map_err(|error| failed(&error))?;
        tokio::spawn(answer_all(socket, result.clone()));
    }
    say("ready")?;
    end_of_input().await;
    Ok(Code::Ok)
}

/// With the buffers that our own transport uses.
async fn connect(
    config: &Config,
) -> Result<WebSocketStream<TcpStream>, Box<dyn std::error::Error + Send + Sync>> {
    let ours = WsConfig::default();
    let rules = WebSocketConfig::default()
        .read_buffer_size(ours.read_buffer_size)
        .write_buffer_size(ours.write_buffer_size)
        .max_write_buffer_size(ours.send_queue_hard_limit)
        .max_message_size(Some(config.max_message_size))
        .max_frame_size(Some(config.max_message_size));
    let url = config.url()?;
    let address = config.foreman_url.trim_start_matches("ws://");
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (socket, _) = client_async_with_config(url, stream, Some(rules)).await?;
    Ok(socket)
}

async fn answer_all(mut socket: WebSocketStream<TcpStream>, result: String) {
    while let Some(Ok(frame)) = socket.next().await {
        let Frame::Text(frame) = frame else { continue };
        let Some((task, job)) = ids(frame.as_str()) else { continue };
        let answer = format!(
            r#"{{"type": "task_result", "data": {{"result": {result}, "task_id": "{task}"}}, "job_id": "{job}"}}"#
        );
        if socket.send(Frame::text(answer)).await.is_err() {
            return;
        }
    }
}

/// The ids in an assignment. A task's is that of its job, and a number (CrowdCompute sheet, section 7).
fn ids(frame: &str) -> Option<(&str, &str)> {
    let (_, rest) = frame.rsplit_once("\"task_id\": \"")?;
    let (task, _) = rest.split_once('"')?;
    let (job, _) = task.rsplit_once("_task_")?;
    Some((task, job))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_an_assignment_are_found() {
        let frame = r#"{"type": "assign_task", "data": {"func_code": "\"task_id\": \"x_task_9\"",
            "task_args": [1], "task_id": "J-1_task_0"}, "job_id": "J-1"}"#;
        assert_eq!(ids(frame), Some(("J-1_task_0", "J-1")));
        assert_eq!(ids(r#"{"type": "ping", "data": {}, "job_id": null}"#), None);
    }
}
