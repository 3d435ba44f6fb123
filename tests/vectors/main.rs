//! Vectors of our own: one titled file per case, most of them wrong answers. They are committed, so that another city's
//! programmer can test without our code, and so that a change of any byte of the format shows here first.
//!
//! The files are made by this test and compared with what is committed; `HUXIN_WRITE_VECTORS=1` writes them instead. The
//! Python programs in `tests/interop` read the same files with none of this code. All cities and keys are synthetic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bundles;
mod digests;
mod editions;
mod federation;
mod joint;
mod messages;
mod texts;

use huxin_protocol::bundle::Bundle;
use huxin_protocol::digest::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A case as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    /// The numbered rule of SPEC.md that decides it.
    rule: String,
    /// `bundle`, `text`, or the name of a message: what the bytes claim to be.
    form: String,
    /// The federation that the reader trusts, where that matters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    federation: Option<Digest>,
    /// The bundle's text, or a text that somebody wants to sign.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    text: Option<String>,
    /// The message's bytes, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    bytes: Option<String>,
    expected: Expected,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Expected {
    /// Stable code of what is wrong.
    Refused {
        refused: String,
    },
    Holds {
        holds: Facts,
    },
}

/// What a bundle that holds shows; empty for a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_state: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voided: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witnesses: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_lines: Option<usize>,
    /// Lines that hold under a key whose epoch its city has closed, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_lines: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<String>,
    /// Where the exporter has closed the epoch that signed the standing note.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing_epoch_closed: Option<bool>,
    /// The form in which a text is compared (R8).
    #[serde(skip_serializing_if = "Option::is_none")]
    folded: Option<String>,
    /// What a ruling under a view is named by (R141); `digest` is that of the logs (R140).
    #[serde(skip_serializing_if = "Option::is_none")]
    ruling_digest: Option<Digest>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// File name within the folder → case.
fn made() -> BTreeMap<String, Case> {
    let mut all = BTreeMap::new();
    let messages = messages::cases().into_iter().chain(editions::cases());
    for case in bundles::cases().into_iter().chain(messages).chain(texts::cases()).chain(digests::cases()) {
        let words: Vec<String> = case
            .title
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect();
        let name = format!("{}/{}.json", case.form, words.join("-"));
        assert!(all.insert(name.clone(), case).is_none(), "two cases are called {name}");
    }
    all
}

fn committed() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&path).unwrap() {
            let file = file.unwrap().path();
            let name = file.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned();
            all.insert(name, std::fs::read_to_string(&file).unwrap());
        }
    }
    all
}

fn text_of(case: &Case) -> String {
    format!("{}\n", serde_json::to_string_pretty(case).unwrap())
}

#[test]
fn the_committed_files_are_what_this_build_makes() {
    let made: BTreeMap<String, String> = made().iter().map(|(name, case)| (name.clone(), text_of(case))).collect();
    if std::env::var_os("HUXIN_WRITE_VECTORS").is_some() {
        for name in committed().keys().filter(|name| !made.contains_key(*name)) {
            std::fs::remove_file(folder().join(name)).unwrap();
        }
        for (name, text) in &made {
            let path = folder().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    let committed = committed();
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, text) in &made {
        assert!(committed[name] == *text, "{name} differs: the format has changed");
    }
}

/// Every case, read from its file, is judged as it says.
#[test]
fn every_case_is_judged_as_it_says() {
    let (mut holding, mut refused) = (0, 0);
    for (name, text) in committed() {
        let case: Case = serde_json::from_str(&text).unwrap();
        let outcome = match case.form.as_str() {
            "bundle" => judge_bundle(&case),
            "text" => texts::judge(&case),
            "view" => digests::judge(&case),
            "edition" => editions::judge(&case),
            _ => messages::judge(&case),
        };
        assert_eq!(outcome, case.expected, "{name}");
        match outcome {
            // A view has digests, and nothing of it is ever refused.
            Expected::Holds { .. } if case.form == "view" => {}
            Expected::Holds { .. } => holding += 1,
            Expected::Refused { .. } => refused += 1,
        }
    }
    assert!(holding >= 15 && refused > 2 * holding, "{holding} hold, {refused} are refused");
}

fn judge_bundle(case: &Case) -> Expected {
    let federation = case.federation.expect("a bundle's reader trusts some federation");
    match Bundle::verify(case.text.as_ref().expect("a bundle is a text").as_bytes(), &federation) {
        Err(fault) => Expected::Refused { refused: fault.code().to_owned() },
        Ok(shown) => {
            let id = shown.statement.header.id();
            Expected::Holds {
                holds: Facts {
                    place: Some(format!("{}/{}/{}", id.city, id.epoch, id.seq)),
                    digest: Some(shown.statement.digest),
                    size: Some(shown.checkpoint.checkpoint().size.0),
                    key_state: Some(shown.key_state.0),
                    voided: Some(shown.voided),
                    body: Some(shown.body.is_some()),
                    witnesses: Some(shown.witnesses().iter().map(ToString::to_string).collect()),
                    invalid_lines: Some(shown.invalid_lines.len()),
                    retired_lines: Some(shown.retired_lines().len()).filter(|count| *count > 0),
                    folded: None,
                    ruling_digest: None,
                    standing: shown.standing.as_ref().map(|note| note.standing().state.clone()),
                    standing_epoch_closed: shown.standing.as_ref().map(|n| n.signed_in_closed_epoch()).filter(|c| *c),
                },
            }
        }
    }
}
