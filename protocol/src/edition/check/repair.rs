//! What speaks against a repair at issue (DOMAIN rules 3 and 4, R152).

use super::IssueFault;
use crate::body::{EntryBody, RepairConditions};
use crate::edition::{Edition, RepairCondition};
use crate::time::Date;

impl Edition {
    /// Everything that speaks against repairing, on `day`, the chain whose current link is `current`. `links` are its links that
    /// have effect and can be read, in any order; the current one may be among them. Ground, list and severity are those of the
    /// current link; the waiting time counts from the earliest decision day of any, as the term does (R124). It binds the moment
    /// of issue only: a repair that was signed all the same ends the entry (R105).
    #[must_use]
    pub fn check_repair(
        &self,
        current: &EntryBody,
        links: &[&EntryBody],
        conditions: RepairConditions,
        day: Date,
    ) -> Vec<IssueFault> {
        let mut faults = Vec::new();
        let terms = self.rules_for(current).terms(current.severity);
        if !self.is_repairable(&current.ground_text) || terms.is_some_and(|terms| !terms.repairable) {
            faults.push(IssueFault::NotRepairable);
        }
        let months = terms.and_then(|terms| terms.repair_after_months).unwrap_or(0);
        let decided = |entry: &EntryBody| entry.basis.decided_on.or(entry.basis.effective_on);
        let days = links.iter().copied().chain([current]).filter_map(decided);
        if let Some(decided) = days.min() {
            let first = decided.add_months(i32::from(months));
            if day < first {
                faults.push(IssueFault::RepairTooEarly(first));
            }
        }
        let unmet = terms.map_or(&[][..], |terms| &terms.repair_requires);
        let unmet: Vec<RepairCondition> = unmet.iter().copied().filter(|one| !one.is_met(conditions)).collect();
        if !unmet.is_empty() {
            faults.push(IssueFault::RepairConditions(unmet));
        }
        faults
    }
}

impl RepairCondition {
    const fn is_met(self, by: RepairConditions) -> bool {
        match self {
            Self::Rectified => by.rectified,
            Self::DutiesPerformed => by.duties_performed,
            Self::Commitment => by.commitment,
            Self::Training => by.training,
            Self::CreditReport => by.credit_report,
        }
    }
}
