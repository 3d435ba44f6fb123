//! What was signed beside the logs: key records, cosignatures, evidence, and leaves that a record left outside.

use super::{Fault, Walk};
use crate::branch::{StoredRecord, stored_records};
use crate::ledger::{
    CosignatureRow, Family, HeadRow, LedgerTree, ReadFault, body_key, evidence_key, last_seq, record_key,
};
use crate::record::HEADS_ROW;
use huxin_protocol::checkpoint::{Checkpoint, Origin};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::evidence::Evidence;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::key_record::{KeyRecord, SignedRecord, Tail};
use huxin_protocol::statement::Statement;
use huxin_protocol::tree::root_at;

/// The city that a key begins with.
fn city_of(key: &[u8]) -> Option<CityCode> {
    CityCode::from_key_bytes(key.first_chunk()?).ok()
}

impl Walk<'_> {
    /// Key records, in the order in which the node takes them up. The roster grows by them.
    pub(super) fn records(&mut self) -> Result<(), ReadFault> {
        for StoredRecord { key, bytes } in stored_records(self.read, &self.roster)? {
            self.report.counts.records += 1;
            let place = (Family::Record, city_of(&key), None);
            if let Err(fault) = self.roster.add(&bytes) {
                self.find(place, Fault::Record { code: fault.code() }, Vec::new());
                continue;
            }
            let signed = KeyRecord::city_of(&bytes).ok().and_then(|city| {
                let root = &self.roster.city(city)?.root;
                SignedRecord::verify(&bytes, &self.federation, root).ok()
            });
            let at = signed.map(|signed| record_key(signed.record().city, signed.record().epoch, &signed.digest()));
            if at != Some(key) {
                self.find(place, Fault::RecordKey, Vec::new());
            }
        }
        Ok(())
    }

    /// Cosignatures on one city's log.
    pub(super) fn cosignatures(&mut self, city: CityCode) -> Result<(), ReadFault> {
        let size = HeadRow::read(self.read, city).unwrap_or_default().frontier.size();
        self.city_rows(Family::Cosignature, city, &mut |walk, key, value| {
            walk.report.counts.cosignatures += 1;
            let cosigner = key.get(16..).filter(|_| key.len() == 32).and_then(city_of);
            let fault = match (cosigner, CosignatureRow::decode(value)) {
                (Some(cosigner), Ok(row)) => match walk.cosignature_fault(city, cosigner, &row) {
                    Some(fault) => fault,
                    None if row.size > size => Fault::CosignatureRoot,
                    None => match root_at(&LedgerTree { read: walk.read, city }, row.size) {
                        Ok(root) if root == row.root => return Ok(()),
                        // Leaves or nodes are missing: told of elsewhere, and no proof against this row.
                        Err(_) => return Ok(()),
                        Ok(_) => Fault::CosignatureRoot,
                    },
                },
                _ => Fault::CosignatureRow,
            };
            // Of others newer ones come by themselves. What our own cosigner said last keeps us from contradicting it.
            let own = cosigner == Some(walk.me);
            let repair = if own { Vec::new() } else { vec![(Family::Cosignature, key.to_vec(), None)] };
            let fault = if own { Fault::OwnCosignature { code: fault.code() } } else { fault };
            walk.find((Family::Cosignature, Some(city), None), fault, repair);
            Ok(())
        })
    }

    fn cosignature_fault(&self, log: CityCode, cosigner: CityCode, row: &CosignatureRow) -> Option<Fault> {
        let Ok(signer) = Cosignature::cosigner_of(&row.line) else { return Some(Fault::CosignatureRow) };
        let keys = self.roster.city(cosigner).and_then(|member| member.epoch(signer.epoch));
        let (Some(keys), true) = (keys, signer.city == cosigner) else { return Some(Fault::CosignatureRow) };
        let origin = Origin { federation: self.federation, city: log, epoch: row.epoch };
        let checkpoint = Checkpoint { origin, size: row.size, root: row.root };
        match Cosignature::verify(&row.line, &checkpoint, &keys.cosigner) {
            Ok(cosignature) if cosignature.time_s == row.time_s => None,
            Ok(_) => Some(Fault::CosignatureRow),
            Err(fault) => Some(Fault::Cosignature { code: fault.code() }),
        }
    }

    pub(super) fn evidence(&mut self) -> Result<(), ReadFault> {
        self.all_rows(Family::Evidence, &mut |walk, key, bytes| {
            let city = city_of(key);
            if city.is_none_or(|city| walk.roster.city(city).is_none()) {
                // Told of with the other strangers.
                return Ok(());
            }
            walk.report.counts.evidence += 1;
            let fault = match Evidence::decode(bytes).and_then(|evidence| evidence.check(&walk.roster)) {
                Ok(held) if evidence_key(held.city(), held.epoch()) == key => return Ok(()),
                Ok(_) => Fault::EvidenceKey,
                Err(fault) => Fault::Evidence { code: fault.code() },
            };
            walk.find((Family::Evidence, city, None), fault, vec![(Family::Evidence, key.to_vec(), None)]);
            Ok(())
        })
    }

    /// Leaves that a key record left outside one city's log.
    pub(super) fn abandoned(&mut self, city: CityCode) -> Result<(), ReadFault> {
        let Some(member) = self.roster.city(city).cloned() else { return Ok(()) };
        self.city_rows(Family::Abandoned, city, &mut |walk, key, value| {
            let epoch = key.get(16..20).filter(|_| key.len() == 28).and_then(|epoch| epoch.try_into().ok());
            let (Some(epoch), Some(seq)) = (epoch.map(u32::from_be_bytes).map(Epoch), last_seq(key)) else {
                walk.find((Family::Abandoned, Some(city), None), Fault::KeyShape, Vec::new());
                return Ok(());
            };
            let place = (Family::Abandoned, Some(city), Some(seq).filter(|seq| *seq != HEADS_ROW));
            let (Some(keys), Some(end)) = (member.epoch(epoch), member.closed_at(epoch)) else {
                walk.find(place, Fault::AbandonedPlace, Vec::new());
                return Ok(());
            };
            if seq == HEADS_ROW {
                if value.first().is_none_or(|cut| *cut > 1) || value.len() % 32 != 1 {
                    walk.find(place, Fault::AbandonedHeads, Vec::new());
                }
                return Ok(());
            }
            walk.report.counts.abandoned += 1;
            if seq.0 < end.0 {
                walk.find(place, Fault::AbandonedPlace, Vec::new());
            }
            let statement = Statement::read(value.to_vec(), &walk.federation);
            let statement = match statement.and_then(|s| s.verify(&walk.federation, &keys.log).map(|()| s)) {
                Ok(statement) => statement,
                Err(fault) => {
                    walk.find(place, Fault::AbandonedLeaf { code: fault.code() }, Vec::new());
                    return Ok(());
                }
            };
            let said = statement.header.id();
            if said != (StatementId { city, epoch, seq }) {
                // What its city signed for another place is void here as it was in the log (R101), and no damage. A row that was
                // moved looks the same; but its old place lies before it and is empty, and what was cut off has no gaps.
                let could_be_moved = said.city == city && said.epoch == epoch && (end.0..seq.0).contains(&said.seq.0);
                if could_be_moved && walk.read.get(Family::Abandoned, &body_key(city, epoch, said.seq))?.is_none() {
                    walk.find(place, Fault::AbandonedPlace, Vec::new());
                }
                return Ok(());
            }
            walk.abandoned_ending(city, seq, keys.tail, &statement)
        })
    }

    /// An abandoned ending that keeps its effect has its rows.
    fn abandoned_ending(
        &mut self,
        city: CityCode,
        seq: Seq,
        tail: Tail,
        statement: &Statement,
    ) -> Result<(), ReadFault> {
        if tail != Tail::Endings {
            return Ok(());
        }
        for (family, key, value) in self.kept_rows(city, seq, statement)? {
            let fault = match self.read.get(family, &key)? {
                Some(stored) if stored == value => continue,
                Some(_) => Fault::RowWrong,
                None => Fault::RowMissing,
            };
            self.find((family, Some(city), Some(seq)), fault, vec![(family, key, Some(value))]);
        }
        Ok(())
    }
}
