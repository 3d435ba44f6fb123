#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::command::{federation, init};
use huxin_engine::ledger::{Batch, CosignatureRow, Family, cosignature_key};
use huxin_keys::{EpochSigner, KeyFolder};
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::digest::TreeHash;
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
    let made = ["330900", "451100"].map(|city| {
        init::make(&init::Args {
            city: city.parse().unwrap(),
            name: city.to_owned(),
            p2p: vec!["/ip4/127.0.0.1/tcp/7651".to_owned()],
            announce: Vec::new(),
            api: None,
            passphrase: "none".to_owned(),
            folder: folder.path().join(city),
        })
        .unwrap()
    });
    let joins = made.each_ref().map(|made| made.join.clone());
    let keys = made.each_ref().map(|made| made.keys.clone());
    let genesis = federation::found_here("test", &joins, &keys).unwrap();
    let signer = |keys| KeyFolder::open(keys, None).unwrap().epoch_signer(Epoch::FIRST).unwrap();
    let origin = |city: &str| Origin { federation: genesis.id(), city: city.parse().unwrap(), epoch: Epoch::FIRST };
    Scene {
        roster: Roster::new(&genesis),
        store: MemoryStore::new(),
        log: (origin("330900"), signer(&keys[0])),
        witness: (origin("451100"), signer(&keys[1])),
    }
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
        let (verdict, finding) = at_the_door(&segment.encode(), &self.log.0.federation, &self.store, &self.roster);
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
