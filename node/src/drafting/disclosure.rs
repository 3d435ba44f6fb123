//! Who may read what is drafted (R20, R46, R49).

use super::{DraftFault, Drafter};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::CityCode;
use huxin_protocol::limits::READERS;
use huxin_protocol::roster::Roster;
use std::collections::BTreeSet;

impl Drafter {
    /// The disclosure that an officer asked for, if all its readers are members.
    pub(super) fn disclosure(&self, disclosure: Disclosure, roster: &Roster) -> Result<Disclosure, DraftFault> {
        if let Disclosure::Named(cities) = &disclosure {
            if cities.is_empty() || cities.len() > READERS {
                return Err(DraftFault::Readers);
            }
            if let Some(stranger) = cities.iter().find(|city| roster.city(**city).is_none()) {
                return Err(DraftFault::NotAMember(*stranger));
            }
        }
        Ok(disclosure)
    }

    /// Who may read an entry may read what is said of it; where its readers are named, so may the cities that it is said to.
    pub(super) fn disclosed_as(&self, entry: Disclosure, to: &[CityCode]) -> Result<Disclosure, DraftFault> {
        let Disclosure::Named(readers) = entry else { return Ok(entry) };
        let mut readers: BTreeSet<CityCode> = readers.into_iter().chain(to.iter().copied()).collect();
        // The issuing city may always read its own word, and is named only where nobody else is.
        if readers.len() > 1 {
            readers.remove(&self.city);
        }
        if readers.len() > READERS {
            return Err(DraftFault::Readers);
        }
        Ok(Disclosure::Named(readers.into_iter().collect()))
    }
}
