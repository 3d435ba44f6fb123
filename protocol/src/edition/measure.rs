//! Measures (奖惩措施): what each is, whose entries it is meant for, how long it holds and who applies it (R157).

use super::{Edition, Sure, Text};
use crate::body::{EntryBody, List};
use crate::subject::SubjectClass;
use crate::text::folded;
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// Four kinds of measures by who applies them (Hezhou document, DOMAIN section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Administrative,
    Market,
    Industry,
    Social,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    Incentive,
    Punishment,
    Attention,
}

impl MeasureKind {
    /// The lists whose entries may carry such a measure when they are issued.
    #[must_use]
    pub const fn fits(self, list: List) -> bool {
        matches!(
            (self, list),
            (Self::Incentive, List::Red)
                | (Self::Punishment, List::Black)
                | (Self::Attention, List::Black | List::Watch)
        )
    }
}

/// Who applies a measure. Public bodies owe feedback; others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    PublicBody,
    Other,
}

/// Whose entries a measure is meant for: of one of the lists or on one of the grounds; of any where neither is named (R157).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliesTo {
    pub classes: Vec<SubjectClass>,
    /// Ids of registered lists.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lists: Vec<String>,
    /// Codes of grounds.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub grounds: Vec<String>,
}

/// One line of the catalogue (奖惩措施清单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub code: String,
    pub kind: MeasureKind,
    pub category: Category,
    pub content: Text,
    pub applies_to: AppliesTo,
    /// Months after the decision for which it holds at the most; absent: as long as the entry counts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub period_months: Option<u16>,
    pub actor: Actor,
    pub legal_basis: String,
    pub agency: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub local_regulation: Option<String>,
    pub source: String,
    pub sure: Sure,
}

impl Measure {
    /// The last day on which it holds for an entry whose earliest decision day is `day`.
    #[must_use]
    pub fn last_day(&self, day: Date) -> Option<Date> {
        self.period_months.map(|months| day.add_months(i32::from(months)))
    }
}

impl Edition {
    #[must_use]
    pub fn measure(&self, code: &str) -> Option<&Measure> {
        self.measures().iter().find(|measure| measure.code == code)
    }
    /// Whether a measure is meant for the entry's list or ground (R157).
    #[must_use]
    pub fn is_meant_for(&self, measure: &Measure, entry: &EntryBody) -> bool {
        let AppliesTo { lists, grounds, .. } = &measure.applies_to;
        if lists.is_empty() && grounds.is_empty() {
            return true;
        }
        let row = self.rules_for(entry).row();
        row.is_some_and(|row| lists.contains(&row.id))
            || self.ground_of(&entry.ground_text).is_some_and(|ground| grounds.contains(&ground.code))
    }
    /// The ground that a text names: by its code or its Chinese name, compared in folded form (R8).
    #[must_use]
    pub fn ground_of(&self, ground_text: &str) -> Option<&super::Ground> {
        if self.grounds().is_empty() {
            return None;
        }
        let text = folded(ground_text);
        self.grounds().iter().find(|ground| ground.code == text || folded(&ground.name.zh) == text)
    }
    /// Whether any repair lifts an entry on this ground (DOMAIN rule 3).
    #[must_use]
    pub fn is_repairable(&self, ground_text: &str) -> bool {
        self.ground_of(ground_text).is_none_or(|ground| ground.repairable)
    }
}
