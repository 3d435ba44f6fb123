//! The story of one entry, told by whole nodes through their public interfaces: `huxin demo --story`. It holds itself against what is due
//! in each city at each step; this test holds it against having left a step out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::process::Command;

#[test]
fn every_city_says_at_every_step_what_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_huxin"))
        .args(["demo", "--story", "--once", "--json", "--folder"])
        .arg(folder.path().join("cities"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    let told: Value = serde_json::from_str(&text)
        .unwrap_or_else(|fault| panic!("{fault}: {text}\n{}", String::from_utf8_lossy(&done.stderr)));
    let steps = told["steps"].as_array().unwrap_or_else(|| panic!("{told}"));
    for step in steps {
        assert_eq!(step["differences"], serde_json::json!([]), "{step:#}");
    }
    assert_eq!((done.status.code(), &told["as_due"]), (Some(0), &Value::Bool(true)));

    // What was signed, by its kind and place: two statements where a ruling is carried out in the same command.
    let signed: Vec<usize> = steps.iter().map(|step| step["signed"].as_array().unwrap().len()).collect();
    assert_eq!(signed, [1, 1, 2, 1, 2, 1, 1, 1, 1, 2, 1, 1, 0]);
    let states =
        |city: usize| -> Vec<&str> { steps.iter().filter_map(|step| step["cities"][city]["state"].as_str()).collect() };
    let over = ["repaired"; 4];
    let lister =
        [&["listed", "listed", "listed", "disputed", "listed", "suspended", "listed", "listed", "listed"], &over[..]];
    assert_eq!(states(0), lister.concat());
    assert_eq!(states(1)[3], "suspended", "what is disputed rests in the second city");
    assert!(steps.iter().all(|step| step["cities"][2]["counts"] == false), "the third recognises another field");
    assert_eq!(states(4), ["repaired"], "the fifth came when it was over");
    let last = &steps[steps.len() - 1]["cities"];
    assert!(last.as_array().unwrap().iter().all(|city| city["public_entries"] == 0 && city["counts"] == false));
}
