//! Bytes of erased rows leave the files: looked for in the raw bytes of every file of the folder.

use crate::{open, put};
use huxin_engine::ledger::{Batch, Family, LedgerRead};
use huxin_store::{RocksStore, Store};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Names of the files that hold any piece of these bytes: a compression may have cut them in two.
fn holders(folder: &Path, text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        // RocksDB may remove a file between the list and the reading.
        let bytes = fs::read(file.path()).unwrap_or_default();
        if text.chunks_exact(16).any(|piece| bytes.windows(piece.len()).any(|window| window == piece)) {
            found.push(file.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

/// A text that no compression shortens, for nothing in it repeats: a search of the raw files finds it.
fn text(number: u8) -> Vec<u8> {
    noise(u64::from(number) + 1, 96)
}

fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

fn key(number: u8) -> Vec<u8> {
    vec![number; 28]
}

fn erase(store: &RocksStore, number: u8) -> BTreeSet<Vec<u8>> {
    let mut batch = Batch::default();
    batch.delete(Family::Body, key(number));
    store.commit(&batch).unwrap();
    BTreeSet::from([key(number)])
}

const PATIENT: Duration = Duration::from_secs(60);

#[test]
fn erased_rows_leave_every_file_wherever_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let write = |number| store.commit(&put(&[(Family::Body, &key(number), &text(number))])).unwrap();
    (0..40).for_each(write);
    // One lies in the lowest level, one in a fresh file above it, and one in the log of writes alone.
    store.compact().unwrap();
    (40..80).for_each(write);
    store.flush().unwrap();
    (80..120).for_each(write);
    for number in [7, 47, 87] {
        let kept = number + 1;
        let keys = erase(&store, number);
        assert_eq!(store.get(Family::Body, &key(number)).unwrap(), None);
        assert!(!holders(folder.path(), &text(number)).is_empty(), "{number}: to be deleted is not to be gone");
        assert!(!holders(folder.path(), &text(kept)).is_empty(), "{number}: its neighbour is found");
        assert!(store.forget(Family::Body, &keys, PATIENT).unwrap(), "{number}");
        assert_eq!(holders(folder.path(), &text(number)), Vec::<String>::new(), "{number}");
        assert!(!holders(folder.path(), &text(kept)).is_empty(), "{number}: its neighbour stays");
    }
    // Nothing to write and nothing to wait for.
    assert!(store.forget(Family::Body, &BTreeSet::from([key(7)]), PATIENT).unwrap());
}

#[test]
fn a_reader_of_an_older_state_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for number in 0..10 {
        store.commit(&put(&[(Family::Body, &key(number), &text(number))])).unwrap();
    }
    store.flush().unwrap();
    let before = store.snapshot();
    let keys = erase(&store, 3);
    assert!(!store.forget(Family::Body, &keys, Duration::ZERO).unwrap());
    assert_eq!(before.get(Family::Body, &key(3)).unwrap(), Some(text(3)));
    assert!(!holders(folder.path(), &text(3)).is_empty());
    drop(before);
    assert!(store.forget(Family::Body, &keys, PATIENT).unwrap());
    assert_eq!(holders(folder.path(), &text(3)), Vec::<String>::new());
}

#[test]
fn rows_of_a_large_family_leave_with_their_own_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    // Several files in the lowest level: what one holds is rewritten, and the others stay as they are.
    for part in 0..8u8 {
        let mut batch = Batch::default();
        for row in 0..400u16 {
            let filler = noise(1_000 + u64::from(part) * 400 + u64::from(row), 32_000);
            batch.put(Family::Body, [vec![part; 26], row.to_be_bytes().to_vec()].concat(), filler);
        }
        batch.put(Family::Body, key(part), text(part));
        store.commit(&batch).unwrap();
    }
    store.compact().unwrap();
    let files = || {
        let names = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".sst")).collect::<BTreeSet<_>>()
    };
    let before = files();
    let keys = [2, 5].into_iter().flat_map(|number| erase(&store, number)).collect();
    assert!(!holders(folder.path(), &text(2)).is_empty() && !holders(folder.path(), &text(5)).is_empty());
    assert!(store.forget(Family::Body, &keys, PATIENT).unwrap());
    for number in 0..8 {
        assert_eq!(holders(folder.path(), &text(number)).is_empty(), [2, 5].contains(&number), "{number}");
    }
    assert!(!before.is_disjoint(&files()), "what has nothing of them is left as it is");
}
