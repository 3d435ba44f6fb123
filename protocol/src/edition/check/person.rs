//! Natural persons at issue (DOMAIN rule 11): off unless the node allows them, never in clear, never to everybody.

use super::{Issue, IssueFault};
use crate::body::{EntryBody, List};
use crate::header::Disclosure;
use crate::subject::{SubjectClass, SubjectId};

/// Hexadecimal digits of a keyed digest.
const DIGEST_DIGITS: usize = 64;

/// Whether a subject is a natural person, by class or by scheme (DOMAIN rule 11).
#[must_use]
fn is_person(entry: &EntryBody) -> bool {
    entry.subject.class == SubjectClass::NaturalPerson || entry.subject.id.scheme() == SubjectId::PERSON
}

/// Whether an entry names natural persons: as its subject, or linked with it.
#[must_use]
pub(crate) fn names_persons(entry: &EntryBody) -> bool {
    is_person(entry) || !entry.linked_persons.is_empty()
}

/// Schemes under which people would be named, or anybody by name: a name is no key (DOMAIN rule 16), and a person is named by
/// a keyed digest only.
const NO_SCHEMES: [&str; 18] = [
    "name",
    "phone",
    "mobile",
    "tel",
    "telephone",
    "email",
    "mail",
    "wechat",
    "qq",
    "passport",
    "id",
    "idcard",
    "idno",
    "identity",
    "resident",
    "citizen",
    "sfz",
    "shenfenzheng",
];

pub(super) fn check(entry: &EntryBody, issue: &Issue<'_>, faults: &mut Vec<IssueFault>) {
    if NO_SCHEMES.contains(&entry.subject.id.scheme()) {
        faults.push(IssueFault::SubjectScheme(entry.subject.id.scheme().to_owned()));
    }
    if !names_persons(entry) {
        return;
    }
    if !issue.allow_natural_persons {
        // What else is wrong with it is of no use to anybody who may not list it.
        faults.push(IssueFault::NaturalPerson);
        return;
    }
    if !matches!(issue.disclosure, Disclosure::Named(_)) {
        faults.push(IssueFault::PersonDisclosure);
    }
    if entry.person_key.is_none() {
        faults.push(IssueFault::PersonKey);
    }
    if entry.linked_persons.iter().any(|person| !person.name.contains('*')) {
        faults.push(IssueFault::PersonName("linked_persons.name"));
    }
    if !is_person(entry) {
        if entry.list != List::Black {
            faults.push(IssueFault::LinkedPersons);
        }
        return;
    }
    if !entry.linked_persons.is_empty() {
        faults.push(IssueFault::LinkedPersons);
    }
    let subject = &entry.subject;
    let digits = subject.id.id().bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if subject.id.scheme() != SubjectId::PERSON || subject.id.id().len() != DIGEST_DIGITS || !digits {
        faults.push(IssueFault::PersonId);
    }
    if !subject.name.contains('*') {
        faults.push(IssueFault::PersonName("subject.name"));
    }
    if subject.aliases.iter().any(|alias| !alias.contains('*')) {
        faults.push(IssueFault::PersonName("subject.aliases"));
    }
}
