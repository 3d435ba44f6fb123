//! Statements: publishing, acting on them, looking at them, and proving them.

use super::{body, command, json, path, query, statement_id};
use crate::backend::Command;
use crate::model::{
    ActItem, ActRequest, ActVerb, AnnounceRequest, BATCH_ENTRIES, BodyView, DeclineRequest, EntryReply, EntryRequest,
    JointRequest, LEFT_OUT_COUNTED, LeftOut, ProofQuery, PublishReply, PublishRequest, Receipt, RecognitionItem,
    RecognitionsReply, RecordOutcome, RecordsReply, RecordsRequest,
};
use crate::problem::Problem;
use crate::server::{App, Shared};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huxin_engine::Outcome;
use huxin_engine::gather;
use huxin_engine::index::{acts_counted, acts_heard, is_gone};
use huxin_engine::ledger::{LedgerRead, ReadFault};
use huxin_protocol::body::{Body, RecognitionBody};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::limits::HEARD_AT_MOST;
use huxin_protocol::roster::Roster;
use huxin_protocol::statement::Statement;
use serde::de::DeserializeOwned;

pub(super) type Sent = Result<Bytes, BytesRejection>;
pub(super) type Named<T> = Result<Path<T>, PathRejection>;

pub(super) fn read_json<T: DeserializeOwned>(sent: Sent) -> Result<T, Problem> {
    serde_json::from_slice(&body(sent)?).map_err(|fault| Problem::malformed(fault.to_string()))
}

async fn signed(app: &App, asked: Command) -> Result<Response, Problem> {
    let (outcome, warnings) = command(&app.backend, asked).await?;
    let ids = match outcome {
        Outcome::Published(ids) => ids,
        _ => Vec::new(),
    };
    let mut response = json(&PublishReply { ids, receipt: Receipt::Durable, warnings });
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

pub async fn publish(State(app): Shared, sent: Sent) -> Result<Response, Problem> {
    let request = PublishRequest::from_json(&body(sent)?).map_err(|fault| Problem::malformed(fault.to_string()))?;
    match request.entries.len() {
        0 => Err(Problem::malformed("the list of entries is empty")),
        1..=BATCH_ENTRIES => signed(&app, Command::Publish(request.entries)).await,
        many => Err(too_many(many)),
    }
}

fn too_many(many: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_many_entries",
        format!("{many} entries are more than the {BATCH_ENTRIES} that one request may hold"),
    )
    .trying("send them in several requests")
}

/// Records of an import, each a command of its own. Drafting many is work, so it leaves the runtime's threads.
pub async fn records(State(app): Shared, sent: Sent) -> Result<Response, Problem> {
    let request: RecordsRequest = read_json(sent)?;
    if request.commands.len() > BATCH_ENTRIES {
        return Err(too_many(request.commands.len()));
    }
    let backend = app.backend.clone();
    let submitted = tokio::task::spawn_blocking(move || backend.submit_each(request.commands, request.rehearse)).await;
    let submitted = submitted.map_err(|_| Problem::stopping())??;
    let Outcome::Each(outcomes) = submitted.reply.await.map_err(|_| Problem::stopping())?? else {
        return Err(Problem::stopping());
    };
    let mut outcomes = outcomes.into_iter();
    let outcomes = submitted.drafted.into_iter().map(|drafted| match drafted {
        Err(problem) => RecordOutcome::Refused(problem),
        // The writer answers once for each draft that it was given.
        Ok(warnings) => match outcomes.next() {
            Some(Ok(ids)) => RecordOutcome::Ok { ids, warnings },
            Some(Err(refusal)) => RecordOutcome::Refused(refusal.into()),
            None => RecordOutcome::Refused(Problem::stopping()),
        },
    });
    Ok(json(&RecordsReply { outcomes: outcomes.collect() }))
}

/// Amendment, decline, acts and joint action.
pub async fn act(State(app): Shared, named: Named<(String, String)>, sent: Sent) -> Result<Response, Problem> {
    let (id, verb) = path(named)?;
    let id = statement_id(&id)?;
    let asked = match verb.as_str() {
        "amendment" => Command::Amend(id, Box::new(read_json::<EntryRequest>(sent)?)),
        "decline" => Command::Decline(id, read_json::<DeclineRequest>(sent)?),
        other => match ActVerb::from_name(other) {
            Some(verb) => Command::Act(id, verb, read_json::<ActRequest>(sent)?),
            None => match JointRequest::read(other, &body(sent)?) {
                Some(read) => {
                    let request = read.map_err(|fault| Problem::malformed(fault.to_string()))?;
                    Command::Joint(id, Box::new(request))
                }
                None => return Err(no_such_act(other)),
            },
        },
    };
    signed(&app, asked).await
}

fn no_such_act(name: &str) -> Problem {
    Problem::not_found("no_such_act", format!("{name:?} is nothing that can be done to an entry")).trying(
        "amendment, annulment, removal, repair, erasure, reinstatement, suspension, resumption, withdrawal, decline, response, \
         feedback, application, objection, step or ruling",
    )
}

pub async fn recognise(State(app): Shared, sent: Sent) -> Result<Response, Problem> {
    let rule: RecognitionBody = read_json(sent)?;
    signed(&app, Command::Recognise(rule)).await
}

pub async fn announce(State(app): Shared, sent: Sent) -> Result<Response, Problem> {
    let request: AnnounceRequest = read_json(sent)?;
    signed(&app, Command::Announce(request)).await
}

pub async fn entry(State(app): Shared, named: Named<String>) -> Result<Response, Problem> {
    let id = statement_id(&path(named)?)?;
    let (roster, read) = (app.backend.roster(), app.backend.read());
    let Some((statement, body)) = gather::statement(&*read, &roster, id)? else {
        return Err(Problem::not_found(
            "no_such_statement",
            format!("there is no statement {id} in the logs held here"),
        )
        .trying("check the id, and `huxin peers` for how far the logs are held"));
    };
    let header = &statement.header;
    let member = roster.city(id.city);
    let (acts, acts_left_out) = acts_about(&*read, &roster, id)?;
    let erased = is_gone(&*read, &roster.federation(), header)?;
    let matter = match header.kind.is_listing() {
        true => Some(gather::matter_state(&*read, &roster, id, &|_| None)?.into()),
        false => None,
    };
    let reply = EntryReply {
        id,
        digest: statement.digest,
        kind: header.kind.name().to_owned(),
        city: id.city,
        city_name: member.map(|member| member.name.clone()).unwrap_or_default(),
        agency: header.issuer.agency.clone(),
        issued_at: header.issued_at,
        issued_at_text: header.issued_at.text(),
        disclosure: (&header.disclosure).into(),
        about: header.about.map(|about| about.id),
        ground: header.ground,
        commitment: header.commitment,
        voided: member.is_some_and(|member| member.is_voided(id.seq)),
        body: body_view(&statement, body, app.backend.city(), erased),
        matter,
        acts,
        acts_left_out,
    };
    Ok(json(&reply))
}

fn body_view(statement: &Statement, body: Option<Vec<u8>>, viewer: CityCode, erased: bool) -> BodyView {
    let header = &statement.header;
    let Some(bytes) = body else {
        return if !header.disclosure.allows(header.city, viewer) {
            BodyView::NotReader
        } else if erased {
            BodyView::Erased
        } else {
            BodyView::Lacking
        };
    };
    match Body::decode(header.kind, header.body_version, &bytes) {
        Ok(body) => body.into(),
        Err(fault) => BodyView::Malformed { code: fault.code().to_owned() },
    }
}

/// Statements about a place, by the index, and how many are left out. Abandoned endings stand in the index under positions beyond
/// any log; they are the ruling's affair and left out here.
fn acts_about(
    read: &(dyn LedgerRead + Send + Sync),
    roster: &Roster,
    target: StatementId,
) -> Result<(Vec<ActItem>, Vec<LeftOut>), ReadFault> {
    let place = (target.city, target.seq);
    // Also of what no ruling hears: responses and feedbacks of all cities, and each city as often as one looks at.
    let found = acts_heard(read, place, &|_, _| Some(HEARD_AT_MOST))?;
    let (mut acts, mut left_out) = (Vec::new(), Vec::new());
    for of_one in found.chunk_by(|one, other| (one.0, one.2) == (other.0, other.2)) {
        let (city, _, kind) = of_one[0];
        let Some(member) = roster.city(city) else { continue };
        for (_, seq, _) in of_one {
            let id = StatementId { city, epoch: member.epoch_at(*seq), seq: *seq };
            let Some((statement, body)) = gather::statement(read, roster, id)? else { continue };
            let header = statement.header;
            let body = body.and_then(|bytes| Body::decode(header.kind, header.body_version, &bytes).ok());
            let says = body.and_then(|body| BodyView::from(body).in_short()).unzip();
            acts.push(ActItem {
                id,
                city,
                city_name: member.name.clone(),
                kind: header.kind.name().to_owned(),
                kind_zh: header.kind.chinese().to_owned(),
                issued_at: header.issued_at,
                issued_at_text: header.issued_at.text(),
                says_en: says.0,
                says_zh: says.1,
            });
        }
        if of_one.len() == HEARD_AT_MOST {
            let count = acts_counted(read, place, (kind, city), HEARD_AT_MOST + LEFT_OUT_COUNTED)? - HEARD_AT_MOST;
            left_out.extend((count > 0).then(|| LeftOut { city, kind: kind.name().to_owned(), count }));
        }
    }
    Ok((acts, left_out))
}

pub async fn proof(
    State(app): Shared,
    named: Named<String>,
    asked: Result<Query<ProofQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let id = statement_id(&path(named)?)?;
    let with_body = query(asked)?.body;
    let backend = app.backend.clone();
    let bundle =
        tokio::task::spawn_blocking(move || backend.prove(id, with_body)).await.map_err(|_| Problem::stopping())??;
    let name = format!("attachment; filename=\"{id}.huxin\"");
    Ok(([(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)], bundle)
        .into_response())
}

pub async fn recognitions(State(app): Shared) -> Result<Response, Problem> {
    let (roster, read) = (app.backend.roster(), app.backend.read());
    let mut recognitions = Vec::new();
    for member in roster.cities() {
        // The newest rule per partner that has begun is the rule (R129); those that follow it are shown with it.
        let today = app.backend.now().date();
        let mut rules = std::collections::BTreeMap::<CityCode, Vec<RecognitionItem>>::new();
        for seq in gather::trust_statements(&*read, member.code, Kind::Recognition)? {
            let id = StatementId { city: member.code, epoch: member.epoch_at(seq), seq };
            if member.is_voided(seq) {
                continue;
            }
            let Some((statement, Some(bytes))) = gather::statement(&*read, &roster, id)? else { continue };
            let header = &statement.header;
            if let Ok(Body::Recognition(rule)) = Body::decode(header.kind, header.body_version, &bytes) {
                let (issued_at, issued_at_text) = (header.issued_at, header.issued_at.text());
                let of_partner = rules.entry(rule.partner).or_default();
                if rule.valid_from <= today {
                    of_partner.clear();
                }
                of_partner.push(RecognitionItem { id, city: member.code, issued_at, issued_at_text, rule });
            }
        }
        recognitions.extend(rules.into_values().flatten());
    }
    Ok(json(&RecognitionsReply { recognitions }))
}
