//! How gossip goes from city to city: straight to everybody, for scenarios that are about something else, or over the
//! model of the configured mesh ([`crate::mesh`]).

use super::traffic::Delivery;
use super::{World, peer_of};
use crate::mesh::{Counters, Frame, Mesh, Message, Verdict};
use huxin_engine::input::{Input, Road};
use huxin_engine::mesh::topic_name;
use huxin_protocol::ids::CityCode;
use huxin_protocol::limits::GOSSIP_BYTES;
use huxin_protocol::segment::Segment;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How messages spread.
#[derive(Default)]
pub enum Spread {
    /// To every connected node at once.
    #[default]
    Direct,
    /// Over the mesh of the nodes that run.
    Mesh(Meshes),
}

/// The part of every node that runs.
#[derive(Default)]
pub struct Meshes {
    topic: String,
    nodes: BTreeMap<CityCode, Node>,
    /// Of nodes that stopped.
    past: Counters,
}

struct Node {
    mesh: Mesh<CityCode>,
    /// Whether its next heartbeat is in the queue.
    beats: bool,
}

impl Spread {
    /// Over the mesh; nodes that start from now on take part.
    #[must_use]
    pub fn over_mesh(world: &World) -> Self {
        Self::Mesh(Meshes { topic: topic_name(&world.genesis.id()), ..Meshes::default() })
    }

    pub(super) fn started(&mut self, name: CityCode, now: Millis, members: usize) {
        if let Self::Mesh(meshes) = self {
            meshes.nodes.insert(name, Node { mesh: Mesh::new(now, members), beats: false });
        }
    }
    pub(super) fn stopped(&mut self, name: CityCode) {
        if let Self::Mesh(meshes) = self
            && let Some(node) = meshes.nodes.remove(&name)
        {
            meshes.past = std::mem::take(&mut meshes.past).and(node.mesh.counters());
        }
    }
    pub(super) fn connected(&mut self, dialler: CityCode, other: CityCode) {
        let Self::Mesh(meshes) = self else { return };
        for (name, partner, dialled) in [(dialler, other, true), (other, dialler, false)] {
            if let Some(node) = meshes.nodes.get_mut(&name) {
                node.mesh.connected(partner, dialled);
            }
        }
    }
    pub(super) fn disconnected(&mut self, one: CityCode, other: CityCode) {
        let Self::Mesh(meshes) = self else { return };
        for (name, partner) in [(one, other), (other, one)] {
            if let Some(node) = meshes.nodes.get_mut(&name) {
                node.mesh.disconnected(partner);
            }
        }
    }

    /// Copies, bytes and drops of all nodes since the beginning.
    #[must_use]
    pub fn counters(&self) -> Counters {
        match self {
            Self::Direct => Counters::default(),
            Self::Mesh(meshes) => meshes.nodes.values().fold(meshes.past, |sum, node| sum.and(node.mesh.counters())),
        }
    }

    /// What one node's part holds, by name.
    #[must_use]
    pub fn held(&self, name: CityCode) -> Vec<(&'static str, usize)> {
        match self {
            Self::Direct => Vec::new(),
            Self::Mesh(meshes) => meshes.nodes.get(&name).map_or_else(Vec::new, |node| node.mesh.held().to_vec()),
        }
    }

    fn node(&mut self, name: CityCode) -> Option<&mut Node> {
        match self {
            Self::Direct => None,
            Self::Mesh(meshes) => meshes.nodes.get_mut(&name),
        }
    }
}

impl World {
    pub(super) fn gossip(&mut self, from: CityCode, bytes: Vec<u8>) {
        let bytes: Arc<[u8]> = bytes.into();
        match &mut self.spread {
            Spread::Direct => {
                for to in self.codes() {
                    if to != from {
                        self.send_over(from, to, |delay| (delay, Delivery::Gossip { from, to, bytes: bytes.clone() }));
                    }
                }
            }
            Spread::Mesh(meshes) => {
                let message = Message::new(&meshes.topic, bytes);
                if let Some(node) = meshes.nodes.get_mut(&from) {
                    // One that goes to nobody is brought by anti-entropy.
                    let _ = node.mesh.publish(self.now, &message, &mut self.chance);
                }
                self.pump(from);
            }
        }
    }

    /// Sends the frames that wait at a node, and plans its next heartbeat.
    pub(super) fn pump(&mut self, from: CityCode) {
        let now = self.now;
        let Some(node) = self.spread.node(from) else { return };
        let frames = node.mesh.take_all(now);
        let due = if node.beats { None } else { node.mesh.heartbeat_due(now) };
        node.beats |= due.is_some();
        for (to, frame) in frames {
            if frame.is_upkeep() {
                // A connection loses and reorders nothing: it delays, or it breaks.
                let at = Millis(now.0 + self.line.way_ms(from, to));
                self.send(at, Delivery::Frame { from, to, frame });
                continue;
            }
            self.send_over(from, to, |delay| (delay, Delivery::Frame { from, to, frame: frame.clone() }));
        }
        if let Some(at) = due {
            self.send(at, Delivery::Heartbeat { to: from });
        }
    }

    pub(super) fn mesh_heartbeat(&mut self, to: CityCode) {
        let now = self.now;
        if let Spread::Mesh(meshes) = &mut self.spread
            && let Some(node) = meshes.nodes.get_mut(&to)
        {
            node.beats = false;
            node.mesh.heartbeat(now, &mut self.chance);
        }
        self.pump(to);
    }

    pub(super) fn frame(&mut self, from: CityCode, to: CityCode, frame: Frame) {
        let now = self.now;
        let Spread::Mesh(meshes) = &mut self.spread else { return };
        let Some(node) = meshes.nodes.get_mut(&to) else { return };
        let message = node.mesh.received(now, from, frame, &mut self.chance);
        if let Some(message) = message {
            let good = self.heard(from, to, message.bytes());
            let verdict = if good { Verdict::Accept } else { Verdict::Reject };
            if let Some(node) = self.spread.node(to) {
                node.mesh.validated(now, &message.id(), verdict);
            }
        }
        self.pump(to);
    }

    /// A message arrives at a node; whether it could be read. (The real node checks its signatures too before it passes a
    /// message on; no city here forges any.)
    pub(super) fn heard(&mut self, from: CityCode, to: CityCode, bytes: &[u8]) -> bool {
        let read = Segment::decode(bytes, GOSSIP_BYTES).and_then(|segment| segment.read(&self.genesis.id()));
        let Ok(segment) = read else { return false };
        let road = Road::Gossip { from: peer_of(from) };
        self.give(to, Input::Segment { ticket: None, road, segment: Box::new(segment) });
        true
    }
}
