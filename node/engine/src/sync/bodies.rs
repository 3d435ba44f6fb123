//! Bodies that were not carried by the road that brought their statements: asked for from any of their readers.
//!
//! A member can log any number of statements whose bodies never come. So each search looks at a bounded number of them, goes
//! on where the one before ended, and gives every city its turn.

use super::{Engine, Purpose};
use crate::effect::Event;
use crate::index::{is_erased, read_leaf, write_late_body};
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
    /// Which reader is asked, and which city comes first.
    turn: usize,
    /// Where the search in a city's log goes on.
    places: BTreeMap<CityCode, Seq>,
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
        if self.sync.partners.is_empty() || !self.settings.anti_entropy || !self.sync.bodies.begins(now) {
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
        let turn = self.sync.bodies.turn;
        let mut cities: Vec<CityCode> = self.roster.cities().map(|member| member.code).collect();
        let first = turn % cities.len().max(1);
        cities.rotate_left(first);
        let mut wanted: BTreeMap<Peer, Vec<StatementId>> = BTreeMap::new();
        let mut left = OF_ALL;
        for city in cities {
            let places = self.lacking_places(city, left.min(OF_ONE_CITY), txn)?;
            left -= places.len();
            for seq in places {
                if let Some((peer, id)) = self.reader_of(city, seq, txn)? {
                    wanted.entry(peer).or_default().push(id);
                }
            }
        }
        for (peer, mut ids) in wanted {
            ids.truncate(BODIES_PER_REQUEST);
            if self.waits_for(&peer, |purpose| *purpose == Purpose::Bodies) {
                continue;
            }
            self.ask(&peer, Purpose::Bodies, Request::Bodies { ids });
        }
        Ok(())
    }

    /// The next `most` places of a city whose bodies are lacking, behind those of the search before; from the beginning again
    /// once the end was reached.
    fn lacking_places(&mut self, city: CityCode, most: usize, txn: &Txn<'_>) -> Result<Vec<Seq>, ReadFault> {
        let mut places = Vec::new();
        if most == 0 {
            return Ok(places);
        }
        let from = self.sync.bodies.places.remove(&city).unwrap_or(Seq(0));
        let end = place_key(city, Seq(u64::MAX));
        txn.scan(Family::Lacking, &place_key(city, from), &end, &mut |key, _| {
            places.extend(last_seq(key));
            places.len() < most
        })?;
        if let Some(last) = places.last().filter(|_| places.len() == most) {
            self.sync.bodies.places.insert(city, Seq(last.0 + 1));
        }
        Ok(places)
    }

    /// Whom to ask for the body at a place, if it is still of use: the issuer and the other readers in turn.
    fn reader_of(&self, city: CityCode, seq: Seq, txn: &Txn<'_>) -> Result<Option<(Peer, StatementId)>, ReadFault> {
        let federation = self.roster.federation();
        let void = self.roster.city(city).is_none_or(|member| CityRoster::is_voided(member, seq));
        if void || is_erased(txn, &federation, city, seq)? {
            return Ok(None);
        }
        let Some(statement) = read_leaf(txn, &federation, city, seq)? else { return Ok(None) };
        let header = &statement.header;
        let partners = &self.sync.partners;
        let turn = self.sync.bodies.turn;
        let issuer = partners.iter().find(|(_, partner)| partner.city == city && turn.is_multiple_of(2));
        let readers: Vec<_> =
            partners.iter().filter(|(_, partner)| header.disclosure.allows(city, partner.city)).collect();
        let chosen = issuer.or_else(|| readers.get(turn / 2 % readers.len().max(1)).copied());
        Ok(chosen.map(|(peer, _)| (peer.clone(), header.id())))
    }

    /// Bodies that came later than their statements. Those that do not match are dropped and counted.
    pub(super) fn bodies(&mut self, bodies: Vec<(StatementId, Vec<u8>)>, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
        let me = self.me();
        let federation = self.roster.federation();
        let mut count = 0;
        for (id, body) in bodies {
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
