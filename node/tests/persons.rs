//! Natural persons linked with an entry (惩戒到人), through the command line: the number and the full name enter `huxin person name` and are
//! found nowhere afterwards, in no file, log, answer or metric of any node. The number is of nobody: there is no region 99.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
mod lone;

use federation::{Federation, HEZHOU, LANZHOU, ZHOUSHAN, until};
use huxin_api::model::{DisclosureChoice, PublishRequest};
use huxin_protocol::body::{LinkedPerson, List, PersonRole, Severity};
use std::fs;
use std::path::{Path, PathBuf};

const NUMBER: &str = "990000190001011238";
const NAME: &str = "示例人名丁";
/// What must be found nowhere: the number, its parts that say who it is, and the name.
const SECRETS: [&str; 3] = [NUMBER, "19000101123", NAME];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[test]
fn a_linked_person_is_named_by_a_digest_and_by_nothing_else() {
    let mut federation = Federation::started();
    let away = tempfile::tempdir().unwrap();
    let key = away.path().join("person-1.key").display().to_string();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let made = federation.json(ZHOUSHAN, &words(&["person", "new-key", &key, "--passphrase", "none"]));
    let name = words(&["person", "name", "--key", &key, "--passphrase", "none", "--name", NAME]);
    let named = federation.json_given(ZHOUSHAN, &name, NUMBER);
    assert_eq!(named["person_key"], made["person_key"]);
    assert_eq!(named["name"], "示*");
    // A partner with the same key names the same person alike; a wrong number is refused and not repeated.
    assert_eq!(federation.json_given(HEZHOU, &name, NUMBER)["digest"], named["digest"]);
    let wrong = federation.refused_given(ZHOUSHAN, &name, &NUMBER.replace("123", "132"));
    assert!(wrong.contains("resident_number_check") && !wrong.contains("19000101"), "{wrong}");

    let mut request: PublishRequest = lone::entry(1);
    let entry = &mut request.entries[0];
    (entry.list, entry.severity, entry.measures) = (List::Black, Some(Severity::General), vec!["D-B-01".to_owned()]);
    (entry.basis.law, entry.basis.document_number) = (Some("样例办法".to_owned()), Some("样例1号".to_owned()));
    entry.linked_persons = vec![LinkedPerson {
        digest: named["digest"].as_str().unwrap().parse().unwrap(),
        name: named["name"].as_str().unwrap().to_owned(),
        role: PersonRole::LegalRepresentative,
    }];
    entry.person_key = Some(named["person_key"].as_str().unwrap().parse().unwrap());
    entry.disclosure = Some(DisclosureChoice::Named(vec![HEZHOU.parse().unwrap()]));
    // Off by default.
    assert_eq!(federation.client(ZHOUSHAN).publish(&request).unwrap_err().code, "natural_person");
    federation.kill(ZHOUSHAN);
    federation.start_with(ZHOUSHAN, |command| {
        command.env("HUXIN_RIGHTS_ALLOW_NATURAL_PERSONS", "true");
    });
    let id = federation.client(ZHOUSHAN).publish(&request).unwrap().ids[0];
    federation.until_equal();

    // Whoever is named reads the digest and the masked name; nobody else has the text at all.
    let shown = |code: &str| federation.json_with(code, &words(&["entry", &id.to_string()]), &[0]);
    // A text for named readers is asked for after its statement has come.
    until("the reader holds the text", || (shown(HEZHOU)["body"]["state"] == "listing").then_some(()));
    let there = shown(HEZHOU);
    let linked = &there["body"]["listing"]["linked_persons"][0];
    assert_eq!((&linked["digest"], &linked["name"]), (&named["digest"], &named["name"]), "{there}");
    assert_eq!(shown(LANZHOU)["body"]["state"], "not_reader");
    for code in [ZHOUSHAN, HEZHOU, LANZHOU] {
        let (mut found, metrics) = (Vec::new(), federation.client(code).metrics().unwrap());
        files(&federation.folder(code), &mut found);
        assert!(found.len() > 5, "the search looks at the node's files");
        for secret in SECRETS {
            let holders: Vec<_> =
                found.iter().filter(|path| holds(&fs::read(path).unwrap_or_default(), secret)).collect();
            assert!(holders.is_empty() && !metrics.contains(secret), "{code}: {secret} in {holders:?}");
        }
        // No dump of a process's memory either.
        let limits = federation.limits(code);
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{code}: {core}");
    }
    federation.end_and_check();
}
