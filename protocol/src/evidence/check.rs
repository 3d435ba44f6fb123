//! Whether evidence holds: both things are signed by the one key, and they contradict each other. Evidence is rebuilt
//! from what was signed and compared, so that the finder and the judge use one rule.

use super::{Evidence, EvidenceFault, VerifiedEvidence};
use crate::checkpoint::{SignedCheckpoint, UnverifiedCheckpoint};
use crate::ids::{CityCode, Epoch};
use crate::key_record::{KeyRecord, SignedRecord};
use crate::roster::{EpochKeys, Roster};
use crate::statement::Statement;

fn keys(roster: &Roster, city: CityCode, epoch: Epoch) -> Result<&EpochKeys, EvidenceFault> {
    let city = roster.city(city).ok_or(EvidenceFault::ForeignCity)?;
    city.epoch(epoch).ok_or(EvidenceFault::UnknownEpoch)
}

/// A checkpoint under the key of its epoch, wherever that epoch was closed since: what was signed was signed.
fn checkpoint(bytes: &[u8], roster: &Roster) -> Result<SignedCheckpoint, EvidenceFault> {
    let unverified = UnverifiedCheckpoint::parse(bytes)?;
    let origin = unverified.checkpoint.origin;
    if origin.federation != roster.federation() {
        return Err(EvidenceFault::ForeignFederation);
    }
    Ok(unverified.verify(&keys(roster, origin.city, origin.epoch)?.log)?)
}

fn statement(bytes: &[u8], roster: &Roster) -> Result<Statement, EvidenceFault> {
    let statement = Statement::read(bytes.to_vec(), &roster.federation())?;
    let keys = keys(roster, statement.header.city, statement.header.epoch)?;
    statement.verify(&roster.federation(), &keys.log)?;
    Ok(statement)
}

fn record(bytes: &[u8], roster: &Roster) -> Result<SignedRecord, EvidenceFault> {
    let city = roster.city(KeyRecord::city_of(bytes)?).ok_or(EvidenceFault::ForeignCity)?;
    Ok(SignedRecord::verify(bytes, &roster.federation(), &city.root)?)
}

impl Evidence {
    /// Checks both signatures and the contradiction.
    ///
    /// # Errors
    /// What is wrong with what was signed, or [`EvidenceFault::NoContradiction`], also where the two stand in the wrong
    /// order or a checkpoint has lines besides its log line.
    pub fn check(self, roster: &Roster) -> Result<VerifiedEvidence, EvidenceFault> {
        let (city, epoch, rebuilt) = match &self {
            Self::TwoRoots { first, second } => {
                let (first, second) = (checkpoint(first, roster)?, checkpoint(second, roster)?);
                let origin = first.checkpoint().origin;
                (origin.city, origin.epoch, Self::two_roots(&first, &second))
            }
            Self::TwoHistories { earlier, later, other_root, proof } => {
                let (earlier, later) = (checkpoint(earlier, roster)?, checkpoint(later, roster)?);
                let origin = earlier.checkpoint().origin;
                (origin.city, origin.epoch, Self::two_histories(&earlier, &later, *other_root, proof))
            }
            Self::TwoStatements { first, second } => {
                let (first, second) = (statement(first, roster)?, statement(second, roster)?);
                (first.header.city, first.header.epoch, Self::two_statements(&first, &second))
            }
            Self::TwoRecords { first, second } => {
                let (first, second) = (record(first, roster)?, record(second, roster)?);
                (first.record().city, first.record().epoch, Self::two_records(&first, &second))
            }
        };
        if rebuilt.as_ref() == Some(&self) {
            Ok(VerifiedEvidence { city, epoch, evidence: self })
        } else {
            Err(EvidenceFault::NoContradiction)
        }
    }
}
