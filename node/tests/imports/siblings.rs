//! Siblings of the cases: the same kinds of damage by other roads, what happens the second time, and look-ups.

use super::office::Office;
use std::fmt::Write as _;

/// A profile over columns no, uscc, name, reason, doc, day, until; `more` are further lines at its beginning.
fn profile(prefix: &str, more: &str) -> String {
    format!(
        r#"name = "t"
title = "t"
edition = "demo"
file = {{ format = "csv" }}
key = {{ prefix = "{prefix}", columns = ["no"] }}
subject = {{ scheme = "uscc", column = "uscc" }}
{more}
[fields]
name = {{ column = "name" }}
ground_text = {{ column = "reason" }}
document_number = {{ column = "doc" }}
decided_on = {{ column = "day" }}
list = {{ constant = "black", because = "made up" }}
list_name = {{ constant = "样例名单", because = "made up" }}
field = {{ constant = "样例", because = "made up" }}
authority = {{ constant = "样例局", because = "made up" }}
"#
    )
}

const FOREIGN: &str = "source = { publisher = \"样例公告网\", because = \"made up\" }";
const HEAD: &str = "no,uscc,name,reason,doc,day\n";
const A: &str = "91990099MA00000156";
const B: &str = "919900991234560405";
const C: &str = "919900991234560592";

#[test]
fn damaged_codes_are_cleaned_where_it_is_certain_and_refused_else() {
    let office = Office::open();
    let p = office.file("p.toml", profile("d", FOREIGN));
    for (at, (code, word)) in [
        (A.to_owned(), "listed"),
        (format!("'{B}"), "listed"),
        (format!("\"=\"\"{C}\"\"\""), "listed"),
        ("9.19900991234560e+17".to_owned(), "rejected:code_scientific"),
        ("919900991234560000".to_owned(), "rejected:code_rounded"),
        ("#N/A".to_owned(), "rejected:code_error_cell"),
        ("330900000012345".to_owned(), "rejected:code_old_registration"),
        ("MA0000015".to_owned(), "rejected:code_organisation"),
        ("MA000001-5".to_owned(), "rejected:code_organisation"),
        ("9199********0156".to_owned(), "rejected:code_masked"),
        ("990099199001010019".to_owned(), "rejected:personal_number"),
        ("９９００９９１９９００１０１００１９".to_owned(), "rejected:personal_number"),
        ("99009919900101001x".to_owned(), "rejected:personal_number"),
        (String::new(), "rejected:code_empty"),
        ("TRUE".to_owned(), "rejected:code_shape"),
        ("91990099MA0000015".to_owned(), "rejected:code_shape"),
        ("'９1990099MA00000156".to_owned(), "rejected:code_several_errors"),
    ]
    .into_iter()
    .enumerate()
    {
        let file = office.file("one.csv", format!("{HEAD}{at},{code},示例,x,样罚{at}号,2026-01-05\n"));
        let done = office.import(&file, &p, &[]);
        assert_eq!(done.sums().words(), word, "{code}: {}", done.errors);
        assert_eq!(done.exit, if word == "listed" { 0 } else { 7 }, "{code}");
    }
    // The same cell in other clothes is the same firm.
    let file = office.file("one.csv", format!("{HEAD}1, {A} ,示例,x,样罚0号,2026-01-05\n"));
    let done = office.import(&file, &p, &[]);
    assert_eq!(done.words(), "subject_changed", "key 1 stands for another firm: {}", done.errors);
}

#[test]
fn a_failing_check_character_warns_for_others_and_is_refused_for_the_own_list() {
    let office = Office::open();
    let file = office.file("one.csv", format!("{HEAD}1,91990099MA00000157,示例甲,x,样罚1号,2026-01-05\n"));
    let foreign = office.file("foreign.toml", profile("f", FOREIGN));
    let done = office.import(&file, &foreign, &[]);
    assert_eq!((done.words().as_str(), done.json["warnings"][0]["row"].as_u64()), ("listed", Some(1)));

    let rules = "[fields.severity]\nconstant = \"general\"\nbecause = \"made up\"\n[fields.law]\nconstant = \"样例规定\"\nbecause = \"made up\"\n[fields.measures]\nconstant = \"D-B-01\"\nbecause = \"made up\"\n";
    let own = office.file("own.toml", format!("{}{rules}", profile("o", "")));
    let file = office.file("own.csv", format!("{HEAD}1,91990099MA00000157,示例甲,x,样罚1号,2026-09-05\n"));
    assert_eq!(office.import(&file, &own, &[]).words(), "rejected:code_check");
    // Only that very code is confirmed, with who and when.
    let line = "code,confirmed_by,confirmed_on\n91990099MA00000157,经办员甲,2026-11-01\n";
    let other = office.file("other.csv", "code,confirmed_by,confirmed_on\n91990099MA00000158,经办员甲,2026-11-01\n");
    let nobody = office.file("nobody.csv", "code,confirmed_by,confirmed_on\n91990099MA00000157,,2026-11-01\n");
    let confirmed = office.file("confirmed.csv", line);
    let with = |path: &std::path::Path| office.import(&file, &own, &["--confirmed", path.to_str().unwrap()]);
    assert_eq!(with(&other).words(), "rejected:code_check");
    assert_eq!((with(&nobody).exit, office.size()), (2, 1), "a confirmation by nobody is none");
    assert_eq!(with(&confirmed).words(), "listed");
}

#[test]
fn a_look_up_of_a_mistyped_code_is_no_answer() {
    let office = Office::open();
    for (entered, exit, code) in [
        (format!("uscc:{A}"), 0, ""),
        (format!(" uscc: {A}"), 0, "cleaned_space"),
        (A.to_owned(), 0, ""),
        (format!("uscc:{}", A.to_lowercase()), 0, ""),
        ("uscc:９1990099MA00000156".to_owned(), 0, "cleaned_full_width"),
        ("uscc:91990099MA00000157".to_owned(), 8, "code_check"),
        ("uscc:91990099MA0000015".to_owned(), 8, "code_shape"),
        ("uscc:91990099MA0000015O".to_owned(), 8, "code_shape"),
        ("uscc:9.1E+17".to_owned(), 8, "code_scientific"),
        ("uscc:330900000012345".to_owned(), 8, "code_old_registration"),
        ("uscc:990099199001010019".to_owned(), 8, "personal_number"),
        ("lei:5067".to_owned(), 8, "code_shape"),
        ("uscc:".to_owned(), 8, "code_empty"),
        ("示例公司".to_owned(), 8, "code_shape"),
    ] {
        let done = office.run(&["status", &entered]);
        assert_eq!(done.exit, exit, "{entered}: {}", done.errors);
        assert!(done.errors.contains(code), "{entered}: {}", done.errors);
    }
    assert_eq!(office.run(&["status", "uscc:91990099MA00000157", "--confirm-code"]).exit, 0);
}

#[test]
fn texts_that_a_screen_would_obey_are_never_signed() {
    let office = Office::open();
    let p = office.file("p.toml", profile("x", FOREIGN));
    let mut rows = String::from(HEAD);
    let damaged = ["\u{1b}[2J", "\u{202e}", "\u{200b}", "\u{feff}", "\u{7}", "\u{9b}31m", "\u{2028}", "\u{e0041}"];
    for (at, damage) in damaged.iter().enumerate() {
        writeln!(rows, "{at},{A},示例{damage}甲,x,样罚{at}号,2026-01-05").unwrap();
        writeln!(rows, "r{at},{A},示例甲,x{damage}y,样罚r{at}号,2026-01-05").unwrap();
        writeln!(rows, "k{damage}{at},{A},示例甲,x,样罚k{at}号,2026-01-05").unwrap();
    }
    writeln!(rows, "good,{A},示例甲,x,样罚号,2026-01-05").unwrap();
    let done = office.import(&office.file("x.csv", rows), &p, &[]);
    let words = done.sums().words();
    let words: Vec<&str> = words.split(' ').collect();
    assert!(words[..words.len() - 1].iter().all(|word| *word == "rejected:text_unsafe"), "{words:?}");
    assert_eq!((words[words.len() - 1], office.size()), ("listed", 1));
    assert!(!done.errors.contains('\u{1b}') && !done.errors.contains('\u{202e}'));
}

#[test]
fn what_vanished_from_a_complete_list_is_named_and_ends_only_on_demand() {
    let office = Office::open();
    let p = office.file("p.toml", profile("g", &format!("complete = true\n{FOREIGN}")));
    let list = |rows: std::ops::Range<u32>| {
        let row = |n: u32| format!("{n},{A},示例甲,x,样罚{n}号,2026-01-05\n");
        format!("{HEAD}{}", rows.map(row).collect::<String>())
    };
    let all = office.import(&office.file("all.csv", list(0..100)), &p, &[]);
    assert_eq!(all.json["counts"]["listed"], 100);
    let fewer = office.file("fewer.csv", list(0..97));
    let told = office.import(&fewer, &p, &[]);
    assert_eq!((told.json["gone"].as_array().map(Vec::len), office.live("g:").len()), (Some(3), 100));
    let removed = office.import(&fewer, &p, &["--remove-gone", "--yes"]);
    assert_eq!((removed.exit, office.live("g:").len()), (0, 97), "{}", removed.errors);
    // A download that broke off must not take everybody off the list.
    for rows in [0..1, 0..0] {
        let cut = office.file("cut.csv", list(rows));
        let stopped = office.import(&cut, &p, &["--remove-gone", "--yes"]);
        assert_ne!(stopped.exit, 0);
        assert_eq!(office.live("g:").len(), 97, "{}", stopped.errors);
    }
    let most = office.file("most.csv", list(0..80));
    assert_ne!(office.import(&most, &p, &["--remove-gone", "--yes"]).exit, 0);
    let done = office.import(&most, &p, &["--remove-gone", "--yes", "--remove-gone-limit", "20%"]);
    assert_eq!((done.exit, office.live("g:").len()), (0, 80), "{}", done.errors);
    assert_eq!(office.import(&most, &p, &["--remove-gone", "--yes"]).json["counts"]["unchanged"], 80);
}

#[test]
fn an_erased_record_is_known_and_a_reinstated_one_is_live() {
    let office = Office::open();
    let p = office.file("p.toml", profile("e", FOREIGN));
    let file =
        office.file("two.csv", format!("{HEAD}1,{A},示例甲,x,样罚1号,2026-01-05\n2,{B},示例乙,x,样罚2号,2026-01-05\n"));
    assert_eq!(office.import(&file, &p, &[]).words(), "listed listed");
    let done = office.run(&["erase", "330900-0", "--reason", "依法删除", "--yes"]);
    assert_eq!(done.exit, 0, "{}", done.errors);
    assert_eq!(office.run(&["remove", "330900-1", "--reason", "误列", "--yes"]).exit, 0);
    assert_eq!(office.import(&file, &p, &[]).words(), "already_ended already_ended");
    // A number that is used again for somebody else is nobody's ending.
    let reused = office.file("reused.csv", format!("{HEAD}2,{C},示例丙,x,样罚7号,2026-01-06\n"));
    assert_eq!(office.import(&reused, &p, &["--amend"]).words(), "subject_changed");
    // Also with another number, and so another ground.
    let other = office.file("other.csv", format!("{HEAD}1,{A},示例甲,x,样罚9号,2026-01-06\n"));
    assert_eq!(office.import(&other, &p, &[]).words(), "already_ended");
    assert_eq!(office.run(&["reinstate", "330900-3", "--reason", "移出有误", "--yes"]).exit, 0);
    assert_eq!(office.import(&file, &p, &[]).words(), "already_ended unchanged");
    assert_eq!(office.live("e:").len(), 1);
    let known = office.client.references(vec!["e:1".to_owned()]).unwrap().known;
    assert_eq!((known.len(), known[0].listing.is_none()), (1, true), "of an erased record nothing is shown");
}

#[test]
fn the_ground_of_a_case_survives_brackets_and_footnotes() {
    let office = Office::open();
    let p = office.file("p.toml", profile("b", FOREIGN));
    let file = office.file("one.csv", format!("{HEAD}1,{A},示例甲,x,样罚〔2026〕1-12号,2026-01-05\n"));
    assert_eq!(office.import(&file, &p, &[]).words(), "listed");
    for (number, word) in [
        ("样罚（2026）1-12号", "rejected:already_listed"),
        ("样罚[2026]1－12号", "rejected:already_listed"),
        (" 样罚 〔２０２６〕 1—12 号", "rejected:already_listed"),
        ("样罚〔2026〕1-12号①", "rejected:already_listed"),
        ("样罚〔2026〕1-12号*", "rejected:already_listed"),
        ("样罚〔2026〕1-12号。", "rejected:already_listed"),
        ("样罚〔2026〕11-2号", "listed"),
        ("样罚〔2026〕112号", "listed"),
    ] {
        let again = office.file("again.csv", format!("{HEAD}{},{A},示例甲,注,{number},2026-01-05\n", number.len()));
        assert_eq!(office.import(&again, &p, &[]).words(), word, "{number}");
    }
}

/// An entry of the city's own list, as JSON for `huxin publish` and `huxin amend`; `changes` are made to it.
fn own_entry(changes: &[(&str, serde_json::Value)]) -> String {
    let mut entry = serde_json::json!({
        "subject": {"id": format!("uscc:{A}"), "class": "enterprise", "name": "示例甲（合成）"}, "list": "black",
        "list_name": "样例名单", "field": "样例", "ground_text": "样例", "severity": "general", "summary": "合成样例",
        "basis": {"law": "样例规定", "document_number": "样罚1号", "authority": "样例局", "decided_on": "2026-09-01"},
        "measures": ["D-B-01"], "edition": "demo"
    });
    for (place, value) in changes {
        *entry.pointer_mut(place).unwrap() = value.clone();
    }
    entry.to_string()
}

#[test]
fn no_act_and_no_correction_carries_what_an_entry_may_not() {
    let office = Office::open();
    let published = office.file("entry.json", own_entry(&[]));
    assert_eq!(office.run(&["publish", published.to_str().unwrap()]).exit, 0);
    let number = "990099198505050028";
    let reason = format!("身份证 {number}");
    let id = "330900-0";
    let acts: [(&[&str], &str); 7] = [
        (&["remove", id, "--reason", &reason], "personal_number"),
        (&["annul", id, "--reason", "误列", "--authority", number], "personal_number"),
        (&["annul", id, "--reason", "误列", "--document-number", number], "personal_number"),
        (&["erase", id, "--reason", "\u{202e}删除"], "text_unsafe"),
        (&["remove", id, "--reason", "误列", "--decided-on", "2099-01-01"], "decided_in_future"),
        (&["annul", id, "--reason", " "], "reason_missing"),
        (&["remove", id, "--reason", "9900**********0028 已履行"], "personal_number"),
    ];
    for (args, code) in acts {
        let done = office.run(&[args, &["--yes"]].concat());
        assert!(done.exit != 0 && done.errors.contains(code), "{args:?}: {}", done.errors);
        assert!(!done.errors.contains(number), "a number is not repeated: {}", done.errors);
    }
    // A correction is about the same subject on the same list.
    for (changes, code) in [
        (vec![("/subject/id", serde_json::json!(format!("uscc:{B}")))], "subject_changed"),
        (vec![("/list", serde_json::json!("red")), ("/measures", serde_json::json!([]))], "list_changed"),
        (vec![("/subject/name", serde_json::json!("无"))], "name_placeholder"),
        (vec![("/subject/name", serde_json::json!("———"))], "name_placeholder"),
        (vec![("/subject/id", serde_json::json!("name:示例甲"))], "subject_"),
        (vec![("/subject/id", serde_json::json!("phone:13800000000"))], "subject_"),
    ] {
        let file = office.file("changed.json", own_entry(&changes));
        let done = office.run(&["amend", id, file.to_str().unwrap()]);
        assert!(done.exit != 0 && done.errors.contains(code), "{code}: {}", done.errors);
        if code != "subject_changed" && code != "list_changed" {
            let done = office.run(&["publish", file.to_str().unwrap()]);
            assert!(done.exit != 0, "{code}: {}", done.errors);
        }
    }
    assert_eq!(office.size(), 1, "nothing of all this was signed");
    // Taking an ending back puts somebody on a list again: it asks as well.
    assert_eq!(office.run(&["remove", id, "--reason", "误列", "--yes"]).exit, 0);
    let asked = office.run(&["reinstate", "330900-1", "--reason", "移出有误"]);
    assert!(asked.exit == 2 && asked.errors.contains("confirmation_needed"), "{}", asked.errors);
    let entry = office.run(&["entry", id]);
    assert_eq!(entry.json["matter"]["state"], "ended");
}

#[test]
fn what_is_over_is_not_corrected_into_life() {
    let office = Office::open();
    // Minor entries last three months from the decision.
    let over = [("/severity", serde_json::json!("minor")), ("/basis/decided_on", serde_json::json!("2026-01-05"))];
    let file = office.file("entry.json", own_entry(&over));
    assert_eq!(office.run(&["publish", file.to_str().unwrap()]).exit, 0);
    for (place, value) in [("/severity", "serious"), ("/basis/decided_on", "2026-11-01")] {
        let mut changes = over.to_vec();
        changes.push((place, serde_json::json!(value)));
        let file = office.file("changed.json", own_entry(&changes));
        let done = office.run(&["amend", "330900-0", file.to_str().unwrap()]);
        assert!(done.exit != 0 && done.errors.contains("expired"), "{place}: {}", done.errors);
    }
    let mut changes = over.to_vec();
    changes.push(("/summary", serde_json::json!("合成样例，文字已更正")));
    let file = office.file("changed.json", own_entry(&changes));
    let amend = ["amend", "330900-0", file.to_str().unwrap(), "--yes"];
    assert_eq!(office.run(&amend).exit, 0, "a word may be put right");
}

#[test]
fn a_key_that_lost_its_zeros_takes_nobody_off_the_list() {
    let office = Office::open();
    let p = office.file("p.toml", profile("z", &format!("complete = true\n{FOREIGN}")));
    let list = |keys: &[&str]| {
        let row = |(at, key): (usize, &&str)| format!("{key},{},示例{at},x,样罚{at}号,2026-01-05\n", [A, B, C][at]);
        format!("{HEAD}{}", keys.iter().enumerate().map(row).collect::<String>())
    };
    let first = office.file("first.csv", list(&["007", "008", "009"]));
    assert_eq!(office.import(&first, &p, &[]).words(), "listed listed listed");
    let stripped = office.file("stripped.csv", list(&["7", "8", "009"]));
    let done = office.import(&stripped, &p, &["--remove-gone", "--remove-gone-limit", "100%", "--yes"]);
    assert_eq!(done.words(), "rejected:already_listed rejected:already_listed unchanged");
    assert_eq!(office.live("z:").len(), 3, "{}", done.errors);
    let held = done.json["gone"].as_array().unwrap();
    assert!(held.len() == 2 && held.iter().all(|gone| gone["outcome"] == "held"), "{held:?}");
    assert_eq!(done.exit, 7);
    // A file of rejects is a part of the list, and nothing has vanished that is not in it.
    let rejects = office.path("rejects.csv");
    let again = office.import(&stripped, &p, &["--rejects", rejects.to_str().unwrap()]);
    assert_eq!(again.exit, 7);
    let part = office.import(&rejects, &p, &[]);
    assert!(part.json["gone"].as_array().is_none_or(Vec::is_empty), "{}", part.json["gone"]);
}

#[test]
fn a_killed_import_is_finished_by_the_next_one() {
    let mut office = Office::open();
    let p = office.file("p.toml", profile("k", FOREIGN));
    let mut list = String::from(HEAD);
    for n in 0..3_000 {
        writeln!(list, "{n},{},示例{n},x,样罚{n}号,2026-01-05", [A, B, C][n % 3]).unwrap();
    }
    let file = office.file("list.csv", list);
    // The node dies as soon as the first page stands; the importer says what it did not reach.
    let importing = office
        .command(&["publish", "--file", file.to_str().unwrap(), "--profile", p.to_str().unwrap(), "--keep-going"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while office.client.heads().map_or(0, |heads| heads.heads[0].size.0) == 0 {
        assert!(begun.elapsed().as_secs() < 120, "nothing was signed");
        std::thread::yield_now();
    }
    office.kill();
    let ended = importing.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    let sum: u64 = report["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(sum, 3_000, "every row is answered: {}", report["counts"]);
    office.restart();
    let done = office.import(&file, &p, &[]);
    assert_eq!((done.exit, office.live("k:").len()), (0, 3_000), "{}", done.json["counts"]);
    let size = office.size();
    assert_eq!(size, 3_000);
    let again = office.import(&file, &p, &[]);
    assert_eq!((again.json["counts"]["unchanged"].as_u64(), office.size()), (Some(3_000), size));
}

#[test]
fn acts_ask_before_they_end_something_and_the_same_content_signs_nothing() {
    let office = Office::open();
    // A month ago: a general entry is repaired after three.
    let decided = office.client.info().unwrap().now.date().add_months(-1);
    let entry = |summary: &str| {
        format!(
            r#"{{"subject": {{"id": "uscc:{A}", "class": "enterprise", "name": "示例甲（合成）"}}, "list": "black",
            "list_name": "样例名单", "field": "样例", "ground_text": "样例", "severity": "general", "summary": "{summary}",
            "basis": {{"law": "样例规定", "document_number": "样罚1号", "authority": "样例局", "decided_on": "{decided}"}},
            "measures": ["D-B-01"], "edition": "demo"}}"#
        )
    };
    let file = office.file("entry.json", entry("合成样例"));
    let file = file.to_str().unwrap();
    let done = office.run(&["publish", file]);
    assert_eq!(done.exit, 0, "{}", done.errors);
    let same = office.run(&["amend", "330900-0", file]);
    assert_eq!((same.exit, office.size()), (0, 1), "{}", same.errors);
    office.file("entry.json", entry("合成样例，已更正"));
    let amend = ["amend", "330900-0", file];
    let asked = office.run(&amend);
    assert!(asked.exit == 2 && asked.errors.contains("confirmation_needed"), "{}", asked.errors);
    assert!(
        asked.errors.contains("summary: 合成样例 → 合成样例，已更正"),
        "it says what would change: {}",
        asked.errors
    );
    assert_eq!(office.run(&[&amend[..], &["--yes"]].concat()).exit, 0);
    assert_eq!(office.size(), 2);
    // Whatever may be signed is asked about, with whom it is about; what may not is refused first.
    for (verb, due) in [
        ("annul", "confirmation_needed"),
        ("remove", "confirmation_needed"),
        ("erase", "confirmation_needed"),
        ("repair", "repair_too_early"),
        ("reinstate", "wrong_target"),
        ("decline", "own_entry"),
    ] {
        let told = office.run(&[verb, "330900-0", "--reason", "误列"]);
        assert!(told.errors.contains(due), "{verb}: {}", told.errors);
        let asks = due == "confirmation_needed";
        assert_eq!((told.exit, office.size()), (if asks { 2 } else { 3 }, 2), "{verb}: {}", told.errors);
        assert_eq!(told.errors.contains(A), asks, "{verb}: {}", told.errors);
    }
    assert_eq!(office.run(&["remove", "330900-0", "--reason", "误列", "--yes"]).exit, 0);
    assert_eq!(office.size(), 3);
    // A term does not begin anew because its day was corrected, and what is over cannot be acted on twice.
    assert_ne!(office.run(&["remove", "330900-0", "--reason", "误列", "--yes"]).exit, 0);
}

#[test]
fn a_source_that_one_gives_oneself_lifts_nothing() {
    let office = Office::open();
    let entry = |publisher: &str, severity: &str| {
        format!(
            r#"{{"subject": {{"id": "uscc:{A}", "class": "enterprise", "name": "示例甲（合成）"}}, "list": "black",
            "list_name": "样例名单", "field": "样例", "ground_text": "样例", {severity} "summary": "合成样例",
            "basis": {{"law": "样例规定", "document_number": "样罚1号", "authority": "样例局", "decided_on": "2026-09-01"}},
            "measures": ["D-B-01"], "edition": "demo", "record_ref": "s1", "source": {{"publisher": "{publisher}"}}}}"#
        )
    };
    for (publisher, severity, code) in [
        ("舟山市", "", "severity_missing"),
        (" 舟 山 市", "", "severity_missing"),
        ("样例公告网", "", "severity_missing"),
        ("样例公告网", "\"severity\": \"general\",", ""),
    ] {
        let file = office.file("entry.json", entry(publisher, severity));
        let done = office.run(&["publish", file.to_str().unwrap()]);
        assert!(done.errors.contains(code), "{publisher} {severity}: {}", done.errors);
        assert_eq!(done.exit == 0, code.is_empty(), "{publisher} {severity}: {}", done.errors);
    }
}
