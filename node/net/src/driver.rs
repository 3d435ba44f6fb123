//! The one task that owns the swarm. It never waits for the node: what must not be lost (connections, answers) is kept
//! in order until the node takes it, and is bounded by what was asked; what may be lost (gossip) is dropped and counted;
//! a partner's question that finds no room is answered `Busy`.

mod swarm_events;

use huxin_engine::input::{Asked, Peer};
use huxin_engine::wire::{Request, Response};
use libp2p::futures::StreamExt;
use libp2p::gossipsub::{IdentTopic, MessageAcceptance, PublishError};
use libp2p::request_response::OutboundRequestId;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::{Multiaddr, PeerId, Swarm};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::asks::Asks;
use crate::behaviour::Behaviour;
use crate::conduct::Allowance;
use crate::counters::{add, count};
use crate::frame::Inquiry;
use crate::handle::{Board, Call, Calls};
use crate::partners::{Due, Partners, Patience};
use crate::settings::{BUSY_RETRY_MS, STRANGERS_TOLD, address};
use crate::{GossipToken, LinkView, NetCounters, NetEvent, PartnerNode, PeerView, Verdict, resolve};

/// How long connections may take to close at the end.
const FAREWELL: Duration = Duration::from_millis(500);

pub(crate) struct Driver {
    swarm: Swarm<Behaviour>,
    /// `None` where this node takes no part in gossip.
    topic: Option<IdentTopic>,
    metrics: libp2p::metrics::Metrics,
    counters: Arc<NetCounters>,
    partners: Partners,
    asks: Asks<PeerId, OutboundRequestId>,
    board: Board,
    events: mpsc::Sender<NetEvent>,
    /// Events that must not be lost and found no room in `events`, in order.
    kept: VecDeque<NetEvent>,
    /// Lines of the log that strangers may still bring forth.
    strangers_told: Allowance,
    /// Partners whose names are being looked up before they are dialled.
    look_ups: JoinSet<(PeerId, Vec<Multiaddr>)>,
}

impl Driver {
    pub(crate) fn new(
        swarm: Swarm<Behaviour>,
        topic: Option<IdentTopic>,
        metrics: libp2p::metrics::Metrics,
        counters: Arc<NetCounters>,
        board: Board,
        events: mpsc::Sender<NetEvent>,
    ) -> Self {
        let own = *swarm.local_peer_id();
        Self {
            swarm,
            topic,
            metrics,
            counters,
            partners: Partners::new(own),
            asks: Asks::new(),
            board,
            events,
            kept: VecDeque::new(),
            strangers_told: Allowance::new(STRANGERS_TOLD, Instant::now()),
            look_ups: JoinSet::new(),
        }
    }

    /// Runs until the handle says stop, all handles are gone, or nobody reads the events any more.
    pub(crate) async fn run(mut self, mut calls: Calls) {
        loop {
            // A time far off where nothing is due.
            let due = self.partners.next_at().unwrap_or_else(|| Instant::now() + crate::partners::LONGEST_WAIT);
            tokio::select! {
                _ = calls.stop.changed() => break,
                () = self.events.closed() => break,
                // The driver is the only sender, so the room is still there when the permit has gone.
                () = async { self.events.reserve().await.map_or((), drop) }, if !self.kept.is_empty() => self.hand_over(),
                call = calls.calls.recv() => match call {
                    Some(call) => self.on_call(call),
                    None => break,
                },
                Some(bytes) = calls.gossip.recv() => self.publish(bytes),
                event = self.swarm.select_next_some() => self.on_swarm(event),
                Some(found) = self.look_ups.join_next(), if !self.look_ups.is_empty() => {
                    if let Ok((peer, addresses)) = found {
                        self.swarm.behaviour_mut().doors.know_more(&peer, &addresses);
                        self.dial(peer, addresses);
                    }
                }
                () = tokio::time::sleep_until(due.into()) => self.on_due(),
            }
        }
        // From here on every call is answered `Stopped`; the end of the events comes after.
        drop(calls);
        self.farewell().await;
    }

    /// Closes every connection in order, as long as that is quick.
    async fn farewell(mut self) {
        let peers: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        let closed = async {
            while self.swarm.connected_peers().next().is_some() {
                self.swarm.select_next_some().await;
            }
        };
        if tokio::time::timeout(FAREWELL, closed).await.is_err() {
            tracing::debug!("some connections did not close in time");
        }
    }

    /// Hands over what was kept, as far as there is room.
    fn hand_over(&mut self) {
        while let Some(event) = self.kept.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
                self.kept.push_front(event);
                return;
            }
        }
    }

    /// An event that must not be lost.
    fn keep(&mut self, event: NetEvent) {
        if let Some(event) = self.offer(event) {
            self.kept.push_back(event);
        }
    }

    /// An event that may find no room; it comes back then.
    fn offer(&self, event: NetEvent) -> Option<NetEvent> {
        if !self.kept.is_empty() {
            // Nothing overtakes what is kept.
            return Some(event);
        }
        match self.events.try_send(event) {
            Ok(()) => None,
            Err(mpsc::error::TrySendError::Full(event) | mpsc::error::TrySendError::Closed(event)) => Some(event),
        }
    }

    fn on_call(&mut self, call: Call) {
        match call {
            Call::Ask { peer, asked, request } => self.on_ask(peer, asked, request),
            Call::Answer { token, response } => {
                if let Some(conduct) = self.partners.conduct(&token.from) {
                    let bytes = if let Response::Segment(page) = &response { page.len() } else { 0 };
                    conduct.answered(token.again, bytes, Instant::now());
                }
                if self.swarm.behaviour_mut().sync.send_response(token.channel, response).is_err() {
                    count(&self.counters.answers_failed);
                }
            }
            Call::Verdict { token, verdict } => self.on_verdict(&token, verdict),
            Call::Blame { peer, code } => self.on_blame(&peer, code),
            Call::SetPartner(partner) => self.set_partner(&partner),
            Call::DropPartner(peer) => self.on_drop_partner(&peer),
        }
    }

    fn on_ask(&mut self, peer: Peer, asked: Asked, request: Request) {
        let Some(id) = known(&peer).filter(|id| self.partners.is_connected(id)) else {
            return self.ask_failed(peer, asked, "not_connected");
        };
        if self.asks.wait(id, asked, request) {
            self.pump();
        } else {
            count(&self.counters.asks_busy);
            let answer = Ok(Response::Busy { retry_after_ms: BUSY_RETRY_MS });
            self.keep(NetEvent::Answered { peer, asked, answer });
        }
    }

    fn ask_failed(&mut self, peer: Peer, asked: Asked, code: &'static str) {
        count(&self.counters.asks_failed);
        self.keep(NetEvent::Answered { peer, asked, answer: Err(code) });
    }

    /// Sends every question whose turn it is.
    fn pump(&mut self) {
        while let Some((peer, asked, request)) = self.asks.next() {
            let id = self.swarm.behaviour_mut().sync.send_request(&peer, Inquiry::Known(request));
            self.asks.sent(id, peer, asked);
            count(&self.counters.asks_sent);
        }
    }

    fn on_verdict(&mut self, token: &GossipToken, verdict: Verdict) {
        let (acceptance, counter) = match verdict {
            Verdict::Accept => (MessageAcceptance::Accept, &self.counters.gossip_accepted),
            Verdict::Ignore => (MessageAcceptance::Ignore, &self.counters.gossip_ignored),
            Verdict::Idle => (MessageAcceptance::Ignore, &self.counters.gossip_idle),
            Verdict::Reject => (MessageAcceptance::Reject, &self.counters.gossip_rejected),
        };
        count(counter);
        let Some(from) = known(&token.from) else { return };
        if let Some(conduct) = self.partners.conduct(&from) {
            conduct.judged(&token.id);
            let code = match verdict {
                Verdict::Idle if !conduct.said_nothing(1, Instant::now()) => Some("gossip_idle"),
                Verdict::Reject if !conduct.was_foul(1, Instant::now()) => Some("gossip_rejected"),
                _ => None,
            };
            if let Some(code) = code {
                self.cut_off(from, code);
            }
        }
        let in_time =
            self.swarm.behaviour_mut().gossip.library.report_message_validation_result(&token.id, &from, acceptance);
        if !in_time && verdict == Verdict::Accept {
            count(&self.counters.gossip_late_verdicts);
        }
    }

    /// Publishes one message. A message that failed is never published again under the same id: the library has noted
    /// it as seen. Anti-entropy brings it.
    fn publish(&mut self, bytes: Vec<u8>) {
        let Some(topic) = &self.topic else { return };
        let length = bytes.len();
        let counter = match self.swarm.behaviour_mut().gossip.library.publish(topic.hash(), bytes) {
            Ok(_) => {
                add(&self.counters.gossip_bytes_sent, length);
                &self.counters.gossip_published
            }
            Err(PublishError::NoPeersSubscribedToTopic) => &self.counters.gossip_no_peers,
            Err(PublishError::AllQueuesFull(_)) => &self.counters.gossip_queue_full,
            Err(PublishError::Duplicate) => &self.counters.gossip_repeated,
            Err(PublishError::MessageTooLarge) => &self.counters.gossip_too_long,
            Err(fault @ (PublishError::SigningError(_) | PublishError::TransformFailed(_))) => {
                tracing::warn!(%fault, "a gossip message could not be published");
                &self.counters.gossip_queue_full
            }
        };
        count(counter);
    }

    fn on_blame(&mut self, peer: &Peer, code: &'static str) {
        count(&self.counters.blames);
        let Some(id) = known(peer) else { return };
        tracing::warn!(peer = %id, code, "a partner's node did what only a broken one does");
        if self.partners.blamed(&id) == Patience::Over {
            self.cut_off(id, code);
        }
    }

    /// Ends every connection to a partner, and takes none for a while.
    fn cut_off(&mut self, id: PeerId, code: &'static str) {
        let Some(length) = self.partners.cut_off(&id, code, Instant::now()) else { return };
        count(&self.counters.cut_offs);
        tracing::warn!(peer = %id, code, seconds = length.as_secs(), "the partner's node is cut off for a while");
        self.swarm.behaviour_mut().allowed.disallow_peer(id);
        self.show(&id);
    }

    pub(crate) fn set_partner(&mut self, partner: &PartnerNode) {
        let Ok(id) = PeerId::from_bytes(&partner.peer_id) else {
            tracing::warn!(city = %partner.city, "a partner's peer id could not be read; it cannot connect");
            return;
        };
        let mut addresses = Vec::with_capacity(partner.addresses.len());
        for text in &partner.addresses {
            match address(text) {
                Ok(address) => addresses.push(address),
                Err(fault) => tracing::warn!(city = %partner.city, %fault, "a partner's address was left out"),
            }
        }
        if let Some(owner) = self.partners.get(&id).map(|held| held.city).filter(|owner| *owner != partner.city) {
            tracing::warn!(city = %partner.city, %owner, "a peer is another city's node; left out");
            return;
        }
        let behaviour = self.swarm.behaviour_mut();
        behaviour.doors.know(id, &addresses);
        if self.partners.set(id, partner.city, addresses, Instant::now()) {
            // Whoever is cut off does not come in again by announcing itself anew.
            if !self.partners.is_cut_off(&id) {
                behaviour.allowed.allow_peer(id);
            }
            self.show(&id);
        }
    }

    fn on_drop_partner(&mut self, peer: &Peer) {
        let Some(id) = known(peer) else { return };
        self.swarm.behaviour_mut().allowed.disallow_peer(id);
        self.swarm.behaviour_mut().doors.forget(&id);
        self.board.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if self.partners.drop_partner(&id) {
            self.gone(&id);
        }
    }

    /// The last connection to a partner is gone.
    fn gone(&mut self, id: &PeerId) {
        for asked in self.asks.lost(id) {
            self.ask_failed(Peer(id.to_bytes()), asked, "not_connected");
        }
        self.keep(NetEvent::Disconnected { peer: Peer(id.to_bytes()) });
    }

    fn on_due(&mut self) {
        for due in self.partners.due(Instant::now()) {
            match due {
                Due::Allow { peer } => {
                    self.swarm.behaviour_mut().allowed.allow_peer(peer);
                }
                Due::Dial { peer, addresses } if resolve::has_names(&addresses) => {
                    self.look_ups.spawn(async move { (peer, resolve::resolve(addresses).await) });
                }
                Due::Dial { peer, addresses } => self.dial(peer, addresses),
            }
        }
    }

    fn dial(&mut self, peer: PeerId, addresses: Vec<Multiaddr>) {
        // A port of its own: two nodes that dial each other from their listening ports at one moment would meet in one
        // TCP connection with two initiators.
        let dial = DialOpts::peer_id(peer).addresses(addresses).allocate_new_port().build();
        count(&self.counters.dials);
        if let Err(fault) = self.swarm.dial(dial) {
            self.dial_failed(&peer, &fault);
        }
    }

    /// Brings the shown state of one partner up to date.
    fn show(&self, id: &PeerId) {
        let Some(partner) = self.partners.get(id) else { return };
        let link: Option<LinkView> = partner.links.values().next().map(|link| link.view.clone());
        let view = PeerView {
            city: partner.city,
            peer: Peer(id.to_bytes()),
            peer_id: id.to_string(),
            addresses: partner.addresses.iter().map(ToString::to_string).collect(),
            failure: partner.failure.clone().filter(|_| link.is_none()),
            link,
        };
        self.board.write().unwrap_or_else(PoisonError::into_inner).insert(*id, view);
    }
}

fn known(peer: &Peer) -> Option<PeerId> {
    PeerId::from_bytes(&peer.0).ok()
}

/// A number from 0 to 1 by chance; the middle where the machine has no chance to give.
fn jitter() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}
