//! Connections that have not yet shown who they are. The allow-list can only work after the handshake, so until then all
//! that is known of a connection is where it comes from.
//!
//! So many may be pending in all, few from one address, and some places are kept for the addresses that partners are known
//! to have: a crowd that opens connections and says nothing fills the other places, each for as long as a handshake may
//! take, and a partner that comes back still finds one. An address cannot be borrowed: TCP's own greeting is over.

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::behaviour::ListenFailure;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    dummy,
};
use libp2p::{Multiaddr, PeerId};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};

use crate::settings::{PENDING_CONNECTIONS, PENDING_FOR_PARTNERS, PENDING_PER_ADDRESS};

/// The connection found no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPlace {
    #[error("too many connections are pending")]
    Full,
    #[error("too many connections are pending from this address")]
    Address,
}

/// Who is pending, and which addresses partners have.
#[derive(Debug, Default)]
pub(crate) struct Doors {
    pending: BTreeMap<ConnectionId, IpAddr>,
    partners: BTreeMap<PeerId, Vec<IpAddr>>,
}

/// Where an address leads, if that is said in numbers.
fn ip(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
        // A listener for both kinds names IPv4 addresses in the way of IPv6.
        Protocol::Ip6(ip) => Some(IpAddr::V6(ip).to_canonical()),
        _ => None,
    })
}

impl Doors {
    /// A partner has these addresses from now on. Names are left out until they were looked up.
    pub(crate) fn know(&mut self, peer: PeerId, addresses: &[Multiaddr]) {
        self.partners.insert(peer, addresses.iter().filter_map(ip).collect());
    }

    /// Addresses that a partner's names stand for.
    pub(crate) fn know_more(&mut self, peer: &PeerId, addresses: &[Multiaddr]) {
        if let Some(known) = self.partners.get_mut(peer) {
            for found in addresses.iter().filter_map(ip) {
                if !known.contains(&found) {
                    known.push(found);
                }
            }
        }
    }

    pub(crate) fn forget(&mut self, peer: &PeerId) {
        self.partners.remove(peer);
    }

    /// How many partners have this address: none for most, several on a machine for demonstrations.
    fn partners_at(&self, from: &IpAddr) -> usize {
        self.partners.values().filter(|addresses| addresses.contains(from)).count()
    }

    /// A place for a connection from this address.
    fn enter(&mut self, connection: ConnectionId, remote: &Multiaddr) -> Result<(), NoPlace> {
        let Some(from) = ip(remote) else { return Err(NoPlace::Full) };
        let partners = self.partners_at(&from);
        if self.pending.values().filter(|ip| **ip == from).count() >= PENDING_PER_ADDRESS * partners.max(1) {
            return Err(NoPlace::Address);
        }
        let kept = if partners == 0 { PENDING_FOR_PARTNERS } else { 0 };
        if self.pending.len() + kept >= PENDING_CONNECTIONS as usize {
            return Err(NoPlace::Full);
        }
        self.pending.insert(connection, from);
        Ok(())
    }

    fn leave(&mut self, connection: ConnectionId) {
        self.pending.remove(&connection);
    }
}

impl NetworkBehaviour for Doors {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.enter(connection, remote).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.leave(connection);
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) = event {
            self.leave(connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const PLACES: usize = PENDING_CONNECTIONS as usize;

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    fn id(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    /// Doors in front of which strangers from many addresses stand, as many as there is room for.
    fn crowded() -> Doors {
        let mut doors = Doors::default();
        doors.know(PeerId::random(), &[address("/ip4/10.0.0.1/tcp/7651"), address("/dns4/node/tcp/7651")]);
        for number in 0..PLACES - PENDING_FOR_PARTNERS {
            doors.enter(id(number), &address(&format!("/ip4/192.0.2.{number}/tcp/9"))).unwrap();
        }
        doors
    }

    #[test]
    fn one_address_has_few_places_and_gets_them_back() {
        let mut doors = Doors::default();
        let from = address("/ip4/192.0.2.1/tcp/9");
        for number in 0..PENDING_PER_ADDRESS {
            doors.enter(id(number), &from).unwrap();
        }
        assert_eq!(doors.enter(id(99), &from), Err(NoPlace::Address));
        assert_eq!(doors.enter(id(99), &address("/ip6/::ffff:192.0.2.1/tcp/9")), Err(NoPlace::Address));
        doors.enter(id(100), &address("/ip4/192.0.2.2/tcp/9")).unwrap();
        doors.leave(id(0));
        doors.enter(id(99), &from).unwrap();
    }

    #[test]
    fn a_partner_comes_in_past_a_crowd() {
        let mut doors = crowded();
        assert_eq!(doors.enter(id(90), &address("/ip4/198.51.100.1/tcp/9")), Err(NoPlace::Full));
        for number in 0..PENDING_PER_ADDRESS {
            doors.enter(id(100 + number), &address("/ip4/10.0.0.1/tcp/9")).unwrap();
        }
        assert_eq!(doors.enter(id(200), &address("/ip4/10.0.0.1/tcp/9")), Err(NoPlace::Address));
    }

    #[test]
    fn partners_may_have_every_place_and_strangers_then_none() {
        let mut doors = Doors::default();
        for _ in 0..PLACES {
            doors.know(PeerId::random(), &[address("/ip4/10.0.0.1/tcp/7651")]);
        }
        for number in 0..PLACES {
            doors.enter(id(number), &address("/ip4/10.0.0.1/tcp/9")).unwrap();
        }
        assert_eq!(doors.enter(id(99), &address("/ip4/10.0.0.1/tcp/9")), Err(NoPlace::Full));
        assert_eq!(doors.enter(id(99), &address("/ip4/192.0.2.1/tcp/9")), Err(NoPlace::Full));
    }

    #[test]
    fn names_count_once_they_were_looked_up_and_a_forgotten_partner_no_more() {
        let mut doors = Doors::default();
        let peer = PeerId::random();
        doors.know(peer, &[address("/dns4/node/tcp/7651")]);
        assert_eq!(doors.partners_at(&IpAddr::from([10, 0, 0, 7])), 0);
        doors.know_more(&peer, &[address("/ip4/10.0.0.7/tcp/7651"), address("/ip4/10.0.0.7/tcp/7652")]);
        assert_eq!(doors.partners_at(&IpAddr::from([10, 0, 0, 7])), 1);
        assert_eq!(doors.partners[&peer].len(), 1);
        doors.forget(&peer);
        assert_eq!(doors.partners_at(&IpAddr::from([10, 0, 0, 7])), 0);
    }
}
