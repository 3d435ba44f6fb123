//! Any cut of a log, any repetition, and bytes that nobody meant.

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a log is cut into segments, and however often a part of it comes again, the frontier is the same.
    #[test]
    fn any_cut_gives_the_same_frontier(size in 1u64..60, cuts in prop::collection::vec((0u64..60, 0u64..60, 0u64..60), 0..20)) {
        let log = TestLog::of(ZHOUSHAN, size);
        let roster = log.roster();
        let mut frontier = Frontier::default();
        let mut completed = Vec::new();
        let take = |frontier: &mut Frontier, completed: &mut Vec<_>, from: u64, to: u64, head: u64| {
            match proved(log.segment(from, to, head), &roster, frontier) {
                Ok(proved) => {
                    assert_eq!(proved.frontier, log.frontier(proved.frontier.size().0));
                    *frontier = proved.frontier;
                    completed.extend(proved.completed);
                }
                Err(fault) => assert_eq!(fault.blame(), Blame::Difference),
            }
        };
        for (a, b, c) in cuts {
            let head = 1 + a % size;
            let to = 1 + b % head;
            take(&mut frontier, &mut completed, c % to, to, head);
        }
        let held = frontier.size().0;
        if held < size {
            take(&mut frontier, &mut completed, held, size, size);
        }
        prop_assert_eq!(&frontier, &log.frontier);
        let mut once = completed.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), completed.len(), "each subtree is handed out once");
        let mut all = Vec::new();
        let mut grown = Frontier::default();
        for item in &log.items {
            grown.push(leaf_hash(&item.statement), &mut |place, hash| all.push((place, hash)));
        }
        prop_assert_eq!(completed, all);
    }

    #[test]
    fn hostile_bytes_never_break_the_door(mut bytes in Just(TestLog::of(ZHOUSHAN, 3).segment(0, 2, 3).encode()), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        for (at, to) in flips {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        let roster = Roster::new(&genesis());
        if let Ok(segment) = Segment::decode(&bytes, PAGE_BYTES) {
            prop_assert_eq!(segment.encode(), bytes, "one segment, one encoding");
            if let Ok(proved) = segment.read(&federation()).and_then(|s| s.authenticate(&roster)).and_then(|s| s.prove(&Frontier::default())) {
                prop_assert_eq!(proved.frontier.root(), TestLog::of(ZHOUSHAN, 2).frontier.root());
            }
        }
    }
}
