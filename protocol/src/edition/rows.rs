//! An edition as rows of path and text, each under the code of what it belongs to: `measures.D-B-01.period_months` and `12`. This is
//! how two editions are compared and how a catalogue is searched, so that a new member is compared and found by itself.

use super::Edition;
use serde_json::Value;
use std::collections::BTreeMap;

/// Members that name a row among others of its kind.
const NAMES: [&str; 3] = ["code", "id", "figure"];

impl Edition {
    /// What is listed under, with all layers on it; the edition's own name and words are left out.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<String, String> {
        let mut rows = BTreeMap::new();
        // Texts, numbers and lists only: this form has no way to fail.
        if let Ok(Value::Object(members)) = serde_json::to_value(&self.effective) {
            let own = ["format", "name", "line", "title", "notice"];
            for (name, member) in members.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
                flatten(name, member, &mut rows);
            }
        }
        rows
    }
}

fn flatten(path: &str, value: &Value, rows: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                flatten(&format!("{path}.{name}"), member, rows);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (at, item) in items.iter().enumerate() {
                let own = NAMES.iter().find_map(|name| item.get(name).and_then(Value::as_str));
                flatten(&format!("{path}.{}", own.map_or_else(|| at.to_string(), str::to_owned)), item, rows);
            }
        }
        // A part of the edition that has no rows.
        Value::Array(items) if items.is_empty() && !path.contains('.') => {}
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(text).collect();
            rows.insert(path.to_owned(), texts.join(", "));
        }
        Value::Null => {}
        plain => {
            rows.insert(path.to_owned(), text(plain));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
