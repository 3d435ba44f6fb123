//! Combinations of keys that make no sense in a profile, though each key by itself is well formed. Every one is told.

use crate::form::Holds;
use crate::profile_keys::FIELDS;
use crate::written::{FileFault, Shape, Written};
use std::collections::BTreeSet;

/// Fields without which there is no entry.
const NEEDED: [&str; 5] = ["name", "list", "list_name", "field", "authority"];
const DAYS: [&str; 5] = ["decided_on", "effective_on", "from", "until", "observed_on"];
const LISTS: [&str; 2] = ["aliases", "measures"];
/// Fields whose values are words of a closed set.
const WORDS: [(&str, &[&str]); 3] = [
    ("list", &["red", "black", "watch"]),
    ("severity", &["minor", "general", "serious"]),
    ("class", &["enterprise", "natural_person", "social_organisation", "public_institution", "government_agency"]),
];

/// See the module.
#[must_use]
pub fn check(profile: &Written) -> Vec<FileFault> {
    let mut faults = Vec::new();
    if let Some(fields) = profile.get("fields") {
        check_fields(fields, &mut faults);
    }
    if let Some(subject) = profile.get("subject") {
        check_subject(subject, &mut faults);
    }
    if let Some(key) = profile.get("key") {
        check_key(key, &mut faults);
    }
    if let Some(operation) = profile.get("operation") {
        check_operation(operation, &mut faults);
        if let Some(complete) = profile.get("complete").filter(|complete| complete.shape == Shape::Bool(true)) {
            faults.push(FileFault::new(
                complete.line,
                "complete",
                "a file of events cannot be complete: what it does not mention has not changed",
                "leave out either complete = true or the section [operation]",
            ));
        }
    }
    if let Some(Written { shape: Shape::List(rules), .. }) = profile.get("reject") {
        for rule in rules {
            let contains = texts(rule.get("contains"));
            let empty = rule.get("empty").is_some_and(|empty| empty.shape == Shape::Bool(true));
            if contains.is_empty() && !empty {
                let next = "add contains = [\"…\"] or empty = true";
                faults.push(FileFault::new(rule.line, "reject", "this rule rejects no row", next));
            }
        }
    }
    faults
}

fn texts(value: Option<&Written>) -> Vec<&str> {
    let Some(Written { shape: Shape::List(items), .. }) = value else { return Vec::new() };
    items
        .iter()
        .filter_map(|item| match &item.shape {
            Shape::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

fn check_fields(fields: &Written, faults: &mut Vec<FileFault>) {
    for needed in NEEDED {
        if fields.get(needed).is_none() {
            faults.push(FileFault::new(
                fields.line,
                &format!("fields.{needed}"),
                format!("there is no rule for {needed}, and no entry is complete without it"),
                format!("add [fields.{needed}] with column = \"…\", or with constant = \"…\" and because = \"…\""),
            ));
        }
    }
    let Shape::Table(entries) = &fields.shape else { return };
    for (name, rule) in entries {
        if FIELDS.iter().any(|key| key.name == name && matches!(key.holds, Holds::Group(_))) {
            check_rule(name, rule, faults);
        }
    }
}

fn check_rule(name: &str, rule: &Written, faults: &mut Vec<FileFault>) {
    let Shape::Table(_) = &rule.shape else { return };
    let key = format!("fields.{name}");
    let mut fault = |line: usize, sentence: String, next: &str| faults.push(FileFault::new(line, &key, sentence, next));
    let (column, constant, otherwise) = (rule.get("column"), rule.get("constant"), rule.get("otherwise"));
    if let Some(given) = constant.or(otherwise)
        && rule.get("because").is_none()
    {
        let which = if constant.is_some() { "constant" } else { "otherwise" };
        let sentence = format!("the {which} of {name} has no `because`: a fact about the list needs its source");
        fault(given.line, sentence, "add because = \"…\" and say where the fact stands");
    }
    if let (Some(_), Some(constant)) = (column, constant) {
        let sentence = format!("{name} is taken from a column and fixed by a constant at once");
        fault(constant.line, sentence, "keep one of them; for rows without a value there is otherwise = \"…\"");
    }
    if column.is_none() && constant.is_none() && otherwise.is_none() {
        let sentence = format!("the rule of {name} says neither column nor constant");
        fault(rule.line, sentence, "add column = \"…\", or take the rule out");
    }
    if let Some(map_only) = rule.get("map_only")
        && map_only.shape == Shape::Bool(true)
        && rule.get("map").is_none()
    {
        let sentence = format!("{name} has map_only and no map, so every row would be rejected");
        fault(map_only.line, sentence, "add the map, or take map_only out");
    }
    if let Some(date) = rule.get("date").filter(|_| !DAYS.contains(&name)) {
        fault(date.line, format!("{name} is no day, so it has no form of dates"), "take the key date out");
    }
    if let Some(split) = rule.get("split").filter(|_| !LISTS.contains(&name)) {
        fault(split.line, format!("{name} holds one value, so it cannot be split"), "take the key split out");
    }
    if let Some(template) = rule.get("template")
        && let Shape::Text(text) = &template.shape
        && !text.contains("{}")
    {
        let sentence = format!("the template of {name} has no {{}}, so every row would say the same");
        fault(template.line, sentence, "put {} where the value belongs");
    }
    if let Some((_, words)) = WORDS.iter().find(|(word, _)| *word == name) {
        let mut values: Vec<&Written> = constant.into_iter().chain(otherwise).collect();
        if let Some(Written { shape: Shape::Table(entries), .. }) = rule.get("map") {
            values.extend(entries.iter().map(|(_, value)| value));
        }
        for value in values {
            if let Shape::Text(text) = &value.shape
                && !words.contains(&text.as_str())
            {
                let sentence = format!("{text:?} is no value of {name}");
                fault(value.line, sentence, &format!("write one of: {}", words.join(", ")));
            }
        }
    }
}

fn check_subject(subject: &Written, faults: &mut Vec<FileFault>) {
    let (column, digest) = (subject.get("column"), subject.get("digest_of"));
    if column.is_some() == digest.is_some() {
        let sentence = match column {
            Some(_) => "the subject's code is taken from a column and made from columns at once",
            None => "it is not said where the subject's code comes from",
        };
        let next = "write either column = \"…\", or where the list has no codes digest_of = [\"…\", \"…\"]";
        faults.push(FileFault::new(subject.line, "subject", sentence, next));
    }
    if let (Some(scheme), Some(digest)) = (subject.text("scheme"), digest)
        && ["uscc", "lei", "person"].contains(&scheme)
    {
        let sentence = format!("a {scheme} cannot be made from other columns");
        faults.push(FileFault::new(digest.line, "subject.digest_of", sentence, "name the column of the code"));
    }
    if let (Some(scheme), Some(at)) = (subject.text("scheme"), subject.get("scheme")) {
        let letters = scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !letters || !(2..=16).contains(&scheme.len()) {
            let sentence = format!("{scheme:?} is no name of a scheme");
            let next = "write 2 to 16 small letters and digits, for instance uscc";
            faults.push(FileFault::new(at.line, "subject.scheme", sentence, next));
        }
    }
}

fn check_key(key: &Written, faults: &mut Vec<FileFault>) {
    let columns = texts(key.get("columns"));
    if let Some(empty) = key.get("may_be_empty") {
        let allowed = texts(Some(empty));
        for column in allowed.iter().filter(|column| !columns.contains(column)) {
            let sentence = format!("{column:?} may be empty in the key, and is no column of the key");
            faults.push(FileFault::new(
                empty.line,
                "key.may_be_empty",
                sentence,
                "name it in columns too, or take it out",
            ));
        }
        if !columns.is_empty() && columns.iter().all(|column| allowed.contains(column)) {
            let sentence = "all columns of the key may be empty, so rows without any would be one record";
            faults.push(FileFault::new(empty.line, "key.may_be_empty", sentence, "leave at least one out"));
        }
    }
    if let (Some(prefix), Some(at)) = (key.text("prefix"), key.get("prefix"))
        && (prefix.contains(':') || prefix.trim() != prefix || huxin_protocol::text::check_text(prefix).is_err())
    {
        let sentence =
            format!("the prefix {prefix:?} has a colon, a space around it or a character that cannot be seen");
        faults.push(FileFault::new(
            at.line,
            "key.prefix",
            sentence,
            "write a short word, for instance the profile's name",
        ));
    }
}

fn check_operation(operation: &Written, faults: &mut Vec<FileFault>) {
    let mut seen = BTreeSet::new();
    for key in ["list", "amend", "remove"] {
        for value in texts(operation.get(key)) {
            if !seen.insert(value) {
                let sentence = format!("the value {value:?} means two things");
                let line = operation.get(key).map_or(operation.line, |at| at.line);
                faults.push(FileFault::new(
                    line,
                    "operation",
                    sentence,
                    "let it stand in one of list, amend and remove",
                ));
            }
        }
    }
}
