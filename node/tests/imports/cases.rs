//! The cases of `../shared/cases`, each file with what is right for each of its rows.

use super::office::{Ended, Office};
use std::path::{Path, PathBuf};

fn cases(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("HUXIN_CASES").filter(|value| !value.is_empty()).map(PathBuf::from);
    let found = named.unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases"));
    if found.is_dir() {
        return Some(found);
    }
    println!("skipped: {test}: there is no ../shared/cases; HUXIN_CASES may name another folder");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "a skip is a failure in CI");
    None
}

/// A dry run first: it says by row what the import then does.
fn both(office: &Office, folder: &Path, file: &str, profile: &str, more: &[&str]) -> Ended {
    let (file, profile) = (folder.join(file), folder.join(profile));
    let before = office.size();
    let rehearsed = office.import(&file, &profile, &[more, &["--dry-run"]].concat());
    assert_eq!(office.size(), before, "a dry run signs nothing");
    let done = office.import(&file, &profile, more);
    assert_eq!(rehearsed.answers(), done.answers(), "{}: {}", file.display(), rehearsed.errors);
    rehearsed.sums();
    done.sums();
    done
}

#[test]
fn one_bad_row_hinders_no_other() {
    let Some(cases) = cases("one_bad_row_hinders_no_other") else { return };
    let office = Office::open();
    let folder = cases.join("01-row-blocks");
    for (file, profile, words, exit) in [
        ("future-day.csv", "p.toml", "rejected:decided_in_future listed", 7),
        ("same-party.csv", "p.toml", "listed rejected:already_listed listed", 7),
        ("sib-ground5000.csv", "sib-ground5000.toml", "rejected:text_too_long listed", 7),
        ("sib-law5000.csv", "sib-law5000.toml", "rejected:text_too_long listed", 7),
        ("sib-measure.csv", "sib-measure.toml", "rejected:measure_without_basis listed", 7),
        ("sib-natural.csv", "sib-natural.toml", "rejected:natural_person rejected:natural_person", 7),
        ("sib-nul.csv", "sib-nul.toml", "rejected:text_unsafe listed", 7),
        ("sib-summary.csv", "sib-summary.toml", "rejected:text_too_long listed", 7),
        ("sib-until-before-from.csv", "sib-until-before-from.toml", "rejected:ends_before_start listed", 7),
        ("day1-party.csv", "p.toml", "listed", 0),
        ("day2-party.csv", "p.toml", "unchanged rejected:already_listed listed", 7),
    ] {
        let done = office.import(&folder.join(file), &folder.join(profile), &[]);
        println!("{file}: {} exit {} {}", done.words(), done.exit, done.errors.lines().next().unwrap_or_default());
        assert_eq!((done.words().as_str(), done.exit), (words, exit), "{file}: {}", done.errors);
    }
    let long = both(&office, &folder, "long-name.csv", "p.toml", &[]);
    assert!(long.words().starts_with("rejected:text_too_long"), "{}", long.words());
    let many = both(&office, &folder, "1200-rows-bad-at-1150.csv", "p.toml", &[]);
    assert_eq!(many.answers()[1149], (1150, "rejected:decided_in_future".to_owned()));
    assert_eq!((many.json["counts"]["listed"].as_u64(), many.exit), (Some(1199), 7));
    let again = office.import(&folder.join("1200-rows-bad-at-1150.csv"), &folder.join("p.toml"), &[]);
    assert_eq!(again.json["counts"]["unchanged"], 1199);
}

#[test]
fn events_give_the_last_state_of_each_record() {
    let Some(cases) = cases("events_give_the_last_state_of_each_record") else { return };
    let office = Office::open();
    let folder = cases.join("02-events");
    let first = both(&office, &folder, "events.csv", "p.toml", &[]);
    assert_eq!(
        first.words(),
        "unknown_to_remove superseded superseded listed listed removed already_ended already_ended"
    );
    assert_eq!(office.grounds("e:"), [("e:1".to_owned(), "原".to_owned())].into());
    let size = office.size();
    for _ in 0..3 {
        let again = both(&office, &folder, "events-no-second-delist.csv", "p.toml", &[]);
        assert_eq!(
            again.words(),
            "unknown_to_remove superseded superseded unchanged already_ended already_ended already_ended"
        );
        assert_eq!(office.size(), size, "a second run signs nothing");
    }
    let fresh = both(&office, &folder, "events-no-second-delist.csv", "p-fresh.toml", &[]);
    assert_eq!(fresh.words(), "unknown_to_remove superseded superseded listed listed removed already_ended");
}

#[test]
fn a_residents_number_is_refused_as_a_person() {
    let Some(cases) = cases("a_residents_number_is_refused_as_a_person") else { return };
    let office = Office::open();
    let folder = cases.join("04-personal");
    let done = both(&office, &folder, "persons.csv", "p.toml", &[]);
    assert!(done.words().starts_with("rejected:personal_number rejected:"), "{}", done.words());
    assert_eq!((done.exit, office.size()), (7, 0));
    let single = office.run(&["publish", folder.join("single-with-source.json").to_str().unwrap()]);
    assert!(single.errors.contains("personal_number"), "{}", single.errors);
    assert_ne!(single.exit, 0);
    assert_eq!(office.size(), 0);
}

#[test]
fn a_key_that_is_used_again_moves_nobody() {
    let Some(cases) = cases("a_key_that_is_used_again_moves_nobody") else { return };
    let office = Office::open();
    let folder = cases.join("06-reused-key");
    assert_eq!(both(&office, &folder, "first.csv", "p.toml", &[]).words(), "listed");
    let live = office.live("x6:");
    for _ in 0..2 {
        assert_eq!(both(&office, &folder, "second.csv", "p.toml", &["--amend"]).words(), "subject_changed");
        assert_eq!(both(&office, &folder, "both.csv", "p.toml", &["--amend"]).words(), "same_key_twice same_key_twice");
    }
    assert_eq!(office.live("x6:"), live);
    assert_eq!(office.size(), 1);
}

#[test]
fn constants_of_a_profile_change_no_record() {
    let Some(cases) = cases("constants_of_a_profile_change_no_record") else { return };
    let office = Office::open();
    let folder = cases.join("09-retrieved");
    assert_eq!(both(&office, &folder, "list.csv", "p1.toml", &[]).words(), "listed listed");
    let again = both(&office, &folder, "list.csv", "p2.toml", &["--amend"]);
    assert_eq!((again.words().as_str(), again.exit), ("unchanged unchanged", 0));
}

#[test]
fn what_has_no_key_is_told() {
    let Some(cases) = cases("what_has_no_key_is_told") else { return };
    let office = Office::open();
    let folder = cases.join("10-keyless");
    for file in ["before.csv", "after.csv"] {
        let done = both(&office, &folder, file, "p.toml", &[]);
        assert!(done.words().split(' ').all(|word| word == "rejected:no_case_key"), "{}", done.words());
    }
    assert_eq!(office.size(), 0);
}

#[test]
fn corrected_rejects_are_the_same_records() {
    let Some(cases) = cases("corrected_rejects_are_the_same_records") else { return };
    let office = Office::open();
    let folder = cases.join("17-rejects");
    let rejects = office.path("rejects.csv");
    let rejects_text = rejects.to_str().unwrap();
    let first = office.import(&folder.join("list.csv"), &folder.join("p-keyed.toml"), &["--rejects", rejects_text]);
    assert_eq!((first.words().as_str(), first.exit), ("listed rejected:missing", 7));
    // An officer fills in the name in the file of rejects, and imports that; later the whole corrected list comes.
    let text = std::fs::read_to_string(&rejects).unwrap();
    let filled = text.replace("919900991234560405,,", "919900991234560405,示例乙,");
    assert_ne!(text, filled, "{text}");
    let filled = office.file("filled.csv", filled);
    let second = office.import(&filled, &folder.join("p-keyed.toml"), &[]);
    assert_eq!(second.words(), "listed", "{}", second.errors);
    let third = office.import(&folder.join("list-corrected.csv"), &folder.join("p-keyed.toml"), &[]);
    assert_eq!(third.words(), "unchanged unchanged");
    assert_eq!(office.size(), 2);
    // The file of rejects as the program once wrote it is read as well.
    let old = office.import(&folder.join("rejects-filled.csv"), &folder.join("p-keyed.toml"), &[]);
    assert_eq!(old.words(), "unchanged", "{}", old.errors);

    // What begins like a formula is disarmed in the file of rejects, and is itself again when that is read.
    let rejects = office.path("neg-rejects.csv");
    let neg =
        office.import(&folder.join("neg.csv"), &folder.join("p-keyed.toml"), &["--rejects", rejects.to_str().unwrap()]);
    assert_eq!(neg.words(), "listed rejected:missing rejected:missing");
    let text = std::fs::read_to_string(&rejects).unwrap();
    assert!(text.starts_with('\u{feff}') && text.contains("'=1") && text.contains("'-7"), "{text}");
    let filled = office.file("neg-filled.csv", text.replace("919900991234560405,,", "919900991234560405,示例乙,"));
    let done = office.import(&filled, &folder.join("p-keyed.toml"), &[]);
    assert_eq!(done.words(), "listed listed", "{}", done.errors);
    let grounds = office.grounds("x17k:");
    assert_eq!((grounds["x17k:6"].as_str(), grounds["x17k:-7"].as_str()), ("=1", "-2"));
}

#[test]
fn a_shipped_base_case_is_listed_and_then_unchanged() {
    let Some(cases) = cases("a_shipped_base_case_is_listed_and_then_unchanged") else { return };
    let office = Office::open();
    let folder = cases.join("00-base");
    assert_eq!(both(&office, &folder, "ok.csv", "p.toml", &[]).words(), "listed");
    assert_eq!(both(&office, &folder, "ok.csv", "p.toml", &[]).words(), "unchanged");
}
