//! What the own city knows of a source's records, by the source's own names. What has become of each is asked of the fold.

use super::entries::{Named, Sent, read_json};
use super::{json, path};
use crate::backend::Backend;
use crate::model::{
    BATCH_ENTRIES, LiveReply, LiveRequest, RecordState, ReferenceItem, ReferencesReply, ReferencesRequest,
};
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::State;
use axum::response::Response;
use huxin_engine::gather::{self, StatementAndBody};
use huxin_engine::index::{first_link, is_erased};
use huxin_engine::ledger::{Family, HeadRow, LedgerRead, last_seq, reference_digest, reference_prefix, scan_prefix};
use huxin_protocol::body::{Body, EntryBody};
use huxin_protocol::fold::MatterState;
use huxin_protocol::ids::{Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use std::sync::Arc;

/// Statements that one page of live records looks at, so that a page takes a fraction of a second whatever the log holds.
const LOOKED_AT: u64 = 4_000;

pub async fn references(State(app): Shared, sent: Sent) -> Result<Response, Problem> {
    let request: ReferencesRequest = read_json(sent)?;
    if request.refs.len() > BATCH_ENTRIES {
        return Err(Problem::malformed(format!("at most {BATCH_ENTRIES} references are looked up at once")));
    }
    let backend = app.backend.clone();
    let looked_up = tokio::task::spawn_blocking(move || known(&*backend, &request.refs)).await;
    Ok(json(&looked_up.map_err(|_| Problem::stopping())??))
}

pub async fn reference(State(app): Shared, named: Named<String>) -> Result<Response, Problem> {
    Ok(json(&known(&*app.backend, &[path(named)?])?))
}

pub async fn live(State(app): Shared, sent: Sent) -> Result<Response, Problem> {
    let request: LiveRequest = read_json(sent)?;
    if request.prefix.is_empty() {
        return Err(Problem::malformed("the prefix is empty; name the source whose records are asked for"));
    }
    let backend = app.backend.clone();
    let page = tokio::task::spawn_blocking(move || page_of_live(&*backend, &request)).await;
    Ok(json(&page.map_err(|_| Problem::stopping())??))
}

/// The own log as one state of the ledger shows it.
struct OwnLog<'a> {
    read: Box<dyn LedgerRead + Send + Sync + 'a>,
    roster: Arc<Roster>,
    backend: &'a dyn Backend,
}

impl<'a> OwnLog<'a> {
    fn open(backend: &'a dyn Backend) -> Self {
        // The roster first: what is read may be newer than it, and never older.
        Self { roster: backend.roster(), read: backend.read(), backend }
    }

    fn id(&self, seq: Seq) -> Option<StatementId> {
        let city = self.backend.city();
        Some(StatementId { city, epoch: self.roster.city(city)?.epoch_at(seq), seq })
    }

    fn statement(&self, id: StatementId) -> Result<Option<StatementAndBody>, Problem> {
        Ok(gather::statement(&*self.read, &self.roster, id)?)
    }

    fn listing(&self, id: StatementId) -> Result<Option<EntryBody>, Problem> {
        let Some((statement, Some(bytes))) = self.statement(id)? else { return Ok(None) };
        let header = &statement.header;
        Ok(match Body::decode(header.kind, header.body_version, &bytes) {
            Ok(Body::Listing(entry)) => Some(*entry),
            _ => None,
        })
    }

    /// Whether the listing at a position bears this reference: by its body, or where that was erased by the digest that
    /// was kept in its stead.
    fn bears(&self, id: StatementId, reference: &str, kept: &[u8]) -> Result<bool, Problem> {
        if let Some(entry) = self.listing(id)? {
            return Ok(entry.record_ref.as_deref() == Some(reference));
        }
        let digest = reference_digest(reference);
        Ok(kept == digest.0 && is_erased(&*self.read, &self.roster.federation(), id.city, id.seq)?)
    }

    /// The chain of a link, with its state and what it says. `None` where it never had an effect.
    fn item(&self, reference: &str, link: StatementId) -> Result<Option<ReferenceItem>, Problem> {
        let first = first_link(&*self.read, link.city, link.seq)?;
        let Some(first) = self.id(first) else { return Ok(None) };
        let (id, state, ended_by) = match gather::matter_state(&*self.read, &self.roster, link, &|_| None)? {
            MatterState::Standing { current, .. } => (current, RecordState::Live, None),
            MatterState::Ended { by, .. } => (link, RecordState::Ended, Some(by)),
            MatterState::Void => return Ok(None),
        };
        let listing = self.listing(id)?.map(|entry| Box::new(entry.into()));
        Ok(Some(ReferenceItem { record_ref: reference.to_owned(), first, id, state, ended_by, listing }))
    }
}

/// Own chains by the source's record names. The index holds the first bytes of a digest, so every hit is compared.
fn known(backend: &dyn Backend, refs: &[String]) -> Result<ReferencesReply, Problem> {
    let log = OwnLog::open(backend);
    let mut known = Vec::new();
    for reference in refs {
        let mut places: Vec<(Seq, Vec<u8>)> = Vec::new();
        scan_prefix(&*log.read, Family::Reference, &reference_prefix(reference), &mut |key, kept| {
            places.extend(last_seq(key).map(|seq| (seq, kept.to_vec())));
            true
        })?;
        // The last link of each chain that bears the name.
        let mut chains: Vec<(Seq, StatementId)> = Vec::new();
        for (seq, kept) in places {
            let Some(id) = log.id(seq) else { continue };
            if log.bears(id, reference, &kept)? {
                let first = first_link(&*log.read, id.city, seq)?;
                chains.retain(|(other, _)| *other != first);
                chains.push((first, id));
            }
        }
        for (_, link) in chains {
            known.extend(log.item(reference, link)?);
        }
    }
    Ok(ReferencesReply { known })
}

fn page_of_live(backend: &dyn Backend, request: &LiveRequest) -> Result<LiveReply, Problem> {
    let log = OwnLog::open(backend);
    let size = HeadRow::read(&*log.read, backend.city())?.frontier.size();
    let from = request.after.map_or(0, |after| after.seq.0.saturating_add(1));
    let mut live = Vec::new();
    let mut next = None;
    for seq in (from..size.0).map(Seq) {
        let Some(id) = log.id(seq) else { break };
        if let Some((statement, Some(_))) = log.statement(id)?
            && statement.header.kind == Kind::Entry
            && let Some(reference) = log.listing(id)?.and_then(|entry| entry.record_ref)
            && reference.starts_with(&request.prefix)
            && let Some(item) = log.item(&reference, id)?
            && item.state == RecordState::Live
        {
            live.push(item);
        }
        if (live.len() >= BATCH_ENTRIES || seq.0 - from + 1 >= LOOKED_AT) && seq.0 + 1 < size.0 {
            next = Some(id);
            break;
        }
    }
    Ok(LiveReply { live, next })
}
