//! Bodies that were not carried by the road that brought their statements: asked for from any of their readers.
//!
//! A member can log any number of statements whose bodies never come. So each search looks at a bounded number of them, goes
//! on where the one before ended, and gives every city its turn.

use super::{Engine, Partner, Purpose};
use crate::effect::Event;
use crate::index::{is_gone, read_leaf, write_late_body};
use crate::input::Peer;
use crate::ledger::{Family, LedgerRead, ReadFault, Txn, last_seq, place_key};
use crate::wire::{BODIES_PER_REQUEST, Request};
use huxin_protocol::body::commitment;
use huxin_protocol::ids::{CityCode, Seq, StatementId};
use huxin_protocol::roster::CityRoster;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;

/// Milliseconds between two searches.
const SEARCH_EVERY_MS: i64 = 5_000;
/// Lacking bodies of one city that one search looks at: what one question may ask for.
const OF_ONE_CITY: usize = BODIES_PER_REQUEST;
/// Lacking bodies that one search looks at.
const OF_ALL: usize = 8 * OF_ONE_CITY;

/// Where the search for lacking bodies is.
#[derive(Debug)]
pub(super) struct Search {
    next: Millis,
    /// Which city comes first.
    turn: usize,
    /// Where the search in a city's log goes on, and how often it has reached the end: whom to ask first goes by that.
    places: BTreeMap<CityCode, (Seq, usize)>,
}

impl Search {
    pub(super) const fn new() -> Self {
        Self { next: Millis(0), turn: 0, places: BTreeMap::new() }
    }

    /// Cities in whose logs a search goes on.
    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    /// Whether one is due; the next one is then as far away as two are apart.
    fn begins(&mut self, now: Millis) -> bool {
        // A time that lies further ahead was set before the clock went back.
        let due = self.next <= now || self.next.0 > now.0 + SEARCH_EVERY_MS;
        if due {
            self.next = Millis(now.0 + SEARCH_EVERY_MS);
            self.turn = self.turn.wrapping_add(1);
        }
        due
    }
}

impl Engine {
    /// Asks readers for bodies that we may read and do not hold.
    pub(super) fn look_for_bodies(&mut self, now: Millis, txn: &Txn<'_>) -> Result<(), ReadFault> {
        let no_room = self.rooms.disk.only_endings;
        if no_room || self.sync.partners.is_empty() || !self.settings.anti_entropy || !self.sync.bodies.begins(now) {
            return Ok(());
        }
        let mut any = false;
        txn.scan(Family::Lacking, &[], &[0xff; 32], &mut |_, _| {
            any = true;
            false
        })?;
        if !any {
            self.sync.bodies.places.clear();
            return Ok(());
        }
        let mut cities: Vec<CityCode> = self.roster.cities().map(|member| member.code).collect();
        let first = self.sync.bodies.turn % cities.len().max(1);
        cities.rotate_left(first);
        // Whoever has not answered yet is not asked again.
        let asked = |partner: &Partner| partner.asked.values().any(|purpose| *purpose == Purpose::Bodies);
        let free = self.sync.partners.iter().filter(|(_, partner)| !asked(partner));
        let mut wanted: BTreeMap<Peer, Vec<StatementId>> = free.map(|(peer, _)| (peer.clone(), Vec::new())).collect();
        let mut left = OF_ALL;
        for city in cities {
            left -= self.want_bodies(city, left.min(OF_ONE_CITY), &mut wanted, txn)?;
        }
        for (peer, ids) in wanted.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            self.ask(&peer, Purpose::Bodies, Request::Bodies { ids });
        }
        Ok(())
    }

    /// Looks at the next `most` places of a city whose bodies are lacking, behind those of the search before, and at the first
    /// ones again once the end was reached; as far as somebody can be asked. How many were looked at.
    fn want_bodies(
        &mut self,
        city: CityCode,
        most: usize,
        wanted: &mut BTreeMap<Peer, Vec<StatementId>>,
        txn: &Txn<'_>,
    ) -> Result<usize, ReadFault> {
        let (from, round) = self.sync.bodies.places.get(&city).copied().unwrap_or((Seq(0), 0));
        let mut places = Vec::new();
        let end = place_key(city, Seq(u64::MAX));
        txn.scan(Family::Lacking, &place_key(city, from), &end, &mut |key, _| {
            places.extend(last_seq(key));
            places.len() < most.max(1)
        })?;
        places.truncate(most);
        let mut looked = 0;
        for seq in &places {
            if let Some((id, readers)) = self.readers_of(city, *seq, round, txn)? {
                let free =
                    readers.iter().find(|peer| wanted.get(*peer).is_some_and(|ids| ids.len() < BODIES_PER_REQUEST));
                match free.and_then(|peer| wanted.get_mut(peer)) {
                    Some(ids) => ids.push(id),
                    // Nobody who is here may have it: later, perhaps.
                    None if readers.is_empty() => {}
                    None => break,
                }
            }
            looked += 1;
        }
        // To the end of what there is, or to the first place that nobody could be asked for.
        let goes_on = match places.get(looked) {
            Some(next) => (*next, round),
            None if places.len() < most => (Seq(0), round.wrapping_add(1)),
            None => (places.last().map_or(from, |last| Seq(last.0 + 1)), round),
        };
        self.sync.bodies.places.insert(city, goes_on);
        Ok(looked)
    }

    /// What stands at a place and whom to ask for its body, if it is still of use: the issuer first in every second round, and
    /// the other readers in turn.
    fn readers_of(
        &self,
        city: CityCode,
        seq: Seq,
        round: usize,
        txn: &Txn<'_>,
    ) -> Result<Option<(StatementId, Vec<Peer>)>, ReadFault> {
        let federation = self.roster.federation();
        let void = self.roster.city(city).is_none_or(|member| CityRoster::is_voided(member, seq));
        if void {
            return Ok(None);
        }
        let Some(statement) = read_leaf(txn, &federation, city, seq)? else { return Ok(None) };
        let header = &statement.header;
        if is_gone(txn, &federation, header)? {
            return Ok(None);
        }
        let may_have = self.sync.partners.iter().filter(|(_, partner)| header.disclosure.allows(city, partner.city));
        let mut readers: Vec<Peer> = may_have.map(|(peer, _)| peer.clone()).collect();
        let first = round / 2 % readers.len().max(1);
        readers.rotate_left(first);
        let issuer = self.sync.partners.iter().find(|(_, partner)| partner.city == city);
        if let Some((issuer, _)) = issuer.filter(|_| round.is_multiple_of(2)) {
            readers.insert(0, issuer.clone());
        }
        Ok(Some((header.id(), readers)))
    }

    /// Bodies that came later than their statements. Those that do not match are dropped and counted.
    pub(super) fn bodies(&mut self, bodies: Vec<(StatementId, Vec<u8>)>, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
        let me = self.me();
        let federation = self.roster.federation();
        let mut count = 0;
        for (id, body) in bodies {
            if self.rooms.disk.only_endings {
                break;
            }
            if txn.get(Family::Lacking, &place_key(id.city, id.seq))?.is_none() {
                continue;
            }
            let Some(statement) = read_leaf(&*txn, &federation, id.city, id.seq)? else { continue };
            let header = &statement.header;
            let fits = header.id() == id
                && header.disclosure.allows(id.city, me)
                && commitment(&federation, id.city, header.kind, header.body_version, &body) == header.commitment;
            if fits {
                write_late_body(txn, &federation, me, header, body)?;
                count += 1;
            } else {
                self.event(Event::Refused { road: "sync", code: "body_commitment" });
            }
        }
        if count > 0 {
            self.event(Event::BodiesArrived { count });
        }
        Ok(())
    }
}
