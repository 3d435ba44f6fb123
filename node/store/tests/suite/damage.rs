//! Damage to each kind of file refuses to open and names the mend; a torn tail opens. On files that RocksDB wrote.

use crate::{open, options, put, rows};
use huxin_engine::ledger::{Batch, Family, LedgerRead};
use huxin_store::rocks::log::{Ending, Records, walk};
use huxin_store::{OpenFault, Options, RocksStore, Store, Verification, Verify};
use std::path::{Path, PathBuf};

/// A store with `commits` commits in its write-ahead log and as many in data files.
fn store(path: &Path, commits: u32, length: usize) {
    let store = open(path);
    let commit = |n: u32| {
        let mut batch = Batch::default();
        let key = n.to_be_bytes().to_vec();
        batch.put(Family::Log, key.clone(), body(n, length));
        batch.put(Family::Head, b"h".to_vec(), key);
        store.commit(&batch).unwrap();
    };
    (0..commits).for_each(commit);
    store.flush().unwrap();
    (commits..2 * commits).for_each(commit);
}

/// Bytes that do not compress and have no empty sector.
fn body(n: u32, length: usize) -> Vec<u8> {
    let mut state = u64::from(n) * 2 + 1;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8 | 1
        })
        .collect()
}

fn files(path: &Path, belongs: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| belongs(&file.file_name().unwrap().to_string_lossy()))
        .collect();
    files.sort();
    files
}

/// The newest write-ahead log that holds something.
fn wal(path: &Path) -> PathBuf {
    files(path, |name| name.ends_with(".log")).into_iter().rfind(|file| file.metadata().unwrap().len() > 0).unwrap()
}

fn change(file: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).unwrap();
    edit(&mut bytes);
    std::fs::write(file, bytes).unwrap();
}

/// Opens for writing and for reading; both must refuse with damage, and name the file and the mend.
fn refused(path: &Path, file: &str) {
    refused_with(path, options(), file);
}

fn refused_with(path: &Path, options: Options, file: &str) {
    for read_only in [true, false] {
        let fault = RocksStore::open(path, Options { read_only, ..options.clone() }).map(|_| ()).unwrap_err();
        let OpenFault::Damaged { file: named, .. } = &fault else { panic!("{fault}") };
        assert!(named.contains(file), "{fault}");
        assert!(
            fault.next_step().contains("huxin fsck") && fault.next_step().contains("huxin restore"),
            "{}",
            fault.next_step()
        );
    }
}

/// Where each record of a write-ahead log begins, from RocksDB's own bytes.
fn record_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at + 7 <= bytes.len() {
        let left = 32_768 - at % 32_768;
        if left < 7 {
            at += left;
            continue;
        }
        if matches!(bytes[at + 6], 1 | 2) {
            starts.push(at);
        }
        at += 7 + usize::from(u16::from_le_bytes([bytes[at + 4], bytes[at + 5]]));
    }
    starts
}

#[test]
fn our_walk_reads_what_rocksdb_writes() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 60, 5_000);
    for file in files(folder.path(), |name| name.ends_with(".log")) {
        assert_eq!(walk(std::fs::File::open(&file).unwrap(), Records::Batches).unwrap().ending, Ending::Whole);
    }
    let newest = walk(std::fs::File::open(wal(folder.path())).unwrap(), Records::Batches).unwrap();
    assert_eq!(newest.records, 60);
    assert_eq!(newest.last_sequence, 2 * 2 * 60, "two rows a commit");
    for file in files(folder.path(), |name| name.starts_with("MANIFEST-")) {
        assert_eq!(walk(std::fs::File::open(&file).unwrap(), Records::Edits).unwrap().ending, Ending::Whole);
    }
}

#[test]
fn a_damaged_or_missing_current_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 20, 500);
    let current = folder.path().join("CURRENT");
    let good = std::fs::read(&current).unwrap();
    for bad in [&b""[..], b"MANIFEST-000001", b"MANIFEST-x\n", b"garbage\n", b"MANIFEST-999999\n"] {
        std::fs::write(&current, bad).unwrap();
        refused(folder.path(), if bad.starts_with(b"MANIFEST-9") { "MANIFEST-9" } else { "CURRENT" });
    }
    std::fs::remove_file(&current).unwrap();
    refused(folder.path(), "CURRENT");
    std::fs::write(&current, good).unwrap();
    assert_eq!(rows(&open(folder.path())).len(), 41);
}

#[test]
fn a_damaged_manifest_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 20, 500);
    let manifest = files(folder.path(), |name| name.starts_with("MANIFEST-")).pop().unwrap();
    let good = std::fs::read(&manifest).unwrap();
    let name = manifest.file_name().unwrap().to_string_lossy().into_owned();
    for at in [0, 4, 6, 30, good.len() / 2, good.len() - 3] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x11;
        std::fs::write(&manifest, bytes).unwrap();
        refused(folder.path(), &name);
    }
    // A zeroed header, which RocksDB skips with the rest of its block.
    let mut bytes = good.clone();
    bytes[record_starts(&good)[1]..][..7].fill(0);
    std::fs::write(&manifest, bytes).unwrap();
    refused(folder.path(), &name);
    std::fs::remove_file(&manifest).unwrap();
    refused(folder.path(), &name);
    std::fs::write(&manifest, good).unwrap();
    assert_eq!(rows(&open(folder.path())).len(), 41);
}

#[test]
fn damage_in_the_middle_of_the_write_ahead_log_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 60, 3_000);
    let wal = wal(folder.path());
    let good = std::fs::read(&wal).unwrap();
    let name = wal.file_name().unwrap().to_string_lossy().into_owned();
    let starts = record_starts(&good);
    // Early, in the middle, and within the last block, where RocksDB takes a bad length for the end.
    let at = [starts[1], starts[starts.len() / 2], starts[starts.len() - 3]];
    let edits: [fn(&mut [u8]); 5] = [
        |record| record[..7].fill(0),
        |record| record[5] = 0x7f,
        |record| record[0] ^= 1,
        |record| record[6] = 5,
        |record| record[500..1_100].fill(0),
    ];
    for at in at {
        for edit in edits {
            let mut bytes = good.clone();
            edit(&mut bytes[at..]);
            std::fs::write(&wal, &bytes).unwrap();
            refused(folder.path(), &name);
            assert_eq!(std::fs::read(&wal).unwrap(), bytes, "a refusal changes nothing");
        }
    }
    std::fs::write(&wal, good).unwrap();
    assert_eq!(rows(&open(folder.path())).len(), 121);
}

/// Why the walk is there. If a newer RocksDB refuses these by itself, this test says so.
#[test]
fn rocksdb_alone_forgives_what_the_walk_refuses() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 60, 3_000);
    let wal = wal(folder.path());
    let good = std::fs::read(&wal).unwrap();
    let starts = record_starts(&good);
    // Within the last block, so that no record that began in it goes on in another: of those RocksDB misses the beginning.
    let at = starts[starts.len() - 3];
    let edits: [fn(&mut [u8]); 2] = [|record| record[..7].fill(0), |record| record[5] = 0x7f];
    for edit in edits {
        let copy = tempfile::tempdir().unwrap();
        for file in files(folder.path(), |_| true) {
            std::fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
        }
        change(&copy.path().join(wal.file_name().unwrap()), |bytes| edit(&mut bytes[at..]));
        let mut settings = rocksdb::Options::default();
        settings.set_wal_recovery_mode(rocksdb::DBRecoveryMode::TolerateCorruptedTailRecords);
        let names = rocksdb::DB::list_cf(&settings, copy.path()).unwrap();
        let db = rocksdb::DB::open_cf(&settings, copy.path(), names).unwrap();
        let log = db.cf_handle(Family::Log.name()).unwrap();
        assert_eq!(db.iterator_cf(log, rocksdb::IteratorMode::Start).count().cmp(&120), std::cmp::Ordering::Less);
    }
}

#[test]
fn a_torn_tail_opens_with_everything_before_it() {
    // Cut at every kind of place in the last record, or its end never written.
    let tears: [fn(&mut Vec<u8>, usize); 5] = [
        |bytes, last| bytes.truncate(last),
        |bytes, last| bytes.truncate(last + 3),
        |bytes, last| bytes.truncate(last + 7),
        |bytes, last| bytes.truncate(last + 40_000),
        |bytes, last| {
            let from = (last + 2_000) / 512 * 512;
            bytes[from..].fill(0);
        },
    ];
    for tear in tears {
        let folder = tempfile::tempdir().unwrap();
        store(folder.path(), 10, 50_000);
        let wal = wal(folder.path());
        change(&wal, |bytes| {
            let last = *record_starts(bytes).last().unwrap();
            tear(bytes, last);
        });
        let reader = RocksStore::open(folder.path(), Options { read_only: true, ..options() }).unwrap();
        assert_eq!(rows(&reader).len(), 20);
        drop(reader);
        let store = open(folder.path());
        assert_eq!(rows(&store).len(), 20, "nineteen commits and the head");
        assert_eq!(store.get(Family::Head, b"h").unwrap().as_deref(), Some(&18u32.to_be_bytes()[..]));
        store.commit(&put(&[(Family::Log, b"new", b"1")])).unwrap();
        drop(store);
        assert_eq!(rows(&open(folder.path())).len(), 21, "and goes on from there");
    }
}

#[test]
fn a_torn_log_that_is_not_the_newest_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 10, 500);
    let wal = wal(folder.path());
    change(&wal, |bytes| bytes.truncate(bytes.len() - 5));
    std::fs::write(folder.path().join("000999.log"), b"").unwrap();
    refused(folder.path(), &wal.file_name().unwrap().to_string_lossy());
}

#[test]
fn a_damaged_or_missing_data_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 200, 2_000);
    let data = files(folder.path(), |name| name.ends_with(".sst"))
        .into_iter()
        .max_by_key(|file| file.metadata().unwrap().len());
    let data = data.unwrap();
    let good = std::fs::read(&data).unwrap();
    let name = data.file_name().unwrap().to_string_lossy().into_owned();
    assert!(good.len() > 300_000);
    for at in [10, 100_000, 200_000, good.len() - 5] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x40;
        std::fs::write(&data, bytes).unwrap();
        refused(folder.path(), &name);
    }
    std::fs::write(&data, &good[..good.len() - 1]).unwrap();
    refused(folder.path(), &name);
    std::fs::remove_file(&data).unwrap();
    refused(folder.path(), &name);

    // A large store: what a node begins from is read at its opening, and the rest behind its back, in small steps.
    let mut bytes = good.clone();
    bytes[100_000] ^= 0x40;
    std::fs::write(&data, bytes).unwrap();
    let large = Options { verify: Verify::UpTo(good.len() as u64 / 2), ..options() };
    let store = RocksStore::open(folder.path(), large.clone()).unwrap();
    assert!(!store.is_verified());
    let mut verification = Verification::default();
    let mut steps = 0;
    let found = loop {
        assert!(!verification.is_complete(), "the damage was passed by");
        steps += 1;
        if let Err(fault) = store.verify_on(&mut verification, 10) {
            break fault;
        }
    };
    assert!(matches!(&found, OpenFault::Damaged { file, .. } if file.contains(&name)), "{found}");
    assert!(steps > 2, "{steps}");
    drop(store);
    refused_with(folder.path(), Options { verify: Verify::UpTo(u64::MAX), ..options() }, &name);
    std::fs::write(&data, &good).unwrap();
    let store = RocksStore::open(folder.path(), large.clone()).unwrap();
    let mut verification = Verification::default();
    while !verification.is_complete() {
        store.verify_on(&mut verification, 10).unwrap();
    }
    let all = store.verify_blocks().unwrap();
    assert_eq!(verification.rows, all, "in steps as at once");
    assert_eq!(all.values().sum::<u64>(), 401);
    drop(store);
    let store = open(folder.path());
    assert!(store.is_verified(), "a small store is read at its opening");
    drop(store);

    // Damage in what a node begins from is found at the opening of a store of any size.
    let head = files(folder.path(), |name| name.ends_with(".sst")).into_iter().find(|file| {
        let small = file.metadata().unwrap().len() < 100_000;
        small && std::fs::read(file).unwrap().windows(4).any(|bytes| bytes == b"head")
    });
    let head = head.unwrap();
    let whole = std::fs::read(&head).unwrap();
    let mut bytes = whole.clone();
    bytes[10] ^= 0x40;
    std::fs::write(&head, bytes).unwrap();
    let named = head.file_name().unwrap().to_string_lossy().into_owned();
    refused_with(folder.path(), large, &named);
    std::fs::write(&head, whole).unwrap();

    // Without the reading of every block the damage shows at the first question instead, as a fault and not as an absence.
    let mut bytes = good.clone();
    bytes[100_000] ^= 0x40;
    std::fs::write(&data, bytes).unwrap();
    let store = RocksStore::open(folder.path(), Options { verify: Verify::Files, ..options() }).unwrap();
    assert!(store.scan(Family::Log, &[], &[0xff; 8], &mut |_, _| true).is_err());
    let faults = (0..200u32).filter(|n| store.get(Family::Log, &n.to_be_bytes()).is_err()).count();
    assert!(faults > 0);
    assert_eq!((0..200u32).filter(|n| matches!(store.get(Family::Log, &n.to_be_bytes()), Ok(None))).count(), 0);
    drop(store);
    std::fs::write(&data, good).unwrap();
    assert_eq!(rows(&open(folder.path())).len(), 401);
}
