//! The supervisor: who is known, who is connected, and when whom to dial. A pure state; the driver hands in the time and
//! the chance, so that every schedule is tested without waiting.
//!
//! Every known partner that is not connected is dialled, soon at first (three processes of a demonstration find each
//! other within a second) and then ever more rarely, up to five minutes. The node with the lower peer id dials first;
//! the other one gives it a head start, so that two nodes seldom dial each other at once. Where they do, both
//! connections stay.
//!
//! A connection that breaks at once counts as a failure: the other side may not know this node. A peer that is blamed
//! too often is cut off for a while.

use huxin_protocol::ids::CityCode;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::LinkView;
use crate::conduct::Conduct;

/// Waits after the first failures; then each is twice the one before.
const FIRST_WAITS: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(500), Duration::from_secs(1)];
/// Longest wait between two attempts.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// How much earlier the node with the lower peer id dials.
const HEAD_START: Duration = Duration::from_millis(300);
/// A connection that stood this long counts as a success.
const STOOD: Duration = Duration::from_secs(10);
/// Lost pings in a row after which a connection is given up: a minute and a half of silence.
pub(crate) const LOST_PINGS: u32 = 3;
/// Blames within one connection after which a peer is cut off. One may be a misunderstanding between versions.
const BLAMES: u32 = 5;
/// How long a peer is cut off; each time twice as long as the time before.
const CUT_OFF: Duration = Duration::from_secs(60);
/// Longest time of being cut off, and how long a peer must have kept within its allowances to begin anew with the first.
const LONGEST_CUT_OFF: Duration = Duration::from_secs(3600);

/// What is known of one partner's node.
#[derive(Debug)]
pub(crate) struct Partner {
    pub city: CityCode,
    pub addresses: Vec<Multiaddr>,
    /// Standing connections.
    pub links: BTreeMap<ConnectionId, Link>,
    /// Why the last attempt failed.
    pub failure: Option<String>,
    /// Attempts in a row that did not lead to a connection that stood.
    failures: u32,
    next_dial: Instant,
    dialling: bool,
    blames: u32,
    conduct: Conduct,
    cut_off_until: Option<Instant>,
    /// How long the last cut-off was, and when it ended or ends.
    last_cut_off: Option<(Duration, Instant)>,
}

#[derive(Debug)]
pub(crate) struct Link {
    pub view: LinkView,
    pub since: Instant,
    pub lost_pings: u32,
}

/// All partners. `jitter` is a number from 0 to 1 by chance.
#[derive(Debug)]
pub(crate) struct Partners {
    own: PeerId,
    all: BTreeMap<PeerId, Partner>,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Dial {
        peer: PeerId,
        addresses: Vec<Multiaddr>,
    },
    /// The time of being cut off is over.
    Allow {
        peer: PeerId,
    },
}

/// What a lost ping or a blame leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    Left,
    Over,
}

impl Partners {
    pub(crate) const fn new(own: PeerId) -> Self {
        Self { own, all: BTreeMap::new() }
    }

    pub(crate) fn get(&self, peer: &PeerId) -> Option<&Partner> {
        self.all.get(peer)
    }
    pub(crate) fn conduct(&mut self, peer: &PeerId) -> Option<&mut Conduct> {
        self.all.get_mut(peer).map(|partner| &mut partner.conduct)
    }
    pub(crate) fn is_cut_off(&self, peer: &PeerId) -> bool {
        self.all.get(peer).is_some_and(|partner| partner.cut_off_until.is_some())
    }
    pub(crate) fn is_connected(&self, peer: &PeerId) -> bool {
        self.all.get(peer).is_some_and(|partner| !partner.links.is_empty())
    }

    fn head_start(&self, peer: &PeerId) -> Duration {
        if self.own < *peer { Duration::ZERO } else { HEAD_START }
    }

    /// Takes up a partner, or its new city and addresses. The own node is none; `false` then.
    #[must_use]
    pub(crate) fn set(&mut self, peer: PeerId, city: CityCode, addresses: Vec<Multiaddr>, now: Instant) -> bool {
        if peer == self.own {
            return false;
        }
        let next_dial = now + self.head_start(&peer);
        let partner = self.all.entry(peer).or_insert_with(|| Partner {
            city,
            addresses: Vec::new(),
            links: BTreeMap::new(),
            failure: None,
            failures: 0,
            next_dial,
            dialling: false,
            blames: 0,
            conduct: Conduct::new(now),
            cut_off_until: None,
            last_cut_off: None,
        });
        partner.city = city;
        if partner.addresses != addresses {
            // New addresses are news worth a try at once.
            partner.addresses = addresses;
            partner.failures = 0;
            partner.next_dial = next_dial;
        }
        true
    }

    /// Forgets a partner; `true` if it was connected.
    pub(crate) fn drop_partner(&mut self, peer: &PeerId) -> bool {
        self.all.remove(peer).is_some_and(|partner| !partner.links.is_empty())
    }

    /// When [`Partners::due`] is to be asked next.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.all.values().filter_map(Partner::next_at).min()
    }

    /// What is to be done at `now`; those to be dialled count as being dialled from here on.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Due> {
        let mut due = Vec::new();
        for (peer, partner) in &mut self.all {
            if partner.next_at().is_none_or(|at| at > now) {
                continue;
            }
            if partner.cut_off_until.take().is_some() {
                due.push(Due::Allow { peer: *peer });
                partner.next_dial = now;
            } else {
                partner.dialling = true;
                due.push(Due::Dial { peer: *peer, addresses: partner.addresses.clone() });
            }
        }
        due
    }

    /// A connection stands; `true` if it is the first to this partner.
    pub(crate) fn opened(&mut self, peer: &PeerId, connection: ConnectionId, view: LinkView, now: Instant) -> bool {
        let Some(partner) = self.all.get_mut(peer) else { return false };
        partner.dialling = false;
        partner.failure = None;
        let first = partner.links.is_empty();
        partner.links.insert(connection, Link { view, since: now, lost_pings: 0 });
        first
    }

    /// A connection is gone; `true` if it was the last to this partner.
    pub(crate) fn closed(
        &mut self,
        peer: &PeerId,
        connection: ConnectionId,
        cause: Option<String>,
        now: Instant,
        jitter: f64,
    ) -> bool {
        let head_start = self.head_start(peer);
        let Some(partner) = self.all.get_mut(peer) else { return false };
        let Some(link) = partner.links.remove(&connection) else { return false };
        if !partner.links.is_empty() {
            return false;
        }
        partner.blames = 0;
        partner.conduct.leaves();
        if partner.cut_off_until.is_none() {
            partner.failure = cause;
        }
        let stood = now.saturating_duration_since(link.since) >= STOOD;
        partner.failures = if stood { 1 } else { partner.failures.saturating_add(1) };
        partner.next_dial = now + head_start + wait(partner.failures, jitter);
        true
    }

    /// An attempt to dial failed.
    pub(crate) fn failed(&mut self, peer: &PeerId, failure: String, now: Instant, jitter: f64) {
        let Some(partner) = self.all.get_mut(peer) else { return };
        partner.dialling = false;
        partner.failure = Some(failure);
        partner.failures = partner.failures.saturating_add(1);
        partner.next_dial = now + wait(partner.failures, jitter);
    }

    /// A ping came back, or was lost.
    pub(crate) fn pinged(&mut self, peer: &PeerId, connection: ConnectionId, round_trip: Option<Duration>) -> Patience {
        let link = self.all.get_mut(peer).and_then(|partner| partner.links.get_mut(&connection));
        let Some(link) = link else { return Patience::Left };
        if round_trip.is_some() {
            link.view.round_trip = round_trip;
            link.lost_pings = 0;
            return Patience::Left;
        }
        link.lost_pings += 1;
        if link.lost_pings >= LOST_PINGS { Patience::Over } else { Patience::Left }
    }

    /// The peer was blamed. When patience is over it is to be cut off.
    pub(crate) fn blamed(&mut self, peer: &PeerId) -> Patience {
        let Some(partner) = self.all.get_mut(peer) else { return Patience::Left };
        partner.blames += 1;
        if partner.blames < BLAMES {
            return Patience::Left;
        }
        partner.blames = 0;
        Patience::Over
    }

    /// The peer is cut off from now on, until [`Due::Allow`]; for how long, or `None` where it is already, or is unknown.
    pub(crate) fn cut_off(&mut self, peer: &PeerId, code: &'static str, now: Instant) -> Option<Duration> {
        let partner = self.all.get_mut(peer)?;
        if partner.cut_off_until.is_some() {
            return None;
        }
        let recent = partner.last_cut_off.filter(|(_, end)| now.saturating_duration_since(*end) < LONGEST_CUT_OFF);
        let length = recent.map_or(CUT_OFF, |(length, _)| (length * 2).min(LONGEST_CUT_OFF));
        partner.cut_off_until = Some(now + length);
        partner.last_cut_off = Some((length, now + length));
        partner.failure = Some(format!("cut off for {} s: {code}", length.as_secs()));
        Some(length)
    }
}

impl Partner {
    fn next_at(&self) -> Option<Instant> {
        if self.cut_off_until.is_some() {
            return self.cut_off_until;
        }
        let idle = self.links.is_empty() && !self.dialling && !self.addresses.is_empty();
        idle.then_some(self.next_dial)
    }
}

/// How long to wait after so many failures in a row: a fifth more or less, by chance, so that a federation does not come
/// back in one beat after a power cut.
fn wait(failures: u32, jitter: f64) -> Duration {
    let step = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let plain = FIRST_WAITS.get(step).copied().unwrap_or_else(|| {
        let doubled = u32::try_from(step - (FIRST_WAITS.len() - 1)).unwrap_or(u32::MAX).min(16);
        FIRST_WAITS[FIRST_WAITS.len() - 1].saturating_mul(1 << doubled).min(LONGEST_WAIT)
    });
    plain.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests;
