//! What is said with keys that are over, and by members that know no measure. Everything here is signed by real keys of the
//! federation: what is forged is the matter of other tests.

use super::country::Country;
use huxin_engine::Signer as _;
use huxin_engine::input::{Input, Peer, Road};
use huxin_engine::serve::checkpoint_note;
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::note::{Note, SignatureLine};
use huxin_protocol::segment::Segment;

/// Lines of one flood, each later than the one before by [`STEP_S`].
const LINES: u64 = 60;
const STEP_S: u64 = 5;
/// Statements of one flood: a share of what everybody says in a month.
const STATEMENTS: u64 = 60;

impl Country {
    /// Somebody has a log key and a cosigner key of an epoch that is over, and speaks with both. Whether there is such an epoch.
    pub(super) fn speak_with_retired_keys(&mut self, city: CityCode) -> bool {
        let current = self.world.city(city).roster().city(city).map_or(Epoch::FIRST, |member| member.current().epoch);
        if current == Epoch::FIRST {
            return false;
        }
        let retired = Epoch(1 + self.chance.below(u64::from(current.0) - 1) as u32);
        for log in self.honest() {
            let time_s = self.world.now.0.unsigned_abs() / 1000;
            let hearer = self.any_other(city);
            if let Some(segment) = self.line_by((city, retired), log, hearer, time_s) {
                self.bring(hearer, city, segment);
            }
        }
        // More of the log than was ever signed under that epoch.
        let hearer = self.any_other(city);
        let size = Size(1 + self.world.sizes(hearer).get(&city).map_or(0, |size| size.0));
        let secrets = &self.world.city(city).secrets;
        let Some(key) = secrets.log_key(retired) else { return false };
        let origin = Origin { federation: self.federation, city, epoch: retired };
        let note = SignedCheckpoint::sign(Checkpoint { origin, size, root: TreeHash([0x77; 32]) }, key).encode(&[]);
        self.bring(hearer, city, at_checkpoint(city, size, note));
        true
    }

    /// A member signs cosignatures without end, each a little later, and lists without end.
    pub(super) fn flood(&mut self, city: CityCode) {
        let current = self.world.city(city).roster().city(city).map_or(Epoch::FIRST, |member| member.current().epoch);
        let (log, hearer) = (self.any_other(city), self.any_other(city));
        let now_s = self.world.now.0.unsigned_abs() / 1000;
        for number in (0..LINES).rev() {
            if let Some(segment) = self.line_by((city, current), log, hearer, now_s - number * STEP_S) {
                self.bring(hearer, city, segment);
            }
        }
        self.list(city, STATEMENTS);
    }

    fn any_other(&mut self, city: CityCode) -> CityCode {
        let others: Vec<CityCode> = self.honest().into_iter().filter(|other| *other != city).collect();
        others[self.chance.below(others.len() as u64) as usize]
    }

    /// The newest checkpoint of a log as `holder` has it, with one line by this cosigner's key of this epoch.
    fn line_by(&self, (by, epoch): (CityCode, Epoch), log: CityCode, holder: CityCode, time_s: u64) -> Option<Segment> {
        let (checkpoint, own, line) = self.line(by, epoch, (log, holder), time_s)?;
        let note = Note { text: checkpoint.text(), signatures: vec![own, line] }.encode();
        Some(at_checkpoint(log, checkpoint.size, note))
    }

    /// The checkpoint, its own signature, and the line.
    pub(super) fn line(
        &self,
        by: CityCode,
        epoch: Epoch,
        (log, holder): (CityCode, CityCode),
        time_s: u64,
    ) -> Option<(Checkpoint, SignatureLine, SignatureLine)> {
        let node = self.world.city(holder);
        let (stored, _) = checkpoint_note(&*node.store, &node.roster(), log).ok()??;
        let key = self.world.city(by).secrets.cosigner_key(epoch)?;
        let cosigner = Origin { federation: self.federation, city: by, epoch };
        let line = Cosignature::sign(&stored.checkpoint, &cosigner, time_s, key).line;
        Some((stored.checkpoint, stored.log_line, line))
    }

    /// By gossip of somebody else's node, who passes it on in good faith.
    fn bring(&mut self, to: CityCode, of: CityCode, segment: Segment) {
        let from = self.any_other(to);
        if from == of || !self.world.city(to).runs() {
            return;
        }
        let Ok(segment) = segment.read(&self.federation) else { return };
        let road = Road::Gossip { from: Peer(from.key_bytes().to_vec()) };
        self.world.give(to, Input::Segment { ticket: None, road, segment: Box::new(segment) });
    }
}

fn at_checkpoint(city: CityCode, size: Size, note: Vec<u8>) -> Segment {
    Segment {
        city,
        records: Vec::new(),
        from: Seq(size.0),
        items: Vec::new(),
        consistency: Vec::new(),
        checkpoint: note,
    }
}
