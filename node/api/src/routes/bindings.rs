//! Which entries of a partner count here. Each is judged as if somebody had asked about its subject.

use super::present::Present;
use super::{json, query};
use crate::backend::Backend;
use crate::model::{BINDINGS_PAGE, BindingItem, BindingsQuery, BindingsReply};
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use huxin_engine::gather;
use huxin_engine::ledger::HeadRow;
use huxin_protocol::body::Body;
use huxin_protocol::ids::{Seq, StatementId};
use huxin_protocol::kind::Kind;

/// Statements that one page looks at, so that it takes a fraction of a second whatever the log holds.
const LOOKED_AT: u64 = 2_000;

pub async fn bindings(
    State(app): Shared,
    asked: Result<Query<BindingsQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query(asked)?;
    let backend = app.backend.clone();
    let page = tokio::task::spawn_blocking(move || page(&*backend, &asked)).await;
    Ok(json(&page.map_err(|_| Problem::stopping())??))
}

fn page(backend: &dyn Backend, asked: &BindingsQuery) -> Result<BindingsReply, Problem> {
    let present = Present::open(backend)?;
    let Some(member) = present.roster.city(asked.partner) else {
        return Err(Problem::not_found(
            "no_such_city",
            format!("no city {} is a member of this federation", asked.partner),
        )
        .trying("see the members with `huxin federation show`"));
    };
    let size = HeadRow::read(&*present.read, member.code)?.frontier.size();
    let from = asked.after.filter(|after| after.city == member.code).map_or(0, |after| after.seq.0.saturating_add(1));
    let mut bindings = Vec::new();
    let mut next = None;
    for seq in (from..size.0).map(Seq) {
        let id = StatementId { city: member.code, epoch: member.epoch_at(seq), seq };
        bindings.extend(binding(&present, asked, id)?);
        if (bindings.len() >= BINDINGS_PAGE || seq.0 - from + 1 >= LOOKED_AT) && seq.0 + 1 < size.0 {
            next = Some(id);
            break;
        }
    }
    Ok(BindingsReply { bindings, next })
}

fn binding(present: &Present<'_>, asked: &BindingsQuery, id: StatementId) -> Result<Option<BindingItem>, Problem> {
    let Some((statement, Some(bytes))) = gather::statement(&*present.read, &present.roster, id)? else {
        return Ok(None);
    };
    let header = &statement.header;
    if header.kind != Kind::Entry {
        return Ok(None);
    }
    let Ok(Body::Listing(listing)) = Body::decode(header.kind, header.body_version, &bytes) else { return Ok(None) };
    let subject = listing.subject.id;
    let ruling = present.rule(&subject)?;
    let Some(entry) = ruling.entry(id).filter(|entry| entry.id == id && entry.counts) else { return Ok(None) };
    let Some(content) = &entry.content else { return Ok(None) };
    let fits = asked.list.is_none_or(|list| content.list == list)
        && asked.field.as_ref().is_none_or(|field| content.field == *field);
    Ok(fits.then(|| BindingItem {
        id,
        subject,
        subject_name: content.subject_name.clone(),
        list: content.list,
        list_shown: content.list_shown.clone(),
        field: content.field.clone(),
        measures: entry.measures.iter().filter(|measure| measure.holds).map(|measure| measure.code.clone()).collect(),
        recognised_by: entry.recognised_by,
        answered_by: entry.answered_by,
        ends_at: entry.ends_at,
        confirm_with_issuer: entry.confirm_with_issuer,
        reasons: entry.reasons.clone(),
    }))
}
