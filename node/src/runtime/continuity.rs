//! Whether this store is the continuation of the last signature ("never contradict yourself").
//!
//! Each start draws a new *incarnation*, writes it into the store and then into the marker in the key folder. A store that
//! was restored, exchanged or emptied carries another one than the marker, and then nothing is signed under the same
//! epoch. A crash between the two writes leaves the marker at the incarnation before; the store remembers that one too, and
//! since nothing was signed in between, it still counts as the continuation.
//!
//! A backup that was taken and put back within one life of the process bears the right incarnation. It is found out by how far
//! the log was signed, which the key folder says too ([`Reached`]).

use crate::fault::Fault;
use huxin_engine::Continuity;
use huxin_engine::ledger::{Batch, Family, HeadRow, meta};
use huxin_keys::{Marker, Reached};
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_store::Store;
use std::path::Path;

/// Row of [`Family::Meta`]: the incarnation before.
const INCARNATION_BEFORE: &[u8] = b"incarnation-before";

/// Compares store and marker, then draws the next incarnation and writes both.
///
/// # Errors
/// The store or the marker cannot be read or written.
pub fn establish(store: &dyn Store, city: CityCode, key_folder: &Path) -> Result<Continuity, Fault> {
    let row = |name: &[u8]| -> Result<Option<[u8; 16]>, Fault> {
        Ok(store.get(Family::Meta, name)?.and_then(|row| row.try_into().ok()))
    };
    let (current, before) = (row(meta::INCARNATION)?, row(INCARNATION_BEFORE)?);
    let marker = Marker::read(key_folder)?.filter(|marker| marker.city == city).map(|marker| marker.incarnation);
    let own_log_empty = HeadRow::read(&store, city)?.frontier.size() == Size(0);
    let continuity = match judge(current, before, marker, own_log_empty) {
        // A backup that was taken while the node ran bears the marker's own incarnation.
        Continuity::Proved if falls_short(store, city, key_folder)? => Continuity::Broken,
        other => other,
    };
    let next = Marker::draw(city)?;
    let mut batch = Batch::default();
    batch.put(Family::Meta, meta::INCARNATION.to_vec(), next.incarnation.to_vec());
    // Only a store that goes on may be recognised by the incarnation before.
    match current.filter(|_| continuity == Continuity::Proved) {
        Some(_) => {
            let last = marker.unwrap_or(next.incarnation);
            batch.put(Family::Meta, INCARNATION_BEFORE.to_vec(), last.to_vec());
        }
        None => batch.delete(Family::Meta, INCARNATION_BEFORE.to_vec()),
    }
    if continuity == Continuity::Broken {
        // The marker stays as it is: until a key record opens a new epoch, every later start must find the break again.
        return Ok(continuity);
    }
    store.commit(&batch)?;
    next.write(key_folder)?;
    Ok(continuity)
}

/// The newest own checkpoint in a store.
fn own_checkpoint(store: &dyn Store, city: CityCode) -> Result<(Epoch, Size), Fault> {
    let checkpoint = HeadRow::read(&store, city)?.checkpoint()?.map(|stored| stored.checkpoint);
    Ok(checkpoint.map_or((Epoch::FIRST, Size(0)), |checkpoint| (checkpoint.origin.epoch, checkpoint.size)))
}

/// Whether more of the own log was durable once than this store holds.
fn falls_short(store: &dyn Store, city: CityCode, key_folder: &Path) -> Result<bool, Fault> {
    let (epoch, size) = own_checkpoint(store, city)?;
    let reached = Reached::read(key_folder)?.filter(|reached| reached.city == city);
    Ok(reached.is_some_and(|reached| reached.is_beyond(epoch, size)))
}

/// Notes how far the own log is durable, where that is further than `noted`.
///
/// # Errors
/// The store cannot be read, or the key folder not be written.
pub fn note_reached(
    store: &dyn Store,
    city: CityCode,
    key_folder: &Path,
    noted: &mut Option<(Epoch, Size)>,
) -> Result<(), Fault> {
    let own = own_checkpoint(store, city)?;
    if own.1 > Size(0) && *noted != Some(own) {
        Reached::new(city, own.0, own.1).note(key_folder)?;
        *noted = Some(own);
    }
    Ok(())
}

/// After a key record opened signing again under a new epoch: store and marker are one from now on. `batch` is the one that
/// makes the record durable; the marker that is handed back is written right after it.
///
/// # Errors
/// The marker cannot be read, or the operating system gave no random bytes.
pub fn mend(batch: &mut Batch, city: CityCode, key_folder: &Path) -> Result<Marker, Fault> {
    let next = Marker::draw(city)?;
    batch.put(Family::Meta, meta::INCARNATION.to_vec(), next.incarnation.to_vec());
    match Marker::read(key_folder)? {
        Some(marker) => batch.put(Family::Meta, INCARNATION_BEFORE.to_vec(), marker.incarnation.to_vec()),
        None => batch.delete(Family::Meta, INCARNATION_BEFORE.to_vec()),
    }
    Ok(next)
}

fn judge(
    current: Option<[u8; 16]>,
    before: Option<[u8; 16]>,
    marker: Option<[u8; 16]>,
    own_log_empty: bool,
) -> Continuity {
    match (current, marker) {
        (None, None) if own_log_empty => Continuity::New,
        (Some(current), Some(marker)) if current == marker || before == Some(marker) => Continuity::Proved,
        // A crash at the very first start, after the store and before the marker: nothing was signed.
        (Some(_), None) if own_log_empty && before.is_none() => Continuity::New,
        _ => Continuity::Broken,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_store::MemoryStore;

    fn city() -> CityCode {
        "330900".parse().unwrap()
    }

    fn keys() -> tempfile::TempDir {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        folder
    }

    #[test]
    fn new_then_proved_start_after_start() {
        let (store, keys) = (MemoryStore::new(), keys());
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::New);
        for _ in 0..3 {
            assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Proved);
        }
    }

    #[test]
    fn an_old_copy_and_an_empty_store_are_seen_at_every_start() {
        let (store, keys) = (MemoryStore::new(), keys());
        establish(&store, city(), keys.path()).unwrap();
        let copy = store.content();
        establish(&store, city(), keys.path()).unwrap();
        establish(&store, city(), keys.path()).unwrap();
        store.restore(copy);
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Broken);
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Broken);
        assert_eq!(establish(&MemoryStore::new(), city(), keys.path()).unwrap(), Continuity::Broken);
    }

    #[test]
    fn a_copy_of_the_same_life_is_seen_by_how_far_it_reaches() {
        use huxin_engine::ledger::city_key;
        use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
        use huxin_protocol::digest::{Digest, TreeHash};
        let (store, keys) = (MemoryStore::new(), keys());
        let key = TestKey::new();
        let grow = |size: u64| {
            let origin = Origin { federation: Digest([1; 32]), city: city(), epoch: Epoch::FIRST };
            let checkpoint = Checkpoint { origin, size: Size(size), root: TreeHash([2; 32]) };
            let head = HeadRow {
                checkpoint: Some(SignedCheckpoint::sign(checkpoint, &key).encode(&[])),
                ..HeadRow::default()
            };
            let mut batch = Batch::default();
            batch.put(Family::Head, city_key(city()), head.encode());
            store.commit(&batch).unwrap();
        };
        let mut noted = None;
        establish(&store, city(), keys.path()).unwrap();
        grow(3);
        note_reached(&store, city(), keys.path(), &mut noted).unwrap();
        let copy = store.content();
        grow(5);
        note_reached(&store, city(), keys.path(), &mut noted).unwrap();
        store.restore(copy);
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Broken);
        grow(5);
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Proved);
    }

    /// A key in the test's memory.
    struct TestKey(ed25519_dalek::SigningKey, huxin_protocol::key::PublicKey);
    impl TestKey {
        fn new() -> Self {
            let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
            let public = huxin_protocol::key::PublicKey::new(key.verifying_key().as_bytes()).unwrap();
            Self(key, public)
        }
    }
    impl huxin_protocol::key::Sign for TestKey {
        fn public(&self) -> &huxin_protocol::key::PublicKey {
            &self.1
        }
        fn sign(&self, message: &[u8]) -> [u8; 64] {
            ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
        }
    }

    #[test]
    fn a_marker_that_is_gone_breaks_continuity() {
        let (store, keys) = (MemoryStore::new(), keys());
        establish(&store, city(), keys.path()).unwrap();
        establish(&store, city(), keys.path()).unwrap();
        std::fs::remove_file(keys.path().join(huxin_keys::marker::MARKER_FILE)).unwrap();
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Broken);
    }

    #[test]
    fn a_crash_between_store_and_marker_is_no_break() {
        let (store, keys) = (MemoryStore::new(), keys());
        establish(&store, city(), keys.path()).unwrap();
        let marker = Marker::read(keys.path()).unwrap().unwrap();
        establish(&store, city(), keys.path()).unwrap();
        marker.write(keys.path()).unwrap();
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Proved);
        // Twice in a row, too: the one before stays the marker's.
        let marker = Marker::read(keys.path()).unwrap().unwrap();
        establish(&store, city(), keys.path()).unwrap();
        marker.write(keys.path()).unwrap();
        establish(&store, city(), keys.path()).unwrap();
        marker.write(keys.path()).unwrap();
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Proved);
    }

    #[test]
    fn a_mended_store_goes_on_and_the_old_one_does_not() {
        let (store, keys) = (MemoryStore::new(), keys());
        establish(&store, city(), keys.path()).unwrap();
        let restored = MemoryStore::new();
        assert_eq!(establish(&restored, city(), keys.path()).unwrap(), Continuity::Broken);
        let mut batch = Batch::default();
        let marker = mend(&mut batch, city(), keys.path()).unwrap();
        restored.commit(&batch).unwrap();
        // The crash before the marker is written is no new break.
        let crashed = restored.content();
        assert_eq!(establish(&restored, city(), keys.path()).unwrap(), Continuity::Proved);
        restored.restore(crashed);
        marker.write(keys.path()).unwrap();
        assert_eq!(establish(&restored, city(), keys.path()).unwrap(), Continuity::Proved);
        assert_eq!(establish(&store, city(), keys.path()).unwrap(), Continuity::Broken);
    }

    #[test]
    fn every_case() {
        let (a, b) = (Some([1; 16]), Some([2; 16]));
        assert_eq!(judge(None, None, None, true), Continuity::New);
        assert_eq!(judge(None, None, None, false), Continuity::Broken);
        assert_eq!(judge(None, None, a, true), Continuity::Broken);
        assert_eq!(judge(a, None, None, true), Continuity::New);
        assert_eq!(judge(a, None, None, false), Continuity::Broken);
        assert_eq!(judge(a, b, None, true), Continuity::Broken);
        assert_eq!(judge(a, None, a, false), Continuity::Proved);
        assert_eq!(judge(a, b, b, false), Continuity::Proved);
        assert_eq!(judge(a, None, b, false), Continuity::Broken);
    }
}
