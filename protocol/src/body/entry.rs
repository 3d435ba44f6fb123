//! The body of an Entry or Amendment (R43). CBOR keys: 0 salt, 1 subject (see [`crate::subject::Subject`]), 2 list
//! (0 red, 1 black, 2 watch), 3 list name, 4 field, 5 ground text, 6 severity? (1 minor, 2 general, 3 serious),
//! 7 basis map {1 law?, 2 document number?, 3 authority, 4 decided_on?, 5 effective_on?}, 8 measures, 9 from?, 10 until?,
//! 11 linked persons? (keyed digests, sorted), 12 edition digest, 13 record_ref?, 14 source map? {1 publisher,
//! 2 retrieved_on?, 3 row?}, 15 derived_from? `[city, epoch, seq, digest]`, 16 summary, 17 evidence hashes?, 18
//! observed_on?, 19 list id?, 20 decision map? (see [`super::Decision`]), 21 disclosure reason?. Optional arrays are absent
//! when empty.

use super::{
    ALIASES, CODE_BYTES, DIGESTS, Decision, LAW_BYTES, LinkedPerson, MEASURES, NAME_BYTES, REFERENCE_BYTES,
    SUMMARY_BYTES,
};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader, Writer};
use crate::digest::Digest;
use crate::header::About;
use crate::subject::{Subject, SubjectClass, SubjectId};
use crate::time::Date;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Red,
    Black,
    Watch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Minor,
    General,
    Serious,
}

/// What the listing rests on (认定依据). Which items a list requires is edition data; a fact that the source does not
/// give is absent, never invented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub law: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_number: Option<String>,
    pub authority: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effective_on: Option<Date>,
}

/// Where an imported official record was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub publisher: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retrieved_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBody {
    pub subject: Subject,
    pub list: List,
    pub list_name: String,
    pub field: String,
    pub ground_text: String,
    pub severity: Option<Severity>,
    pub basis: Basis,
    /// Codes of the edition's measures, in the order given, without repeats.
    pub measures: Vec<String>,
    pub from: Option<Date>,
    /// The last day on which the entry counts.
    pub until: Option<Date>,
    /// Ascending by digest, each once (rule 11: never in clear).
    pub linked_persons: Vec<LinkedPerson>,
    pub edition: Digest,
    /// The source's own name of the record, or a digest of its row: what makes a second import of it the same record.
    pub record_ref: Option<String>,
    pub source: Option<Source>,
    pub derived_from: Option<About>,
    pub summary: String,
    pub evidence: Vec<Digest>,
    /// When a daily copy first showed it: not a decision date.
    pub observed_on: Option<Date>,
    /// The list's id in the registry of the edition, where it is registered (R154).
    pub list_id: Option<String>,
    pub decision: Decision,
    /// Why it is disclosed wider than the edition's default for its list and severity (R156).
    pub disclosure_reason: Option<String>,
    /// Id of the person key under which the entry's persons have their digests (R53).
    pub person_key: Option<Digest>,
}

/// The item at the place that the next number names; all enumerations of a body are written so.
pub(super) fn numbered<T: Copy>(reader: &mut Reader<'_>, all: &[T], first: usize) -> Result<T, ReadFault> {
    let number: usize = reader.unsigned()?;
    number.checked_sub(first).and_then(|at| all.get(at)).copied().ok_or(ReadFault::Field)
}

impl List {
    /// In the order of their numbers, from 0.
    pub const ALL: [Self; 3] = [Self::Red, Self::Black, Self::Watch];
    /// 0 red, 1 black, 2 watch.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        numbered(reader, &Self::ALL, 0)
    }
}

impl Severity {
    /// In the order of their numbers, from 1.
    pub const ALL: [Self; 3] = [Self::Minor, Self::General, Self::Serious];
    /// 1 minor, 2 general, 3 serious.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        numbered(reader, &Self::ALL, 1)
    }
}

/// In the order of their numbers, from 0.
const CLASSES: [SubjectClass; 5] = [
    SubjectClass::Enterprise,
    SubjectClass::NaturalPerson,
    SubjectClass::SocialOrganisation,
    SubjectClass::PublicInstitution,
    SubjectClass::GovernmentAgency,
];

impl Subject {
    fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.field(1, |w| w.text(self.id.scheme()));
            map.field(2, |w| w.text(self.id.id()));
            map.field(3, |w| w.unsigned(self.class as u8));
            map.field(4, |w| w.text(&self.name));
            map.texts(5, &self.aliases);
        });
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            let scheme = map.required(1, Reader::any_text)?;
            let id = map.required(2, Reader::any_text)?;
            let subject = SubjectId::new(scheme, id).map_err(|_| ReadFault::Field)?;
            // One subject has one spelling: what was signed in another case is not read as if it were this one.
            if subject.id() != id {
                return Err(ReadFault::Field);
            }
            Ok(Self {
                id: subject,
                class: map.required(3, |r| numbered(r, &CLASSES, 0))?,
                name: map.required(4, |r| r.owned_text(NAME_BYTES))?,
                aliases: map.some_list(5, ALIASES, |r| r.owned_text(NAME_BYTES))?,
            })
        })
    }
}

impl Basis {
    fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.text(1, self.law.as_deref());
            map.text(2, self.document_number.as_deref());
            map.field(3, |w| w.text(&self.authority));
            map.date(4, self.decided_on);
            map.date(5, self.effective_on);
        });
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            Ok(Self {
                law: map.optional(1, |r| r.owned_text(LAW_BYTES))?,
                document_number: map.optional(2, |r| r.owned_text(REFERENCE_BYTES))?,
                authority: map.required(3, |r| r.owned_text(NAME_BYTES))?,
                decided_on: map.optional(4, Reader::date)?,
                effective_on: map.optional(5, Reader::date)?,
            })
        })
    }
}

impl Source {
    fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.field(1, |w| w.text(&self.publisher));
            map.date(2, self.retrieved_on);
            map.optional(3, self.row.as_ref(), |w, row| {
                w.unsigned(*row);
            });
        });
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            Ok(Self {
                publisher: map.required(1, |r| r.owned_text(NAME_BYTES))?,
                retrieved_on: map.optional(2, Reader::date)?,
                row: map.optional(3, Reader::unsigned)?,
            })
        })
    }
}

impl EntryBody {
    /// The day from which this link's term is counted: decided_on, or effective_on where that is absent, then `from`
    /// (R124).
    #[must_use]
    pub fn decision_day(&self) -> Option<Date> {
        self.basis.decided_on.or(self.basis.effective_on).or(self.from)
    }

    /// Every text of the entry with the name of its field, as requests and files write it.
    #[must_use]
    pub fn texts(&self) -> Vec<(&'static str, &str)> {
        let mut out = vec![
            ("subject.id", self.subject.id.id()),
            ("subject.name", &self.subject.name),
            ("list_name", &self.list_name),
            ("field", &self.field),
            ("ground_text", &self.ground_text),
            ("basis.authority", &self.basis.authority),
            ("summary", &self.summary),
        ];
        out.extend(self.subject.aliases.iter().map(|text| ("subject.aliases", text.as_str())));
        out.extend(self.measures.iter().map(|text| ("measures", text.as_str())));
        out.extend(self.basis.law.iter().map(|text| ("basis.law", text.as_str())));
        out.extend(self.basis.document_number.iter().map(|text| ("basis.document_number", text.as_str())));
        out.extend(self.record_ref.iter().map(|text| ("record_ref", text.as_str())));
        out.extend(self.source.iter().map(|source| ("source.publisher", source.publisher.as_str())));
        out.extend(self.list_id.iter().map(|text| ("list_id", text.as_str())));
        out.extend(self.decision.texts());
        out.extend(self.linked_persons.iter().map(|person| ("linked_persons.name", person.name.as_str())));
        out.extend(self.disclosure_reason.iter().map(|text| ("disclosure_reason", text.as_str())));
        out
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| self.subject.write(w));
        map.field(2, |w| w.unsigned(self.list.number()));
        map.field(3, |w| w.text(&self.list_name));
        map.field(4, |w| w.text(&self.field));
        map.field(5, |w| w.text(&self.ground_text));
        map.optional(6, self.severity.as_ref(), |w, severity| {
            w.unsigned(severity.number());
        });
        map.field(7, |w| self.basis.write(w));
        map.field(8, |w| w.texts(&self.measures));
        map.date(9, self.from);
        map.date(10, self.until);
        let linked = Some(&self.linked_persons).filter(|linked| !linked.is_empty());
        map.optional(11, linked, |w, linked| {
            w.list(linked, |w, person| person.write(w));
        });
        map.field(12, |w| w.digest(&self.edition));
        map.text(13, self.record_ref.as_deref());
        map.optional(14, self.source.as_ref(), |w, source| source.write(w));
        map.optional(15, self.derived_from.as_ref(), |w, about| about.write(w));
        map.field(16, |w| w.text(&self.summary));
        map.digests(17, &self.evidence);
        map.date(18, self.observed_on);
        map.text(19, self.list_id.as_deref());
        let decision = Some(&self.decision).filter(|decision| !decision.is_empty());
        map.optional(20, decision, |w, decision| decision.write(w));
        map.text(21, self.disclosure_reason.as_deref());
        map.optional(22, self.person_key.as_ref(), |w, key| {
            w.digest(key);
        });
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        let body = Self {
            subject: map.required(1, Subject::read)?,
            list: map.required(2, List::read)?,
            list_name: map.required(3, |r| r.owned_text(NAME_BYTES))?,
            field: map.required(4, |r| r.owned_text(CODE_BYTES))?,
            // Some publishers give neither a ground nor a summary; an empty text says so.
            ground_text: map.required(5, |r| r.text_or_empty(LAW_BYTES))?,
            severity: map.optional(6, Severity::read)?,
            basis: map.required(7, Basis::read)?,
            measures: map.required(8, |r| r.list(0, MEASURES, |r| r.owned_text(CODE_BYTES)))?,
            from: map.optional(9, Reader::date)?,
            until: map.optional(10, Reader::date)?,
            linked_persons: map.some_list(11, DIGESTS, LinkedPerson::read)?,
            edition: map.required(12, Reader::digest)?,
            record_ref: map.optional(13, |r| r.owned_text(REFERENCE_BYTES))?,
            source: map.optional(14, Source::read)?,
            derived_from: map.optional(15, About::read)?,
            summary: map.required(16, |r| r.text_or_empty(SUMMARY_BYTES))?,
            evidence: map.some_list(17, DIGESTS, Reader::digest)?,
            observed_on: map.optional(18, Reader::date)?,
            list_id: map.optional(19, |r| r.owned_text(CODE_BYTES))?,
            decision: map.optional(20, Decision::read)?.unwrap_or_default(),
            disclosure_reason: map.optional(21, |r| r.owned_text(SUMMARY_BYTES))?,
            person_key: map.optional(22, Reader::digest)?,
        };
        let unique = body.measures.iter().collect::<std::collections::BTreeSet<_>>().len() == body.measures.len();
        let sorted = body.linked_persons.windows(2).all(|pair| pair[0].digest < pair[1].digest);
        if unique && sorted { Ok(body) } else { Err(ReadFault::Field) }
    }
}
