//! Who may see a new entry (R156): the edition has a default for each list and severity, and whoever discloses wider says why.

use super::{Issue, IssueFault};
use crate::body::EntryBody;
use crate::edition::Edition;
use crate::header::Disclosure;
use crate::ruling::DisclosureLevel;

impl Edition {
    /// Who sees such an entry where nobody says otherwise; named readers are still to be named.
    #[must_use]
    pub fn default_disclosure(&self, entry: &EntryBody) -> Disclosure {
        match self.rules_for(entry).disclosure(entry.severity) {
            DisclosureLevel::Public => Disclosure::Public,
            DisclosureLevel::Federation => Disclosure::Federation,
            DisclosureLevel::Named => Disclosure::Named(Vec::new()),
        }
    }

    pub(super) fn check_disclosure(&self, entry: &EntryBody, issue: &Issue<'_>, faults: &mut Vec<IssueFault>) {
        let due = self.rules_for(entry).disclosure(entry.severity);
        let is_reasoned = entry.disclosure_reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        if DisclosureLevel::from(issue.disclosure) < due && !is_reasoned {
            faults.push(IssueFault::DisclosureReason(due));
        }
    }
}
