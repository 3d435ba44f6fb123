//! Carrying a plan out at a desk, page by page, until every row has its answer or the desk cannot be reached.
//!
//! Each record is a command of its own: one that is refused never blocks another. What is known of a record is asked right
//! before it is decided, so a run that was cut off anywhere is simply run again. Removals of records that have vanished come
//! last, and whether they may be done at all is decided before anything is signed.

use crate::decision::{Decision, Known, Rules, Step, decide};
use crate::desk::{Answer, Command, Desk, KnownRecord, PAGE};
use crate::outcome::{Outcome, RowAnswer};
use crate::plan::{Plan, Record, Remark, SAME_KEY_TWICE};
use crate::table::Table;
use huxin_api::Problem;
use huxin_api::model::ActRequest;
use huxin_protocol::ids::StatementId;
use huxin_protocol::subject::{SubjectId, personal_number};
use huxin_protocol::text::harmless;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the officer asks for.
#[derive(Clone, Debug)]
pub struct Orders {
    pub rules: Rules,
    /// Check everything, sign nothing.
    pub rehearse: bool,
    /// What every reference of this source begins with.
    pub source: String,
    /// Whether the file is the whole list.
    pub is_complete: bool,
    /// End records that have vanished from a complete list.
    pub remove_gone: bool,
    /// In hundredths of a percent of the live records.
    pub remove_gone_limit: u64,
    /// Most records that are amended unasked by their rows, in hundredths of a percent of the live ones.
    pub amend_limit: u64,
}

/// 100 percent.
pub const WHOLE: u64 = 10_000;
/// 5 percent: of what stands, no more vanishes at once unless somebody has looked.
pub const GONE_LIMIT: u64 = 500;
/// 5 percent: nor does more of it change. A column that moved, or a file of another encoding, would correct everybody.
pub const AMEND_LIMIT: u64 = 500;

/// A record that stands here and is not in a complete list any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gone {
    pub record_ref: String,
    /// The link that speaks now.
    pub id: StatementId,
    /// The subject, as the entry names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `gone`: told only; `held`: the list still names its subject under a key that is not known here, so it is never
    /// removed by itself; `removed`, `already_ended`, `rejected` or `not_reached`.
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementId>,
}

/// Why a run ended before its last row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop<F> {
    /// The desk could not be asked.
    Desk(F),
    /// More records would be ended than the officer allowed.
    GoneLimit { gone: usize, live: usize },
    /// More records would be amended than the officer allowed.
    AmendLimit { amended: usize, live: usize },
    /// Keys of some rows could not be read, so nobody can say which records have vanished.
    GoneUnknown { rows: usize },
    /// The desk answered with another number of answers than there were questions.
    Answers,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried<F> {
    /// One for every row, in the order of the file.
    pub answers: Vec<RowAnswer>,
    pub gone: Vec<Gone>,
    /// Told by the node about rows that were signed.
    pub warnings: Vec<Remark>,
    pub stop: Option<Stop<F>>,
}

/// What can be said of a file without any desk: rejects and duplicates are answered, all others are not reached.
#[must_use]
pub fn unsent<F>(table: &Table, plan: &Plan) -> Carried<F> {
    Run::new(table, plan).finish(Vec::new(), None)
}

/// Carries a plan out. `reached` is told how many rows have been answered since it was last called.
pub fn carry_out<D: Desk>(
    table: &Table,
    plan: &Plan,
    orders: &Orders,
    desk: &mut D,
    reached: &mut dyn FnMut(usize),
) -> Carried<D::Fault> {
    let mut run = Run::new(table, plan);
    let mut gone = match gone(plan, orders, desk) {
        Ok(gone) => gone,
        Err((gone, stop)) => return run.finish(gone, Some(stop)),
    };
    let mut groups: Vec<Vec<&Record>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &plan.records {
        let place = *places.entry(&record.record_ref).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(record),
            None => groups.push(vec![record]),
        }
    }
    if let Err(stop) = amendments(&groups, orders, desk) {
        return run.finish(gone, Some(stop));
    }
    for page in groups.chunks(PAGE) {
        if let Err(stop) = run.page(page, orders, desk) {
            return run.finish(gone, Some(stop));
        }
        reached(page.iter().map(Vec::len).sum());
    }
    let stop = if orders.remove_gone { run.remove_gone(&mut gone, orders, desk).err() } else { None };
    run.finish(gone, stop)
}

/// The records that have vanished from a complete list, without looking at any limit.
///
/// # Errors
/// The desk could not be asked.
pub fn vanished<D: Desk>(plan: &Plan, orders: &Orders, desk: &mut D) -> Result<Vec<Gone>, D::Fault> {
    let told = Orders { remove_gone: false, ..orders.clone() };
    match gone(plan, &told, desk) {
        Ok(gone)
        | Err((gone, Stop::GoneLimit { .. } | Stop::AmendLimit { .. } | Stop::GoneUnknown { .. } | Stop::Answers)) => {
            Ok(gone)
        }
        Err((_, Stop::Desk(fault))) => Err(fault),
    }
}

/// The records that have vanished, and whether they may be ended.
fn gone<D: Desk>(plan: &Plan, orders: &Orders, desk: &mut D) -> Result<Vec<Gone>, (Vec<Gone>, Stop<D::Fault>)> {
    if !orders.is_complete {
        return Ok(Vec::new());
    }
    let live = desk.live(&orders.source).map_err(|fault| (Vec::new(), Stop::Desk(fault)))?;
    let present = plan.references();
    let vanished = live.iter().filter(|item| !present.contains(item.record_ref.as_str()));
    let renamed = renamed(plan, &live);
    let gone: Vec<Gone> = vanished.map(|item| named(item, &renamed)).collect();
    if !orders.remove_gone || gone.is_empty() {
        return Ok(gone);
    }
    let keyless = plan.rejects.iter().filter(|reject| reject.record_ref.is_none()).count();
    if keyless > 0 {
        return Err((gone, Stop::GoneUnknown { rows: keyless }));
    }
    // A download that was cut off once took everybody off a list. An empty file is never taken at its word by a share alone.
    if is_over(gone.len(), live.len(), orders.remove_gone_limit)
        || (present.is_empty() && orders.remove_gone_limit < WHOLE)
    {
        let stop = Stop::GoneLimit { gone: gone.len(), live: live.len() };
        return Err((gone, stop));
    }
    Ok(gone)
}

/// Whether so many of the live records are more than a share of them, which is in hundredths of a percent.
const fn is_over(count: usize, live: usize, limit: u64) -> bool {
    count as u64 * WHOLE > limit * live as u64
}

/// Counts what would be amended because it differs, and not because its row says so, before anything is signed.
fn amendments<D: Desk>(groups: &[Vec<&Record>], orders: &Orders, desk: &mut D) -> Result<(), Stop<D::Fault>> {
    if !orders.rules.amend {
        return Ok(());
    }
    let mut amended = 0;
    for page in groups.chunks(PAGE) {
        let known = known(page, desk)?;
        let steps = page.iter().zip(&known).map(|(group, known)| decide(group, known, &orders.rules).step);
        amended += steps.filter(|step| matches!(step, Some((_, Step::Amend(..))))).count();
    }
    if amended == 0 {
        return Ok(());
    }
    let live = desk.live(&orders.source).map_err(Stop::Desk)?.len();
    if is_over(amended, live, orders.amend_limit) { Err(Stop::AmendLimit { amended, live }) } else { Ok(()) }
}

/// What the desk knows of each record of a page.
fn known<D: Desk>(page: &[Vec<&Record>], desk: &mut D) -> Result<Vec<Known>, Stop<D::Fault>> {
    let refs: Vec<String> =
        page.iter().map(|group| group.first().map(|record| record.record_ref.clone()).unwrap_or_default()).collect();
    let items = desk.known(&refs).map_err(Stop::Desk)?;
    let mut by_ref: BTreeMap<&str, Vec<&KnownRecord>> = BTreeMap::new();
    for item in &items {
        by_ref.entry(&item.record_ref).or_default().push(item);
    }
    Ok(refs.iter().map(|reference| Known::of(by_ref.get(reference.as_str()).into_iter().flatten().copied())).collect())
}

/// Subjects that the file names under keys of which no live record is known: a spreadsheet that drops the zeros before a key
/// makes a record vanish and appear again under another name.
fn renamed(plan: &Plan, live: &[KnownRecord]) -> BTreeSet<SubjectId> {
    let known: BTreeSet<&str> = live.iter().map(|item| item.record_ref.as_str()).collect();
    let records = plan.records.iter().filter(|record| !known.contains(record.record_ref.as_str()));
    records.filter_map(|record| record.subject.clone()).collect()
}

fn named(item: &KnownRecord, renamed: &BTreeSet<SubjectId>) -> Gone {
    let listing = item.listing.as_ref();
    let held = listing.is_some_and(|listing| renamed.contains(&listing.subject.id));
    let sentence = "the list still names this subject under a key that is not known here; compare the two keys";
    Gone {
        record_ref: item.record_ref.clone(),
        id: item.id,
        subject: listing.map(|listing| format!("{} {}", listing.subject.id, listing.subject.name)),
        outcome: if held { HELD } else { "gone" },
        code: held.then(|| "named_under_another_key".to_owned()),
        sentence: held.then(|| sentence.to_owned()),
        statement: None,
    }
}

/// The outcome of a vanished record that somebody has to look at before it may be removed.
pub const HELD: &str = "held";

fn removal(record_ref: &str) -> ActRequest {
    ActRequest {
        reason: "the publisher took the record off its list".to_owned(),
        record_ref: Some(record_ref.to_owned()),
        ..ActRequest::default()
    }
}

/// Codes by which a node says that the matter has ended here before.
fn has_ended(problem: &Problem) -> bool {
    matches!(problem.code.as_str(), "ground_ended" | "already_ended")
}

struct Run<'a> {
    table: &'a Table,
    answers: BTreeMap<u64, RowAnswer>,
    warnings: Vec<Remark>,
    by_row: BTreeMap<u64, &'a Record>,
}

impl<'a> Run<'a> {
    fn new(table: &'a Table, plan: &'a Plan) -> Self {
        let by_row = plan.records.iter().map(|record| (record.row, record)).collect();
        let mut run = Self { table, answers: BTreeMap::new(), warnings: Vec::new(), by_row };
        for (row, earlier) in &plan.duplicates {
            run.answer(*row, Outcome::Duplicate, None, Some(format!("it says exactly what row {earlier} says")));
        }
        for reject in &plan.rejects {
            let twice = reject.code() == SAME_KEY_TWICE;
            let outcome = if twice { Outcome::SameKeyTwice } else { Outcome::Rejected };
            run.answer(reject.row.number, outcome, Some(reject.code()), Some(reject.sentence()));
            if let Some(answer) = run.answers.get_mut(&reject.row.number) {
                answer.record_ref.clone_from(&reject.record_ref);
                answer.line = reject.row.line;
            }
        }
        run
    }

    fn answer(&mut self, row: u64, outcome: Outcome, code: Option<&str>, sentence: Option<String>) {
        let record = self.by_row.get(&row);
        let answer = RowAnswer {
            row,
            line: record.map_or(0, |record| record.line),
            record_ref: record.map(|record| record.record_ref.clone()),
            outcome,
            code: code.map(ToOwned::to_owned),
            sentence,
            statement: None,
        };
        self.answers.insert(row, answer);
    }

    /// The answer of the desk to the step of one row.
    fn answered(&mut self, row: u64, outcome: Outcome, answer: Answer) {
        match answer {
            Answer::Done { id, warnings } => {
                self.answer(row, outcome, None, None);
                let line = self.by_row.get(&row).map_or(0, |record| record.line);
                self.warnings.extend(warnings.into_iter().map(|(code, sentence)| Remark { row, line, code, sentence }));
                if let Some(answer) = self.answers.get_mut(&row) {
                    answer.statement = id;
                }
            }
            Answer::Refused(problem) if has_ended(&problem) => {
                self.answer(row, Outcome::AlreadyEnded, Some(&problem.code), Some(problem.detail));
            }
            Answer::Refused(problem) => {
                let sentence = match &problem.next_step {
                    Some(next) => format!("{}; {next}", problem.detail),
                    None => problem.detail.clone(),
                };
                self.answer(row, Outcome::Rejected, Some(&problem.code), Some(sentence));
            }
        }
    }

    /// One page of records: what is known of them, what is decided, what is signed.
    fn page<D: Desk>(&mut self, page: &[Vec<&'a Record>], orders: &Orders, desk: &mut D) -> Result<(), Stop<D::Fault>> {
        let known = known(page, desk)?;
        let mut commands = Vec::new();
        let mut waiting: Vec<(u64, Outcome, Option<u64>)> = Vec::new();
        for (group, known) in page.iter().zip(&known) {
            let Decision { settled, step, then_remove } = decide(group, known, &orders.rules);
            for settled in settled {
                let code = settled.outcome.needs_somebody().then_some(settled.outcome.word());
                self.answer(settled.row, settled.outcome, code, settled.sentence);
            }
            let Some((row, step)) = step else { continue };
            let (command, outcome) = match step {
                Step::List(request) => (Command::List(Box::new(request.clone())), Outcome::Listed),
                Step::Amend(id, request) => (Command::Amend(id, Box::new(request.clone())), Outcome::Amended),
                Step::Remove(id) => {
                    let reference = group.first().map(|record| record.record_ref.as_str()).unwrap_or_default();
                    (Command::Remove(id, removal(reference)), Outcome::Removed)
                }
            };
            commands.push(command);
            waiting.push((row, outcome, then_remove));
        }
        let mut second = Vec::new();
        let mut removed = Vec::new();
        let answers = submit(&commands, orders, desk)?;
        for ((row, outcome, then_remove), answer) in waiting.into_iter().zip(answers) {
            if let Some(removal_row) = then_remove {
                self.after_listing(row, removal_row, &answer, orders, &mut second, &mut removed);
            }
            self.answered(row, outcome, answer);
        }
        let answers = submit(&second, orders, desk)?;
        for (row, answer) in removed.into_iter().zip(answers) {
            self.answered(row, Outcome::Removed, answer);
        }
        Ok(())
    }

    /// What becomes of the row that removes what an earlier row of this file lists.
    fn after_listing(
        &mut self,
        row: u64,
        removal_row: u64,
        answer: &Answer,
        orders: &Orders,
        commands: &mut Vec<Command>,
        rows: &mut Vec<u64>,
    ) {
        match answer {
            Answer::Done { id: Some(id), .. } => {
                let reference = self.by_row.get(&row).map(|record| record.record_ref.clone()).unwrap_or_default();
                commands.push(Command::Remove(*id, removal(&reference)));
                rows.push(removal_row);
            }
            // A rehearsal signs nothing, so there is nothing yet that could be asked to be removed.
            Answer::Done { id: None, .. } if orders.rehearse => self.answer(removal_row, Outcome::Removed, None, None),
            Answer::Done { id: None, .. } => {}
            Answer::Refused(problem) if has_ended(problem) => {
                self.answer(removal_row, Outcome::AlreadyEnded, None, Some(problem.detail.clone()));
            }
            Answer::Refused(_) => {
                let sentence = format!("row {row}, which lists the record, was rejected");
                self.answer(removal_row, Outcome::UnknownToRemove, None, Some(sentence));
            }
        }
    }

    fn remove_gone<D: Desk>(&mut self, gone: &mut [Gone], orders: &Orders, desk: &mut D) -> Result<(), Stop<D::Fault>> {
        let mut due: Vec<&mut Gone> = gone.iter_mut().filter(|item| item.outcome != HELD).collect();
        for item in &mut due {
            item.outcome = Outcome::NotReached.word();
        }
        for page in due.chunks_mut(PAGE) {
            let commands: Vec<Command> =
                page.iter().map(|item| Command::Remove(item.id, removal(&item.record_ref))).collect();
            for (item, answer) in page.iter_mut().zip(submit(&commands, orders, desk)?) {
                match answer {
                    Answer::Done { id, .. } => {
                        item.outcome = Outcome::Removed.word();
                        item.statement = id;
                    }
                    Answer::Refused(problem) => {
                        let ended = has_ended(&problem);
                        item.outcome = if ended { Outcome::AlreadyEnded.word() } else { Outcome::Rejected.word() };
                        item.code = Some(problem.code);
                        item.sentence = Some(problem.detail);
                    }
                }
            }
        }
        Ok(())
    }

    /// Every row that nobody answered was not reached.
    fn finish<F>(mut self, gone: Vec<Gone>, stop: Option<Stop<F>>) -> Carried<F> {
        let mut answers = Vec::with_capacity(self.table.rows.len());
        for row in &self.table.rows {
            if !self.answers.contains_key(&row.number) {
                self.answer(row.number, Outcome::NotReached, None, None);
            }
            if let Some(mut answer) = self.answers.remove(&row.number) {
                answer.line = row.line;
                answer.record_ref = answer.record_ref.map(concealed);
                answer.sentence = answer.sentence.map(concealed);
                answers.push(answer);
            }
        }
        Carried { answers, gone, warnings: self.warnings, stop }
    }
}

/// A report travels further than the list: what could be a resident's number is not repeated in it, and what a screen would
/// obey is shown harmlessly.
fn concealed(text: String) -> String {
    if personal_number(&text).is_some() {
        return text.chars().map(|character| if character.is_numeric() { '*' } else { character }).collect();
    }
    harmless(&text).into_owned()
}

fn submit<D: Desk>(commands: &[Command], orders: &Orders, desk: &mut D) -> Result<Vec<Answer>, Stop<D::Fault>> {
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    let answers = desk.submit(commands, orders.rehearse).map_err(Stop::Desk)?;
    if answers.len() == commands.len() { Ok(answers) } else { Err(Stop::Answers) }
}
