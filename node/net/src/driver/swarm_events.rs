//! What the swarm reports, one function per kind.

use huxin_engine::input::Peer;
use huxin_engine::wire::Response;
use huxin_protocol::time::Millis;
use libp2p::core::ConnectedPoint;
use libp2p::metrics::Recorder;
use libp2p::request_response::{self, InboundFailure, OutboundFailure, ResponseChannel};
use libp2p::swarm::{ConnectionId, DialError, ListenError, SwarmEvent};
use libp2p::{PeerId, allow_block_list, gossipsub, ping};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::{Driver, jitter};
use crate::behaviour::BehaviourEvent;
use crate::counters::{add, count};
use crate::frame::{Inquiry, fault_code};
use crate::partners::Patience;
use crate::settings::BUSY_RETRY_MS;
use crate::{AnswerToken, GossipToken, LinkView, NetEvent};

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
                if is_stranger(&error) {
                    count(&self.counters.strangers_refused);
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
            BehaviourEvent::Gossip(event) => {
                self.metrics.record(&event);
                self.on_gossip(event);
            }
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
    }

    pub(super) fn dial_failed(&mut self, peer: &PeerId, fault: &DialError) {
        count(&self.counters.dials_failed);
        tracing::debug!(%peer, %fault, "a partner's node could not be reached");
        self.partners.failed(peer, plain(fault), Instant::now(), jitter());
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
                let from = Peer(propagation_source.to_bytes());
                count(&self.counters.gossip_received);
                add(&self.counters.gossip_bytes_received, message.data.len());
                let token = GossipToken { id: message_id.clone(), from: from.clone() };
                if self.offer(NetEvent::Gossip { from, token, bytes: message.data }).is_some() {
                    count(&self.counters.gossip_dropped);
                    let gossip = &mut self.swarm.behaviour_mut().gossip;
                    let ignore = gossipsub::MessageAcceptance::Ignore;
                    gossip.report_message_validation_result(&message_id, &propagation_source, ignore);
                }
            }
            gossipsub::Event::Subscribed { peer_id, .. } => {
                // News, not state: a peer that joins and leaves all the time must not fill the memory.
                let _ = self.offer(NetEvent::Gossips { peer: Peer(peer_id.to_bytes()) });
            }
            gossipsub::Event::GossipsubNotSupported { peer_id } => {
                tracing::info!(peer = %peer_id, "a partner's node takes no part in gossip");
            }
            gossipsub::Event::SlowPeer { peer_id, failed_messages } => {
                tracing::debug!(peer = %peer_id, ?failed_messages, "a partner's node is slow at gossip");
            }
            gossipsub::Event::Unsubscribed { .. } => {}
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
        let Some(city) = self.partners.get(&peer).map(|partner| partner.city) else {
            // Forgotten a moment ago; the connection is about to close.
            return;
        };
        let request = match inquiry {
            Inquiry::Known(request) => request,
            Inquiry::Unreadable(fault) => {
                count(&self.counters.requests_unreadable);
                tracing::debug!(%peer, code = fault.code(), "a partner's question could not be read");
                return self.answer_here(channel, Response::Refused { code: fault.code().to_owned() });
            }
        };
        let token = AnswerToken { channel };
        let event = NetEvent::Asked { peer: Peer(peer.to_bytes()), city, request, token };
        if let Some(NetEvent::Asked { token, .. }) = self.offer(event) {
            count(&self.counters.requests_busy);
            self.answer_here(token.channel, Response::Busy { retry_after_ms: BUSY_RETRY_MS });
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
    match error {
        ListenError::Denied { cause } => cause.downcast_ref::<allow_block_list::NotAllowed>().is_some(),
        _ => false,
    }
}

/// One line for the operator; the library's own words run over several.
fn plain(fault: &DialError) -> String {
    match fault {
        DialError::NoAddresses => "no address is known, or its name could not be looked up".to_owned(),
        DialError::WrongPeerId { obtained, .. } => format!("another node answered there: {obtained}"),
        DialError::Transport(attempts) => attempts
            .iter()
            .map(|(address, cause)| format!("{address}: {cause}"))
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
