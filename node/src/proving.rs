//! Proving: the bundle that a stranger can check offline, made from the store. It holds the statement with its path to the
//! newest checkpoint, every cosignature held on it, the key records that the signatures need, and this city's own word on
//! how the entry stands, because a log cannot prove that nothing came later.

use crate::runtime::NodeSigner;
use axum::http::StatusCode;
use huxin_api::Problem;
use huxin_engine::Signer as _;
use huxin_engine::gather;
use huxin_engine::ledger::{LedgerRead, LedgerTree, ReadFault};
use huxin_engine::serve::checkpoint_note;
use huxin_protocol::body::Body;
use huxin_protocol::bundle::{Bundle, BundleFault, TlogProof};
use huxin_protocol::checkpoint::Checkpoint;
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::fold::{Viewpoint, rule};
use huxin_protocol::header::{About, Disclosure, Header};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::note::Note;
use huxin_protocol::roster::Roster;
use huxin_protocol::standing::Standing;
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{MakeFault, inclusion_proof};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ProveFault {
    #[error("there is no statement {0} in the logs held here")]
    NoSuchStatement(StatementId),
    #[error("no checkpoint over {0} is held here yet")]
    NotProved(StatementId),
    /// R144: what was said to stand would be a word that other cities rely on.
    #[error(
        "this node does not know yet whether it holds all that its own city has signed, so an ending may be missing here; nothing of its own is proved until then"
    )]
    OwnLogUnconfirmed,
    #[error("the bundle could not be written: {0}")]
    Bundle(#[from] BundleFault),
    #[error(transparent)]
    Read(#[from] ReadFault),
}

impl ProveFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchStatement(_) => "no_such_statement",
            Self::NotProved(_) => "not_proved",
            Self::OwnLogUnconfirmed => "own_log_unconfirmed",
            Self::Bundle(fault) => fault.code(),
            Self::Read(_) => "store",
        }
    }
}

impl From<ProveFault> for Problem {
    fn from(fault: ProveFault) -> Self {
        let (status, next_step) = match &fault {
            ProveFault::NoSuchStatement(_) => {
                (StatusCode::NOT_FOUND, "check the id, and `huxin peers` for how far the logs are held")
            }
            ProveFault::NotProved(_) => (StatusCode::CONFLICT, "ask again when the log's next checkpoint has come"),
            ProveFault::OwnLogUnconfirmed => (
                StatusCode::CONFLICT,
                "connect partners (`huxin peers`); once they have said how far they hold this city's log, and it has been fetched, it is proved",
            ),
            ProveFault::Read(_) => return Self::store(),
            ProveFault::Bundle(_) => (StatusCode::INTERNAL_SERVER_ERROR, "report this with the node's log"),
        };
        Self::new(status, fault.code(), fault.to_string()).trying(next_step)
    }
}

/// What is needed to make bundles.
pub struct Prover {
    pub city: CityCode,
    /// The genesis file.
    pub genesis: Vec<u8>,
    /// Keys of its own: standing notes are signed while the writer signs.
    pub signer: Mutex<NodeSigner>,
}

/// The state of the world in which something is proved.
pub struct World<'a> {
    pub read: &'a dyn LedgerRead,
    pub roster: &'a Roster,
    pub editions: &'a BTreeMap<Digest, Edition>,
    pub crosswalk: Option<Digest>,
    pub now: Millis,
}

impl Prover {
    /// The bytes of a `*.huxin` file. A text that is not public is in it only where `with_body` asks for it: whoever gets the
    /// file can read it.
    ///
    /// # Errors
    /// See [`ProveFault`].
    pub fn prove(&self, id: StatementId, with_body: bool, world: &World<'_>) -> Result<Vec<u8>, ProveFault> {
        let World { read, roster, .. } = *world;
        let (statement, body) = gather::statement(read, roster, id)?.ok_or(ProveFault::NoSuchStatement(id))?;
        let (stored, note) = checkpoint_note(read, roster, id.city)?.ok_or(ProveFault::NotProved(id))?;
        let checkpoint = stored.checkpoint;
        if id.seq.0 >= checkpoint.size.0 {
            return Err(ProveFault::NotProved(id));
        }
        let hashes = inclusion_proof(&LedgerTree { read, city: id.city }, id.seq, checkpoint.size).map_err(
            |fault| match fault {
                MakeFault::Read(fault) => ProveFault::Read(fault),
                MakeFault::Range => ProveFault::NotProved(id),
            },
        )?;
        let standing = self.standing(&statement, body.as_deref(), &checkpoint, world)?;
        let bundle = Bundle {
            genesis: self.genesis.clone(),
            records: self.records(id.city, &note, roster),
            body: body.filter(|_| may_pass_on(&statement.header, self.city, with_body)),
            statement: statement.bytes,
            proof: TlogProof { index: id.seq, hashes, checkpoint: note },
            standing,
        };
        Ok(bundle.encode()?)
    }

    /// Key records of the issuer, of every cosigner and of this city, by city and epoch.
    fn records(&self, issuer: CityCode, note: &[u8], roster: &Roster) -> Vec<Vec<u8>> {
        let mut cities = BTreeSet::from([issuer, self.city]);
        if let Ok(note) = Note::parse(note) {
            cities
                .extend(note.signatures.iter().filter_map(|line| Cosignature::cosigner_of(line).ok()).map(|o| o.city));
        }
        let members = cities.into_iter().filter_map(|city| roster.city(city));
        members.flat_map(|member| member.records.iter().map(|record| record.bytes().to_vec())).collect()
    }

    /// This city's word on how a listing stands. `None` for other kinds, and where nothing can be said: a body that is
    /// not held, or keys that are away.
    fn standing(
        &self,
        statement: &Statement,
        body: Option<&[u8]>,
        checkpoint: &Checkpoint,
        world: &World<'_>,
    ) -> Result<Option<Vec<u8>>, ReadFault> {
        let header = &statement.header;
        let Some(subject) = body.and_then(|body| subject_of(header, body)) else { return Ok(None) };
        let roster = world.roster;
        let view = Viewpoint {
            federation: roster.federation(),
            viewer: self.city,
            at: world.now,
            now: true,
            crosswalk: world.crosswalk,
        };
        let case = gather::case_file(world.read, roster, world.editions, &subject, view)?;
        let ruling = rule(&case);
        let (Some(entry), Some(member)) = (ruling.entry(header.id()), roster.city(self.city)) else { return Ok(None) };
        let exporter_epoch = member.current().epoch;
        let standing = Standing {
            exporter: self.city,
            exporter_epoch,
            entry: About { id: header.id(), digest: statement.digest },
            state: entry.state.name().to_owned(),
            log: (checkpoint.origin.epoch, checkpoint.size, checkpoint.root),
            log_digest: ruling.log_digest,
            time: world.now,
        };
        let mut signer = self.signer.lock();
        if signer.log_key(exporter_epoch).is_none() {
            signer.refresh();
        }
        Ok(signer.log_key(exporter_epoch).map(|key| standing.sign(&roster.federation(), key)))
    }
}

fn subject_of(header: &Header, body: &[u8]) -> Option<SubjectId> {
    match Body::decode(header.kind, header.body_version, body) {
        Ok(Body::Listing(entry)) => Some(entry.subject.id),
        _ => None,
    }
}

/// A text that is not public is passed on only where that was asked for; one for named readers by the city that made it and by
/// nobody else.
fn may_pass_on(header: &Header, exporter: CityCode, asked_for: bool) -> bool {
    match header.disclosure {
        Disclosure::Public => true,
        Disclosure::Federation => asked_for,
        Disclosure::Named(_) => asked_for && header.city == exporter,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_protocol::header::Issuer;
    use huxin_protocol::header::SUITE_1;
    use huxin_protocol::ids::{Epoch, Seq};
    use huxin_protocol::kind::Kind;

    #[test]
    fn texts_that_are_not_public_are_in_a_bundle_only_on_demand() {
        let (own, other): (CityCode, CityCode) = ("330900".parse().unwrap(), "451100".parse().unwrap());
        for (disclosure, exporter, unasked, asked) in [
            (Disclosure::Public, other, true, true),
            (Disclosure::Federation, own, false, true),
            (Disclosure::Federation, other, false, true),
            (Disclosure::Named(vec![other]), own, false, true),
            (Disclosure::Named(vec![other]), other, false, false),
        ] {
            let header = Header {
                suite: SUITE_1,
                city: own,
                epoch: Epoch::FIRST,
                seq: Seq(0),
                issuer: Issuer { city: own, agency: None },
                issued_at: Millis(0),
                kind: Kind::Entry,
                body_version: 1,
                disclosure,
                about: None,
                ground: None,
                commitment: Digest([0; 32]),
            };
            assert_eq!(may_pass_on(&header, exporter, false), unasked, "{header:?} {exporter}");
            assert_eq!(may_pass_on(&header, exporter, true), asked, "{header:?} {exporter}");
        }
    }
}
