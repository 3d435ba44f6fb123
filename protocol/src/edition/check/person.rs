//! Natural persons at issue (DOMAIN rule 11): off unless the node allows them, never in clear, never to everybody.

use super::{Issue, IssueFault};
use crate::body::EntryBody;
use crate::header::Disclosure;
use crate::subject::{SubjectClass, SubjectId};

/// Hexadecimal digits of a keyed digest.
const DIGEST_DIGITS: usize = 64;

/// Whether a subject is a natural person, by class or by scheme (DOMAIN rule 11).
#[must_use]
pub(crate) fn is_person(entry: &EntryBody) -> bool {
    entry.subject.class == SubjectClass::NaturalPerson || entry.subject.id.scheme() == SubjectId::PERSON
}

pub(super) fn check(entry: &EntryBody, issue: &Issue<'_>, faults: &mut Vec<IssueFault>) {
    if !entry.linked_persons.is_empty() {
        faults.push(IssueFault::LinkedPersons);
    }
    if !is_person(entry) {
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
