//! Intake: from what the network brings to what the writer takes. Decoding, leaf hashes and signature checks happen here,
//! on worker threads, so that the writer only extends frontiers, folds and commits.
//!
//! One pump reads the network's events and sorts them: what concerns the state of a peer (connected, answered, gone) goes
//! to one of two lanes, always the same one for a peer, so that its order is kept; gossip has a lane of its own; questions
//! go to the serving threads.

use super::clock::now;
use super::serving::Serving;
use super::writer::WriterHandle;
use crate::metrics::Metrics;
use crossbeam_channel::{Receiver, Sender, TrySendError};
use huxin_engine::Input;
use huxin_engine::input::{Answer, Asked, Peer, Road};
use huxin_engine::news;
use huxin_engine::wire::{FRAME_BYTES, Response};
use huxin_net::{GossipToken, NetEvent, NetHandle, Verdict};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::digest::Digest;
use huxin_protocol::header::HeaderFault;
use huxin_protocol::ids::CityCode;
use huxin_protocol::limits::GOSSIP_BYTES;
use huxin_protocol::note::SignatureLine;
use huxin_protocol::roster::{CityRoster, Roster};
use huxin_protocol::segment::{ReadSegment, Segment};
use huxin_protocol::statement::StatementFault;
use huxin_protocol::time::Millis;
use huxin_store::Store;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use tokio::sync::mpsc;

/// Threads that read answers. Hashing and decoding a page takes a third of the time that the writer needs for it, so two
/// keep ahead of it even while one of them has the longer page.
const LANES: usize = 2;
/// Events of peers that wait for a lane. At most three answers are under way to one peer, so 256 are 80 peers at once;
/// beyond, the pump waits and the network's own queue fills.
const LANE_WAITING: usize = 256;
/// Gossip that waits to be checked: 16 MiB at the worst, and a fifth of a second of checking. Beyond, it is ignored; what it
/// said arrives by anti-entropy.
const GOSSIP_WAITING: usize = 256;

/// What concerns the state of one peer, in order.
enum PeerEvent {
    Connected { peer: Peer, city: CityCode },
    Disconnected { peer: Peer },
    Answered { peer: Peer, asked: Asked, answer: Result<Response, &'static str> },
}

struct Gossip {
    from: Peer,
    token: GossipToken,
    bytes: Vec<u8>,
}

/// What the threads of the intake share.
pub struct Intake {
    pub federation: Digest,
    pub store: Arc<dyn Store>,
    pub writer: WriterHandle,
    pub net: NetHandle,
    pub metrics: Arc<Metrics>,
    /// Called with each address on which the network listens.
    pub listening: Box<dyn Fn(String) + Send>,
}

/// Starts pump and lanes. They end when the network's events end.
///
/// # Errors
/// A thread could not be started.
pub fn start(
    intake: Intake,
    mut events: mpsc::Receiver<NetEvent>,
    serving: Serving,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    let mut threads = Vec::new();
    let mut lanes = Vec::new();
    for number in 0..LANES {
        let (lane_in, lane) = crossbeam_channel::bounded(LANE_WAITING);
        lanes.push(lane_in);
        let (federation, writer) = (intake.federation, intake.writer.clone());
        threads
            .push(Builder::new().name(format!("lane-{number}")).spawn(move || run_lane(&lane, &federation, &writer))?);
    }
    let (gossip_in, gossip) = crossbeam_channel::bounded(GOSSIP_WAITING);
    let (federation, writer, net) = (intake.federation, intake.writer.clone(), intake.net.clone());
    let (store, metrics) = (intake.store.clone(), intake.metrics.clone());
    let door = move || run_gossip(&gossip, &federation, &*store, &writer, &net, &metrics);
    threads.push(Builder::new().name("gossip".to_owned()).spawn(door)?);
    threads.push(Builder::new().name("intake".to_owned()).spawn(move || {
        while let Some(event) = events.blocking_recv() {
            if !sort(&intake, event, &lanes, &gossip_in, &serving) {
                break;
            }
        }
    })?);
    Ok(threads)
}

/// The lane of a peer: any fixed choice keeps its order.
fn lane_of(peer: &Peer) -> usize {
    peer.0.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % LANES
}

/// Hands one event on. False when the node stops.
fn sort(
    intake: &Intake,
    event: NetEvent,
    lanes: &[Sender<PeerEvent>],
    gossip: &Sender<Gossip>,
    serving: &Serving,
) -> bool {
    let lane = |peer: &Peer, event: PeerEvent| lanes[lane_of(peer)].send(event).is_ok();
    match event {
        NetEvent::Listening { address } => {
            (intake.listening)(address);
            true
        }
        NetEvent::Connected { peer, city } => {
            tracing::info!(%city, "a partner is connected");
            lane(&peer.clone(), PeerEvent::Connected { peer, city })
        }
        NetEvent::Disconnected { peer } => {
            tracing::info!(?peer, "a partner is gone");
            lane(&peer.clone(), PeerEvent::Disconnected { peer })
        }
        NetEvent::Answered { peer, asked, answer } => lane(&peer.clone(), PeerEvent::Answered { peer, asked, answer }),
        NetEvent::Gossips { .. } => true,
        NetEvent::Gossip { from, token, bytes } => match gossip.try_send(Gossip { from, token, bytes }) {
            Ok(()) => true,
            Err(TrySendError::Full(late)) => {
                intake.metrics.refused.with_label_values(&["gossip", "gossip_queue_full"]).inc();
                let _ = intake.net.verdict(late.token, Verdict::Ignore);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        },
        NetEvent::Asked { city, request, token, .. } => {
            serving.take(city, request, token);
            true
        }
    }
}

fn run_lane(lane: &Receiver<PeerEvent>, federation: &Digest, writer: &WriterHandle) {
    for event in lane {
        let input = match event {
            PeerEvent::Connected { peer, city } => Input::Connected { peer, city },
            PeerEvent::Disconnected { peer } => Input::Disconnected { peer },
            PeerEvent::Answered { peer, asked, answer } => {
                Input::Answered { peer, asked, answer: read_answer(answer, federation) }
            }
        };
        if writer.input(input).is_err() {
            return;
        }
    }
}

/// Decodes, reads and hashes a page; everything else passes as it is.
fn read_answer(answer: Result<Response, &'static str>, federation: &Digest) -> Answer {
    let failed = |code: &'static str| Answer::Failed { code };
    match answer {
        Err(code) => failed(code),
        Ok(Response::Segment(bytes)) => match Segment::decode(&bytes, FRAME_BYTES).and_then(|s| s.read(federation)) {
            Ok(segment) => Answer::Segment(Box::new(segment)),
            Err(fault) => failed(fault.code()),
        },
        Ok(other) => Answer::from_plain(other).unwrap_or_else(|| failed("answer_shape")),
    }
}

fn run_gossip(
    gossip: &Receiver<Gossip>,
    federation: &Digest,
    store: &dyn Store,
    writer: &WriterHandle,
    net: &NetHandle,
    metrics: &Metrics,
) {
    for Gossip { from, token, bytes } in gossip {
        let (verdict, finding) = at_the_door(&bytes, federation, store, &writer.roster(), now());
        match &finding {
            Ok(Some(_)) => {}
            Ok(None) => metrics.segments_repeated.with_label_values(&["gossip"]).inc(),
            Err(code) => metrics.refused.with_label_values(&["gossip", *code]).inc(),
        }
        // The verdict first: it forwards, and the writer may be busy.
        let _ = net.verdict(token, verdict);
        if let Ok(Some(segment)) = finding {
            let input = Input::Segment { ticket: None, road: Road::Gossip { from }, segment: Box::new(segment) };
            if writer.input(input).is_err() {
                return;
            }
        }
    }
}

/// What the door found: a segment for the engine, nothing new, or a stable code.
type Finding = Result<Option<ReadSegment>, &'static str>;

/// The gossip door: a message is passed on only if it claims something new, if its checkpoint and every statement in it are
/// signed by keys that the roster names, as is the line of each cosigner that can count (R92), and if it carries no body that
/// gossip may not carry. What claims nothing new is not looked at any further. A line that is no news here may be news at the
/// next node, and whoever passes on a forged one answers for it.
fn at_the_door(
    bytes: &[u8],
    federation: &Digest,
    store: &dyn Store,
    roster: &Roster,
    now: Millis,
) -> (Verdict, Finding) {
    let read = |bytes: &[u8]| {
        let segment = Segment::decode(bytes, GOSSIP_BYTES)?;
        let bodies = segment.items.iter().filter(|item| item.body.is_some()).count();
        segment.read(federation).map(|segment| (segment, bodies))
    };
    let (mut segment, bodies) = match read(bytes) {
        Ok(read) => read,
        Err(fault) => return (Verdict::Reject, Err(fault.code())),
    };
    // No node of this version gossips key records: they come with the answer to a question.
    segment.records.clear();
    let Some(member) = roster.city(segment.city) else { return (Verdict::Reject, Err("foreign_city")) };
    let origin = segment.checkpoint.checkpoint.origin;
    if origin.federation != *federation || origin.city != segment.city {
        return (Verdict::Reject, Err("foreign_federation"));
    }
    let Some(keys) = member.epoch(origin.epoch) else {
        // Its key record may be on its way: the engine looks, but nothing unproved is passed on.
        return (Verdict::Idle, Ok(Some(segment)));
    };
    let claims = match news::claims(&*store.snapshot(), roster, member, &segment, now) {
        Ok(claims) => claims,
        Err(fault) => {
            tracing::error!(%fault, "the gossip door cannot read the store");
            return (Verdict::Ignore, Err("store"));
        }
    };
    if !claims.any() {
        return (Verdict::Idle, Ok(None));
    }
    if let Err(fault) = segment.checkpoint.clone().verify(&keys.log) {
        return (unproved(member), Err(fault.code()));
    }
    let lines = &segment.checkpoint.other_lines;
    for line in news::countable(roster, lines, now).into_iter().filter_map(|place| lines.get(place)) {
        if let Err((verdict, code)) = cosignature_holds(&segment, line, roster) {
            return (verdict, Err(code));
        }
    }
    if segment.leaves.iter().filter(|leaf| leaf.body.is_some()).count() != bodies {
        return (Verdict::Reject, Err("body_commitment"));
    }
    for leaf in &segment.leaves {
        let statement = match &leaf.reading {
            Ok(statement) => statement,
            // A newer node may have written it; anti-entropy brings it under its checkpoint.
            Err(StatementFault::Header(HeaderFault::Version)) => return (Verdict::Ignore, Err("header_version")),
            Err(fault) => return (Verdict::Reject, Err(fault.code())),
        };
        let header = &statement.header;
        if header.city != segment.city || (leaf.body.is_some() && !header.disclosure.is_open_to_members()) {
            return (Verdict::Reject, Err("statement_place"));
        }
        let Some(keys) = member.epoch(header.epoch) else { return (Verdict::Ignore, Err("unknown_epoch")) };
        if let Err(fault) = statement.verify(federation, &keys.log) {
            return (unproved(member), Err(fault.code()));
        }
    }
    (Verdict::Accept, Ok(Some(segment)))
}

/// What becomes of a signature that does not hold under the keys that this node knows. Where a city's root signed two key
/// records, it may hold under those of the other one, and whoever followed that one passes it on in good faith: the sender
/// is not to be cut off for it.
fn unproved(signer: &CityRoster) -> Verdict {
    if signer.records.is_empty() { Verdict::Reject } else { Verdict::Idle }
}

/// Whether a line is the cosignature that it says to be. Of a cosigner whom nobody here knows it says nothing.
fn cosignature_holds(
    segment: &ReadSegment,
    line: &SignatureLine,
    roster: &Roster,
) -> Result<(), (Verdict, &'static str)> {
    let Ok(cosigner) = Cosignature::cosigner_of(line) else { return Ok(()) };
    let Some(signer) = roster.city(cosigner.city) else { return Ok(()) };
    let Some(keys) = signer.epoch(cosigner.epoch) else { return Ok(()) };
    let verified = Cosignature::verify(line, &segment.checkpoint.checkpoint, &keys.cosigner);
    verified.map(drop).map_err(|fault| (unproved(signer), fault.code()))
}

#[cfg(test)]
mod tests;
