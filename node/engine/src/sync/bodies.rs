//! Bodies that were not carried by the road that brought their statements: asked for from any of their readers.

use super::{Engine, Purpose};
use crate::effect::Event;
use crate::gather::sources;
use crate::index::{read_leaf, write_late_body};
use crate::input::Peer;
use crate::ledger::{Family, LedgerRead, ReadFault, Txn, place_key};
use crate::wire::{BODIES_PER_REQUEST, Request};
use huxin_protocol::body::commitment;
use huxin_protocol::ids::StatementId;
use std::collections::BTreeMap;

/// Bodies looked for in one round.
const BODIES_PER_ROUND: usize = BODIES_PER_REQUEST;

impl Engine {
    /// Asks readers for bodies that we may read and do not hold.
    pub(super) fn look_for_bodies(&mut self, txn: &Txn<'_>) -> Result<(), ReadFault> {
        if self.sync.partners.is_empty() || !self.settings.anti_entropy {
            return Ok(());
        }
        let mut any = false;
        txn.scan(Family::Lacking, &[], &[0xff; 32], &mut |_, _| {
            any = true;
            false
        })?;
        if !any {
            return Ok(());
        }
        let me = self.me();
        let federation = self.roster.federation();
        let mut wanted: BTreeMap<Peer, Vec<StatementId>> = BTreeMap::new();
        let turn = self.sync.body_turn;
        self.sync.body_turn += 1;
        for source in sources(txn, &self.roster, me)?.into_values() {
            for seq in source.lacking.into_iter().take(BODIES_PER_ROUND) {
                let Some(statement) = read_leaf(txn, &federation, source.city, seq)? else { continue };
                let header = &statement.header;
                let readers: Vec<&Peer> = self
                    .sync
                    .partners
                    .iter()
                    .filter(|(_, partner)| header.disclosure.allows(source.city, partner.city))
                    .map(|(peer, _)| peer)
                    .collect();
                // The issuer first, then every other reader in turn.
                let issuer = self.sync.partners.iter().find(|(_, p)| p.city == source.city).map(|(peer, _)| peer);
                let chosen = if turn.is_multiple_of(2) { issuer } else { None }
                    .or_else(|| readers.get(turn / 2 % readers.len().max(1)).copied());
                if let Some(peer) = chosen {
                    wanted.entry(peer.clone()).or_default().push(header.id());
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
