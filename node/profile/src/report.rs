//! The report of an import: how many rows had which outcome, and which rows. The sum of the counts is the number of rows.
//!
//! The text is for a screen of 80 columns and cuts long lists, saying how much it cut. The files (JSON, CSV, XLSX) hold every
//! row.

use crate::carry_out::{Carried, Gone};
use crate::outcome::{Outcome, RowAnswer};
use crate::plan::{Plan, Remark};
use crate::sheet::Sheet;
use huxin_protocol::text::harmless;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Rows of one kind that the text shows.
const SHOWN: usize = 10;
/// Columns of the text.
const COLUMNS: usize = 80;

/// Why the run ended before its last row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// Stable.
    pub code: String,
    pub sentence: String,
    #[serde(rename = "try", skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
}

/// A remark with its row, as it is written out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemarkItem {
    pub row: u64,
    pub line: u64,
    pub code: String,
    pub sentence: String,
}

impl From<&Remark> for RemarkItem {
    fn from(remark: &Remark) -> Self {
        let Remark { row, line, code, sentence } = remark.clone();
        Self { row, line, code, sentence }
    }
}

/// What an import did, or in a rehearsal would do.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub file: String,
    pub profile: String,
    pub dry_run: bool,
    pub rows: usize,
    /// By outcome; outcomes that no row had are left out.
    pub counts: BTreeMap<&'static str, usize>,
    /// Rejected rows by reason code.
    pub reject_reasons: BTreeMap<String, usize>,
    pub answers: Vec<RowAnswer>,
    /// Records that stand here and are not in a complete list any more.
    pub gone: Vec<Gone>,
    pub cleanings: Vec<RemarkItem>,
    pub warnings: Vec<RemarkItem>,
    /// What the reader of the report must know about how it was made.
    pub notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
}

impl Report {
    #[must_use]
    pub fn new<F>(
        file: &str,
        profile: &str,
        dry_run: bool,
        plan: &Plan,
        carried: &Carried<F>,
        stopped: Option<Stopped>,
    ) -> Self {
        let mut counts = BTreeMap::new();
        let mut reject_reasons = BTreeMap::new();
        for answer in &carried.answers {
            *counts.entry(answer.outcome.word()).or_default() += 1;
            if let (Outcome::Rejected, Some(code)) = (answer.outcome, &answer.code) {
                *reject_reasons.entry(code.clone()).or_default() += 1;
            }
        }
        let mut warnings: Vec<Remark> = plan.code_warnings.clone();
        // The node tells of the same codes again.
        let told = |warning: &&Remark| !plan.code_warnings.iter().any(|known| known.row == warning.row);
        warnings.extend(carried.warnings.iter().filter(told).cloned());
        warnings.sort();
        Self {
            file: file.to_owned(),
            profile: profile.to_owned(),
            dry_run,
            rows: carried.answers.len(),
            counts,
            reject_reasons,
            answers: carried.answers.clone(),
            gone: carried.gone.clone(),
            cleanings: plan.cleanings.iter().map(RemarkItem::from).collect(),
            warnings: warnings.iter().map(RemarkItem::from).collect(),
            notes: Vec::new(),
            stopped,
        }
    }

    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.counts.get(outcome.word()).copied().unwrap_or(0)
    }

    /// Whether a row or a vanished record needs somebody to look at it.
    #[must_use]
    pub fn has_rejects(&self) -> bool {
        self.answers.iter().any(|answer| answer.outcome.needs_somebody())
            || self.gone.iter().any(|gone| gone.outcome == Outcome::Rejected.word())
    }

    /// For people: Chinese first, English beside it, 80 columns.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let head = if self.dry_run { "试运行，未签发  rehearsal, nothing was signed" } else { "导入  import" };
        line(&mut out, &format!("{head}: {} ({})", harmless(&self.file), harmless(&self.profile)), 0);
        figure(&mut out, "行数", "rows", self.rows);
        for outcome in Outcome::ALL {
            let count = self.count(outcome);
            if count > 0 {
                let (zh, en) = outcome.text();
                figure(&mut out, zh, en, count);
            }
        }
        for (count, zh, en) in [
            (self.gone.len(), "名单中已消失的记录", "records gone from the list"),
            (self.cleanings.len(), "清理过的单元格", "cells that were cleaned"),
            (self.warnings.len(), "需要留意的代码等", "warnings about codes and the like"),
        ] {
            if count > 0 {
                figure(&mut out, zh, en, count);
            }
        }
        for (code, count) in &self.reject_reasons {
            line(&mut out, &format!("{count} × {code}"), 4);
        }
        self.rows_in_text(&mut out);
        for note in &self.notes {
            line(&mut out, note, 0);
        }
        if let Some(stopped) = &self.stopped {
            line(&mut out, &format!("已中止  stopped [{}]: {}", stopped.code, harmless(&stopped.sentence)), 0);
        }
        out
    }

    fn rows_in_text(&self, out: &mut String) {
        for outcome in Outcome::ALL {
            // Rows that went well and rows that were not reached are many and all alike.
            if matches!(
                outcome,
                Outcome::Listed | Outcome::Unchanged | Outcome::Duplicate | Outcome::NotReached | Outcome::Superseded
            ) {
                continue;
            }
            let (zh, en) = outcome.text();
            let rows = self.answers.iter().filter(|answer| answer.outcome == outcome);
            let items = rows.map(|answer| {
                let code = answer.code.as_ref().map(|code| format!("[{code}] ")).unwrap_or_default();
                let what = answer.sentence.as_deref().or(answer.record_ref.as_deref()).unwrap_or_default();
                format!("{} {code}{}", place(answer.row, answer.line), harmless(what))
            });
            section(out, zh, en, items.collect());
        }
        let remark =
            |item: &RemarkItem| format!("{} [{}] {}", place(item.row, item.line), item.code, harmless(&item.sentence));
        section(out, "清理过的单元格", "cells that were cleaned", self.cleanings.iter().map(remark).collect());
        section(out, "警告", "warnings", self.warnings.iter().map(remark).collect());
        let gone = self.gone.iter().map(|gone| {
            let subject = gone.subject.as_deref().map(|subject| format!(" ({subject})")).unwrap_or_default();
            let outcome = if gone.outcome == "gone" { String::new() } else { format!(" {}", gone.outcome) };
            format!("{} {}{}{outcome}", gone.id, harmless(&gone.record_ref), harmless(&subject))
        });
        section(out, "名单中已消失的记录", "records gone from the list", gone.collect());
    }

    /// Every row, for `--report FILE.csv` and `--report FILE.xlsx`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let head = ["row", "line", "record_ref", "outcome", "code", "sentence", "statement"];
        let mut sheet = Sheet::new("huxin report", &head);
        for answer in &self.answers {
            sheet.push([
                answer.row.to_string(),
                answer.line.to_string(),
                answer.record_ref.clone().unwrap_or_default(),
                answer.outcome.word().to_owned(),
                answer.code.clone().unwrap_or_default(),
                answer.sentence.clone().unwrap_or_default(),
                answer.statement.map(|id| id.to_string()).unwrap_or_default(),
            ]);
        }
        for gone in &self.gone {
            sheet.push([
                String::new(),
                String::new(),
                gone.record_ref.clone(),
                if gone.outcome == "gone" { "gone".to_owned() } else { format!("gone_{}", gone.outcome) },
                gone.code.clone().unwrap_or_default(),
                gone.sentence.clone().unwrap_or_default(),
                gone.statement.unwrap_or(gone.id).to_string(),
            ]);
        }
        sheet
    }
}

fn place(row: u64, line: u64) -> String {
    if line == 0 { format!("第{row}行 row {row}") } else { format!("第{row}行 row {row}, line {line}:") }
}

fn figure(out: &mut String, zh: &str, en: &str, count: usize) {
    let label = format!("{zh}  {en}");
    let width = COLUMNS - 20;
    let pad = width.saturating_sub(label.width());
    let _ = writeln!(out, "  {label}{}{count:>12}", " ".repeat(pad));
}

fn section(out: &mut String, zh: &str, en: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    line(out, &format!("{zh}  {en}:"), 0);
    for item in items.iter().take(SHOWN) {
        line(out, item, 2);
    }
    if let Some(more) = items.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        line(out, &format!("……还有 {more} 行  and {more} more; --report FILE holds every row"), 2);
    }
}

/// One paragraph, broken at 80 columns; what cannot be broken at a space is broken between two characters.
fn line(out: &mut String, text: &str, indent: usize) {
    let mut indent = indent;
    let mut current = String::new();
    for word in text.split(' ') {
        let mut rest = word;
        loop {
            let room = COLUMNS - indent;
            let gap = usize::from(!current.is_empty());
            if current.width() + gap + rest.width() <= room {
                if gap == 1 {
                    current.push(' ');
                }
                current.push_str(rest);
                break;
            }
            if rest.width() > room - 20 && current.width() + gap + 20 < room {
                let taken = fitting(rest, room - current.width() - gap);
                if gap == 1 {
                    current.push(' ');
                }
                current.push_str(&rest[..taken]);
                rest = &rest[taken..];
            }
            let _ = writeln!(out, "{}{current}", " ".repeat(indent));
            current.clear();
            indent = indent.max(2) + usize::from(indent == 2) * 2;
        }
    }
    let _ = writeln!(out, "{}{current}", " ".repeat(indent));
}

/// How many bytes of a text fit into so many columns; at least one character.
fn fitting(text: &str, room: usize) -> usize {
    let mut width = 0;
    let mut end = 0;
    for (at, character) in text.char_indices() {
        let mut buffer = [0; 4];
        width += character.encode_utf8(&mut buffer).width();
        if width > room && at > 0 {
            break;
        }
        end = at + character.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn answer(row: u64, outcome: Outcome, sentence: &str) -> RowAnswer {
        RowAnswer {
            row,
            line: row + 1,
            record_ref: Some(format!("t:{row}")),
            outcome,
            code: outcome.needs_somebody().then(|| "code_check".to_owned()),
            sentence: Some(sentence.to_owned()),
            statement: None,
        }
    }

    #[test]
    fn the_text_keeps_to_its_columns_and_says_what_it_cut() {
        let long = "很长的一句话".repeat(40);
        let mut answers: Vec<RowAnswer> = (1..=25).map(|row| answer(row, Outcome::Rejected, &long)).collect();
        answers.push(answer(26, Outcome::Listed, "a sentence of many plain words ".repeat(9).trim()));
        answers.push(answer(27, Outcome::Changed, "escape \u{1b}[31m and \u{202e}"));
        let carried: Carried<()> = Carried { answers, gone: Vec::new(), warnings: Vec::new(), stop: None };
        let report = Report::new("list.csv", "t", true, &Plan::default(), &carried, None);
        assert_eq!(report.counts.values().sum::<usize>(), report.rows);
        let text = report.text();
        for line in text.lines() {
            assert!(line.width() <= COLUMNS, "{} columns: {line}", line.width());
        }
        assert!(text.contains("and 15 more"), "{text}");
        assert!(!text.contains('\u{1b}') && text.contains("<U+202E>"), "{text}");
        assert!(report.has_rejects());
        assert_eq!(report.sheet().rows().len(), 27);
    }
}
