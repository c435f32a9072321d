//! A bare peer on the same library: it registers, and answers every assignment with the same
//! message, into which it patches the task id. What it does is the least that any worker does.

use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use journeyman_distworker::{
    auth,
    endpoint::Endpoint,
    structs,
    wire::{self, Message, TaskComplete},
};
use journeyman_ws::WsConfig;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message as Frame, protocol::WebSocketConfig},
};

use super::bench::end_of_input;
use crate::{
    bench::{Payload, WorkerArgs},
    exit::{Code, Failure},
    output::say,
};

/// A task id has 36 characters.
const PLACEHOLDER: &str = "00000000-0000-0000-0000-000000000000";
const MAX_RESULT: usize = 16 << 20;

/// Serves until standard input ends.
pub(super) async fn serve(args: &WorkerArgs, token: &[u8]) -> Result<Code, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("bare peer: {error}"));
    let endpoint = Endpoint::parse(&args.url).map_err(|error| failed(&error))?;
    let result = structs::encode_object(&Payload::new(args.payload), "result", MAX_RESULT)
        .map_err(|error| failed(&error))?;
    let complete =
        TaskComplete { task_id: PLACEHOLDER.to_owned(), result, result_files: Vec::new() };
    let answer = wire::encode(&Message::TaskComplete(complete));
    let Some(at) = find(&answer, PLACEHOLDER.as_bytes()) else {
        return Err(failed(&"the canned answer has no task id"));
    };
    for _ in 0..args.connections {
        let mut socket = connect(&endpoint).await.map_err(|error| failed(&error))?;
        let registration =
            auth::registration(token, &args.provisioner, "", None, SystemTime::now());
        let frame = wire::encode(&Message::WorkerRegister(registration));
        socket.send(Frame::Binary(frame)).await.map_err(|error| failed(&error))?;
        tokio::spawn(answer_all(socket, answer.clone(), at));
    }
    say("ready")?;
    end_of_input().await;
    Ok(Code::Ok)
}

/// With the buffers that our own transport uses.
async fn connect(
    endpoint: &Endpoint,
) -> Result<WebSocketStream<TcpStream>, Box<dyn std::error::Error + Send + Sync>> {
    let ours = WsConfig::default();
    let config = WebSocketConfig::default()
        .read_buffer_size(ours.read_buffer_size)
        .write_buffer_size(ours.write_buffer_size)
        .max_write_buffer_size(ours.send_queue_hard_limit)
        .max_message_size(Some(ours.max_message_size))
        .max_frame_size(Some(ours.max_frame_size));
    let stream = TcpStream::connect((endpoint.host(), endpoint.port())).await?;
    stream.set_nodelay(true)?;
    let (socket, _) = client_async_with_config(endpoint.url(), stream, Some(config)).await?;
    Ok(socket)
}

async fn answer_all(mut socket: WebSocketStream<TcpStream>, answer: Bytes, at: usize) {
    while let Some(Ok(frame)) = socket.next().await {
        let Frame::Binary(frame) = frame else { continue };
        let Some(id) = task_id(&frame) else { continue };
        let mut message = BytesMut::from(&answer[..]);
        message[at..at + PLACEHOLDER.len()].copy_from_slice(id);
        if socket.send(Frame::Binary(message.freeze())).await.is_err() {
            return;
        }
    }
}

/// The id in an assignment: it is the first field of the payload, which is the second field of
/// the envelope.
fn task_id(frame: &[u8]) -> Option<&[u8]> {
    let rest = frame.strip_prefix(&[0x08, 0x0a, 0x52])?;
    let length_ends = rest.iter().position(|byte| byte & 0x80 == 0)? + 1;
    rest[length_ends..].strip_prefix(&[0x0a, 36])?.get(..36)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_assignment_is_found() {
        let assign = |input: usize| {
            wire::encode(&Message::TaskAssign(wire::TaskAssign {
                task_id: "0190a1b2-0000-7000-8000-000000000001".to_owned(),
                queue: "q".to_owned(),
                input: Some(Bytes::from(vec![0; input])),
                ..Default::default()
            }))
        };
        for input in [0, 100, 1000, 100_000] {
            let frame = assign(input);
            assert_eq!(task_id(&frame), Some(&b"0190a1b2-0000-7000-8000-000000000001"[..]));
        }
        assert_eq!(task_id(&[8, 3, 0x1a, 0]), None);
        assert_eq!(task_id(&[]), None);
    }
}
