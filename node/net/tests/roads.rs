//! Gossip, questions and answers between nodes on real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use huxin_engine::input::Asked;
use huxin_engine::wire::{Request, Response};
use huxin_net::{ASKS_UNDER_WAY, ASKS_WAITING, GOSSIP_IN_HAND, NetEvent, NetFault, Verdict};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{Epoch, Seq};
use huxin_protocol::limits::{GOSSIP_BYTES, PAGE_BYTES};
use std::time::Instant;
use support::{city, eventually, join, node, node_with, open_road};

const HEADS: Request = Request::Heads { digest: Digest([9; 32]) };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_gossip_ask_and_answer() {
    let (mut a, mut b) = (node(1).await, node(2).await);
    join(&mut a, &mut b).await;

    a.net.gossip(b"fresh segment".to_vec()).unwrap();
    assert_eq!(b.gossip(Verdict::Accept).await, (a.peer(), b"fresh segment".to_vec()));

    let question = Request::Segment { city: city(2), from: Seq(3), count: 10, epoch: Epoch(1) };
    a.net.ask(b.peer(), Asked(77), question.clone()).unwrap();
    let (peer, asker, request, token) = b
        .until(|event| match event {
            NetEvent::Asked { peer, city, request, token } => Some((peer, city, request, token)),
            _ => None,
        })
        .await;
    assert_eq!((peer, asker, request), (a.peer(), city(1), question));
    b.net.answer(token, Response::Segment(vec![4; 5000])).unwrap();
    assert_eq!(a.answer(Asked(77)).await, Ok(Response::Segment(vec![4; 5000])));

    assert_eq!((a.counter("gossip_published"), b.counter("gossip_received")), (1, 1));
    assert_eq!((a.counter("asks_sent"), b.counter("requests_received")), (1, 1));
    let view = a.net.peers();
    assert_eq!(view.len(), 1);
    assert_eq!((view[0].city, &view[0].peer), (city(2), &b.peer()));
    assert!(view[0].link.is_some() && view[0].peer_id.starts_with("12D3Koo"));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &a.registry).unwrap();
    assert!(text.contains("libp2p_") && text.contains("gossipsub_"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gossip_passes_through_a_node_that_accepts_and_stops_at_one_that_does_not() {
    let (mut a, mut b, mut c) = (node(1).await, node(2).await, node(3).await);
    join(&mut a, &mut b).await;
    join(&mut b, &mut c).await;
    open_road(&a, &mut b, &mut c).await;

    a.net.gossip(b"provably bad".to_vec()).unwrap();
    assert_eq!(b.message(Verdict::Reject).await.1, b"provably bad");
    a.net.gossip(b"known already".to_vec()).unwrap();
    assert_eq!(b.message(Verdict::Ignore).await.1, b"known already");
    a.net.gossip(b"good".to_vec()).unwrap();
    assert_eq!(b.message(Verdict::Accept).await, (a.peer(), b"good".to_vec()));
    // What comes first at the end of the chain is what was accepted, and it comes from the neighbour.
    assert_eq!(c.message(Verdict::Accept).await, (b.peer(), b"good".to_vec()));
    assert_eq!(b.counter("gossip_rejected"), 1);
    assert_eq!(b.counter("gossip_ignored"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_exactly_the_limit_passes_and_one_byte_more_is_refused() {
    let (mut a, mut b, mut c) = (node(1).await, node(2).await, node(3).await);
    join(&mut a, &mut b).await;
    join(&mut b, &mut c).await;
    open_road(&a, &mut b, &mut c).await;
    let longest = vec![0xc3; GOSSIP_BYTES];
    // Several in a row, since the library compares its read buffer and not one message with its limit.
    for mark in 0..6 {
        let mut message = longest.clone();
        message[0] = mark;
        a.net.gossip(message).unwrap();
    }
    let mut marks = Vec::new();
    for _ in 0..6 {
        let (_, message) = b.message(Verdict::Accept).await;
        assert_eq!(message.len(), GOSSIP_BYTES);
        marks.push(message[0]);
    }
    marks.sort_unstable();
    assert_eq!(marks, [0, 1, 2, 3, 4, 5]);
    for _ in 0..6 {
        assert_eq!(c.message(Verdict::Accept).await.1.len(), GOSSIP_BYTES);
    }
    let fault = a.net.gossip(vec![0; GOSSIP_BYTES + 1]).unwrap_err();
    assert!(matches!(fault, NetFault::GossipTooLong { bytes: 65_537, limit: GOSSIP_BYTES }), "{fault}");
    assert_eq!(fault.code(), "gossip_too_long");
    assert_eq!(a.counter("gossip_too_long"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_nobody_can_hear_is_counted() {
    let a = node(1).await;
    a.net.gossip(b"into the void".to_vec()).unwrap();
    eventually("the message is counted", || a.counter("gossip_no_peers") == 1).await;
    assert_eq!(a.counter("gossip_published"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_gossip_still_asks_and_answers() {
    let (mut a, mut b) = (node(1).await, node_with(2, "/ip4/127.0.0.1/tcp/0", false, Vec::new()).await);
    a.net.set_partner(b.as_partner()).unwrap();
    b.net.set_partner(a.as_partner()).unwrap();
    let (left, right) = (a.peer(), b.peer());
    tokio::join!(a.connected_to(&right), b.connected_to(&left));
    b.net.gossip(b"not taking part".to_vec()).unwrap();
    b.net.ask(left, Asked(1), HEADS).unwrap();
    let token = a.until(|event| if let NetEvent::Asked { token, .. } = event { Some(token) } else { None }).await;
    a.net.answer(token, Response::Same).unwrap();
    assert_eq!(b.answer(Asked(1)).await, Ok(Response::Same));
    assert_eq!(a.counter("gossip_received"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_comes_to_an_end() {
    let (mut a, mut b) = (node(1).await, node(2).await);
    a.net.ask(b.peer(), Asked(1), HEADS).unwrap();
    assert_eq!(a.answer(Asked(1)).await, Err("not_connected"));
    join(&mut a, &mut b).await;

    // An answer that never comes: the token is dropped.
    a.net.ask(b.peer(), Asked(2), HEADS).unwrap();
    let token = b.until(|event| if let NetEvent::Asked { token, .. } = event { Some(token) } else { None }).await;
    drop(token);
    assert_eq!(a.answer(Asked(2)).await, Err("no_answer"));

    // More than may wait: the last one hears it at once, the others when the peer goes.
    let most = u64::try_from(ASKS_UNDER_WAY + ASKS_WAITING).unwrap();
    for number in 0..=most {
        a.net.ask(b.peer(), Asked(100 + number), HEADS).unwrap();
    }
    assert!(matches!(a.answer(Asked(100 + most)).await, Ok(Response::Busy { .. })));
    assert_eq!(a.counter("asks_busy"), 1);
    b.net.shutdown();
    let mut left = most;
    while left > 0 {
        let answer =
            a.until(|event| if let NetEvent::Answered { answer, .. } = event { Some(answer) } else { None }).await;
        assert!(answer.is_err(), "{answer:?}");
        left -= 1;
    }
    assert!(b.events.recv().await.is_some() || b.events.is_closed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_does_not_read_is_not_waited_for() {
    let (mut a, mut b) = (node(1).await, node(2).await);
    join(&mut a, &mut b).await;
    // Nobody reads b's events from here on.
    let mut number = 0_u64;
    eventually("gossip is dropped", || {
        number += 1;
        // A full queue on this side is part of the game.
        let _ = a.net.gossip(number.to_be_bytes().to_vec());
        b.counter("gossip_dropped") > 0
    })
    .await;
    // The driver counts a message as received before it counts it as dropped, and goes on while this reads:
    // the dropped ones are read first, and the share is what remains once the last message has arrived.
    eventually("one peer's share is in hand", || {
        let dropped = b.counter("gossip_dropped");
        b.counter("gossip_received") - dropped == GOSSIP_IN_HAND as u64
    })
    .await;
    // What must not be lost is kept behind what nobody read: the end of the connection still comes.
    a.net.shutdown();
    let gone = a.peer();
    b.disconnected_from(&gone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_flow() {
    const PAGES: u64 = 300;
    let (mut a, mut b) = (node(1).await, node(2).await);
    join(&mut a, &mut b).await;
    let page = vec![0x77; PAGE_BYTES];
    let begin = Instant::now();
    let serve = async {
        for _ in 0..PAGES {
            let token =
                b.until(|event| if let NetEvent::Asked { token, .. } = event { Some(token) } else { None }).await;
            b.net.answer(token, Response::Segment(page.clone())).unwrap();
        }
    };
    let (net, peer) = (a.net.clone(), support::peer(2));
    let window = |number: u64| Request::Segment { city: city(2), from: Seq(number), count: 1, epoch: Epoch(1) };
    let fetch = async {
        let mut next = 0;
        while next < 8 {
            net.ask(peer.clone(), Asked(next), window(next)).unwrap();
            next += 1;
        }
        for _ in 0..PAGES {
            let answer =
                a.until(|event| if let NetEvent::Answered { answer, .. } = event { Some(answer) } else { None }).await;
            assert!(matches!(answer, Ok(Response::Segment(bytes)) if bytes.len() == PAGE_BYTES));
            if next < PAGES {
                net.ask(peer.clone(), Asked(next), window(next)).unwrap();
                next += 1;
            }
        }
    };
    tokio::join!(serve, fetch);
    let rate = PAGES as f64 * PAGE_BYTES as f64 / 1e6 / begin.elapsed().as_secs_f64();
    println!("{PAGES} pages of 1 MiB over one connection: {rate:.0} MB/s");
}
