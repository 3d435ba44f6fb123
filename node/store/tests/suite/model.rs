//! Random work against a sorted map: what a transaction over a store shows is what the store shows once it is committed,
//! and both are what the map says.

use crate::behaviour::{InMemory, Kind, OnDisk};
use crate::rows;
use huxin_engine::ledger::{Batch, Family, LedgerRead, Txn};
use huxin_store::Store;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Work {
    Put(Family, Vec<u8>, Vec<u8>),
    Delete(Family, Vec<u8>),
    Scan(Family, Vec<u8>, Vec<u8>, usize),
    Commit,
    Restart,
}

fn family() -> impl Strategy<Value = Family> {
    prop::sample::select(vec![Family::Log, Family::About, Family::Reference])
}

/// Few different keys, so that writes meet; some longer than the filters' prefixes.
fn key() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(prop::sample::select(vec![0u8, 1, 0xff]), 0..3), prop::sample::select(vec![0usize, 15, 23]))
        .prop_map(|(tail, pad)| [vec![9; pad], tail].concat())
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        6 => (family(), key(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(f, k, v)| Work::Put(f, k, v)),
        3 => (family(), key()).prop_map(|(f, k)| Work::Delete(f, k)),
        4 => (family(), key(), key(), 0usize..6).prop_map(|(f, s, e, n)| Work::Scan(f, s, e, n)),
        2 => Just(Work::Commit),
        1 => Just(Work::Restart),
    ]
}

fn run<K: Kind>(works: &[Work]) -> Result<(), TestCaseError> {
    let mut kind = K::new();
    let mut model: BTreeMap<(Family, Vec<u8>), Vec<u8>> = BTreeMap::new();
    let mut batch = Batch::default();
    for work in works {
        let mut txn = Txn::new(kind.store());
        txn.batch = std::mem::take(&mut batch);
        match work {
            Work::Put(family, key, value) => {
                txn.put(*family, key.clone(), value.clone());
                model.insert((*family, key.clone()), value.clone());
            }
            Work::Delete(family, key) => {
                txn.delete(*family, key.clone());
                model.remove(&(*family, key.clone()));
            }
            Work::Scan(family, start, end, most) => {
                let mut found = Vec::new();
                txn.scan(*family, start, end, &mut |key, value| {
                    found.push((key.to_vec(), value.to_vec()));
                    found.len() <= *most
                })
                .unwrap();
                let expected: Vec<_> = model
                    .iter()
                    .filter(|((f, k), _)| f == family && k >= start && k < end)
                    .map(|((_, k), v)| (k.clone(), v.clone()))
                    .take(most + 1)
                    .collect();
                prop_assert_eq!(found, expected);
            }
            Work::Commit | Work::Restart => {}
        }
        prop_assert_eq!(&rows(&txn), &model);
        batch = std::mem::take(&mut txn.batch);
        drop(txn);
        if matches!(work, Work::Commit | Work::Restart) {
            kind.store().commit(&std::mem::take(&mut batch)).unwrap();
            prop_assert_eq!(&rows(kind.store()), &model);
            prop_assert_eq!(&rows(&*kind.store().snapshot()), &model);
        }
        if matches!(work, Work::Restart) {
            kind = kind.restarted();
            prop_assert_eq!(&rows(kind.store()), &model);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn the_memory_store_is_a_sorted_map(works in prop::collection::vec(work(), 1..60)) {
        run::<InMemory>(&works)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 50, ..ProptestConfig::default() })]
    #[test]
    fn the_store_on_disk_is_a_sorted_map(works in prop::collection::vec(work(), 1..60)) {
        run::<OnDisk>(&works)?;
    }
}
