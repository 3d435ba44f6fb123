//! One row read by a profile: what it asks for, or every reason why it cannot be an entry.

use crate::issue_check;
use crate::plan::{Operation, Setting, reference, short_digest};
use crate::profile::Profile;
use crate::reason::Reason;
use crate::rule::{Rule, RuleFault};
use crate::table::Row;
use huxin_api::model::EntryRequest;
use huxin_protocol::body::{Basis, Decision, List, Severity, Source};
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::text::folded;
use huxin_protocol::time::Date;

/// See the module. Where `reasons` is not empty, nothing may be signed.
pub struct Asked {
    pub operation: Operation,
    pub record_ref: Option<String>,
    pub subject: Option<SubjectId>,
    pub request: Option<EntryRequest>,
    pub reasons: Vec<Reason>,
    pub cleanings: Vec<Reason>,
    pub code_warning: Option<Reason>,
}

/// Reads a row.
pub fn asked(profile: &Profile, row: &Row, setting: &Setting<'_>) -> Asked {
    let mut reader = Reader { profile, row, reasons: Vec::new(), cleanings: Vec::new() };
    let mut asked = Asked {
        operation: Operation::List,
        record_ref: None,
        subject: None,
        request: None,
        reasons: Vec::new(),
        cleanings: Vec::new(),
        code_warning: None,
    };
    if let Some(reason) = reader.rejected() {
        // The profile's own word about a row: nothing else is looked at, but the record is in the file all the same.
        asked.record_ref = reference(profile, row, None).unwrap_or_default();
        asked.reasons.push(reason);
        return asked;
    }
    asked.operation = reader.operation().unwrap_or(Operation::List);
    if asked.operation == Operation::Remove && reader.reasons.is_empty() {
        asked.subject = reader.subject_if_named();
        asked.record_ref = reader.told(reference(profile, row, None));
        if asked.record_ref.is_none() && reader.reasons.is_empty() {
            let sentence = "a row that takes a record off the list needs key columns by which to find it";
            reader.reasons.push(Reason::of("no_case_key", sentence));
        }
        issue_check::reference(asked.record_ref.as_deref(), &mut reader.reasons);
        asked.reasons = reader.reasons;
        return asked;
    }
    let subject = reader.subject();
    let mut request = reader.request(subject);
    asked.record_ref = reader.told(reference(profile, row, request.as_ref()));
    if let Some(request) = &mut request {
        request.record_ref.clone_from(&asked.record_ref);
        check_code(profile, setting, request, &mut asked.code_warning, &mut reader.reasons);
        issue_check::listing(request, setting, &mut reader.reasons);
        asked.subject = Some(request.subject.id.clone());
    }
    asked.request = request;
    asked.reasons = reader.reasons;
    asked.cleanings = reader.cleanings;
    asked
}

/// A failing check character: on another publisher's record a warning, on a list of the city's own refused unless an officer
/// confirmed that very code (DOMAIN rule 15).
fn check_code(
    profile: &Profile,
    setting: &Setting<'_>,
    request: &mut EntryRequest,
    warning: &mut Option<Reason>,
    reasons: &mut Vec<Reason>,
) {
    let Err(fault) = request.subject.id.check_code() else { return };
    let id = &request.subject.id;
    let source = profile.source.as_ref().map(|source| folded(&source.publisher));
    let is_own = source.is_none_or(|publisher| setting.own_names.iter().any(|name| folded(name) == publisher));
    if !is_own {
        *warning = Some(Reason::of("code_check", format!("{id}: {fault}")));
    } else if let Some(confirmation) = setting.confirmed.confirmation(id) {
        let sentence = format!("{id}: {fault}; confirmed by {} on {}", confirmation.by, confirmation.on);
        *warning = Some(Reason::of("code_confirmed", sentence));
        request.confirm_code = true;
    } else if setting.edition.is_none() {
        // With an edition the check below finds it.
        let sentence = format!(
            "{id}: {fault}; correct the code, or where the certificate shows it like this, name it in a file of \
             confirmed codes (--confirmed)"
        );
        reasons.push(Reason::of("code_check", sentence));
    }
}

struct Reader<'a> {
    profile: &'a Profile,
    row: &'a Row,
    reasons: Vec<Reason>,
    cleanings: Vec<Reason>,
}

impl Reader<'_> {
    fn told<T: Default>(&mut self, read: Result<T, Reason>) -> T {
        read.unwrap_or_else(|reason| {
            self.reasons.push(reason);
            T::default()
        })
    }
    fn take<T: Default>(&mut self, read: Result<T, RuleFault>) -> T {
        self.told(read.map_err(|fault| Reason::of(fault.code(), &fault)))
    }

    /// The first rule of the profile that rejects the row.
    fn rejected(&self) -> Option<Reason> {
        for rule in &self.profile.reject {
            let value = self.row.cell(&rule.column).shown().trim().to_uppercase();
            if (rule.empty && value.is_empty()) || rule.contains.iter().any(|part| value.contains(&part.to_uppercase()))
            {
                return Some(Reason::of(&rule.code, &rule.sentence));
            }
        }
        None
    }

    fn operation(&mut self) -> Option<Operation> {
        let Some(rule) = &self.profile.operation else { return Some(Operation::List) };
        let value = self.take(self.row.text(&rule.column).map(|value| value.map(std::borrow::Cow::into_owned)));
        let value = value.unwrap_or_default();
        let among = |values: &[String]| values.contains(&value);
        if among(&rule.list) {
            Some(Operation::List)
        } else if among(&rule.amend) {
            Some(Operation::Amend)
        } else if among(&rule.remove) {
            Some(Operation::Remove)
        } else {
            let sentence = format!("the operation {value:?} is none that the profile knows");
            self.reasons.push(Reason::of("operation", sentence));
            None
        }
    }

    fn subject(&mut self) -> Option<SubjectId> {
        let rule = &self.profile.subject;
        let Some(column) = &rule.column else { return self.digested() };
        match self.row.code(&rule.scheme, column) {
            Ok(entered) => {
                if let Some(cleaning) = entered.cleaning {
                    let (en, zh) = cleaning.text();
                    self.cleanings.push(Reason::of(cleaning.code(), format!("{}: {zh}; {en}", entered.id)));
                }
                Some(entered.id)
            }
            Err(fault) => {
                self.reasons.push(Reason::of(fault.code(), &fault));
                None
            }
        }
    }

    fn digested(&mut self) -> Option<SubjectId> {
        let rule = &self.profile.subject;
        let mut words = Vec::new();
        for column in &rule.digest_of {
            words.push(self.row.text(column).map(|value| value.unwrap_or_default().into_owned()));
        }
        let words = words.into_iter().map(|word| self.take(word)).collect::<Vec<String>>();
        if words.iter().all(String::is_empty) {
            let sentence =
                format!("the columns {} are all empty, and they name the subject", rule.digest_of.join(", "));
            self.reasons.push(Reason::of("no_subject_id", sentence));
            return None;
        }
        let id = &short_digest(words.join("\u{1f}").as_bytes())[..16];
        let made = SubjectId::new(&rule.scheme, id).map(Some);
        self.told(made.map_err(|fault| Reason::of("subject_shape", &fault)))
    }

    /// The subject of a removal, which need not name one: a removal is found by its key.
    fn subject_if_named(&self) -> Option<SubjectId> {
        let rule = &self.profile.subject;
        match &rule.column {
            Some(column) => self.row.code(&rule.scheme, column).ok().map(|entered| entered.id),
            None if rule.digest_of.iter().any(|column| self.row.cell(column).is_blank()) => None,
            None => {
                let (profile, row) = (self.profile, self.row);
                Reader { profile, row, reasons: Vec::new(), cleanings: Vec::new() }.digested()
            }
        }
    }

    fn text(&mut self, field: &'static str, rule: &Rule) -> Option<String> {
        self.take(rule.text(field, self.row))
    }
    fn date(&mut self, field: &'static str, rule: &Rule) -> Option<Date> {
        self.take(rule.date(field, self.row))
    }
    fn list(&mut self, field: &'static str, rule: &Rule) -> Vec<String> {
        self.take(rule.list(field, self.row))
    }
    /// A text that an entry cannot be without.
    fn needed(&mut self, field: &'static str, rule: &Rule) -> String {
        let before = self.reasons.len();
        let value = self.text(field, rule);
        if value.is_none() && self.reasons.len() == before {
            let fault = RuleFault::Missing { field };
            self.reasons.push(Reason::of(fault.code(), &fault));
        }
        value.unwrap_or_default()
    }
    /// A value of a closed set of words, as the entry's JSON spells them.
    fn word<T: serde::de::DeserializeOwned>(&mut self, field: &'static str, value: Option<String>) -> Option<T> {
        let value = value.filter(|value| !value.is_empty())?;
        let word = serde_json::from_value(serde_json::Value::String(value.clone()));
        let fault = |_| RuleFault::Unmapped { field, value };
        self.take(word.map(Some).map_err(fault))
    }

    /// The request of the row, where everything could be read.
    fn request(&mut self, subject: Option<SubjectId>) -> Option<EntryRequest> {
        let fields = &self.profile.fields;
        let class = self.text("class", &fields.class);
        let class: Option<SubjectClass> = self.word("class", class);
        let severity = self.text("severity", &fields.severity);
        let severity: Option<Severity> = self.word("severity", severity);
        let list = self.needed("list", &fields.list);
        let list: Option<List> = self.word("list", Some(list));
        let name = self.needed("name", &fields.name);
        let aliases = self.list("aliases", &fields.aliases).into_iter().filter(|alias| *alias != name).collect();
        let list_name = self.needed("list_name", &fields.list_name);
        let field = self.needed("field", &fields.field);
        let ground_text = self.text("ground_text", &fields.ground_text).unwrap_or_default();
        let basis = Basis {
            law: self.text("law", &fields.law),
            document_number: self.text("document_number", &fields.document_number),
            authority: self.needed("authority", &fields.authority),
            decided_on: self.date("decided_on", &fields.decided_on),
            effective_on: self.date("effective_on", &fields.effective_on),
        };
        let measures = self.list("measures", &fields.measures);
        let from = self.date("from", &fields.from);
        let until = self.date("until", &fields.until);
        let summary = self.text("summary", &fields.summary).unwrap_or_default();
        let observed_on = self.date("observed_on", &fields.observed_on);
        if !self.reasons.is_empty() {
            return None;
        }
        let source = self.profile.source.as_ref().map(|source| Source {
            publisher: source.publisher.clone(),
            retrieved_on: source.retrieved_on,
            // The row's number moves when the publisher adds a line; it would make every later record look changed.
            row: None,
        });
        Some(EntryRequest {
            subject: Subject { id: subject?, class: class.unwrap_or(SubjectClass::Enterprise), name, aliases },
            list: list?,
            list_name,
            field,
            ground_text,
            severity,
            basis,
            measures,
            from,
            until,
            linked_persons: Vec::new(),
            person_key: None,
            edition: Some(self.profile.edition.clone()),
            record_ref: None,
            source,
            derived_from: None,
            summary,
            evidence: Vec::new(),
            observed_on,
            agency: None,
            // As the edition says for the list and severity.
            disclosure: None,
            list_id: None,
            decision: Decision::default(),
            disclosure_reason: None,
            confirm_code: false,
        })
    }
}
