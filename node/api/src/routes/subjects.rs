//! What counts for a subject here, and why.

use super::{json, path, query};
use crate::model::{LinkedSubject, StatusQuery};
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use huxin_engine::gather::case_file_under;
use huxin_protocol::fold::{CaseFile, OwnLog, Viewpoint, decisions_across, explain, rule_under};
use huxin_protocol::ruling::{Group, Ruling, Step};
use huxin_protocol::subject::{Cleaning, CodeFault, EnteredCode, SubjectFault, SubjectId, enter_subject};
use huxin_protocol::time::{Date, Millis};
use serde::Serialize;

/// The ruling, with the chain of reasons where it was asked for.
#[derive(Serialize)]
struct StatusReply {
    #[serde(flatten)]
    ruling: Ruling,
    /// What was taken away around the code, and whether its check character fails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_notes: Vec<CodeNote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Vec<Step>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    linked: Vec<LinkedStatus>,
    /// Decisions behind entries of this subject and of linked ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decisions_across: Vec<Group>,
}

/// What counts for a linked subject, shown apart and with the link's method.
#[derive(Serialize)]
struct LinkedStatus {
    #[serde(flatten)]
    link: LinkedSubject,
    ruling: Ruling,
}

pub async fn status(
    State(app): Shared,
    named: Result<Path<String>, PathRejection>,
    asked: Result<Query<StatusQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query(asked)?;
    let EnteredCode { id: subject, cleaning } = enter_subject(&path(named)?).map_err(|fault| not_a_code(&fault))?;
    let (at, now) = match &asked.at {
        Some(text) => (instant(text)?, false),
        None => (app.backend.now(), true),
    };
    let roster = app.backend.roster();
    let view = Viewpoint {
        federation: roster.federation(),
        viewer: app.backend.city(),
        at,
        now,
        crosswalk: app.backend.crosswalk(),
    };
    // Asked before anything is read: what is known by now is in what is read then.
    let known = app.backend.own_log_known();
    // Some 50 µs for a subject with a few entries: less than handing it to another thread and back.
    // The sources first: what is read must not be older than they are.
    let sources = app.backend.sources()?;
    let read = app.backend.read();
    let of = |subject: &SubjectId| {
        case_file_under(&*read, &roster, app.backend.editions(), subject, view.clone(), sources.facts.clone())
    };
    let case = of(&subject)?;
    let rule = |case: &CaseFile<'_>| {
        let mut ruling = rule_under(case, sources.log_digest);
        if !known {
            ruling.doubt_own_log();
        }
        ruling
    };
    let ruling = rule(&case);
    let check = subject.check_code().err().filter(|_| !asked.confirm_code);
    // "Nothing counts here" is no answer to a typing error. Genuine early codes fail as well (DOMAIN rule 15): where
    // something is found under one it is shown with the warning, and an officer can confirm the code.
    if let Some(fault) = check.as_ref().filter(|_| ruling.entries.is_empty()) {
        return Err(mistyped(&subject, fault));
    }
    let code_notes: Vec<CodeNote> =
        cleaning.map(CodeNote::cleaned).into_iter().chain(check.as_ref().map(CodeNote::failing)).collect();
    // Links, reasons and decisions beside it may name what the public may not see.
    if asked.public {
        let ruling = ruling.for_public();
        return Ok(json(&StatusReply {
            ruling,
            code_notes,
            explanation: None,
            linked: Vec::new(),
            decisions_across: Vec::new(),
        }));
    }
    let mut linked = Vec::new();
    for link in app.backend.linked(&subject) {
        let ruling = rule(&of(&link.subject)?);
        linked.push(LinkedStatus { link, ruling });
    }
    if !asked.explain && linked.is_empty() && code_notes.is_empty() {
        return Ok(json(&ruling));
    }
    let rulings: Vec<&Ruling> = std::iter::once(&ruling).chain(linked.iter().map(|linked| &linked.ruling)).collect();
    let decisions_across = decisions_across(&rulings);
    let own_log = if known { OwnLog::Known } else { OwnLog::Unconfirmed };
    let explanation = asked.explain.then(|| explain(&case, own_log));
    Ok(json(&StatusReply { ruling, code_notes, explanation, linked, decisions_across }))
}

/// A word about the code as it was entered.
#[derive(Serialize)]
struct CodeNote {
    code: &'static str,
    text_zh: String,
    text_en: String,
}

impl CodeNote {
    fn cleaned(cleaning: Cleaning) -> Self {
        let (en, zh) = cleaning.text();
        Self { code: cleaning.code(), text_zh: zh.to_owned(), text_en: en.to_owned() }
    }
    fn failing(fault: &SubjectFault) -> Self {
        Self {
            code: "code_check", text_zh: "代码校验位不符，请与证照核对".to_owned(), text_en: fault.to_string()
        }
    }
}

fn not_a_code(fault: &CodeFault) -> Problem {
    let (en, zh) = fault.text();
    Problem::new(StatusCode::BAD_REQUEST, fault.code(), format!("{zh} / {en}"))
        .trying("write it as scheme:code, for instance uscc:91990099MA00000156")
}

fn mistyped(subject: &SubjectId, fault: &SubjectFault) -> Problem {
    let detail = format!("{subject} 校验位不符，未查到任何记录，可能录入有误 / nothing is held under it, and {fault}");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code_check", detail).trying(
        "compare it with the certificate; where that shows it like this, ask again with `huxin status --confirm-code`",
    )
}

/// Milliseconds since 1970, or a date, which means its first instant in UTC+8.
fn instant(text: &str) -> Result<Millis, Problem> {
    if let Ok(date) = text.parse::<Date>() {
        return Ok(date.start());
    }
    let millis = text.parse::<i64>().map(Millis);
    millis.map_err(|_| Problem::malformed("`at` is milliseconds since 1970 or a date such as 2026-11-22"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::instant;
    use huxin_protocol::time::Millis;

    #[test]
    fn an_instant_is_a_number_or_a_date() {
        assert_eq!(instant("1700000000000").unwrap(), Millis(1_700_000_000_000));
        assert_eq!(instant("1970-01-02").unwrap(), Millis(86_400_000 - 8 * 3_600_000));
        for wrong in ["", "now", "2026-13-01", "1.5"] {
            assert_eq!(instant(wrong).unwrap_err().code, "malformed_request");
        }
    }
}
