//! What a city's operator does when the node asks for one: he reads what it says, and makes a key record.

use super::country::Country;
use huxin_engine::input::{Consent, Input};
use huxin_engine::ledger::CosignatureRow;
use huxin_engine::{ClosedReason, Outcome, SigningState};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::key_record::Tail;
use huxin_protocol::limits::CLOCK_TOLERANCE_MS;

impl Country {
    /// `huxin keys rotate`: asks where the log stands, signs a record with the root key, hands it to the node.
    pub fn rotate(&mut self, city: CityCode) -> bool {
        self.make_record(city) && self.resume_rotation(city)
    }

    /// Its first step: the node says where its log stands, and signs nothing for a while.
    pub fn hold(&mut self, city: CityCode) -> Option<(Epoch, Digest, (Size, TreeHash))> {
        match self.world.try_command(city, |ticket| Input::Hold { ticket })?.ok()? {
            Outcome::Held { epoch, last_record, size, root, .. } => Some((epoch, last_record, (size, root))),
            _ => None,
        }
    }

    /// Its second step: the record is made and lies in the key folder, in place of one that was left there (`--cancel`).
    pub fn make_record(&mut self, city: CityCode) -> bool {
        let Some((epoch, last_record, place)) = self.hold(city) else { return false };
        let federation = self.federation;
        let Some(node) = self.world.cities.get_mut(&city) else { return false };
        let record = node.secrets.record(&federation, epoch.next(), last_record, place, Tail::Endings);
        node.left_record = Some(record.bytes().to_vec());
        true
    }

    /// Its last step, also as `huxin keys rotate --resume`: the node is told. A record that does not continue what stands is given
    /// up, for nobody here agrees to lose anything; the next rotation makes another one.
    pub fn resume_rotation(&mut self, city: CityCode) -> bool {
        let Some(bytes) = self.world.city(city).left_record.clone() else { return false };
        let taken = self.world.try_command(city, |ticket| Input::Record { ticket, bytes, consent: Consent::NOTHING });
        if taken.is_some()
            && let Some(node) = self.world.cities.get_mut(&city)
        {
            node.left_record = None;
        }
        matches!(taken, Some(Ok(Outcome::RecordTaken { .. })))
    }

    /// Looks after what was left undone: now and then a rotation, and soon a key that has signed in the future.
    pub fn tidy(&mut self, city: CityCode) {
        let node = self.world.city(city);
        if node.signing() != Some(SigningState::Ready) {
            return;
        }
        if node.left_record.is_some() && self.chance.hits(150) {
            self.resume_rotation(city);
        }
        self.mend_clock(city);
    }

    /// The clock is right again, and what the cosigner signed lies ahead: the node says so, and a rotation mends it.
    pub fn mend_clock(&mut self, city: CityCode) {
        let node = self.world.city(city);
        let (roster, latest) = (node.roster(), self.world.now.0 + CLOCK_TOLERANCE_MS);
        let ahead = roster.cities().any(|log| {
            let row = CosignatureRow::read_in_force(&*node.store, &roster, log.code, city).ok().flatten();
            row.is_some_and(|row| i64::try_from(row.time_s).unwrap_or(i64::MAX).saturating_mul(1000) > latest)
        });
        if ahead && node.clock_ahead_ms == 0 && node.signing() == Some(SigningState::Ready) && self.rotate(city) {
            *self.figures.faults.entry("rotation after a clock").or_default() += 1;
        }
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
