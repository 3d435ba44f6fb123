#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::command::demo::cities::{self, StandIn};
use crate::command::demo::make_folders;
use huxin_engine::ledger::{Batch, CosignatureRow, Family, cosignature_key};
use huxin_keys::{EpochSigner, KeyFolder};
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{Epoch, Seq, Size};
use huxin_store::MemoryStore;

const SIZE: Size = Size(5);
const TIME_S: u64 = 1_700_000_000;

/// Two cities: the log of the first, and the second as its witness.
struct Scene {
    roster: Roster,
    store: MemoryStore,
    log: (Origin, EpochSigner),
    witness: (Origin, EpochSigner),
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let cities = cities::first(2);
    make_folders(folder.path(), &cities).unwrap();
    let genesis = Genesis::decode(&std::fs::read(folder.path().join("genesis.cbor")).unwrap()).unwrap();
    let origin = |city: &StandIn| Origin { federation: genesis.id(), city: city.code().unwrap(), epoch: Epoch::FIRST };
    let signer = |city: &StandIn| {
        let keys = KeyFolder::open(&folder.path().join(city.code).join("keys"), None).unwrap();
        keys.epoch_signer(Epoch::FIRST).unwrap()
    };
    let of = |city: &StandIn| (origin(city), signer(city));
    Scene { roster: Roster::new(&genesis), store: MemoryStore::new(), log: of(&cities[0]), witness: of(&cities[1]) }
}

impl Scene {
    fn checkpoint(&self, size: Size) -> Checkpoint {
        Checkpoint { origin: self.log.0, size, root: TreeHash([7; 32]) }
    }
    fn witnessed(&self, size: Size) -> Cosignature {
        Cosignature::sign(&self.checkpoint(size), &self.witness.0, TIME_S, &self.witness.1.cosigner)
    }
    /// What the door makes of the log's checkpoint with this line below.
    fn verdict(&self, line: &SignatureLine) -> (Verdict, Result<bool, &'static str>) {
        let signed = SignedCheckpoint::sign(self.checkpoint(SIZE), &self.log.1.log);
        let segment = Segment {
            city: self.log.0.city,
            records: Vec::new(),
            from: Seq(SIZE.0),
            items: Vec::new(),
            consistency: Vec::new(),
            checkpoint: signed.encode(std::slice::from_ref(line)),
        };
        let (verdict, finding) = at_the_door(
            &segment.encode(),
            &self.log.0.federation,
            &self.store,
            &self.roster,
            Millis(TIME_S as i64 * 1000),
        );
        (verdict, finding.map(|segment| segment.is_some()))
    }
    /// The node has heard the witness say more of this log.
    fn hear_more(&self) {
        let Cosignature { checkpoint, time_s, line, .. } = self.witnessed(Size(SIZE.0 + 1));
        let row = CosignatureRow {
            epoch: checkpoint.origin.epoch,
            size: checkpoint.size,
            root: checkpoint.root,
            time_s,
            line,
        };
        let mut batch = Batch::default();
        batch.put(Family::Cosignature, cosignature_key(self.log.0.city, self.witness.0.city), row.encode());
        self.store.commit(&batch).unwrap();
    }
}

#[test]
fn whoever_passes_on_a_forged_witness_line_answers_for_it_news_or_not() {
    let scene = scene();
    let honest = scene.witnessed(SIZE).line;
    let mut forged = honest.clone();
    *forged.signature.last_mut().unwrap() ^= 1;
    let rejected = (Verdict::Reject, Err("cosignature_signature"));
    assert_eq!(scene.verdict(&honest), (Verdict::Accept, Ok(true)));
    assert_eq!(scene.verdict(&forged), rejected);
    // Now the line is no news here; the checkpoint still is, and the line may be news at the next node.
    scene.hear_more();
    assert_eq!(scene.verdict(&honest), (Verdict::Accept, Ok(true)));
    assert_eq!(scene.verdict(&forged), rejected);
    let stranger = SignatureLine { name: forged.name.replace("451100", "999999"), ..forged };
    assert_eq!(
        scene.verdict(&stranger),
        (Verdict::Accept, Ok(true)),
        "of a cosigner whom nobody knows it says nothing"
    );
}
