//! A profile held against a file, without any node: are the columns there, can records be recognised, which values do not
//! parse, which rows would be rejected and why, what cannot be followed.

use crate::plan::{Plan, SAME_KEY_TWICE};
use crate::profile::Profile;
use crate::table::Table;
use serde::Serialize;
use std::collections::BTreeMap;

/// Samples that are shown of each kind.
const SAMPLES: usize = 3;

/// One reason with how often it came and the first rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub code: String,
    pub count: usize,
    /// Row, line and sentence of the first ones.
    pub samples: Vec<(u64, u64, String)>,
}

/// What is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub rows: usize,
    pub columns: Vec<String>,
    /// Columns of the file that the profile does not use.
    pub unused_columns: Vec<String>,
    /// Columns that the profile names and the file does not have.
    pub missing_columns: Vec<String>,
    pub records: usize,
    pub duplicates: usize,
    pub over: usize,
    /// Every reason of every rejected row.
    pub rejects: Vec<Counted>,
    pub rejected_rows: usize,
    pub same_key_twice: usize,
    pub cleanings: Vec<Counted>,
    pub code_warnings: Vec<Counted>,
    /// Columns in which no row has a value.
    pub empty_columns: Vec<String>,
    /// What cannot be followed or was not looked at, in Chinese and English.
    pub notes: Vec<(String, String)>,
}

/// Columns of the profile that the table lacks.
#[must_use]
pub fn missing_columns(profile: &Profile, table: &Table) -> Vec<String> {
    let mut missing: Vec<String> = profile
        .columns()
        .into_iter()
        .filter(|name| !table.columns.iter().any(|column| column == name))
        .map(str::to_owned)
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

/// What a plan says about profile and file. `plan` is none where the file lacks columns.
#[must_use]
pub fn checked(profile: &Profile, table: &Table, plan: Option<&Plan>) -> Checked {
    let used = profile.columns();
    let unused = table.columns.iter().filter(|column| !used.contains(&column.as_str())).cloned().collect();
    let blank = |column: &&String| table.rows.iter().all(|row| row.cell(column).is_blank());
    let empty = table.columns.iter().filter(|column| used.contains(&column.as_str())).filter(blank);
    let mut checked = Checked {
        rows: table.rows.len(),
        columns: table.columns.clone(),
        unused_columns: unused,
        missing_columns: missing_columns(profile, table),
        records: 0,
        duplicates: 0,
        over: 0,
        rejects: Vec::new(),
        rejected_rows: 0,
        same_key_twice: 0,
        cleanings: Vec::new(),
        code_warnings: Vec::new(),
        empty_columns: if table.rows.is_empty() { Vec::new() } else { empty.cloned().collect() },
        notes: notes(profile, plan),
    };
    let Some(plan) = plan else { return checked };
    let mut rejects = BTreeMap::new();
    for reject in &plan.rejects {
        for reason in &reject.reasons {
            count(&mut rejects, &reason.code, reject.row.number, reject.row.line, &reason.sentence);
        }
    }
    let remarks = |remarks: &[crate::plan::Remark]| {
        let mut counted = BTreeMap::new();
        for remark in remarks {
            count(&mut counted, &remark.code, remark.row, remark.line, &remark.sentence);
        }
        counted.into_values().collect()
    };
    checked.records = plan.records.len();
    checked.duplicates = plan.duplicates.len();
    checked.over = plan.records.iter().filter(|record| record.is_over).count();
    checked.rejected_rows = plan.rejects.len();
    checked.same_key_twice = plan.rejects.iter().filter(|reject| reject.code() == SAME_KEY_TWICE).count();
    checked.rejects = rejects.into_values().collect();
    checked.cleanings = remarks(&plan.cleanings);
    checked.code_warnings = remarks(&plan.code_warnings);
    checked
}

fn count(counted: &mut BTreeMap<String, Counted>, code: &str, row: u64, line: u64, sentence: &str) {
    let item = counted.entry(code.to_owned()).or_insert_with(|| Counted {
        code: code.to_owned(),
        count: 0,
        samples: Vec::new(),
    });
    item.count += 1;
    if item.samples.len() < SAMPLES {
        item.samples.push((row, line, sentence.to_owned()));
    }
}

fn notes(profile: &Profile, plan: Option<&Plan>) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    let mut say = |zh: &str, en: &str| notes.push((zh.to_owned(), en.to_owned()));
    if profile.key.columns.is_empty() {
        say(
            "没有键列：某一行的内容改变后，除文号和认定日期外无从认出是同一记录，变化不能跟踪",
            "no key columns: changes of a record can't be followed beyond its document number and day of decision; name \
             columns in [key]",
        );
    }
    if !profile.complete && profile.operation.is_none() {
        say(
            "complete 未设为 true：从名单中消失的记录不会被发现",
            "complete is not true: records that vanish from the list are not noticed",
        );
    }
    if plan.is_some_and(|plan| !plan.has_edition) {
        say(
            "本机没有配置所指的措施清单版本，其规则未检查，由节点检查",
            "the catalogue edition that the profile names is not at hand, so its rules are left to the node",
        );
    }
    notes
}

/// Whether anything needs somebody.
#[must_use]
pub fn is_clean(checked: &Checked) -> bool {
    checked.missing_columns.is_empty() && checked.rejected_rows == 0
}
