//! `docs/profiles.md` is tried: its example has the outcomes that it tells, and every key stands in its tables.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_profile::form::{Holds, Key};
use huxin_profile::{ConfirmedCodes, Outcome, PROFILE, Profile, RULE, Setting, Table, Written, explain, plan, unsent};
use huxin_protocol::edition::builtin;
use std::path::Path;

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/profiles.md")).unwrap()
}

fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let begin = page.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
    let rest = &page[begin..];
    &rest[..rest.find("```").unwrap()]
}

#[test]
fn the_worked_example_does_what_it_says() {
    let page = page();
    let profile = Profile::parse(block(&page, "toml"), "docs/profiles.md").unwrap();
    let table = Table::decode(block(&page, "csv").as_bytes(), &profile.file).unwrap();
    let editions = builtin();
    let setting = Setting {
        day: "2026-11-27".parse().unwrap(),
        city: None,
        edition: editions.values().find(|edition| edition.name() == "demo"),
        editions: &editions,
        allow_natural_persons: false,
        own_names: &[],
        confirmed: &ConfirmedCodes::default(),
    };
    let plan = plan(&profile, &table, &setting).unwrap();
    let answers = unsent::<()>(&table, &plan).answers;
    // Without a node a row that would be listed is not reached.
    let told: Vec<String> = answers
        .iter()
        .map(|answer| match answer.outcome {
            Outcome::NotReached => "listed".to_owned(),
            Outcome::Rejected => format!("rejected `{}`", answer.code.as_deref().unwrap()),
            other => other.word().to_owned(),
        })
        .collect();
    for (number, outcome) in (1..).zip(&told) {
        assert!(page.contains(&format!("| {number} | {outcome} |")), "row {number}: {outcome}");
    }
    assert_eq!(plan.cleanings.len(), 1);
    let written = Written::toml(block(&page, "toml")).unwrap();
    let keys = explain(&profile, &written);
    assert!(keys.iter().any(|key| key.key == "over" && key.value == "report" && !key.stated));
}

/// All keys with their path, groups opened, but for the rule of a field.
fn lines(keys: &'static [Key], path: &str, out: &mut Vec<String>) {
    for key in keys {
        let full = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        out.push(format!("| `{full}` | {} | {} |", key.zh, key.en));
        match key.holds {
            Holds::Group(inner) if path != "fields" => lines(inner, &full, out),
            Holds::Groups(inner) => lines(inner, &full, out),
            _ => {}
        }
    }
}

/// `HUXIN_WRITE_DOCS=1` writes the tables anew.
#[test]
fn every_key_is_explained() {
    let page = page();
    let (mut keys, mut rule) = (Vec::new(), Vec::new());
    lines(PROFILE, "", &mut keys);
    lines(RULE, "", &mut rule);
    let mut wanted = page.clone();
    for (mark, lines) in [("<!-- keys -->", &keys), ("<!-- rule -->", &rule)] {
        let begin = wanted.find(mark).unwrap();
        let head = wanted[..begin].rfind("|---|---|---|\n").unwrap() + "|---|---|---|\n".len();
        wanted.replace_range(head..begin, &format!("{}\n", lines.join("\n")));
    }
    if std::env::var_os("HUXIN_WRITE_DOCS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/profiles.md"), &wanted).unwrap();
    } else {
        assert_eq!(page, wanted, "run this test with HUXIN_WRITE_DOCS=1");
    }
}
