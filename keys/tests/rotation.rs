//! Rotation: one record for one predecessor, whatever is interrupted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_keys::{FoundingSignature, FoundingTerms, JoinFile, KeyFolder, RotationOrder, collect, found};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key::Sign;
use huxin_protocol::key_record::{SignedRecord, Tail};
use huxin_protocol::roster::{Added, Roster};
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn city() -> CityCode {
    CityCode::new("330900").unwrap()
}
fn genesis_of(folder: &KeyFolder) -> Genesis {
    let terms =
        FoundingTerms {
            name: "试验联盟".into(), founded_at: Millis(0), threshold: (2, 3), clocks: BTreeMap::new()
        };
    let join = JoinFile::make(folder, "样例市", &[]).unwrap();
    let manifest = found(&terms, &[join]).unwrap();
    collect(&manifest, &[FoundingSignature::make(&manifest, folder).unwrap()]).unwrap()
}
struct Place {
    _place: tempfile::TempDir,
    folder: KeyFolder,
    roster: Roster,
}
impl Place {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = KeyFolder::create(&place.path().join("keys"), city(), None).unwrap();
        let roster = Roster::new(&genesis_of(&folder));
        Self { _place: place, folder, roster }
    }
    fn order(&self, size: u64) -> RotationOrder {
        let at = (Size(size), TreeHash([u8::try_from(size).unwrap(); 32]));
        RotationOrder::after(self.roster.federation(), self.roster.city(city()).unwrap(), at)
    }
    fn reopen(&mut self) {
        self.folder = KeyFolder::open(self.folder.path(), None).unwrap();
    }
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_record_is_taken_up_by_the_roster_and_its_keys_are_in_the_folder() {
    let mut place = Place::new();
    let order = place.order(5);
    let record = place.folder.rotate(&order).unwrap();
    assert_eq!(record.record().epoch, Epoch(2));
    assert_eq!(record.record().previous, place.roster.federation());
    assert_eq!(
        place.roster.add(record.bytes()).unwrap(),
        Added::Epoch { city: city(), epoch: Epoch(2), continues_at: order.continues_at }
    );
    let signer = place.folder.signer_in_force(place.roster.city(city()).unwrap()).unwrap();
    assert_eq!(signer.epoch, Epoch(2));
    assert_eq!(signer.log.public(), &record.record().log);
    assert_eq!(signer.cosigner.public(), &record.record().cosigner);
    // Old keys stay: what they signed may have to be explained.
    let first = place.folder.epoch_signer(Epoch::FIRST).unwrap();
    assert_ne!(first.log.public(), signer.log.public());
    assert_eq!(place.folder.newest_epoch(), Epoch(2));
    assert_eq!(place.folder.show().epochs[1].record, Some(record.digest()));
    assert_eq!(place.folder.record_bytes(Epoch(2)).unwrap().unwrap(), record.bytes());
    assert_eq!(place.folder.record_bytes(Epoch(1)).unwrap(), None);
}

#[test]
fn rotating_twice_goes_on_from_the_first_record() {
    let mut place = Place::new();
    let first = place.folder.rotate(&place.order(5)).unwrap();
    place.roster.add(first.bytes()).unwrap();
    place.reopen();
    let second = place.folder.rotate(&place.order(9)).unwrap();
    assert_eq!(second.record().previous, first.digest());
    assert_eq!(second.record().epoch, Epoch(3));
    place.roster.add(second.bytes()).unwrap();
    assert_eq!(place.roster.city(city()).unwrap().frozen, None);
    place.reopen();
    assert_eq!(place.folder.signer_in_force(place.roster.city(city()).unwrap()).unwrap().epoch, Epoch(3));
    assert_eq!(place.folder.show().epochs.len(), 3);
}

#[test]
fn the_same_order_answers_the_same_bytes_and_another_one_is_refused() {
    let mut place = Place::new();
    let order = RotationOrder { void_after: Some(Seq(3)), tail: Tail::Void, ..place.order(5) };
    let record = place.folder.rotate(&order).unwrap();
    place.reopen();
    assert_eq!(place.folder.rotate(&order).unwrap().bytes(), record.bytes());
    // Forcing the same order is no second record either.
    let forced = RotationOrder { forced: true, ..order.clone() };
    assert_eq!(place.folder.rotate(&forced).unwrap().bytes(), record.bytes());
    for other in [
        RotationOrder { continues_at: (Size(6), TreeHash([5; 32])), ..order.clone() },
        RotationOrder { continues_at: (Size(5), TreeHash([6; 32])), ..order.clone() },
        RotationOrder { void_after: None, ..order.clone() },
        RotationOrder { tail: Tail::Endings, ..order.clone() },
        RotationOrder { previous: Digest([9; 32]), ..order.clone() },
    ] {
        let before = names(place.folder.path());
        let fault = place.folder.rotate(&other).unwrap_err();
        assert_eq!(fault.code(), "rotation_differs");
        assert!(fault.to_string().contains("epoch-2-record.cbor"), "{fault}");
        assert!(fault.next_step().contains("freeze"), "{}", fault.next_step());
        assert_eq!(names(place.folder.path()), before);
        assert_eq!(place.folder.record_bytes(Epoch(2)).unwrap().unwrap(), record.bytes());
    }
}

#[test]
fn a_forced_record_replaces_the_first_and_keeps_it_and_its_keys() {
    let mut place = Place::new();
    let order = place.order(5);
    let first = place.folder.rotate(&order).unwrap();
    let forced = RotationOrder { forced: true, ..place.order(7) };
    let second = place.folder.rotate(&forced).unwrap();
    assert_ne!(second.bytes(), first.bytes());
    assert_eq!(second.record().log, first.record().log);
    place.reopen();
    assert_eq!(place.folder.show().epochs.len(), 2);
    assert_eq!(place.folder.show().epochs[1].record, Some(second.digest()));
    let kept = names(place.folder.path()).into_iter().find(|name| name.contains("superseded")).unwrap();
    assert_eq!(fs::read(place.path(&kept)).unwrap(), first.bytes());
    // Both together are what freezes a city: the reason for the refusal without force.
    place.roster.add(first.bytes()).unwrap();
    assert!(matches!(place.roster.add(second.bytes()).unwrap(), Added::Frozen { .. }));
}

/// Every point at which a crash may come: what was written before it stays, what would come after it is missing.
#[test]
fn a_half_made_rotation_is_resumed_with_the_same_keys_and_the_same_record() {
    let stages: [&[&str]; 5] = [
        &["epoch-2-log.pem", "epoch-2-cosigner.pem", "epoch-2-record.cbor", "public.json"],
        &["epoch-2-cosigner.pem", "epoch-2-record.cbor", "public.json"],
        &["epoch-2-record.cbor", "public.json"],
        &["public.json"],
        &[],
    ];
    for missing in stages {
        let mut place = Place::new();
        let before = fs::read(place.path("public.json")).unwrap();
        let order = place.order(5);
        let record = place.folder.rotate(&order).unwrap();
        for name in missing {
            if *name == "public.json" {
                fs::write(place.path(name), &before).unwrap();
            } else {
                fs::remove_file(place.path(name)).unwrap();
            }
        }
        place.reopen();
        let again = place.folder.rotate(&order).unwrap();
        if !missing.contains(&"epoch-2-log.pem") {
            assert_eq!(again.record().log, record.record().log, "{missing:?}");
        }
        if !missing.contains(&"epoch-2-cosigner.pem") {
            // Ed25519 is deterministic: same keys and same order make the same record, byte by byte.
            assert_eq!(again.bytes(), record.bytes(), "{missing:?}");
        }
        place.reopen();
        place.roster.add(again.bytes()).unwrap();
        place.folder.signer_in_force(place.roster.city(city()).unwrap()).unwrap();
    }
}

/// Before the record exists nothing is promised, so that a log that has grown meanwhile is no obstacle.
#[test]
fn a_rotation_that_stopped_before_its_record_may_continue_elsewhere() {
    let mut place = Place::new();
    let before = fs::read(place.path("public.json")).unwrap();
    let first = place.folder.rotate(&place.order(5)).unwrap();
    fs::remove_file(place.path("epoch-2-record.cbor")).unwrap();
    fs::write(place.path("public.json"), before).unwrap();
    place.reopen();
    let second = place.folder.rotate(&place.order(8)).unwrap();
    assert_eq!(second.record().log, first.record().log);
    assert_eq!(second.record().continues_at.0, Size(8));
}

#[test]
fn a_damaged_or_strange_record_file_stops_the_rotation() {
    let mut place = Place::new();
    let order = place.order(5);
    let record = place.folder.rotate(&order).unwrap();
    let path = place.path("epoch-2-record.cbor");
    let mut bent = record.bytes().to_vec();
    *bent.last_mut().unwrap() ^= 1;
    fs::write(&path, bent).unwrap();
    assert_eq!(place.folder.rotate(&order).unwrap_err().code(), "rotation_record");
    fs::write(&path, b"").unwrap();
    assert_eq!(place.folder.rotate(&order).unwrap_err().code(), "rotation_record");
    // The record of a folder with another root.
    let mut other = Place::new();
    let strange = other.folder.rotate(&other.order(5)).unwrap();
    fs::write(&path, strange.bytes()).unwrap();
    let fault = place.folder.rotate(&order).unwrap_err();
    assert_eq!(fault.code(), "rotation_record");
    assert!(fault.to_string().contains("epoch-2-record.cbor"), "{fault}");
}

#[test]
fn an_epoch_that_is_behind_the_folder_is_refused() {
    let mut place = Place::new();
    let order = RotationOrder { epoch: Epoch(1), ..place.order(5) };
    let fault = place.folder.rotate(&order).unwrap_err();
    assert_eq!(fault.code(), "rotation_order");
    assert!(fault.to_string().contains("epoch 1"), "{fault}");
}

#[test]
fn rotation_needs_the_root_key_and_the_node_does_not() {
    let mut place = Place::new();
    let kept = place.path("../root.pem");
    fs::rename(place.path("root.pem"), &kept).unwrap();
    let order = place.order(5);
    let fault = place.folder.rotate(&order).unwrap_err();
    assert_eq!(fault.code(), "root_key_away");
    assert_eq!(place.folder.record_bytes(Epoch(2)).unwrap(), None);
    place.folder.signer_in_force(place.roster.city(city()).unwrap()).unwrap();
    fs::rename(kept, place.path("root.pem")).unwrap();
    place.folder.rotate(&order).unwrap();
}

#[test]
fn two_processes_do_not_rotate_at_once() {
    let mut place = Place::new();
    let order = place.order(5);
    let lock = fs::File::create(place.path(".lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(place.folder.rotate(&order).unwrap_err().code(), "key_folder_busy");
    drop(lock);
    place.folder.rotate(&order).unwrap();
}

/// A second process has the folder open since before the rotation: it goes by what lies on disk.
#[test]
fn a_folder_opened_before_the_rotation_sees_it() {
    let mut place = Place::new();
    let mut early = KeyFolder::open(place.folder.path(), None).unwrap();
    let record = place.folder.rotate(&place.order(5)).unwrap();
    assert_eq!(early.rotate(&place.order(5)).unwrap().bytes(), record.bytes());
    assert_eq!(early.rotate(&place.order(6)).unwrap_err().code(), "rotation_differs");
}

#[test]
fn a_folder_of_another_city_root_or_epoch_does_not_sign() {
    let mut place = Place::new();
    let ours = place.roster.city(city()).unwrap().clone();
    let other = Place::new();
    let fault = other.folder.signer_in_force(&ours).unwrap_err();
    assert_eq!(fault.code(), "key_foreign", "same city code, another root");
    let elsewhere = tempfile::tempdir().unwrap();
    let strange = KeyFolder::create(&elsewhere.path().join("keys"), CityCode::new("330901").unwrap(), None).unwrap();
    let fault = strange.signer_in_force(&ours).unwrap_err();
    assert_eq!(fault.code(), "key_folder_city");
    assert!(fault.to_string().contains("330901, not to 330900"), "{fault}");
    // An old backup of the folder: the federation is further.
    let old = fs::read(place.path("public.json")).unwrap();
    let record = place.folder.rotate(&place.order(5)).unwrap();
    place.roster.add(record.bytes()).unwrap();
    fs::write(place.path("public.json"), old).unwrap();
    place.reopen();
    let fault = place.folder.signer_in_force(place.roster.city(city()).unwrap()).unwrap_err();
    assert_eq!(fault.code(), "key_epoch_unknown");
    // Keys of this epoch that are not the ones in the record.
    let mut twin = Place::new();
    twin.folder.rotate(&twin.order(5)).unwrap();
    fs::copy(twin.path("epoch-2-log.pem"), place.path("epoch-2-log.pem")).unwrap();
    let again: SignedRecord = {
        fs::remove_file(place.path("epoch-2-record.cbor")).unwrap();
        place
            .folder
            .rotate(&RotationOrder { epoch: Epoch(2), previous: place.roster.federation(), ..place.order(5) })
            .unwrap()
    };
    assert_ne!(again.record().log, record.record().log);
    assert_eq!(place.folder.signer_in_force(place.roster.city(city()).unwrap()).unwrap_err().code(), "key_foreign");
}

/// The process dies after each step. The folder says that a rotation is under way; it is resumed where the log stands by then,
/// or cancelled, and after that nothing of it is left over.
#[test]
fn a_rotation_that_dies_after_any_step_is_resumed_elsewhere_or_cancelled() {
    use huxin_keys::Step;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    for step in Step::ALL {
        for resume in [true, false] {
            let mut place = Place::new();
            let order = RotationOrder { void_after: Some(Seq(3)), tail: Tail::Void, ..place.order(5) };
            let died = catch_unwind(AssertUnwindSafe(|| {
                place.folder.rotate_watched(&order, &mut |passed| assert_ne!(passed, step, "the process dies"))
            }));
            assert!(died.is_err(), "{step:?}");
            place.reopen();
            let federation = place.roster.federation();
            let unfinished = place.folder.unfinished(Epoch::FIRST, &federation).unwrap().unwrap();
            assert_eq!((unfinished.epoch, unfinished.size), (Epoch(2), Size(5)), "{step:?}");
            assert_eq!((unfinished.void_after, unfinished.keeps_endings), (Some(Seq(3)), false), "{step:?}");
            let signed = matches!(step, Step::Signed | Step::Listed);
            assert_eq!(place.folder.record_bytes(Epoch(2)).unwrap().is_some(), signed, "{step:?}");
            if resume {
                let record = place.folder.rotate(&unfinished.order_at((Size(8), TreeHash([8; 32])))).unwrap();
                assert_eq!(record.record().continues_at.0, Size(8), "{step:?}");
                assert_eq!(record.record().void_after, Some(Seq(3)), "{step:?}");
                assert!(place.folder.unfinished(Epoch::FIRST, &federation).unwrap().is_some(), "until the node has it");
                place.folder.finish_rotation().unwrap();
                place.roster.add(record.bytes()).unwrap();
                place.reopen();
                let signer = place.folder.signer_in_force(place.roster.city(city()).unwrap()).unwrap();
                assert_eq!(signer.epoch, Epoch(2), "{step:?}");
                assert_eq!(place.folder.unfinished(Epoch(2), &federation).unwrap(), None, "{step:?}");
            } else {
                let aside = place.folder.cancel_rotation(&unfinished).unwrap();
                assert_eq!(aside.is_some(), signed, "{step:?}");
                place.reopen();
                assert_eq!(place.folder.newest_epoch(), Epoch::FIRST, "{step:?}");
                assert_eq!(place.folder.record_bytes(Epoch(2)).unwrap(), None, "{step:?}");
                assert_eq!(place.folder.unfinished(Epoch::FIRST, &federation).unwrap(), None, "{step:?}");
                // Nothing stands in the way of the next one.
                place.folder.rotate(&place.order(9)).unwrap();
            }
            let aside = names(place.folder.path()).iter().filter(|name| name.contains("superseded")).count();
            assert_eq!(aside, usize::from(signed), "{step:?}: what the root once signed is kept");
        }
    }
}

/// A crash within the cancelling, too: it is called again and ends the same way.
#[test]
fn a_cancelling_that_dies_is_called_again() {
    for after_list in [true, false] {
        let mut place = Place::new();
        let before = fs::read(place.path("public.json")).unwrap();
        place.folder.rotate(&place.order(5)).unwrap();
        let unfinished = place.folder.unfinished(Epoch::FIRST, &place.roster.federation()).unwrap().unwrap();
        fs::write(place.path("public.json"), before).unwrap();
        if !after_list {
            fs::rename(place.path("epoch-2-record.cbor"), place.path("epoch-2-superseded-x.cbor")).unwrap();
        }
        place.reopen();
        place.folder.cancel_rotation(&unfinished).unwrap();
        assert_eq!(place.folder.unfinished(Epoch::FIRST, &place.roster.federation()).unwrap(), None);
        assert_eq!(place.folder.record_bytes(Epoch(2)).unwrap(), None);
    }
}
