//! Chance that comes from a seed alone (splitmix64): a seed is a bug report. Threads still race, so a seed repeats the
//! timetable and not every step.

pub struct Chance(u64);

impl Chance {
    /// From `HUXIN_STORM_SEED`, else from the machine; printed either way.
    pub fn drawn() -> Self {
        let given = std::env::var("HUXIN_STORM_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| getrandom::u64().unwrap());
        // The test's output is shown when it fails.
        println!("HUXIN_STORM_SEED={seed} repeats this timetable");
        Self(seed)
    }

    /// Another one for a thread of its own.
    pub fn branch(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `least` up to and without `end`.
    pub fn within(&mut self, least: u64, end: u64) -> u64 {
        least + self.next() % (end - least)
    }

    pub fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        let last = (items.len() as u64).checked_sub(1)?;
        items.get(usize::try_from(self.within(0, last + 1)).unwrap()).cloned()
    }
}
