//! What a city's operator does when the node asks for one: he reads what it says, and makes a key record.

use super::country::Country;
use huxin_engine::input::{Consent, Input};
use huxin_engine::{ClosedReason, Outcome, SigningState};
use huxin_protocol::ids::{CityCode, Size};
use huxin_protocol::key_record::Tail;

impl Country {
    /// `huxin keys rotate`: asks where the log stands, signs a record with the root key, hands it to the node.
    pub fn rotate(&mut self, city: CityCode) -> bool {
        let held = self.world.try_command(city, |ticket| Input::Hold { ticket });
        let Some(Ok(Outcome::Held { epoch, last_record, size, root, .. })) = held else { return false };
        let federation = self.federation;
        let Some(node) = self.world.cities.get_mut(&city) else { return false };
        let record = node.secrets.record(&federation, epoch.next(), last_record, (size, root), Tail::Endings);
        let bytes = record.bytes().to_vec();
        let taken = self.world.try_command(city, |ticket| Input::Record { ticket, bytes, consent: Consent::NOTHING });
        matches!(taken, Some(Ok(Outcome::RecordTaken { .. })))
    }

    /// A node that was closed gets a new epoch once it has fetched what partners hold of its log.
    pub fn mend_signing(&mut self, city: CityCode) {
        let Some(SigningState::Closed(reason)) = self.world.city(city).signing() else { return };
        let held = self.world.sizes(city).get(&city).copied().unwrap_or(Size(0));
        let elsewhere = self
            .honest()
            .into_iter()
            .filter(|other| *other != city)
            .filter_map(|other| self.world.sizes(other).get(&city).copied())
            .max()
            .unwrap_or(Size(0));
        // Of two histories the operator goes on with the one that his node holds.
        if held >= elsewhere || reason == ClosedReason::HeardOther {
            self.rotate(city);
        }
    }
}
