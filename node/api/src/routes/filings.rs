//! What is filed about this city's entries, and what this city filed. Whether something waits is asked of the same fold that makes
//! rulings; only where the entry's text cannot be read here do the headers of what closes it have to do.

use super::present::Present;
use super::{json, query};
use crate::backend::Backend;
use crate::model::{BodyView, FILINGS_PAGE, FilingItem, FilingState, FilingsQuery, FilingsReply};
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use huxin_engine::gather;
use huxin_engine::index::acts_of;
use huxin_protocol::body::Body;
use huxin_protocol::header::Header;
use huxin_protocol::ids::{CityCode, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::Filing;
use std::collections::BTreeSet;

/// Filings that one page looks at, so that it takes a fraction of a second whatever the logs hold.
const LOOKED_AT: usize = 4_000;
const KINDS: [Kind; 2] = [Kind::RepairApplication, Kind::Objection];

pub async fn filings(
    State(app): Shared,
    asked: Result<Query<FilingsQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query(asked)?;
    let backend = app.backend.clone();
    let page = tokio::task::spawn_blocking(move || page(&*backend, asked)).await;
    Ok(json(&page.map_err(|_| Problem::stopping())??))
}

fn page(backend: &dyn Backend, asked: FilingsQuery) -> Result<FilingsReply, Problem> {
    let (present, me) = (Present::open(backend)?, backend.city());
    let mut reply = FilingsReply { to_answer: Vec::new(), filed_here: Vec::new(), next: None };
    let mut looked_at = 0;
    for member in present.roster.cities().filter(|member| asked.after.is_none_or(|after| member.code >= after.city)) {
        let after = asked.after.filter(|after| after.city == member.code);
        let from = after.map_or(Seq(0), |after| Seq(after.seq.0.saturating_add(1)));
        let mut places = BTreeSet::new();
        for kind in KINDS {
            places.extend(gather::trust_statements_from(&*present.read, member.code, kind, from)?);
        }
        for seq in places.into_iter().filter(|seq| !member.is_voided(*seq)) {
            let id = StatementId { city: member.code, epoch: member.epoch_at(seq), seq };
            if looked_at >= LOOKED_AT || reply.to_answer.len() + reply.filed_here.len() >= FILINGS_PAGE {
                return Ok(reply);
            }
            looked_at += 1;
            reply.next = Some(id);
            let Some((statement, body)) = gather::statement(&*present.read, &present.roster, id)? else { continue };
            let header = &statement.header;
            let Some(entry) = header.about.map(|about| about.id).filter(|about| about.city == me || id.city == me)
            else {
                continue;
            };
            let item = item(&present, header, body, entry)?;
            if !asked.open || item.state == FilingState::Open {
                let to = if entry.city == me { &mut reply.to_answer } else { &mut reply.filed_here };
                to.push(item);
            }
        }
    }
    reply.next = None;
    Ok(reply)
}

fn item(
    present: &Present<'_>,
    header: &Header,
    body: Option<Vec<u8>>,
    entry: StatementId,
) -> Result<FilingItem, Problem> {
    let (id, kind) = (header.id(), header.kind);
    let listing = match gather::statement(&*present.read, &present.roster, entry)? {
        Some((listing, Some(bytes))) => Body::decode(listing.header.kind, listing.header.body_version, &bytes).ok(),
        _ => None,
    };
    let subject = match listing {
        Some(Body::Listing(listing)) => Some(listing.subject),
        _ => None,
    };
    let closing =
        [(Kind::Ruling, entry.city, FilingState::Answered), (Kind::Withdrawal, id.city, FilingState::Withdrawn)];
    let mut closed = None;
    for (kind, by, state) in closing {
        if closed.is_none() {
            closed = said(present, id, kind, by)?.first().map(|by| (*by, state));
        }
    }
    // Some 100 µs, as for any question about a subject.
    let open: Option<Option<Filing>> = match &subject {
        Some(subject) => {
            let ruling = present.rule(&subject.id)?;
            let of_entry = ruling.entry(entry).map(|entry| &entry.filings);
            Some(of_entry.and_then(|filings| filings.iter().find(|filing| filing.id == id)).cloned())
        }
        None => None,
    };
    let waits = match &open {
        Some(open) => open.is_some(),
        None => closed.is_none(),
    };
    let state = match (waits, &closed) {
        (true, _) => FilingState::Open,
        (false, Some((_, state))) => *state,
        (false, None) => FilingState::WithoutEffect,
    };
    let open = open.flatten();
    let read = body.and_then(|bytes| Body::decode(kind, header.body_version, &bytes).ok());
    let says = read.and_then(|body| BodyView::from(body).in_short()).unzip();
    Ok(FilingItem {
        id,
        city_name: present.roster.city(id.city).map(|member| member.name.clone()).unwrap_or_default(),
        kind: kind.name().to_owned(),
        kind_zh: kind.chinese().to_owned(),
        entry,
        filed_at: header.issued_at,
        filed_at_text: header.issued_at.text(),
        state,
        closed_by: closed.filter(|_| state != FilingState::Open).map(|(by, _)| by),
        step: said(present, id, Kind::Step, entry.city)?.last().copied(),
        until: open.as_ref().and_then(|open| open.until),
        overdue: open.is_some_and(|open| open.overdue),
        subject_name: subject.as_ref().map(|subject| subject.name.clone()),
        subject: subject.map(|subject| subject.id),
        says_en: says.0,
        says_zh: says.1,
    })
}

/// What a city said of one kind about a filing, by place; what a key record voided is left out.
fn said(present: &Present<'_>, filing: StatementId, kind: Kind, by: CityCode) -> Result<Vec<StatementId>, Problem> {
    let Some(member) = present.roster.city(by) else { return Ok(Vec::new()) };
    let places = acts_of(&*present.read, (filing.city, filing.seq), kind, by)?;
    let standing = places.into_iter().filter(|seq| !member.is_voided(*seq));
    Ok(standing.map(|seq| StatementId { city: by, epoch: member.epoch_at(seq), seq }).collect())
}
