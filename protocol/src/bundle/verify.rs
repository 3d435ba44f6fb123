//! Whether a bundle holds, from the outside in: form, federation, keys, statement, place in the log, body, witnesses,
//! standing. Each step relies only on those before it.

use super::{Bundle, BundleFault, VerifiedBundle};
use crate::body::Body;
use crate::checkpoint::{Checkpoint, SignedCheckpoint, UnverifiedCheckpoint};
use crate::cosignature::Cosignature;
use crate::digest::Digest;
use crate::genesis::Genesis;
use crate::header::About;
use crate::ids::{CityCode, Epoch};
use crate::key_record::KeyRecord;
use crate::note::SignatureLine;
use crate::roster::{Added, CityRoster, Roster};
use crate::segment::{authenticate_checkpoint, check_cosignature, commits_to};
use crate::standing::{Standing, VerifiedStanding};
use crate::statement::Statement;
use crate::tree::verify_inclusion;

/// The members with the bundle's records, which must be by city and epoch and each open an epoch: a record twice, a
/// fork or one left out is refused (R115).
fn roster(genesis: &Genesis, records: &[Vec<u8>]) -> Result<Roster, BundleFault> {
    let mut roster = Roster::new(genesis);
    let mut last: Option<(CityCode, Epoch)> = None;
    for record in records {
        let city = KeyRecord::city_of(record)?;
        let Added::Epoch { epoch, .. } = roster.add(record)? else {
            return Err(BundleFault::RecordOrder);
        };
        if last.is_some_and(|last| last >= (city, epoch)) {
            return Err(BundleFault::RecordOrder);
        }
        last = Some((city, epoch));
    }
    Ok(roster)
}

/// The issuer, and the statement under its own epoch's key.
fn statement(bytes: Vec<u8>, roster: &Roster) -> Result<(&CityRoster, Statement), BundleFault> {
    let statement = Statement::read(bytes, &roster.federation())?;
    let issuer = roster.city(statement.header.city).ok_or(BundleFault::ForeignCity)?;
    let keys = issuer.epoch(statement.header.epoch).ok_or(BundleFault::UnknownEpoch)?;
    statement.verify(&roster.federation(), &keys.log)?;
    Ok((issuer, statement))
}

/// The checkpoint and its other lines: what holds, and the names of what does not.
fn checkpoint(
    note: &[u8],
    issuer: &CityRoster,
    roster: &Roster,
) -> Result<(SignedCheckpoint, Vec<Cosignature>, Vec<String>), BundleFault> {
    let mut unverified = UnverifiedCheckpoint::parse(note)?;
    if unverified.checkpoint.origin.city != issuer.code {
        return Err(BundleFault::OtherLog);
    }
    let lines = std::mem::take(&mut unverified.other_lines);
    let signed = authenticate_checkpoint(unverified, roster)?;
    let (mut holding, mut invalid) = (Vec::new(), Vec::new());
    for line in lines {
        match check_cosignature(&line, signed.checkpoint(), roster) {
            Some(cosignature) => holding.push(cosignature),
            None => {
                let SignatureLine { name, .. } = line;
                invalid.push(name);
            }
        }
    }
    Ok((signed, holding, invalid))
}

/// A standing note about this statement and this state of the log (R118).
fn standing(
    note: &[u8],
    statement: &Statement,
    checkpoint: &Checkpoint,
    roster: &Roster,
) -> Result<VerifiedStanding, BundleFault> {
    let verified = Standing::verify(note, roster)?;
    let about = About { id: statement.header.id(), digest: statement.digest };
    let log = (checkpoint.origin.epoch, checkpoint.size, checkpoint.root);
    let says = verified.standing();
    if says.entry == about && says.log == log { Ok(verified) } else { Err(BundleFault::StandingMismatch) }
}

impl Bundle {
    /// Reads a file and checks all of it against the federation that the reader trusts.
    ///
    /// # Errors
    /// The first thing that is wrong. Cosignatures that do not hold refuse nothing: see
    /// [`VerifiedBundle::invalid_lines`].
    pub fn verify(file: &[u8], federation: &Digest) -> Result<VerifiedBundle, BundleFault> {
        Self::decode(file)?.check(federation)
    }

    /// As [`Bundle::verify`], for parts that were taken apart before.
    ///
    /// # Errors
    /// As there.
    pub fn check(self, federation: &Digest) -> Result<VerifiedBundle, BundleFault> {
        let genesis = Genesis::decode(&self.genesis)?;
        if genesis.id() != *federation {
            return Err(BundleFault::ForeignFederation);
        }
        self.check_under(genesis)
    }

    /// Everything but the genesis, under one that holds.
    pub(super) fn check_under(self, genesis: Genesis) -> Result<VerifiedBundle, BundleFault> {
        let roster = roster(&genesis, &self.records)?;
        let (issuer, statement) = statement(self.statement, &roster)?;
        let (signed, cosignatures, invalid_lines) = checkpoint(&self.proof.checkpoint, issuer, &roster)?;
        let (index, says) = (self.proof.index, *signed.checkpoint());
        let header = &statement.header;
        if header.seq != index || header.epoch != issuer.epoch_at(index) {
            return Err(BundleFault::Place);
        }
        verify_inclusion(&statement.leaf_hash(), index, says.size, &self.proof.hashes, &says.root)?;
        let body = match &self.body {
            Some(body) if !commits_to(header, &genesis.id(), body) => {
                return Err(BundleFault::BodyMismatch);
            }
            Some(body) => Some(Body::decode(header.kind, header.body_version, body)?),
            None => None,
        };
        let standing = self.standing.map(|note| standing(&note, &statement, &says, &roster)).transpose()?;
        let keys = issuer.epoch(header.epoch).ok_or(BundleFault::UnknownEpoch)?.clone();
        Ok(VerifiedBundle {
            key_state: issuer.current().epoch,
            voided: issuer.is_voided(index),
            genesis,
            body,
            index,
            checkpoint: signed,
            keys,
            cosignatures,
            invalid_lines,
            standing,
            statement,
            roster,
        })
    }
}
