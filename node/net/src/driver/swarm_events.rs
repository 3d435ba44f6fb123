//! What the swarm reports, one function per kind.

use huxin_engine::input::Peer;
use huxin_engine::wire::Response;
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Millis;
use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::MessageId;
use libp2p::metrics::Recorder;
use libp2p::request_response::{self, InboundFailure, OutboundFailure, ResponseChannel};
use libp2p::swarm::{ConnectionError, ConnectionId, DialError, ListenError, SwarmEvent};
use libp2p::{PeerId, allow_block_list, connection_limits, gossipsub, ping};
use std::sync::atomic::AtomicU64;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::{Driver, jitter};
use crate::behaviour::BehaviourEvent;
use crate::conduct::Leave;
use crate::counters::{add, count};
use crate::doors::NoPlace;
use crate::frame::{Inquiry, fault_code};
use crate::gossip::GossipEvent;
use crate::partners::Patience;
use crate::settings::{BUSY_RETRY_MS, SUBSCRIPTION_COST};
use crate::streams::is_too_many;
use crate::{AnswerToken, GossipToken, LinkView, NetCounters, NetEvent};

type SyncEvent = request_response::Event<Inquiry, Response>;

impl Driver {
    pub(super) fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        self.metrics.record(&event);
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::NewListenAddr { address, .. } => {
                self.keep(NetEvent::Listening { address: address.to_string() });
            }
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_opened(peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, cause, .. } => {
                count(&self.counters.connections_closed);
                if matches!(&cause, Some(ConnectionError::IO(fault)) if is_too_many(fault)) {
                    count(&self.counters.streams_without_end);
                    self.cut_off(peer_id, "streams_without_end");
                }
                let cause = cause.map(|cause| cause.to_string());
                let last = self.partners.closed(&peer_id, connection_id, cause, Instant::now(), jitter());
                // Shown first, told then: who hears of it sees it.
                self.show(&peer_id);
                if last {
                    self.gone(&peer_id);
                }
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => self.dial_failed(&peer, &error),
            SwarmEvent::IncomingConnectionError { error, peer_id, send_back_addr, .. } => {
                count(refusal(&self.counters, &error));
                if is_stranger(&error) && self.strangers_told.take(1, Instant::now()) {
                    tracing::info!(peer = ?peer_id, from = %send_back_addr, "a stranger was turned away");
                } else {
                    tracing::debug!(from = %send_back_addr, %error, "an incoming connection failed");
                }
            }
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                tracing::warn!(?addresses, ?reason, "a listening socket closed");
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "a listening socket had an error"),
            _ => {}
        }
    }

    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Gossip(GossipEvent::Library(event)) => {
                self.metrics.record(&event);
                self.on_gossip(event);
            }
            BehaviourEvent::Gossip(GossipEvent::Foul { peer, count }) => {
                let enough =
                    self.partners.conduct(&peer).is_some_and(|conduct| !conduct.was_foul(count, Instant::now()));
                if enough {
                    self.cut_off(peer, "gossip_foreign");
                }
            }
            BehaviourEvent::Gossip(GossipEvent::Endless { peer }) => self.cut_off(peer, "gossip_without_end"),
            BehaviourEvent::Sync(event) => self.on_sync(event),
            BehaviourEvent::Ping(event) => {
                self.metrics.record(&event);
                self.on_ping(&event);
            }
            BehaviourEvent::Identify(event) => self.metrics.record(&event),
        }
    }

    fn on_opened(&mut self, peer: PeerId, connection: ConnectionId, endpoint: &ConnectedPoint) {
        count(&self.counters.connections_opened);
        let view = LinkView {
            address: endpoint.get_remote_address().to_string(),
            dialled: endpoint.is_dialer(),
            since: now(),
            round_trip: None,
        };
        let first = self.partners.opened(&peer, connection, view, Instant::now());
        self.show(&peer);
        if let Some(city) = self.partners.get(&peer).map(|partner| partner.city)
            && first
        {
            tracing::info!(%peer, %city, "connected");
            self.keep(NetEvent::Connected { peer: Peer(peer.to_bytes()), city });
        }
        if self.partners.conduct(&peer).is_some_and(|conduct| !conduct.arrives(Instant::now())) {
            self.cut_off(peer, "connections_without_end");
        }
    }

    pub(super) fn dial_failed(&mut self, peer: &PeerId, fault: &DialError) {
        count(&self.counters.dials_failed);
        tracing::debug!(%peer, %fault, "a partner's node could not be reached");
        let why = plain(fault, |other| self.partners.get(other).map(|partner| partner.city));
        self.partners.failed(peer, why, Instant::now(), jitter());
        self.show(peer);
    }

    fn on_ping(&mut self, event: &ping::Event) {
        let round_trip = match &event.result {
            Ok(round_trip) => Some(*round_trip),
            // A node that does not know pings is alive all the same.
            Err(ping::Failure::Unsupported) => return,
            Err(ping::Failure::Timeout | ping::Failure::Other { .. }) => None,
        };
        if self.partners.pinged(&event.peer, event.connection, round_trip) == Patience::Over {
            tracing::info!(peer = %event.peer, "a silent connection is closed");
            self.swarm.close_connection(event.connection);
        }
        self.show(&event.peer);
    }

    fn on_gossip(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message { propagation_source, message_id, message } => {
                count(&self.counters.gossip_received);
                add(&self.counters.gossip_bytes_received, message.data.len());
                self.on_message(propagation_source, message_id, message.data);
            }
            gossipsub::Event::Subscribed { peer_id, .. } => {
                // News, not state: a peer that joins and leaves all the time must not fill the memory.
                let _ = self.offer(NetEvent::Gossips { peer: Peer(peer_id.to_bytes()) });
                self.on_subscription(peer_id);
            }
            gossipsub::Event::Unsubscribed { peer_id, .. } => self.on_subscription(peer_id),
            gossipsub::Event::GossipsubNotSupported { peer_id } => {
                tracing::info!(peer = %peer_id, "a partner's node takes no part in gossip");
            }
            gossipsub::Event::SlowPeer { peer_id, failed_messages } => {
                tracing::debug!(peer = %peer_id, ?failed_messages, "a partner's node is slow at gossip");
            }
        }
    }

    /// A message goes to the node, where there is room for it and its peer has any left.
    fn on_message(&mut self, peer: PeerId, id: MessageId, bytes: Vec<u8>) {
        let taken = self.partners.conduct(&peer).map(|conduct| conduct.brings(&id, Instant::now()));
        if taken == Some(Leave::Given) {
            let from = Peer(peer.to_bytes());
            let token = GossipToken { id: id.clone(), from: from.clone() };
            if self.offer(NetEvent::Gossip { from, token, bytes }).is_none() {
                return;
            }
            if let Some(conduct) = self.partners.conduct(&peer) {
                conduct.judged(&id);
            }
        }
        count(&self.counters.gossip_dropped);
        let ignore = gossipsub::MessageAcceptance::Ignore;
        self.swarm.behaviour_mut().gossip.library.report_message_validation_result(&id, &peer, ignore);
    }

    fn on_subscription(&mut self, peer: PeerId) {
        let now = Instant::now();
        if self.partners.conduct(&peer).is_some_and(|conduct| !conduct.said_nothing(SUBSCRIPTION_COST, now)) {
            self.cut_off(peer, "subscriptions_without_end");
        }
    }

    fn on_sync(&mut self, event: SyncEvent) {
        match event {
            SyncEvent::Message { peer, message, .. } => match message {
                request_response::Message::Request { request, channel, .. } => self.on_inquiry(peer, request, channel),
                request_response::Message::Response { request_id, response } => {
                    if let Some((peer, asked)) = self.asks.ended(&request_id) {
                        count(&self.counters.answers_received);
                        self.keep(NetEvent::Answered { peer: Peer(peer.to_bytes()), asked, answer: Ok(response) });
                    }
                    self.pump();
                }
            },
            SyncEvent::OutboundFailure { request_id, error, .. } => {
                if let Some((peer, asked)) = self.asks.ended(&request_id) {
                    self.ask_failed(Peer(peer.to_bytes()), asked, failure_code(&error));
                }
                self.pump();
            }
            SyncEvent::ResponseSent { .. } => count(&self.counters.answers_sent),
            SyncEvent::InboundFailure { peer, error, .. } => {
                count(&self.counters.answers_failed);
                if matches!(error, InboundFailure::ResponseOmission) {
                    self.not_asked(&peer);
                }
                let code = match &error {
                    InboundFailure::Timeout => "answer_timeout",
                    InboundFailure::ConnectionClosed => "connection_closed",
                    InboundFailure::UnsupportedProtocols => "unsupported",
                    InboundFailure::ResponseOmission => "not_answered",
                    InboundFailure::Io(fault) => fault_code(fault),
                };
                tracing::debug!(%peer, code, "a partner's question found no answer");
            }
        }
    }

    fn on_inquiry(&mut self, peer: PeerId, inquiry: Inquiry, channel: ResponseChannel<Response>) {
        count(&self.counters.requests_received);
        let now = Instant::now();
        let Some(partner) = self.partners.get(&peer) else {
            // Forgotten a moment ago; the connection is about to close.
            return;
        };
        let city = partner.city;
        let Some(conduct) = self.partners.conduct(&peer) else { return };
        let request = match inquiry {
            Inquiry::Known(request) => request,
            Inquiry::Unreadable(fault) => {
                count(&self.counters.requests_unreadable);
                tracing::debug!(%peer, code = fault.code(), "a partner's question could not be read");
                let enough = !conduct.was_foul(1, now);
                self.answer_here(channel, Response::Refused { code: fault.code().to_owned() });
                if enough {
                    self.cut_off(peer, "requests_unreadable");
                }
                return;
            }
        };
        let again = conduct.asks_again(&request);
        match conduct.asks(&request, now) {
            Leave::Given => {
                let token = AnswerToken { channel, from: peer, again };
                let event = NetEvent::Asked { peer: Peer(peer.to_bytes()), city, request, token };
                if let Some(NetEvent::Asked { token, .. }) = self.offer(event) {
                    count(&self.counters.requests_busy);
                    self.not_asked(&peer);
                    self.answer_here(token.channel, Response::Busy { retry_after_ms: BUSY_RETRY_MS });
                }
            }
            leave @ (Leave::Later | Leave::Never) => {
                count(&self.counters.requests_over_allowance);
                self.answer_here(channel, Response::Busy { retry_after_ms: BUSY_RETRY_MS });
                if leave == Leave::Never {
                    self.cut_off(peer, "requests_without_end");
                }
            }
        }
    }

    /// A question that was taken is not in hand any more, and had no answer of the node's.
    fn not_asked(&mut self, peer: &PeerId) {
        if let Some(conduct) = self.partners.conduct(peer) {
            conduct.answered(false, 0, Instant::now());
        }
    }

    fn answer_here(&mut self, channel: ResponseChannel<Response>, response: Response) {
        if self.swarm.behaviour_mut().sync.send_response(channel, response).is_err() {
            count(&self.counters.answers_failed);
        }
    }
}

/// The stable code of a question that found no answer.
fn failure_code(error: &OutboundFailure) -> &'static str {
    match error {
        OutboundFailure::DialFailure => "not_connected",
        OutboundFailure::Timeout => "ask_timeout",
        OutboundFailure::ConnectionClosed => "connection_closed",
        OutboundFailure::UnsupportedProtocols => "unsupported",
        OutboundFailure::Io(fault) => fault_code(fault),
    }
}

fn is_stranger(error: &ListenError) -> bool {
    matches!(error, ListenError::Denied { cause } if cause.downcast_ref::<allow_block_list::NotAllowed>().is_some())
}

/// Why an incoming connection did not come to stand.
fn refusal<'c>(counters: &'c NetCounters, error: &ListenError) -> &'c AtomicU64 {
    match error {
        ListenError::Denied { cause } if cause.downcast_ref::<NoPlace>().is_some() => &counters.connections_no_place,
        ListenError::Denied { cause } if cause.downcast_ref::<connection_limits::Exceeded>().is_some() => {
            &counters.connections_superfluous
        }
        ListenError::Denied { .. } => &counters.strangers_refused,
        _ => &counters.handshakes_failed,
    }
}

/// One line for the operator, who knows cities and no peer ids; the library's own words run over several.
fn plain(fault: &DialError, city: impl Fn(&PeerId) -> Option<CityCode>) -> String {
    match fault {
        DialError::NoAddresses => "no address is known, or its name could not be looked up".to_owned(),
        DialError::WrongPeerId { obtained, .. } => match city(obtained) {
            Some(city) => format!("the node of {city} answered there"),
            None => format!("a node of no member answered there: {obtained}"),
        },
        // Whose peer it should be, the line says that this stands in.
        DialError::Transport(attempts) => attempts
            .iter()
            .map(|(address, cause)| {
                let whole = address.to_string();
                format!("{}: {cause}", whole.split_once("/p2p/").map_or(&*whole, |(plain, _)| plain))
            })
            .collect::<Vec<_>>()
            .join("; ")
            .replace('\n', " "),
        other => other.to_string().replace('\n', " "),
    }
}

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use libp2p::TransportError;

    /// Reasons name cities and addresses; a peer id only where there is nothing better.
    #[test]
    fn a_failed_dial_names_the_city_that_answered() {
        let (known, stranger) = (PeerId::random(), PeerId::random());
        let city = |peer: &PeerId| (*peer == known).then(|| "451100".parse().unwrap());
        let wrong = |obtained| {
            let address = "/ip4/192.0.2.1/tcp/7651".parse().unwrap();
            DialError::WrongPeerId { obtained, address }
        };
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let address = format!("/ip4/192.0.2.1/tcp/7651/p2p/{known}").parse().unwrap();
        let (known_text, stranger_text) = (known.to_string(), stranger.to_string());
        for (fault, due, not) in [
            (wrong(known), "the node of 451100 answered there", &*known_text),
            (wrong(stranger), &*stranger_text, "451100"),
            (
                DialError::Transport(vec![(address, TransportError::Other(refused))]),
                "/ip4/192.0.2.1/tcp/7651: ",
                &*known_text,
            ),
            (DialError::NoAddresses, "no address is known", "451100"),
        ] {
            let told = plain(&fault, city);
            assert!(told.contains(due) && !told.contains(not), "{told}");
        }
    }
}
