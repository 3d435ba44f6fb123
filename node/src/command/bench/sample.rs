//! What is published to be measured: entries about made-up companies whose bodies have 600 to 1,000 bytes. Their text is
//! pseudo-random, so that it compresses worse than the sentences of real lists do, and is the same in every run.

use super::super::demo::sample;
use super::machine::cores;
use crate::drafting::Drafter;
use crate::fault::Fault;
use crate::runtime::clock;
use crate::settings::{self, Settings};
use huxin_api::model::EntryRequest;
use huxin_engine::Draft;
use huxin_engine::ledger::LedgerRead;
use huxin_protocol::roster::Roster;
use huxin_protocol::subject::SubjectId;
use huxin_store::MemoryStore;

/// Sizes of bodies.
pub const LEAST: usize = 600;
pub const MOST: usize = 1000;
/// Bytes of one character of the text.
const CHARACTER: usize = 3;

/// Makes drafts as the API does, for one city.
pub struct Maker {
    drafter: Drafter,
    roster: Roster,
    nothing: MemoryStore,
    template: EntryRequest,
    subjects: Vec<SubjectId>,
    /// Bytes of a body without its text.
    bare: usize,
}

/// Codes of so many made-up companies.
pub fn subjects(count: usize) -> Result<Vec<SubjectId>, Fault> {
    let made = parallel(count, |number| {
        sample::made_up_code(number).ok_or_else(|| Fault::unexpected("no code for this number"))
    })?;
    Ok(made)
}

/// Makes `count` things on all cores, in order.
fn parallel<T: Send>(count: usize, make: impl Fn(usize) -> Result<T, Fault> + Sync) -> Result<Vec<T>, Fault> {
    let share = count.div_ceil(cores()).max(1);
    std::thread::scope(|scope| {
        let make = &make;
        let threads: Vec<_> = (0..count)
            .step_by(share)
            .map(|from| {
                scope.spawn(move || (from..count.min(from + share)).map(make).collect::<Result<Vec<_>, Fault>>())
            })
            .collect();
        let mut made = Vec::with_capacity(count);
        for thread in threads {
            made.extend(thread.join().map_err(|_| Fault::unexpected("a thread ended"))??);
        }
        Ok(made)
    })
}

impl Maker {
    pub fn new(settings: &Settings, subjects: Vec<SubjectId>) -> Result<Self, Fault> {
        let genesis = settings::read_genesis(&settings.node.genesis)?;
        let (keys, _) = settings::open_keys(settings)?;
        let drafter = Drafter {
            federation: genesis.id(),
            city: settings.node.city,
            ground: keys.ground_secret()?,
            editions: settings::editions(settings)?,
            allow_natural_persons: false,
            own_names: Vec::new(),
        };
        let template = sample::probe(0, clock::now().date())?;
        let mut maker =
            Self { drafter, roster: Roster::new(&genesis), nothing: MemoryStore::new(), template, subjects, bare: 0 };
        maker.bare = maker.sealed(maker.request(0, 0)?)?.body_bytes.len();
        Ok(maker)
    }

    fn request(&self, number: usize, characters: usize) -> Result<EntryRequest, Fault> {
        let turn = number % self.subjects.len().max(1);
        let id = self.subjects.get(turn).ok_or_else(|| Fault::unexpected("there are no subjects"))?;
        let mut request = self.template.clone();
        request.subject.id = id.clone();
        request.subject.name = format!("示例测速{turn:07}有限公司（合成）");
        // A ground of its own: several entries may be about one company.
        request.basis.document_number = Some(format!("（合成）示例测速第{number:07}号"));
        request.record_ref = Some(format!("bench-{number:07}"));
        let mut state = number as u64 + 1;
        let text = (0..characters).filter_map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // The commonest 4,000 places of the block of Chinese characters.
            char::from_u32(0x4E00 + (state >> 33) as u32 % 4000)
        });
        request.summary = text.collect();
        Ok(request)
    }

    fn sealed(&self, request: EntryRequest) -> Result<Draft, Fault> {
        let mut warnings = Vec::new();
        let world = (&self.nothing as &dyn LedgerRead, &self.roster, clock::now());
        let draft = self.drafter.listing(request, None, world, (&mut warnings, 0));
        draft.map_err(|fault| Fault::unexpected(format_args!("a sample cannot be drafted: {fault}")))
    }

    /// The draft of this number. Its body has [`LEAST`] to [`MOST`] bytes, evenly spread.
    pub fn draft(&self, number: usize) -> Result<Draft, Fault> {
        let target = LEAST + 8 + number.wrapping_mul(7919) % (MOST - LEAST - 8);
        self.sealed(self.request(number, target.saturating_sub(self.bare) / CHARACTER)?)
    }

    /// The drafts of these numbers, made on all cores.
    pub fn drafts(&self, from: usize, count: usize) -> Result<Vec<Draft>, Fault> {
        parallel(count, |number| self.draft(from + number))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn bodies_have_the_sizes_that_are_told_and_grounds_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let config = super::super::node::alone(folder.path()).unwrap();
        let settings = settings::load_plain(&config).unwrap();
        let maker = Maker::new(&settings, subjects(7).unwrap()).unwrap();
        let drafts = maker.drafts(0, 500).unwrap();
        let sizes: Vec<usize> = drafts.iter().map(|draft| draft.body_bytes.len()).collect();
        assert!(sizes.iter().all(|size| (LEAST..=MOST).contains(size)), "{sizes:?}");
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() > 300, "{sizes:?}");
        let grounds: std::collections::BTreeSet<_> = drafts.iter().map(|draft| draft.ground.unwrap()).collect();
        assert_eq!(grounds.len(), drafts.len());
    }
}
