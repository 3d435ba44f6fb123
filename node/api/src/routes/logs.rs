//! Logs: how far they are held here, carrying segments in and out, and rotation.

use super::{body, command, json, query};
use crate::backend::Command;
use crate::model::{
    COUNT_HEADER, CosignatureItem, FROM_HEADER, HeadItem, HeadsReply, HoldReply, ImportReply, RecordQuery, RecordReply,
    SIZE_HEADER, SegmentQuery,
};
use crate::problem::Problem;
use crate::server::Shared;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huxin_engine::heads::Heads;
use huxin_engine::ledger::{CosignatureRow, Family, evidence_key};
use huxin_engine::serve;
use huxin_engine::wire::STATEMENTS_PER_REQUEST;
use huxin_engine::{Consent, Outcome};
use huxin_protocol::checkpoint::UnverifiedCheckpoint;
use huxin_protocol::time::Millis;

pub async fn heads(State(app): Shared) -> Result<Response, Problem> {
    let sources = app.backend.sources()?;
    let (roster, read, own) = (app.backend.roster(), app.backend.read(), app.backend.city());
    let summaries = Heads::read(&*read, &roster)?;
    let digest = summaries.digest();
    let mut heads = Vec::with_capacity(summaries.all().len());
    for summary in summaries.all() {
        let member = roster.city(summary.city);
        let lacking = sources.facts.get(&summary.city).map_or(0, |source| source.lacking.len() as u64);
        let rows = CosignatureRow::read_all_in_force(&*read, &roster, summary.city)?;
        let cosignatures: Vec<CosignatureItem> = rows
            .into_iter()
            .map(|(city, row)| CosignatureItem { city, size: row.size, time: seconds(row.time_s) })
            .collect();
        heads.push(HeadItem {
            city: summary.city,
            name: member.map(|member| member.name.clone()).unwrap_or_default(),
            own: summary.city == own,
            epoch: summary.epoch,
            size: summary.size,
            root: summary.root,
            record: summary.record,
            proved: summary.proved,
            lacking,
            // As `status` has it: two key records, or evidence against the epoch in force (R89, R99).
            frozen: member.is_some_and(|member| member.frozen.is_some())
                || read.get(Family::Evidence, &evidence_key(summary.city, summary.epoch))?.is_some(),
            fresh_at: cosignatures.iter().find(|item| item.city == summary.city).map(|item| item.time),
            cosignatures,
        });
    }
    Ok(json(&HeadsReply { digest, heads }))
}

fn seconds(time_s: u64) -> Millis {
    Millis(i64::try_from(time_s).unwrap_or(i64::MAX / 1000).saturating_mul(1000))
}

/// One page of a log, with what this city may read of it.
pub async fn segment(
    State(app): Shared,
    asked: Result<Query<SegmentQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query(asked)?;
    let backend = app.backend.clone();
    let made = tokio::task::spawn_blocking(move || {
        let (roster, read) = (backend.roster(), backend.read());
        if roster.city(asked.city).is_none() {
            return Err(Problem::from(huxin_engine::Refusal::NoSuchCity(asked.city)));
        }
        if let Some(reader) = asked.reader.filter(|reader| roster.city(*reader).is_none()) {
            return Err(Problem::from(huxin_engine::Refusal::NoSuchCity(reader)));
        }
        let (reader, count) = (asked.reader, STATEMENTS_PER_REQUEST);
        let segment = serve::segment(&*read, &roster, reader, asked.city, asked.from, count, asked.epoch)?;
        segment.ok_or_else(|| {
            Problem::not_found("no_checkpoint", format!("no checkpoint of {} is held here yet", asked.city))
                .trying("ask again when `huxin peers` shows the log's size")
        })
    });
    let segment = made.await.map_err(|_| Problem::stopping())??;
    let size = UnverifiedCheckpoint::parse(&segment.checkpoint).map_or(0, |parsed| parsed.checkpoint.size.0);
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/octet-stream".to_owned()),
        (FROM_HEADER, segment.from.to_string()),
        (COUNT_HEADER, segment.items.len().to_string()),
        (SIZE_HEADER, size.to_string()),
    ];
    Ok((headers, segment.encode()).into_response())
}

pub async fn import(State(app): Shared, sent: Result<Bytes, BytesRejection>) -> Result<Response, Problem> {
    let bytes = body(sent)?;
    let (outcome, _) = command(&app.backend, Command::Segment(bytes.to_vec())).await?;
    match outcome {
        Outcome::Admitted { city, new, size } => Ok(json(&ImportReply { city, new, size })),
        other => Err(foreign(&other)),
    }
}

pub async fn hold(State(app): Shared) -> Result<Response, Problem> {
    match command(&app.backend, Command::Hold).await?.0 {
        Outcome::Held { city, epoch, last_record, size, root } => {
            Ok(json(&HoldReply { city, epoch, last_record, size, root }))
        }
        other => Err(foreign(&other)),
    }
}

pub async fn record(
    State(app): Shared,
    asked: Result<Query<RecordQuery>, QueryRejection>,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let consent = query(asked)?.agreed_below.map_or(Consent::NOTHING, Consent::Below);
    let bytes = body(sent)?;
    match command(&app.backend, Command::Record(bytes.to_vec(), consent)).await?.0 {
        Outcome::RecordTaken { city, epoch } => Ok(json(&RecordReply { city, epoch })),
        other => Err(foreign(&other)),
    }
}

/// The engine answered another command than the one asked: a defect of this program.
fn foreign(outcome: &Outcome) -> Problem {
    tracing::error!(?outcome, "a reply of another command");
    Problem::new(
        axum::http::StatusCode::INTERNAL_SERVER_ERROR,
        "unexpected",
        "the node gave an answer to another command",
    )
    .trying("report this with the node's log")
}
