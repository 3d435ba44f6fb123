//! Logs on their way: checkpoints and their cosignatures, segments, evidence, bundles, and the proofs in them.

use crate::judge::{canonical, stable, told};
use crate::scene::{Scene, city, scene};
use huxin_engine::ledger::HeadRow;
use huxin_protocol::bundle::{Bundle, TlogProof};
use huxin_protocol::checkpoint::{Checkpoint, Origin, UnverifiedCheckpoint};
use huxin_protocol::evidence::Evidence;
use huxin_protocol::ids::{CityCode, Seq};
use huxin_protocol::limits::{GOSSIP_BYTES, PAGE_BYTES};
use huxin_protocol::note::Note;
use huxin_protocol::segment::{Segment, authenticate_checkpoint, check_cosignatures};
use huxin_protocol::tree::Frontier;

/// A signed note of any kind, and a checkpoint.
pub fn checkpoint(bytes: &[u8]) {
    match Note::parse(bytes) {
        Err(fault) => stable(fault.code()),
        Ok(note) => canonical(&note.encode(), bytes),
    }
    let scene = scene();
    match UnverifiedCheckpoint::parse(bytes) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
        }
        Ok(parsed) => {
            let says = parsed.checkpoint;
            assert_eq!(Checkpoint::parse(&says.text()), Ok(says));
            assert_eq!(Origin::parse(&says.origin.to_string()), Ok(says.origin));
            let lines = parsed.other_lines.clone();
            match authenticate_checkpoint(parsed, &scene.roster) {
                Err(fault) => stable(fault.code()),
                Ok(signed) => {
                    genuine(scene, signed.checkpoint());
                    canonical(&signed.encode(&lines), bytes);
                    let (holding, others) = check_cosignatures(&lines, signed.checkpoint(), &scene.roster);
                    assert!(holding.len() + others <= lines.len());
                    for line in &holding {
                        assert_eq!(line.checkpoint, *signed.checkpoint());
                    }
                }
            }
        }
    }
}

/// Nobody else has the keys, so what holds was signed in one of the two histories.
fn genuine(scene: &Scene, says: &Checkpoint) {
    assert!(scene.had_root(says.origin.city, says.size, &says.root), "a checkpoint that no key signed: {says:?}");
}

/// Frontiers of all three logs as the first city holds them at each stage, and empty ones.
fn frontiers(scene: &Scene, log: CityCode) -> Vec<Frontier> {
    let mut frontiers = vec![Frontier::default()];
    for disks in &scene.stages {
        let content = &disks[&city(1)];
        if let Ok(head) = HeadRow::read(content, log) {
            frontiers.push(head.frontier);
        }
    }
    frontiers
}

pub fn segment(bytes: &[u8]) {
    let segment = match Segment::decode(bytes, PAGE_BYTES) {
        Err(fault) => {
            stable(fault.code());
            return;
        }
        Ok(segment) => segment,
    };
    canonical(&segment.encode(), bytes);
    assert_eq!(Segment::decode(bytes, GOSSIP_BYTES).is_ok(), bytes.len() <= GOSSIP_BYTES);
    let scene = scene();
    let read = match segment.read(&scene.federation) {
        Err(fault) => {
            stable(fault.code());
            return;
        }
        Ok(read) => read,
    };
    let authentic = match read.authenticate(&scene.roster) {
        Err(fault) => {
            stable(fault.code());
            let _ = fault.blame();
            return;
        }
        Ok(authentic) => authentic,
    };
    genuine(scene, authentic.checkpoint.checkpoint());
    for frontier in frontiers(scene, authentic.city) {
        match authentic.clone().prove(&frontier) {
            Err(fault) => stable(fault.code()),
            Ok(proved) => {
                let log = proved.segment.city;
                assert!(scene.had_root(log, proved.frontier.size(), &proved.frontier.root()), "an invented log");
                for (offset, leaf) in (0..).zip(&proved.segment.leaves) {
                    let place = Seq(proved.segment.from.0 + offset);
                    assert!(scene.signed_leaf(log, place, &leaf.hash), "an invented leaf at {log}-{place}");
                }
            }
        }
    }
}

pub fn evidence(bytes: &[u8]) {
    match Evidence::decode(bytes) {
        Err(fault) => stable(fault.code()),
        Ok(evidence) => {
            canonical(&evidence.encode(), bytes);
            match evidence.check(&scene().roster) {
                Err(fault) => stable(fault.code()),
                Ok(verified) => {
                    // The first city has one history only.
                    assert_ne!(verified.city(), city(1), "an honest city is accused");
                    let _ = verified.is_against_city(&scene().roster);
                }
            }
        }
    }
}

pub fn bundle(bytes: &[u8]) {
    let scene = scene();
    let decoded = match Bundle::decode(bytes) {
        Err(fault) => {
            stable(fault.code());
            assert!(Bundle::verify(bytes, &scene.federation).is_err());
            return;
        }
        Ok(decoded) => decoded,
    };
    canonical(&decoded.encode().unwrap_or_default(), bytes);
    match Bundle::verify(bytes, &scene.federation) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
        }
        Ok(shown) => {
            let header = &shown.statement.header;
            let hash = shown.statement.leaf_hash();
            assert!(scene.signed_leaf(header.city, shown.index, &hash), "a statement that no key signed");
            genuine(scene, shown.checkpoint.checkpoint());
            assert!(!shown.witnesses().contains(&header.city));
        }
    }
}

/// The text form of an inclusion proof.
pub fn tlog_proof(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match TlogProof::parse(text) {
        Err(fault) => stable(fault.code()),
        Ok(proof) => canonical(proof.encode().unwrap_or_default().as_bytes(), bytes),
    }
}
