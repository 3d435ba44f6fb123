//! Acts on a statement, and recognition between cities.

use huxin_protocol::body::{ActBody, RecognitionBody, RepairConditions};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::{Date, Millis};
use serde::{Deserialize, Serialize};

/// What can be done to a statement by `POST /v1/entries/{id}/<verb>` with an [`ActRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActVerb {
    Annulment,
    Removal,
    Repair,
    Erasure,
    Reinstatement,
    Suspension,
    Resumption,
    Withdrawal,
}

impl ActVerb {
    pub const ALL: [Self; 8] = [
        Self::Annulment,
        Self::Removal,
        Self::Repair,
        Self::Erasure,
        Self::Reinstatement,
        Self::Suspension,
        Self::Resumption,
        Self::Withdrawal,
    ];

    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Annulment => Kind::Annulment,
            Self::Removal => Kind::Removal,
            Self::Repair => Kind::Repair,
            Self::Erasure => Kind::Erasure,
            Self::Reinstatement => Kind::Reinstatement,
            Self::Suspension => Kind::Suspension,
            Self::Resumption => Kind::Resumption,
            Self::Withdrawal => Kind::Withdrawal,
        }
    }
    /// The last part of the path.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Annulment => "annulment",
            Self::Removal => "removal",
            Self::Repair => "repair",
            Self::Erasure => "erasure",
            Self::Reinstatement => "reinstatement",
            Self::Suspension => "suspension",
            Self::Resumption => "resumption",
            Self::Withdrawal => "withdrawal",
        }
    }
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }
}

/// Why a statement is ended or reinstated. `conditions` belongs to a repair only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActRequest {
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conditions: Option<RepairConditions>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
    /// Of a suspension: the last day of which the order speaks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    /// Agency of the city on whose behalf it is signed, at most 64 bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

impl ActRequest {
    /// The body that is signed, and the agency that stands in the header.
    #[must_use]
    pub fn into_body(self) -> (ActBody, Option<String>) {
        let body = ActBody {
            reason: self.reason,
            document_number: self.document_number,
            authority: self.authority,
            decided_on: self.decided_on,
            conditions: self.conditions,
            record_ref: self.record_ref,
            until: self.until,
        };
        (body, self.agency)
    }
}

/// `POST /v1/entries/{id}/decline`: a reasoned opt-out from one entry (DOMAIN rule 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclineRequest {
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

/// `GET /v1/recognitions`: every city's newest rule per partner. `POST` takes a bare [`RecognitionBody`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecognitionsReply {
    pub recognitions: Vec<RecognitionItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecognitionItem {
    pub id: StatementId,
    /// Who recognises.
    pub city: CityCode,
    pub issued_at: Millis,
    pub issued_at_text: String,
    /// Whom, and how far.
    pub rule: RecognitionBody,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_verb_has_one_name_and_one_kind() {
        for verb in ActVerb::ALL {
            assert_eq!(ActVerb::from_name(verb.name()), Some(verb));
            let takes_back = matches!(verb, ActVerb::Reinstatement | ActVerb::Resumption | ActVerb::Withdrawal);
            assert!(verb.kind().is_relief() || takes_back);
            assert_eq!(verb.kind().name().to_ascii_lowercase(), verb.name());
            assert_eq!(serde_json::to_value(verb).unwrap(), verb.name());
        }
        assert_eq!(ActVerb::from_name("amendment"), None);
    }

    #[test]
    fn an_act_needs_a_reason_and_refuses_the_unknown() {
        assert!(serde_json::from_str::<ActRequest>("{}").is_err());
        assert!(serde_json::from_str::<ActRequest>(r#"{"reason":"履行完毕","note":"x"}"#).is_err());
        let act: ActRequest =
            serde_json::from_str(r#"{"reason":"履行完毕","decided_on":"2026-03-01","conditions":{"rectified":true}}"#)
                .unwrap();
        let (body, agency) = act.into_body();
        assert_eq!(agency, None);
        assert!(body.conditions.unwrap().rectified);
    }
}
