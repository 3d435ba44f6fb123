//! All cities as sources, kept between questions. Every ruling says of every city how far its log is held; to read that anew for each
//! answer would cost the same for all cities whenever one of them says something. So each city's part is kept, and read again only
//! when something of that city has changed.

use crate::runtime::writer::Board;
use huxin_api::Sources;
use huxin_engine::gather::source;
use huxin_engine::heads::Heads;
use huxin_engine::ledger::ReadFault;
use huxin_protocol::fold::SourceFact;
use huxin_protocol::ids::CityCode;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::log_digest;
use huxin_store::Store;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What was told last, and of what it was made.
#[derive(Default)]
pub struct SourceBook {
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    /// Number of the group that was durable then.
    group: u64,
    /// Another roster means other keys in force, also those of cosigners: everything is read again.
    roster: Arc<Roster>,
    heads: Arc<Heads>,
    /// By city, how often its head and its lacking bodies had changed, and whether it was over its quota.
    made_at: BTreeMap<CityCode, (u64, u64, bool)>,
    sources: Arc<Sources>,
}

impl SourceBook {
    /// The sources as of now or a moment ago, never later than what the store shows after this.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn tell(&self, board: &Board, store: &dyn Store) -> Result<Arc<Sources>, ReadFault> {
        let mut kept = self.kept.lock();
        // The number is read before the state: at worst a newer state bears an older number and is gathered again.
        let group = board.groups.load(Ordering::Acquire);
        let (roster, heads) = (board.roster.read().clone(), board.heads.read().clone());
        if let Some(kept) = kept.as_ref().filter(|kept| kept.group == group && Arc::ptr_eq(&kept.heads, &heads)) {
            return Ok(kept.sources.clone());
        }
        let before = kept.take().filter(|kept| Arc::ptr_eq(&kept.roster, &roster));
        let read = store.snapshot();
        // After the snapshot: what this state of the store lacks is noted before the store has it.
        let lacks = board.lacks.read();
        let (mut facts, mut made_at) = (BTreeMap::new(), BTreeMap::new());
        for member in roster.cities() {
            let city = member.code;
            let over_quota = heads.get(city).is_some_and(|head| head.over_quota);
            let now = (heads.changes(city), lacks.changes(city), over_quota);
            let as_before = before.as_ref().filter(|before| before.made_at.get(&city) == Some(&now));
            let fact = match as_before.and_then(|before| before.sources.facts.get(&city)) {
                Some(fact) => fact.clone(),
                None => source(&*read, &roster, member, &lacks)?,
            };
            // What is fetched slowly may have been ended where we have not come yet (R133).
            let fact = if over_quota { SourceFact { freshness: None, ..fact } } else { fact };
            facts.insert(city, fact);
            made_at.insert(city, now);
        }
        let log_digest = log_digest(facts.values());
        let sources = Arc::new(Sources { facts, log_digest });
        *kept = Some(Kept { group, roster, heads, made_at, sources: sources.clone() });
        Ok(sources)
    }
}
