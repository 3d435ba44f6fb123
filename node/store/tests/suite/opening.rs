//! Opening: what is there, what is not a store, who has it, and whose it is.

use crate::{open, options, put, rows};
use huxin_engine::ledger::{Batch, Family, LedgerRead};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;
use huxin_store::{CommitFault, Options, RocksStore, Store, StoreHealth, bind, bound};
use std::path::Path;

fn code(path: &Path, options: Options) -> &'static str {
    match RocksStore::open(path, options) {
        Ok(_) => "opened",
        Err(fault) => {
            let sentence = fault.to_string();
            assert!(sentence.starts_with(|c: char| c.is_alphanumeric()) || sentence.starts_with('/'), "{sentence}");
            fault.code()
        }
    }
}

#[test]
fn a_store_is_made_only_where_that_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/store");
    assert_eq!(code(&path, Options { create: false, ..options() }), "store_missing");
    assert_eq!(code(&path, Options { read_only: true, ..options() }), "store_missing");
    assert!(!path.exists(), "a refusal makes nothing");
    assert_eq!(code(&path, options()), "opened");
    assert_eq!(code(&path, Options { create: false, ..options() }), "opened");
}

#[test]
fn a_folder_with_other_files_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), "hello").unwrap();
    assert_eq!(code(folder.path(), options()), "not_a_store");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a refusal makes nothing");
    let file = folder.path().join("letter.txt");
    assert_eq!(code(&file, options()), "store_disk");
}

#[test]
fn a_first_start_that_was_cut_short_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("MANIFEST-000001"), "half").unwrap();
    std::fs::write(folder.path().join("LOG"), "").unwrap();
    assert_eq!(code(folder.path(), options()), "opened");
}

#[test]
fn one_process_writes_and_readers_wait() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.commit(&put(&[(Family::Log, b"a", b"1")])).unwrap();
    assert_eq!(code(folder.path(), options()), "store_locked");
    assert_eq!(code(folder.path(), Options { read_only: true, ..options() }), "store_locked");
    drop(store);
    let reader = RocksStore::open(folder.path(), Options { read_only: true, ..options() }).unwrap();
    let second = RocksStore::open(folder.path(), Options { read_only: true, ..options() }).unwrap();
    assert_eq!(reader.get(Family::Log, b"a").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(rows(&second).len(), 1);
    assert_eq!(reader.commit(&put(&[(Family::Log, b"b", b"1")])), Err(CommitFault::ReadOnly));
    assert_eq!(code(folder.path(), options()), "store_locked");
    drop((reader, second));
    assert_eq!(code(folder.path(), options()), "opened");
}

#[test]
fn a_store_of_a_newer_form_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let mut settings = rocksdb::Options::default();
    settings.create_missing_column_families(true);
    let names = rocksdb::DB::list_cf(&settings, folder.path()).unwrap();
    drop(
        rocksdb::DB::open_cf(&settings, folder.path(), names.iter().map(String::as_str).chain(["holography"])).unwrap(),
    );
    assert_eq!(code(folder.path(), options()), "store_newer_form");
    assert_eq!(code(folder.path(), Options { read_only: true, ..options() }), "store_newer_form");
}

#[test]
fn a_store_remembers_whose_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (city, other) = (CityCode::new("330900").unwrap(), CityCode::new("451100").unwrap());
    let store = open(folder.path());
    assert_eq!(bound(&store), Ok(None));
    bind(&store, Digest([1; 32]), city).unwrap();
    drop(store);
    let store = open(folder.path());
    assert_eq!(bound(&store), Ok(Some((Digest([1; 32]), city))));
    bind(&store, Digest([1; 32]), city).unwrap();
    assert_eq!(bind(&store, Digest([1; 32]), other).unwrap_err().code(), "store_other_city");
}

#[test]
fn a_copy_opens_as_the_store_did() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    for n in 0..50u8 {
        store.commit(&put(&[(Family::Log, &[n], &[n; 300]), (Family::Head, b"h", &[n])])).unwrap();
    }
    let before = rows(&store);
    let copy = folder.path().join("copy");
    store.checkpoint(&copy).unwrap();
    assert!(store.checkpoint(&copy).is_err(), "a copy never goes over another");
    store.commit(&put(&[(Family::Head, b"h", b"later")])).unwrap();
    let read_only = RocksStore::open(&copy, Options { read_only: true, ..options() }).unwrap();
    assert_eq!(rows(&read_only), before);
    drop(read_only);
    assert_eq!(rows(&open(&copy)), before);
}

#[test]
fn figures_tell_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..200u16 {
        store.commit(&put(&[(Family::Log, &n.to_be_bytes(), &[7; 1000])])).unwrap();
    }
    let figures = store.figures().unwrap();
    assert_eq!(figures.rows[&Family::Log], 200);
    assert!(figures.buffer_bytes > 200_000);
    assert!(figures.wal_bytes > 200_000);
    store.compact().unwrap();
    let figures = store.figures().unwrap();
    assert!(figures.file_bytes[&Family::Log] > 0);
    assert!(figures.disk_bytes >= figures.file_bytes[&Family::Log]);
    assert_eq!(store.verify_blocks().unwrap()[&Family::Log], 200);
}

#[test]
fn a_nearly_full_disk_is_told_before_it_hurts() {
    let folder = tempfile::tempdir().unwrap();
    let store = RocksStore::open(folder.path(), Options { low_bytes: u64::MAX, ..options() }).unwrap();
    assert!(matches!(store.health(), StoreHealth::DiskLow { free } if free > 0));
    store.commit(&put(&[(Family::Log, b"a", b"1")])).unwrap();
    drop(store);
    let store = RocksStore::open(folder.path(), Options { floor_bytes: u64::MAX, ..options() }).unwrap();
    assert_eq!(store.commit(&put(&[(Family::Log, b"b", b"1")])).unwrap_err().code(), "disk_full");
    assert_eq!(store.commit(&Batch::default()), Ok(()));
    assert!(
        matches!(store.health(), StoreHealth::DiskFull { .. }),
        "full and not failed: it goes on once there is room"
    );
    assert_eq!(rows(&store).len(), 1);
}
