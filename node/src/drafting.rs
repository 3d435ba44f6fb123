//! Drafted: the first station in the life of an entry. What an officer asked for becomes a statement that only lacks its
//! place and its signature: edition found, code checked, body in its canonical bytes, commitment and ground tag made.
//!
//! Strictness belongs to the moment of signing. Shape, code and person rules are checked here, where a request can still
//! be answered to its sender; basis and catalogue are checked by the engine, which sees the whole log.

mod act;
mod disclosure;
mod fault;
mod joint;
mod listing;
mod trust;

pub use fault::DraftFault;
pub use joint::JointFault;

use huxin_engine::Draft;
use huxin_engine::gather;
use huxin_engine::ledger::LedgerRead;
use huxin_keys::GroundSecret;
use huxin_protocol::body::{Body, BodyFault, Salt, commitment};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{Edition, in_force};
use huxin_protocol::header::{AGENCY_BYTES, BODY_VERSION, Disclosure};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::text::check_text;
use huxin_protocol::time::{Date, Millis};
use std::collections::BTreeMap;

/// What the moment of drafting adds: the ledger, the members, and the time.
pub type World<'a> = (&'a dyn LedgerRead, &'a Roster, Millis);

/// What drafting needs to know; the same for the whole life of the process.
pub struct Drafter {
    pub federation: Digest,
    pub city: CityCode,
    pub ground: GroundSecret,
    pub editions: BTreeMap<Digest, Edition>,
    pub allow_natural_persons: bool,
    /// Names that mean this city itself: an entry that names one of them as its source is its own list (R152).
    pub own_names: Vec<String>,
}

impl Drafter {
    fn seal(
        &self,
        kind: Kind,
        body: Body,
        agency: Option<String>,
        disclosure: Disclosure,
    ) -> Result<Draft, DraftFault> {
        if agency.as_ref().is_some_and(|agency| agency.trim().is_empty() || agency.len() > AGENCY_BYTES) {
            return Err(DraftFault::Agency);
        }
        if let Some(agency) = &agency {
            check_text(agency).map_err(|fault| BodyFault::Text { field: "agency", fault })?;
        }
        let mut salt = Salt::default();
        getrandom::fill(&mut salt).map_err(|_| DraftFault::Random)?;
        let body_bytes = body.seal(kind, &salt)?;
        let commitment = commitment(&self.federation, self.city, kind, BODY_VERSION, &body_bytes);
        Ok(Draft { kind, agency, disclosure, about: None, ground: None, body, body_bytes, commitment })
    }
}

/// Digest, disclosure and, where it is held and readable, body of a statement.
fn statement(
    read: &dyn LedgerRead,
    roster: &Roster,
    id: StatementId,
) -> Result<(Digest, Disclosure, Option<Body>), DraftFault> {
    let (statement, bytes) = gather::statement(read, roster, id)?.ok_or(DraftFault::NoSuchStatement(id))?;
    let header = statement.header;
    let body = bytes.and_then(|bytes| Body::decode(header.kind, header.body_version, &bytes).ok());
    Ok((statement.digest, header.disclosure, body))
}

/// The built-in edition of development banks, which is for imported lists.
pub const MDB: &str = "mdb";

/// The edition that an entry of a city is under which states none: the one in force for it on that day of the only catalogue there
/// is beside `mdb`.
#[must_use]
pub fn meant_where_unstated(editions: &BTreeMap<Digest, Edition>, city: CityCode, day: Date) -> Option<&Edition> {
    let own: Vec<&Edition> = editions.values().filter(|edition| edition.line() != MDB).collect();
    match own.as_slice() {
        [only] => Some(only),
        [first, others @ ..] if others.iter().all(|other| other.line() == first.line()) => {
            in_force(editions, first.line(), Some(city), day)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
