//! The `zeromq` crate on the other side, an implementation that shares nothing with ours. It
//! speaks ZMTP 3.0, without PING and without CURVE.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use bytes::Bytes;
use journeyman_core::transport::{Tag, Transport};
use journeyman_zmq::{
    Endpoint, Frames, ZmqConfig,
    server::{PubServer, RouterServer, ServerConfig},
};
use support::*;
use zeromq::{
    PubSocket, RepSocket, ReqSocket, Socket, SocketRecv, SocketSend, SubSocket, ZmqMessage,
};

fn theirs(frames: &Frames) -> ZmqMessage {
    ZmqMessage::try_from(frames.0.clone()).unwrap()
}

fn ours(message: ZmqMessage) -> Frames {
    Frames(message.into_vec())
}

async fn bind(socket: &mut impl Socket, endpoint: &Endpoint) -> Endpoint {
    let bound = soon(socket.bind(&endpoint.to_string())).await.unwrap();
    bound.to_string().parse().unwrap()
}

#[tokio::test]
async fn our_client_and_their_pub_and_rep() {
    let folder = Folder::new();
    for [requests_at, responses_at] in
        [[any_port(), any_port()], [folder.ipc("pub"), folder.ipc("rep")]]
    {
        let (mut publisher, mut rep) = (PubSocket::new(), RepSocket::new());
        let requests_at = bind(&mut publisher, &requests_at).await;
        let responses_at = bind(&mut rep, &responses_at).await;
        let lanes = [requests(&requests_at), responses(&responses_at)];
        let mut transport = connect(ZmqConfig::default(), lanes).await.unwrap();
        let large = Frames(vec![Bytes::from("workers"), Bytes::from(vec![5; 32 << 20])]);
        for (tag, message) in (0..).zip([frames(&["workers", "", "3", "4", "5"]), large]) {
            publisher.send(theirs(&message)).await.unwrap();
            assert!(received(&mut transport).await == message);
            transport.send(RESPONSES, Some(Tag(tag)), message.clone()).unwrap();
            let found = meanwhile(&mut transport, rep.recv()).await.unwrap();
            assert!(ours(found.clone()) == message);
            meanwhile(&mut transport, rep.send(found)).await.unwrap();
            assert!(reply(&mut transport).await == (tag, message));
        }
        // Many at once.
        for n in 0..100 {
            transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
        }
        let mut aside = Vec::new();
        for n in 0..100 {
            let found = drive(&mut transport, &mut aside, rep.recv()).await.unwrap();
            assert_eq!(ours(found.clone()), number(n));
            drive(&mut transport, &mut aside, rep.send(found)).await.unwrap();
        }
        replies(&mut transport, aside, (0..100).map(|n| (n, number(n)))).await;
        // The end of both.
        drop((publisher, rep));
        closed(&mut transport).await;
    }
}

#[tokio::test]
async fn their_sub_and_req_and_our_server() {
    let folder = Folder::new();
    for [requests_at, responses_at] in
        [[any_port(), any_port()], [folder.ipc("pub"), folder.ipc("rep")]]
    {
        let publisher = PubServer::bind(&requests_at, &ServerConfig::default()).await.unwrap();
        let router = RouterServer::bind(&responses_at, &ServerConfig::default()).await.unwrap();
        let (mut sub, mut req) = (SubSocket::new(), ReqSocket::new());
        soon(sub.connect(&publisher.endpoint().to_string())).await.unwrap();
        soon(sub.subscribe("workers")).await.unwrap();
        soon(req.connect(&router.endpoint().to_string())).await.unwrap();
        assert!(publisher.subscribed(1, Duration::from_secs(30)).await);
        let large = Frames(vec![Bytes::from("workers"), Bytes::from(vec![5; 4 << 20])]);
        for message in [frames(&["workers", "", "3"]), large] {
            publisher.publish(message.clone()).await.unwrap();
            assert!(ours(soon(sub.recv()).await.unwrap()) == message);
            soon(req.send(theirs(&message))).await.unwrap();
            let (peer, found) = soon(router.receive()).await.unwrap();
            assert!(found == message);
            router.reply(&peer, found).await.unwrap();
            assert!(ours(soon(req.recv()).await.unwrap()) == message);
        }
    }
}
