//! Nodes on real sockets of this machine, and waiting for what they report with a deadline instead of sleeping.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

use huxin_engine::input::{Asked, Peer};
use huxin_engine::wire::Response;
use huxin_net::{NetEvent, NetHandle, NetSettings, PartnerNode, Verdict, peer_of, start};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;
use prometheus_client::registry::Registry;
use std::time::Duration;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// Far longer than anything here takes, also on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(60);
pub const FEDERATION: Digest = Digest([0x5a; 32]);

pub fn secret(seed: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([seed; 32])
}

pub fn peer(seed: u8) -> Peer {
    peer_of(&secret(seed)).unwrap()
}

pub fn city(seed: u8) -> CityCode {
    CityCode::new(&format!("33{seed:02}00")).unwrap()
}

pub struct Node {
    pub net: NetHandle,
    pub events: mpsc::Receiver<NetEvent>,
    pub registry: Registry,
    pub address: String,
    pub seed: u8,
}

/// A node that knows nobody yet.
pub async fn node(seed: u8) -> Node {
    node_with(seed, "/ip4/127.0.0.1/tcp/0", true, Vec::new()).await
}

pub async fn node_with(seed: u8, listen: &str, gossip: bool, members: Vec<PartnerNode>) -> Node {
    let settings =
        NetSettings { federation: FEDERATION, secret: secret(seed), listen: vec![listen.to_owned()], members, gossip };
    let mut registry = Registry::default();
    let (net, events) = start(settings, &tokio::runtime::Handle::current(), &mut registry).unwrap();
    let mut node = Node { net, events, registry, address: String::new(), seed };
    node.address =
        node.until(|event| if let NetEvent::Listening { address } = event { Some(address) } else { None }).await;
    node
}

impl Node {
    pub fn peer(&self) -> Peer {
        peer(self.seed)
    }

    /// How others find this node.
    pub fn as_partner(&self) -> PartnerNode {
        PartnerNode { city: city(self.seed), peer_id: self.peer().0, addresses: vec![self.address.clone()] }
    }

    /// How others know this node who cannot dial it.
    pub fn as_guest(&self) -> PartnerNode {
        PartnerNode { addresses: Vec::new(), ..self.as_partner() }
    }

    /// Reads events until `pick` finds what it looks for.
    pub async fn until<T>(&mut self, mut pick: impl FnMut(NetEvent) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the network stopped");
                if let Some(found) = pick(event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(DEADLINE, found).await.expect("the deadline passed")
    }

    pub async fn connected_to(&mut self, other: &Peer) -> CityCode {
        self.until(|event| match event {
            NetEvent::Connected { peer, city } if peer == *other => Some(city),
            _ => None,
        })
        .await
    }

    pub async fn disconnected_from(&mut self, other: &Peer) {
        self.until(|event| matches!(event, NetEvent::Disconnected { peer } if peer == *other).then_some(())).await;
    }

    /// The other side takes part in gossip.
    pub async fn hears(&mut self, other: &Peer) {
        self.until(|event| matches!(event, NetEvent::Gossips { peer } if peer == *other).then_some(())).await;
    }

    /// The next gossip message that is no probe; the verdict is given.
    pub async fn message(&mut self, verdict: Verdict) -> (Peer, Vec<u8>) {
        loop {
            let (from, bytes) = self.gossip(verdict).await;
            if !bytes.starts_with(PROBE) {
                return (from, bytes);
            }
        }
    }

    /// The next gossip message; the verdict is given.
    pub async fn gossip(&mut self, verdict: Verdict) -> (Peer, Vec<u8>) {
        let (from, token, bytes) = self
            .until(|event| match event {
                NetEvent::Gossip { from, token, bytes } => Some((from, token, bytes)),
                _ => None,
            })
            .await;
        self.net.verdict(token, verdict).unwrap();
        (from, bytes)
    }

    /// How the question ended.
    pub async fn answer(&mut self, question: Asked) -> Result<Response, &'static str> {
        self.until(|event| match event {
            NetEvent::Answered { asked, answer, .. } if asked == question => Some(answer),
            _ => None,
        })
        .await
    }

    pub fn counter(&self, name: &str) -> u64 {
        self.net.counters().all().into_iter().find(|(found, _)| *found == name).expect("a counter of this name").1
    }
}

/// Makes two nodes known to each other and waits until both are connected and gossip.
pub async fn join(a: &mut Node, b: &mut Node) {
    a.net.set_partner(b.as_partner()).unwrap();
    b.net.set_partner(a.as_partner()).unwrap();
    let (left, right) = (a.peer(), b.peer());
    tokio::join!(a.hears(&right), b.hears(&left));
}

/// First bytes of a message that only finds out whether the road is open.
pub const PROBE: &[u8] = b"probe";

/// Waits until gossip of `a` passes `b` and reaches `c`: a subscription is heard before the mesh has formed, and what is
/// passed on in between goes to nobody.
pub async fn open_road(a: &Node, b: &mut Node, c: &mut Node) {
    for number in 0_u32.. {
        a.net.gossip([PROBE, &number.to_be_bytes()].concat()).unwrap();
        b.gossip(Verdict::Accept).await;
        while let Ok(event) = c.events.try_recv() {
            if let NetEvent::Gossip { token, .. } = event {
                c.net.verdict(token, Verdict::Accept).unwrap();
                return;
            }
        }
        tokio::task::yield_now().await;
    }
}

/// Lets the machine work until `done` holds.
pub async fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let turns = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(DEADLINE, turns).await.is_ok(), "the deadline passed before {what}");
}
