//! A member whose node speaks the protocol wrongly: raw bytes over the library, against a node of ours.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use huxin_engine::input::Asked;
use huxin_engine::wire::{FRAME_BYTES, REQUEST_BYTES, Request, Response};
use huxin_hostile::{Crowd, GOSSIP, Line, SYNC, rumour};
use huxin_net::{NetEvent, PENDING_CONNECTIONS, PartnerNode};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{Epoch, Seq};
use huxin_protocol::limits::PAGE_BYTES;
use libp2p::futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::request_response::{self, Codec, Event, Message, ProtocolSupport};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, identity, noise, tcp, yamux};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;
use support::{DEADLINE, city, node, secret};

/// Writes what it is given, and reads whatever comes until the end of the stream.
#[derive(Clone, Default)]
struct Raw;

async fn all<T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

impl Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        all(io).await
    }
    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        all(io).await
    }
    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, bytes: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&bytes).await
    }
    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, bytes: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&bytes).await
    }
}

fn raw_swarm(seed: u8) -> Swarm<request_response::Behaviour<Raw>> {
    let keypair = identity::Keypair::ed25519_from_bytes(*secret(seed)).unwrap();
    SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| {
            let protocol = (StreamProtocol::new("/huxin/sync/1"), ProtocolSupport::Full);
            request_response::Behaviour::<Raw>::new([protocol], request_response::Config::default())
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(DEADLINE))
        .build()
}

fn framed(body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], body].concat()
}

/// Sends raw bytes as a question; the raw answer, or `None` where the stream ended in an error.
async fn ask_raw(
    swarm: &mut Swarm<request_response::Behaviour<Raw>>,
    peer: &PeerId,
    bytes: Vec<u8>,
) -> Option<Vec<u8>> {
    swarm.behaviour_mut().send_request(peer, bytes);
    let ended = async {
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::Behaviour(Event::Message { message: Message::Response { response, .. }, .. }) => {
                    return Some(response);
                }
                SwarmEvent::Behaviour(Event::OutboundFailure { .. }) => return None,
                SwarmEvent::ConnectionClosed { .. } => panic!("the connection closed"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(DEADLINE, ended).await.expect("the deadline passed")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_questions_get_a_code_and_the_connection_lives_on() {
    let mut ours = node(1).await;
    let mut raw = raw_swarm(8);
    let id = *raw.local_peer_id();
    ours.net.set_partner(PartnerNode { city: city(8), peer_id: id.to_bytes(), addresses: vec![] }).unwrap();
    let peer = PeerId::from_bytes(&ours.peer().0).unwrap();
    // Known before it dials: the call is in the queue, the board shows it when it is done.
    support::eventually("the partner is known", || !ours.net.peers().is_empty()).await;
    raw.add_peer_address(peer, ours.address.parse::<Multiaddr>().unwrap());

    let refused = |code: &str| Some(framed(&Response::Refused { code: code.to_owned() }.encode()));
    let long = u32::try_from(REQUEST_BYTES + 1).unwrap().to_be_bytes().to_vec();
    assert_eq!(ask_raw(&mut raw, &peer, long).await, refused("wire_too_long"));
    assert_eq!(ask_raw(&mut raw, &peer, u32::MAX.to_be_bytes().to_vec()).await, refused("wire_too_long"));
    assert_eq!(ask_raw(&mut raw, &peer, framed(&[0x81, 20])).await, refused("wire_shape"));
    assert_eq!(ask_raw(&mut raw, &peer, framed(&[0x81, 0x18, 1])).await, refused("wire_not_canonical"));
    // A question that breaks off has nobody to answer to: the stream just ends.
    assert!(ask_raw(&mut raw, &peer, vec![0, 0]).await.unwrap_or_default().is_empty());
    assert_eq!(ours.counter("requests_unreadable"), 4);

    // The same connection still carries a proper question.
    let question = Request::Heads { digest: Digest([1; 32]) };
    let net = ours.net.clone();
    let serve = async {
        let token =
            ours.until(|event| if let NetEvent::Asked { token, .. } = event { Some(token) } else { None }).await;
        net.answer(token, Response::Same).unwrap();
    };
    let ((), answer) = tokio::join!(serve, ask_raw(&mut raw, &peer, framed(&question.encode())));
    assert_eq!(answer, Some(framed(&Response::Same.encode())));
    assert_eq!(ours.counter("connections_opened"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_answers_end_the_question_with_a_code() {
    let mut ours = node(1).await;
    let mut raw = raw_swarm(8);
    raw.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap()).unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = raw.select_next_some().await {
            break address.to_string();
        }
    };
    let peer_id = raw.local_peer_id().to_bytes();
    ours.net.set_partner(PartnerNode { city: city(8), peer_id, addresses: vec![address] }).unwrap();
    let mut answers = vec![
        u32::try_from(FRAME_BYTES + 1).unwrap().to_be_bytes().to_vec(),
        framed(&[0x81, 20]),
        framed(&[0x9f, 1, 0xff]),
        vec![0, 0, 0, 9, 1],
        framed(&Response::Nothing.encode()),
    ];
    answers.reverse();
    let wrong = tokio::spawn(async move {
        loop {
            let event = raw.select_next_some().await;
            if let SwarmEvent::Behaviour(Event::Message { message: Message::Request { channel, .. }, .. }) = event {
                let answer = answers.pop().expect("as many questions as answers");
                raw.behaviour_mut().send_response(channel, answer).unwrap();
            }
        }
    });
    let peer = support::peer(8);
    ours.connected_to(&peer).await;
    let expected =
        [Err("wire_too_long"), Err("wire_shape"), Err("wire_not_canonical"), Err("no_answer"), Ok(Response::Nothing)];
    for (number, expected) in (0..).zip(expected) {
        ours.net.ask(peer.clone(), Asked(number), Request::Heads { digest: Digest([1; 32]) }).unwrap();
        assert_eq!(ours.answer(Asked(number)).await, expected);
    }
    assert_eq!(ours.counter("connections_closed"), 0);
    wrong.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_comes_in_past_a_crowd_that_says_nothing() {
    const CROWD: usize = 64;
    let ours = node(1).await;
    let partner = node(2).await;
    // Nobody listens where the partner is said to be reached, so it has to come by itself; from that address.
    let known = PartnerNode { addresses: vec!["/ip4/127.0.0.1/tcp/1".to_owned()], ..partner.as_partner() };
    ours.net.set_partner(known).unwrap();
    support::eventually("the partner is known", || !ours.net.peers().is_empty()).await;
    let port = ours.address.rsplit('/').next().unwrap().parse().unwrap();
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    let mut crowds = Vec::new();
    for last in 2..=9 {
        crowds.push(Crowd::open(IpAddr::from([127, 0, 0, last]), target, CROWD, b"").await);
    }
    let mut standing = 0;
    support::eventually("all but a few were turned away", || {
        standing = crowds.iter_mut().map(Crowd::standing).sum();
        standing <= PENDING_CONNECTIONS as usize
    })
    .await;
    assert!(ours.counter("connections_no_place") > 7 * CROWD as u64);
    partner.net.set_partner(ours.as_partner()).unwrap();
    support::eventually("the partner is in", || partner.counter("connections_opened") == 1).await;
    support::eventually("and is known to be", || ours.net.peers()[0].link.is_some()).await;
    let still: usize = crowds.iter_mut().map(Crowd::standing).sum();
    println!("{standing} of {} half-open connections stood before, {still} after", 8 * CROWD);
    assert!(still > 0, "the places were taken all the while");
    assert_eq!(partner.counter("connections_closed"), 0, "at the first attempt");
    // Nobody is waited for without end.
    for mut crowd in crowds {
        tokio::time::timeout(DEADLINE, crowd.until_gone()).await.expect("the deadline passed");
    }
    assert!(ours.counter("handshakes_failed") > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_trickles_in_is_given_up() {
    let ours = node(1).await;
    let guest = PartnerNode { city: city(8), peer_id: support::peer(8).0, addresses: vec![] };
    ours.net.set_partner(guest).unwrap();
    support::eventually("the partner is known", || !ours.net.peers().is_empty()).await;
    let line = Line::dial(&secret(8), &ours.address).await.unwrap();
    let mut road = line.open(SYNC).await.unwrap();
    road.send(&[0, 0, 0, 9, 1]).await.unwrap();
    let said = tokio::time::timeout(DEADLINE, road.rest()).await.expect("the deadline passed");
    assert!(said.unwrap_or_default().is_empty());
    assert_eq!(ours.counter("requests_unfinished"), 1);
    assert_eq!(ours.counter("requests_received"), 0);
    assert!(!line.is_closed(), "one stream ended, and not the connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_that_asks_for_one_page_over_and_over_is_told_to_wait_and_then_cut_off() {
    let mut ours = node(1).await;
    let guest = PartnerNode { city: city(8), peer_id: support::peer(8).0, addresses: vec![] };
    ours.net.set_partner(guest).unwrap();
    support::eventually("the partner is known", || !ours.net.peers().is_empty()).await;
    let line = Line::dial(&secret(8), &ours.address).await.unwrap();
    let net = ours.net.clone();
    let served = tokio::spawn(async move {
        let mut served = 0;
        loop {
            match tokio::time::timeout(DEADLINE, ours.events.recv()).await.expect("the deadline passed") {
                Some(NetEvent::Asked { token, .. }) => {
                    served += 1;
                    net.answer(token, Response::Segment(vec![7; PAGE_BYTES])).unwrap();
                }
                Some(NetEvent::Disconnected { .. }) | None => return (served, ours),
                Some(_) => {}
            }
        }
    });
    let question = Request::Segment { city: city(2), from: Seq(0), count: 1024, epoch: Epoch(1) };
    let question = framed(&question.encode());
    let busy = Response::Busy { retry_after_ms: 500 }.encode();
    let mut told = 0;
    let begin = Instant::now();
    while let Ok(mut road) = line.open(SYNC).await {
        let answered = async {
            road.send(&question).await?;
            road.end().await?;
            road.frame().await
        };
        told += u32::from(answered.await.is_ok_and(|answer| answer == busy));
    }
    let (served, ours) = served.await.unwrap();
    println!("{served} pages were served, and {told} times it was told to wait");
    // A page that is sent again costs 33, of 4096 at once and 512 a second: on a slow machine more of them are due.
    let due = 140 + 16 * (begin.elapsed().as_secs() + 1);
    assert!((100..due).contains(&served), "{served} of {due}");
    assert!(told >= 1000, "{told}");
    assert_eq!(ours.counter("cut_offs"), 1);
    assert_eq!(ours.net.peers()[0].failure.as_deref(), Some("cut off for 60 s: requests_without_end"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_off_does_not_come_in_by_being_announced_again() {
    let ours = node(1).await;
    let guest = PartnerNode { city: city(8), peer_id: support::peer(8).0, addresses: vec![] };
    ours.net.set_partner(guest.clone()).unwrap();
    support::eventually("the partner is known", || !ours.net.peers().is_empty()).await;
    let line = Line::dial(&secret(8), &ours.address).await.unwrap();
    let mut road = line.open(GOSSIP).await.unwrap();
    let junk = rumour::message(&(0..400).map(|_| rumour::publication("elsewhere", b"junk")).collect::<Vec<_>>());
    road.send(&junk).await.unwrap();
    tokio::time::timeout(DEADLINE, line.until_closed()).await.expect("the deadline passed");
    assert_eq!((ours.counter("gossip_foreign"), ours.counter("cut_offs")), (400, 1));
    let shown = || ours.net.peers()[0].failure.clone();
    support::eventually("it is shown", || shown().as_deref() == Some("cut off for 60 s: gossip_foreign")).await;
    ours.net.set_partner(guest).unwrap();
    let again = Line::dial(&secret(8), &ours.address).await;
    if let Ok(line) = again {
        tokio::time::timeout(DEADLINE, line.until_closed()).await.expect("the deadline passed");
    }
    support::eventually("it is turned away", || ours.counter("strangers_refused") == 1).await;
    assert_eq!(ours.counter("connections_opened"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_puts_no_words_of_its_own_into_the_metrics() {
    const OWN: &str = "words of its own";
    let ours = node(1).await;
    let guest = PartnerNode { city: city(8), peer_id: support::peer(8).0, addresses: vec![] };
    ours.net.set_partner(guest).unwrap();
    support::eventually("the partner is known", || !ours.net.peers().is_empty()).await;
    let line = Line::dial(&secret(8), &ours.address).await.unwrap();
    let mut road = line.open(GOSSIP).await.unwrap();
    let parts = [rumour::subscription(OWN, true), rumour::publication(OWN, b"junk"), rumour::graft(OWN)];
    road.send(&rumour::message(&parts)).await.unwrap();
    support::eventually("both are counted", || {
        ours.counter("gossip_foreign") == 1 && ours.counter("gossip_foreign_subscriptions") == 1
    })
    .await;
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &ours.registry).unwrap();
    assert!(text.contains("gossipsub_") && !text.contains(OWN), "{text}");
}
