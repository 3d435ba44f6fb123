//! What an officer asks to be published, and the receipt.

use huxin_protocol::body::{Basis, Decision, EntryBody, LinkedPerson, List, Severity, Source};
use huxin_protocol::digest::Digest;
use huxin_protocol::header::{About, Disclosure};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::subject::Subject;
use huxin_protocol::time::Date;
use serde::{Deserialize, Serialize};

/// Most entries in one request: one batch of the writer thread and about one page of a log.
pub const BATCH_ENTRIES: usize = 1000;

/// One listing as it is asked for. `POST /v1/entries` and, for a corrected successor, `…/amendment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryRequest {
    /// `{"id": "uscc:91…", "class": "enterprise", "name": "…", "aliases": []}`.
    pub subject: Subject,
    /// `red`, `black` or `watch`.
    pub list: List,
    /// May be empty where `list_id` names a registered list.
    #[serde(default)]
    pub list_name: String,
    pub field: String,
    pub ground_text: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub severity: Option<Severity>,
    pub basis: Basis,
    /// Codes of the edition's measures.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub measures: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
    /// The last day on which the entry counts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    /// Keyed digests; a linked person is never named in clear (DOMAIN rule 11).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub linked_persons: Vec<LinkedPerson>,
    /// Id of the person key under which they have their digests (`huxin person name`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person_key: Option<Digest>,
    /// Name or digest of a catalogue edition; absent: the node's only one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<Source>,
    /// The statement of another city that this one was derived from; the node adds its digest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub derived_from: Option<StatementId>,
    #[serde(default)]
    pub summary: String,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Digest>,
    /// When a daily copy first showed it: not a decision date.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub observed_on: Option<Date>,
    /// Agency of the city on whose behalf it is signed, at most 64 bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
    /// Absent: as the edition says for the list and severity.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disclosure: Option<DisclosureChoice>,
    /// The list's id in the registry of the edition; absent: the node finds it by the name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub list_id: Option<String>,
    /// What the published decision says beside the basis.
    #[serde(skip_serializing_if = "Decision::is_empty", default)]
    pub decision: Decision,
    /// Why it is disclosed wider than the edition's default.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disclosure_reason: Option<String>,
    /// The officer looked at a code whose check character fails, and means it (DOMAIN rule 15).
    #[serde(skip_serializing_if = "is_false", default)]
    pub confirm_code: bool,
}

impl EntryRequest {
    /// The body that is signed: with the digest of the edition that the request names, and of what it was derived from.
    #[must_use]
    pub fn into_body(self, edition: Digest, derived_from: Option<About>) -> EntryBody {
        let mut linked_persons = self.linked_persons;
        linked_persons.sort_unstable();
        linked_persons.dedup_by_key(|person| person.digest);
        EntryBody {
            subject: self.subject,
            list: self.list,
            list_name: self.list_name,
            field: self.field,
            ground_text: self.ground_text,
            severity: self.severity,
            basis: self.basis,
            measures: self.measures,
            from: self.from,
            until: self.until,
            linked_persons,
            edition,
            record_ref: self.record_ref,
            source: self.source,
            derived_from,
            summary: self.summary,
            evidence: self.evidence,
            observed_on: self.observed_on,
            list_id: self.list_id,
            decision: self.decision,
            disclosure_reason: self.disclosure_reason,
            person_key: self.person_key,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// `"public"`, `"federation"` or `{"named": ["330900", …]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisclosureChoice {
    #[default]
    Public,
    Federation,
    Named(Vec<CityCode>),
}

impl From<DisclosureChoice> for Disclosure {
    fn from(choice: DisclosureChoice) -> Self {
        match choice {
            DisclosureChoice::Public => Self::Public,
            DisclosureChoice::Federation => Self::Federation,
            DisclosureChoice::Named(mut cities) => {
                cities.sort_unstable();
                cities.dedup();
                Self::Named(cities)
            }
        }
    }
}

impl From<&Disclosure> for DisclosureChoice {
    fn from(disclosure: &Disclosure) -> Self {
        match disclosure {
            Disclosure::Public => Self::Public,
            Disclosure::Federation => Self::Federation,
            Disclosure::Named(cities) => Self::Named(cities.clone()),
        }
    }
}

/// One entry, or `{"entries": [...]}` of at most [`BATCH_ENTRIES`]: all or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishRequest {
    pub entries: Vec<EntryRequest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    entries: Vec<EntryRequest>,
}

#[derive(Serialize)]
struct ManyRef<'a> {
    entries: &'a [EntryRequest],
}

impl Serialize for PublishRequest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ManyRef { entries: &self.entries }.serialize(serializer)
    }
}

impl PublishRequest {
    /// Reads either form. An untagged enum would answer "no variant fits" where a person needs the name of the field.
    ///
    /// # Errors
    /// What is wrong with the JSON, with line and column where it is one entry or a well-formed list.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Look {
            entries: Option<serde::de::IgnoredAny>,
        }
        let look: Look = serde_json::from_slice(bytes)?;
        if look.entries.is_some() {
            serde_json::from_slice::<Many>(bytes).map(|many| Self { entries: many.entries })
        } else {
            serde_json::from_slice(bytes).map(|entry| Self { entries: vec![entry] })
        }
    }
}

/// How far a receipt reaches: the statements would survive a power cut of this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    Durable,
}

/// Answer to everything that signs: entries, amendments, endings, recognitions, declines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishReply {
    /// In the order of the request.
    pub ids: Vec<StatementId>,
    pub receipt: Receipt,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub warnings: Vec<Warning>,
}

/// Something an officer should look at, though it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Which entry of the request, from 0.
    pub index: usize,
    /// Stable code.
    pub code: String,
    pub sentence: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn entry() -> serde_json::Value {
        json!({
            "subject": {"id": "uscc:91990099MA00000156", "class": "enterprise", "name": "示例甲（合成）"},
            "list": "black", "list_name": "失信被执行人", "field": "court", "ground_text": "拒不履行",
            "severity": "serious",
            "basis": {"law": "示例", "document_number": "（2026）示例1号", "authority": "示例法院", "decided_on": "2026-01-05"},
            "measures": ["demo-01"], "summary": "合成样例"
        })
    }

    #[test]
    fn one_entry_and_a_list_are_told_apart() {
        let one = PublishRequest::from_json(entry().to_string().as_bytes()).unwrap();
        assert_eq!(one.entries.len(), 1);
        assert_eq!(one.entries[0].disclosure, None);
        assert!(!one.entries[0].confirm_code);
        let two = json!({"entries": [entry(), entry()]});
        let two = PublishRequest::from_json(two.to_string().as_bytes()).unwrap();
        assert_eq!(two.entries.len(), 2);
        // What the client writes, the server reads.
        let written = serde_json::to_vec(&two).unwrap();
        assert_eq!(PublishRequest::from_json(&written).unwrap(), two);
    }

    #[test]
    fn a_misspelt_field_is_named() {
        let mut wrong = entry();
        wrong["measure"] = json!(["x"]);
        let fault = PublishRequest::from_json(wrong.to_string().as_bytes()).unwrap_err();
        assert!(fault.to_string().contains("unknown field `measure`"), "{fault}");
        let nested = json!({"entries": [wrong]});
        let fault = PublishRequest::from_json(nested.to_string().as_bytes()).unwrap_err();
        assert!(fault.to_string().contains("unknown field `measure`"), "{fault}");
    }

    #[test]
    fn a_list_beside_other_fields_is_refused() {
        let mut wrong = entry();
        wrong["entries"] = json!([]);
        assert!(PublishRequest::from_json(wrong.to_string().as_bytes()).is_err());
    }

    #[test]
    fn readers_are_sorted_without_repeats() {
        let choice: DisclosureChoice =
            serde_json::from_value(json!({"named": ["620100", "330900", "620100"]})).unwrap();
        let Disclosure::Named(cities) = choice.into() else { panic!("not named") };
        assert_eq!(cities.iter().map(CityCode::as_str).collect::<Vec<_>>(), ["330900", "620100"]);
    }
}
