//! A member's node that announces messages and sends none: raw frames over the library, against a node of ours.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use huxin_engine::mesh::{CONTROL_BYTES, CONTROL_IDS, MESSAGE_ID_BYTES, PROMISE_FOR, topic_name};
use huxin_net::PartnerNode;
use libp2p::futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::request_response::{self, Codec, ProtocolSupport};
use libp2p::{Multiaddr, PeerId, StreamProtocol, SwarmBuilder, identity, noise, tcp, yamux};
use std::io;
use std::time::{Duration, Instant};
use support::{DEADLINE, FEDERATION, Node, city, eventually, node, secret};
use tokio::sync::mpsc;

/// Streams of the gossip protocol as bytes: what is put into a channel goes out, what comes in goes into another.
#[derive(Clone)]
struct Pipe {
    heard: mpsc::UnboundedSender<Vec<u8>>,
}

impl Codec for Pipe {
    type Protocol = StreamProtocol;
    type Request = mpsc::UnboundedReceiver<Vec<u8>>;
    type Response = ();

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Self::Request>
    where
        T: AsyncRead + Unpin + Send,
    {
        let mut part = vec![0; 64 * 1024];
        loop {
            let length = io.read(&mut part).await?;
            if length == 0 || self.heard.send(part[..length].to_vec()).is_err() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, mut say: Self::Request) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        while let Some(frame) = say.recv().await {
            io.write_all(&frame).await?;
            io.flush().await?;
        }
        Ok(())
    }
    async fn read_response<T: AsyncRead + Unpin + Send>(&mut self, _: &StreamProtocol, _: &mut T) -> io::Result<()> {
        Ok(())
    }
    async fn write_response<T>(&mut self, _: &StreamProtocol, _: &mut T, (): ()) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        Ok(())
    }
}

/// One end of a stream: what is put in goes out on it.
type Say = mpsc::UnboundedSender<Vec<u8>>;

struct Announcer {
    streams: mpsc::UnboundedSender<mpsc::UnboundedReceiver<Vec<u8>>>,
    heard: mpsc::UnboundedReceiver<Vec<u8>>,
    bytes: Vec<u8>,
}

/// Joins `ours` as the member of this seed.
async fn join_raw(ours: &mut Node, seed: u8) -> Announcer {
    let (heard_in, heard) = mpsc::unbounded_channel();
    let (streams, mut opened) = mpsc::unbounded_channel();
    let keypair = identity::Keypair::ed25519_from_bytes(*secret(seed)).unwrap();
    let mut swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| {
            let protocol = (StreamProtocol::new("/meshsub/1.2.0"), ProtocolSupport::Full);
            let config = request_response::Config::default().with_request_timeout(2 * DEADLINE);
            request_response::Behaviour::with_codec(Pipe { heard: heard_in }, [protocol], config)
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(DEADLINE))
        .build();
    let id = *swarm.local_peer_id();
    ours.net.set_partner(PartnerNode { city: city(seed), peer_id: id.to_bytes(), addresses: vec![] }).unwrap();
    eventually("the partner is known", || !ours.net.peers().is_empty()).await;
    let peer = PeerId::from_bytes(&ours.peer().0).unwrap();
    swarm.add_peer_address(peer, ours.address.parse::<Multiaddr>().unwrap());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = swarm.select_next_some() => {}
                Some(said) = opened.recv() => {
                    swarm.behaviour_mut().send_request(&peer, said);
                }
            }
        }
    });
    Announcer { streams, heard, bytes: Vec::new() }
}

/// A field of the library's encoding: number, length, content.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2][..], &varint(content.len()), content].concat()
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 128 {
        bytes.push((number % 128) as u8 | 128);
        number /= 128;
    }
    bytes.push(number as u8);
    bytes
}

/// "I have these", as one frame.
fn announcement(ids: &[[u8; MESSAGE_ID_BYTES]]) -> Vec<u8> {
    let mut have = field(1, topic_name(&FEDERATION).as_bytes());
    for id in ids {
        have.extend(field(2, id));
    }
    let frame = field(3, &field(1, &have));
    [varint(frame.len()), frame].concat()
}

/// Ids that no message has.
fn ids(from: u32, count: u32) -> Vec<[u8; MESSAGE_ID_BYTES]> {
    (from..from + count)
        .map(|number| {
            let mut id = [0xa5; MESSAGE_ID_BYTES];
            id[..4].copy_from_slice(&number.to_be_bytes());
            id
        })
        .collect()
}

impl Announcer {
    /// Opens a stream to speak on; the node hears the latest one only.
    fn open(&self) -> Say {
        let (say, said) = mpsc::unbounded_channel();
        self.streams.send(said).unwrap();
        say
    }

    /// How often these ids have been asked for so far, after waiting a moment for more.
    async fn asked(&mut self, ids: &[[u8; MESSAGE_ID_BYTES]]) -> usize {
        if let Ok(more) = tokio::time::timeout(Duration::from_millis(200), self.heard.recv()).await {
            self.bytes.extend(more.expect("the node closed its stream"));
        }
        ids.iter().map(|id| self.bytes.windows(id.len()).filter(|part| part == id).count()).sum()
    }

    /// Waits until these ids have been asked for so often, at least once each.
    async fn until_asked(&mut self, ids: &[[u8; MESSAGE_ID_BYTES]]) {
        let all = async { while self.asked(ids).await < ids.len() {} };
        assert!(tokio::time::timeout(DEADLINE, all).await.is_ok(), "not all were asked for");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_promised_and_not_sent_is_asked_for_again() {
    let mut ours = node(1).await;
    let mut announcer = join_raw(&mut ours, 8).await;
    let say = announcer.open();
    let promised = ids(1, 1);
    let begun = Instant::now();
    let mut times = 0;
    while times < 2 && begun.elapsed() < DEADLINE / 4 {
        say.send(announcement(&promised)).unwrap();
        times = announcer.asked(&promised).await;
    }
    assert_eq!(times, 2, "one broken promise keeps a message away for good");
    assert!(begun.elapsed() >= PROMISE_FOR, "nobody else is asked while a promise stands");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_announcement_is_heard_and_a_longer_one_makes_the_node_deaf_on_that_stream() {
    let mut ours = node(1).await;
    let mut announcer = join_raw(&mut ours, 8).await;
    let say = announcer.open();
    let most = ids(0, CONTROL_IDS as u32);
    say.send(announcement(&most)).unwrap();
    announcer.until_asked(&most).await;

    // As many as the library would announce by its own choice, and then one more id: that is not heard any more.
    let too_many = announcement(&ids(10_000, 5000));
    assert!(too_many.len() > CONTROL_BYTES);
    say.send(too_many).unwrap();
    let after = ids(20_000, 1);
    say.send(announcement(&after)).unwrap();
    // Another stream is heard. A count of asked ids bounds what one partner is asked between two heartbeats.
    let (other, fresh) = (announcer.open(), ids(30_000, 1));
    let heard = async {
        while announcer.asked(&fresh).await == 0 {
            let _ = other.send(announcement(&fresh));
        }
    };
    assert!(tokio::time::timeout(DEADLINE, heard).await.is_ok(), "the node hears nothing any more");
    assert_eq!(announcer.asked(&after).await, 0, "the stream still stands");
    assert_eq!(ours.counter("connections_closed"), 0);
}
