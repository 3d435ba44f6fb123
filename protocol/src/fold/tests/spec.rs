//! SPEC.md and the code name the same rules: whatever is cited stands there, and whatever stands there is cited.

use std::collections::BTreeSet;
use std::path::Path;

/// Rule numbers in a text, ranges such as "R13 to R16" written out.
fn cited(text: &str, out: &mut BTreeSet<u32>) {
    let number = |text: &str| {
        let digits: String = text.strip_prefix('R')?.chars().take_while(char::is_ascii_digit).collect();
        (digits.len() <= 3).then(|| digits.parse::<u32>().ok()).flatten()
    };
    let is_start = |at: usize| at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
    for (at, _) in text.match_indices('R').filter(|(at, _)| is_start(*at)) {
        let Some(first) = number(&text[at..]) else { continue };
        let rest = text[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        let last = rest.strip_prefix(" to ").and_then(number).unwrap_or(first);
        out.extend(first..=last.max(first));
    }
}

fn walk(folder: &Path, out: &mut BTreeSet<u32>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            cited(&std::fs::read_to_string(path).unwrap(), out);
        }
    }
}

#[test]
fn spec_and_code_name_the_same_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let spec = std::fs::read_to_string(root.join("SPEC.md")).unwrap();
    let mut stated = BTreeSet::new();
    for line in spec.lines().filter_map(|line| line.strip_prefix("- **")) {
        let before = stated.len();
        cited(line.split("**").next().unwrap(), &mut stated);
        assert_eq!(stated.len(), before + 1, "stated twice or not at all: {line}");
    }
    assert!(stated.len() > 100);
    let (mut in_code, mut in_spec) = (BTreeSet::new(), BTreeSet::new());
    walk(&root.join("src"), &mut in_code);
    // What nodes say to each other is written by the crates above this one.
    for folder in ["engine/src", "net/src", "profile/src"] {
        walk(&root.join("../node").join(folder), &mut in_code);
    }
    walk(&root.join("../keys/src"), &mut in_code);
    cited(&spec, &mut in_spec);
    let missing: Vec<_> = in_code.union(&in_spec).filter(|rule| !stated.contains(rule)).collect();
    assert!(missing.is_empty(), "cited but not stated in SPEC.md: {missing:?}");
    let idle: Vec<_> = stated.difference(&in_code).collect();
    assert!(idle.is_empty(), "stated in SPEC.md and cited nowhere in the code: {idle:?}");
}

/// Every reason names a rule that is stated, and its code is what its JSON says.
#[test]
fn every_reason_names_its_rule() {
    use crate::ruling::{Reason, ReasonCode};
    let spec = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("SPEC.md")).unwrap();
    let mut codes = BTreeSet::new();
    for code in ReasonCode::ALL.iter().copied() {
        assert!(spec.contains(&format!("- **{}** ", code.rule())), "{} cites {}", code.code(), code.rule());
        assert!(codes.insert(code.code()));
        let json = serde_json::to_value(Reason::from(code)).unwrap();
        assert_eq!(json["code"], code.code());
        assert!(!code.text_zh().is_ascii() && !code.text_en().is_empty());
    }
}
