//! Profiles: those that are shipped and those of the cases load; one that is wrong is told everything at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_profile::{ConfirmedCodes, Profile, Setting, Table, plan, rejects, unsent};
use std::path::{Path, PathBuf};

fn profiles(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            profiles(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
}

#[test]
fn shipped_profiles_and_those_of_the_cases_load() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    profiles(&here.join("../../deploy/profiles"), &mut found);
    assert_eq!(found.len(), 6);
    let cases = here.join("../../../shared/cases");
    if cases.is_dir() {
        profiles(&cases, &mut found);
    } else {
        println!("skipped in part: there is no ../shared/cases");
    }
    for path in found {
        Profile::load(&path).unwrap_or_else(|fault| panic!("{fault}"));
    }
}

const GOOD: &str = r#"
name = "t"
title = "t"
edition = "demo"
file = { format = "csv" }
source = { publisher = "样例公告网", because = "made up" }
key = { prefix = "t", columns = ["no"] }
subject = { scheme = "uscc", column = "uscc" }
[fields]
name = { column = "name", required = true }
ground_text = { column = "reason" }
list = { constant = "black", because = "made up" }
list_name = { constant = "样例名单", because = "made up" }
field = { constant = "样例", because = "made up" }
authority = { constant = "样例局", because = "made up" }
"#;

/// Each change of a good profile with the key that is blamed.
#[test]
fn what_is_wrong_with_a_profile_is_told_with_its_line() {
    assert!(Profile::parse(GOOD, "t").is_ok());
    for (from, to, key) in [
        ("name = \"t\"", "nmae = \"t\"", "nmae"),
        ("edition = \"demo\"", "edition = 1", "edition"),
        ("format = \"csv\"", "format = \"CSV\"", "file.format"),
        ("subject = { scheme = \"uscc\", column = \"uscc\" }", "subject = \"uscc\"", "subject"),
        ("column = \"uscc\" }", "column = \"uscc\", digest_of = [\"a\"] }", "subject"),
        ("prefix = \"t\"", "prefix = \"a:b\"", "key.prefix"),
        ("columns = [\"no\"]", "columns = \"no\"", "key.columns"),
        ("columns = [\"no\"]", "columns = [\"no\"], may_be_empty = [\"on\"]", "key.may_be_empty"),
        ("columns = [\"no\"]", "columns = [\"no\"], may_be_empty = [\"no\"]", "key.may_be_empty"),
        ("constant = \"black\", because = \"made up\"", "constant = \"black\"", "fields.list"),
        ("constant = \"black\"", "constant = \"blak\"", "fields.list"),
        ("column = \"reason\"", "column = \"reason\", constant = \"x\", because = \"x\"", "fields.ground_text"),
        ("column = \"reason\"", "column = \"reason\", map_only = true", "fields.ground_text"),
        ("column = \"reason\"", "column = \"reason\", split = \";\"", "fields.ground_text"),
        ("authority = {", "measures = {", "fields.authority"),
        ("\nkey", "\nover = \"tell\"\nkey", "over"),
        ("\nkey", "\ncomplete = true\noperation = { column = \"op\", list = [\"l\"] }\nkey", "complete"),
        ("\nkey", "\noperation = { column = \"op\", list = [\"l\"], remove = [\"l\"] }\nkey", "operation"),
        ("\n[fields]", "\n[[reject]]\ncolumn=\"x\"\ncode=\"x\"\nsentence=\"x\"\n[fields]", "reject"),
        ("retrieved", "retrieved", ""),
    ] {
        if key.is_empty() {
            continue;
        }
        assert!(GOOD.contains(from), "{from}");
        let fault = Profile::parse(&GOOD.replacen(from, to, 1), "t").unwrap_err();
        let keys: Vec<&str> = fault.faults().iter().map(|fault| fault.key.as_str()).collect();
        assert!(keys.contains(&key), "{to}: {fault}");
        let text = fault.to_string();
        assert!(!text.contains("struct") && !text.contains("expected") && text.contains("line "), "{text}");
    }
    let many = GOOD
        .replace("title = \"t\"", "titel = \"t\"")
        .replace("\"csv\"", "\"cvs\"")
        .replace(", because = \"made up\" }", " }");
    assert!(Profile::parse(&many, "t").unwrap_err().faults().len() >= 7);
}

fn planned(profile: &Profile, table: &Table) -> huxin_profile::Plan {
    let setting = Setting {
        day: "2026-11-27".parse().unwrap(),
        city: None,
        edition: None,
        editions: &std::collections::BTreeMap::new(),
        allow_natural_persons: false,
        own_names: &[],
        confirmed: &ConfirmedCodes::default(),
    };
    plan(profile, table, &setting).unwrap()
}

/// What is written as rejects reads back as the rows that were rejected, value for value, as CSV and as a workbook.
#[test]
fn rejects_come_back_as_they_were() {
    let profile = Profile::parse(GOOD, "t").unwrap();
    let list = "no,uscc,name,reason\n-5,91990099MA00000156,,=1\n'6,91990099MA00000156,,\"a\nb, \"\"c\"\"\"\n7,91990099MA00000156,示例甲,x\n@8,91990099MA00000156,, y \n";
    let table = rejects::decode(list.as_bytes(), &profile).unwrap();
    let plan = planned(&profile, &table);
    assert_eq!((plan.records.len(), plan.rejects.len()), (1, 3));
    let sheet = rejects::sheet(&table, &unsent::<()>(&table, &plan).answers);
    assert_eq!(sheet.head()[..5], ["row", "line", "code", "huxin_reason", "huxin_row_digest"]);
    for name in ["rejects.csv", "rejects.xlsx"] {
        let bytes = sheet.bytes(Path::new(name)).unwrap();
        let again = rejects::decode(&bytes, &profile).unwrap();
        assert_eq!(again.columns, table.columns, "{name}");
        let shown = |row: &huxin_profile::Row| -> Vec<String> {
            table.columns.iter().map(|column| row.cell(column).shown().into_owned()).collect()
        };
        let before: Vec<_> = table.rows.iter().filter(|row| row.number != 3).map(shown).collect();
        assert_eq!(again.rows.iter().map(shown).collect::<Vec<_>>(), before, "{name}");
        let refs = |plan: &huxin_profile::Plan| -> Vec<Option<String>> {
            plan.rejects.iter().map(|reject| reject.record_ref.clone()).collect()
        };
        assert_eq!(refs(&planned(&profile, &again)), refs(&plan), "{name}");
    }
}
