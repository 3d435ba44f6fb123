//! Who finds whom, who is turned away, and who comes back, on real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use huxin_net::{
    NetEvent, NetFault, NetSettings, PartnerNode, check_address, peer_from_text, peer_of, peer_text, start,
};
use std::time::Instant;
use support::{FEDERATION, city, join, node, node_with, secret};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_find_each_other_soon() {
    let mut nodes = vec![node(1).await, node(2).await, node(3).await];
    let partners: Vec<PartnerNode> = nodes.iter().map(support::Node::as_partner).collect();
    let begin = Instant::now();
    for node in &nodes {
        for partner in &partners {
            // The own entry is among them, as in a genesis; it is passed over.
            node.net.set_partner(partner.clone()).unwrap();
        }
    }
    for own in 0..3 {
        let mut missing: Vec<_> = (0..3).filter(|other| *other != own).map(|other| nodes[other].peer()).collect();
        while !missing.is_empty() {
            let found = nodes[own]
                .until(|event| if let NetEvent::Connected { peer, .. } = event { Some(peer) } else { None })
                .await;
            assert!(missing.contains(&found), "connected twice or to itself");
            missing.retain(|peer| *peer != found);
        }
        assert_eq!(nodes[own].net.peers().len(), 2);
    }
    println!("three nodes met after {:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_turned_away_until_it_is_announced() {
    let (mut stranger, mut b) = (node(9).await, node(2).await);
    stranger.net.set_partner(b.as_partner()).unwrap();
    let (outside, inside) = (stranger.peer(), b.peer());
    stranger.disconnected_from(&inside).await;
    // Then a NodeAnnouncement makes it known, and its next attempt succeeds.
    b.net.set_partner(stranger.as_guest()).unwrap();
    assert_eq!(b.connected_to(&outside).await, city(9));
    assert!(b.counter("strangers_refused") >= 1);
    assert_eq!(b.counter("connections_opened"), 1, "the stranger was never let in before");
    // And forgotten, it has to go.
    b.net.drop_partner(outside.clone()).unwrap();
    b.disconnected_from(&outside).await;
    assert!(b.net.peers().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_comes_back_after_a_restart_on_the_same_port() {
    let (mut a, mut b) = (node(1).await, node(2).await);
    join(&mut a, &mut b).await;
    let (peer, address) = (b.peer(), b.address.clone());
    b.net.shutdown();
    a.disconnected_from(&peer).await;
    while b.events.recv().await.is_some() {}
    assert!(matches!(b.net.gossip(vec![1]), Err(NetFault::Stopped)));
    assert_eq!(a.net.peers()[0].link, None);
    let begin = Instant::now();
    let mut again = node_with(2, &address, true, vec![a.as_guest()]).await;
    assert_eq!(again.address, address);
    a.connected_to(&peer).await;
    again.connected_to(&a.peer()).await;
    println!("back after {:?}", begin.elapsed());
    assert!(a.net.peers()[0].link.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_that_does_not_answer_is_shown_with_the_reason() {
    // A port that was free a moment ago.
    let gone = node(7).await;
    let partner = gone.as_partner();
    gone.net.shutdown();
    let mut events = gone.events;
    while events.recv().await.is_some() {}
    let a = node(1).await;
    a.net.set_partner(partner).unwrap();
    support::eventually("a dial fails", || a.counter("dials_failed") >= 2).await;
    let view = a.net.peers();
    assert_eq!(view[0].link, None);
    let failure = view[0].failure.clone().unwrap_or_default();
    assert!(failure.contains("127.0.0.1") && !failure.contains('\n'), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_blamed_too_often_is_cut_off() {
    let (mut a, mut b) = (node(1).await, node(2).await);
    join(&mut a, &mut b).await;
    let (left, right) = (a.peer(), b.peer());
    for _ in 0..5 {
        a.net.blame(right.clone(), "segment_signature").unwrap();
    }
    a.disconnected_from(&right).await;
    b.disconnected_from(&left).await;
    assert_eq!(a.counter("blames"), 5);
}

#[tokio::test]
async fn wrong_settings_have_stable_codes() {
    let runtime = tokio::runtime::Handle::current();
    let taken = node(1).await;
    let begin = |listen: &str| {
        let settings = NetSettings {
            federation: FEDERATION,
            secret: secret(3),
            listen: vec![listen.to_owned()],
            members: Vec::new(),
            gossip: true,
        };
        start(settings, &runtime, &mut Default::default()).map(drop).unwrap_err()
    };
    assert_eq!(begin("127.0.0.1:7400").code(), "net_address");
    assert_eq!(begin("/dns4/node/udp/7400").code(), "net_listen");
    let fault = begin("/ip4/192.0.2.1/tcp/7400");
    assert_eq!(fault.code(), "net_listen");
    assert!(fault.to_string().contains("/ip4/192.0.2.1/tcp/7400"), "{fault}");
    drop(taken);
    assert!(check_address("/ip4/0.0.0.0/tcp/7400").is_ok() && check_address("nowhere").is_err());
    let peer = peer_of(&secret(3)).unwrap();
    assert_eq!(peer_from_text(&peer_text(&peer).unwrap()).unwrap(), peer);
    assert_eq!(peer_from_text("12D3").unwrap_err().code(), "net_peer_id");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_cannot_be_read_does_not_keep_the_node_from_starting() {
    let bad = PartnerNode { city: city(4), peer_id: vec![1, 2, 3], addresses: vec![] };
    let mut half = node(5).await;
    let odd = PartnerNode { addresses: vec!["nowhere".into(), half.address.clone()], ..half.as_partner() };
    let mut a = node_with(1, "/ip4/127.0.0.1/tcp/0", true, vec![bad.clone(), odd]).await;
    assert!(matches!(a.net.set_partner(bad), Err(NetFault::PeerId)));
    assert_eq!(a.net.peers().len(), 1);
    half.net.set_partner(a.as_guest()).unwrap();
    a.connected_to(&half.peer()).await;
    half.connected_to(&a.peer()).await;
}
