//! The case file of a subject, gathered from the indexes: its listings, their chains, what shares their grounds, and every act
//! about any of these, to the last one. What it means is judged elsewhere (`huxin_protocol::fold`).
//!
//! A log counts up to the newest checkpoint that we have reached, and no further. While a page of a longer log is here and the
//! next is not, the leaves between are held but not seen: otherwise a node that joins late would for a moment count an entry
//! whose repair stands on the next page.

use crate::index::{acts_heard, chain, is_gone, listings_on_ground, read_body, read_leaf};
use crate::lacks::Lacks;
use crate::ledger::{
    CosignatureRow, Family, HeadRow, LedgerRead, LedgerTree, ReadFault, evidence_key, last_place, last_seq,
    scan_prefix, subject_prefix, trust_key,
};
use crate::record::ABANDONED_ACTOR;
use huxin_protocol::body::{Body, EntryBody};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::edition::Edition;
use huxin_protocol::fold::{BodyState, CaseFile, Fact, Heard, MatterState, SourceFact, Viewpoint};
use huxin_protocol::ids::{CityCode, Seq, Size, StatementId};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::{CityRoster, Roster};
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{Frontier, root_at};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Place = (CityCode, Seq);

/// Everything in the logs that touches `subject`, for [`huxin_protocol::fold::rule`].
pub fn case_file<'a>(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    editions: &'a BTreeMap<Digest, Edition>,
    subject: &SubjectId,
    view: Viewpoint,
) -> Result<CaseFile<'a>, ReadFault> {
    let sources = sources(read, roster)?;
    case_file_under(read, roster, editions, subject, view, sources)
}

/// As [`case_file`], with sources that were gathered before. They must be of this state of the ledger or of an earlier one:
/// what stands beyond them is not seen, so that the ruling says no more than its sources do.
pub fn case_file_under<'a>(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    editions: &'a BTreeMap<Digest, Edition>,
    subject: &SubjectId,
    view: Viewpoint,
    sources: BTreeMap<CityCode, SourceFact>,
) -> Result<CaseFile<'a>, ReadFault> {
    let mut gathering = Gathering {
        read,
        roster,
        viewer: view.viewer,
        sources: &sources,
        waiting: None,
        facts: BTreeMap::new(),
        left: BTreeMap::new(),
    };
    let mut listings = BTreeSet::new();
    scan_prefix(read, Family::Subject, &subject_prefix(subject), &mut |key, _| {
        listings.extend(last_place(key));
        true
    })?;
    gathering.matters(listings)?;
    gathering.origins(editions, subject, &view)?;
    // Also where nothing is found: "nothing counts here" rests on every partner whose lists would count.
    for seq in trust_statements(read, view.viewer, Kind::Recognition)? {
        gathering.take((view.viewer, seq))?;
    }
    let facts = gathering.into_facts();
    Ok(CaseFile { subject: subject.clone(), view, facts, sources, editions })
}

/// Positions of a city's trust statements, or filings, of one kind, ascending.
pub fn trust_statements(read: &(impl LedgerRead + ?Sized), city: CityCode, kind: Kind) -> Result<Vec<Seq>, ReadFault> {
    trust_statements_from(read, city, kind, Seq(0))
}

/// As [`trust_statements`], from a position on.
pub fn trust_statements_from(
    read: &(impl LedgerRead + ?Sized),
    city: CityCode,
    kind: Kind,
    from: Seq,
) -> Result<Vec<Seq>, ReadFault> {
    let mut found = Vec::new();
    let (begin, end) = (trust_key(city, kind, from), trust_key(city, kind, Seq(u64::MAX)));
    read.scan(Family::Trust, &begin, &end, &mut |key, _| {
        found.extend(last_seq(key));
        true
    })?;
    Ok(found)
}

/// The state of the matter of one listing, any link of its chain, for the door of issue and for imports. Leaves beyond the newest
/// checkpoint count as well: a city is bound by what it has signed. `waiting` shows what has its place in
/// the group under construction and is not signed yet. What a fast clock dated ahead is bound as well, so no instant is asked for.
pub fn matter_state(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    listing: StatementId,
    waiting: &dyn Fn(Seq) -> Option<Fact>,
) -> Result<MatterState, ReadFault> {
    let city = listing.city;
    let sources = BTreeMap::new();
    let mut gathering = Gathering {
        read,
        roster,
        viewer: city,
        sources: &sources,
        waiting: Some(waiting),
        facts: BTreeMap::new(),
        left: BTreeMap::new(),
    };
    gathering.matters(BTreeSet::from([(city, listing.seq)]))?;
    let facts = gathering.into_facts();
    let at = Millis(i64::MAX);
    let view = Viewpoint { federation: roster.federation(), viewer: city, at, now: true, crosswalk: None };
    Ok(huxin_protocol::fold::matter_state(facts, view, &listing))
}

/// Every link of an own chain whose body is held and can be read, by place; what a key record voided is left out.
pub fn chain_listings(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    link: StatementId,
) -> Result<Vec<(StatementId, EntryBody)>, ReadFault> {
    let Some(member) = roster.city(link.city) else { return Ok(Vec::new()) };
    let mut listings = Vec::new();
    for seq in chain(read, link.city, link.seq)?.into_iter().filter(|seq| !member.is_voided(*seq)) {
        let id = StatementId { city: link.city, epoch: member.epoch_at(seq), seq };
        let Some((statement, Some(bytes))) = self::statement(read, roster, id)? else { continue };
        if let Ok(Body::Listing(entry)) = Body::decode(statement.header.kind, statement.header.body_version, &bytes) {
            listings.push((id, *entry));
        }
    }
    Ok(listings)
}

struct Gathering<'a, R: ?Sized> {
    read: &'a R,
    roster: &'a Roster,
    viewer: CityCode,
    sources: &'a BTreeMap<CityCode, SourceFact>,
    /// For the door of issue: the viewer's own log is seen to its end, with what waits for its signature.
    waiting: Option<&'a dyn Fn(Seq) -> Option<Fact>>,
    /// `None` where nothing readable stands at a place; kept so that it is looked up once.
    facts: BTreeMap<Place, Option<Fact>>,
    /// Reliefs that a record left outside the log, by the places that they had (R86).
    left: BTreeMap<StatementId, Fact>,
}

impl<R: LedgerRead + ?Sized> Gathering<'_, R> {
    /// Follows listings over their chains and grounds until nothing new is found.
    fn matters(&mut self, listings: BTreeSet<Place>) -> Result<(), ReadFault> {
        let mut open: Vec<Place> = listings.into_iter().collect();
        let (mut chains, mut grounds) = (BTreeSet::new(), BTreeSet::new());
        while let Some((city, seq)) = open.pop() {
            if chains.contains(&(city, seq)) {
                continue;
            }
            for link in chain(self.read, city, seq)? {
                chains.insert((city, link));
                self.take((city, link))?;
                self.acts((city, link))?;
                open.extend(self.pointed((city, link)));
                let ground = self.fact((city, link)).and_then(|fact| fact.header.ground);
                // Every link of a long chain has the same one.
                if let Some(ground) = ground.filter(|ground| grounds.insert((city, *ground))) {
                    for other in listings_on_ground(self.read, city, &ground)? {
                        if !chains.contains(&(city, other)) {
                            open.push((city, other));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the matters of the listings from which the current links say that they were taken over (R172). What these are derived
    /// from themselves is not asked.
    fn origins(
        &mut self,
        editions: &BTreeMap<Digest, Edition>,
        subject: &SubjectId,
        view: &Viewpoint,
    ) -> Result<(), ReadFault> {
        let derived =
            |fact: &&Fact| matches!(&fact.body, BodyState::Held(Body::Listing(entry)) if entry.derived_from.is_some());
        // Nearly no entry is derived from another one.
        if !self.facts.values().flatten().any(|fact| derived(&fact)) {
            return Ok(());
        }
        let facts = self.facts.values().flatten().chain(self.left.values()).cloned().collect();
        let case = CaseFile { subject: subject.clone(), view: view.clone(), facts, sources: BTreeMap::new(), editions };
        for origin in huxin_protocol::fold::origins(&case) {
            let place = (origin.id.city, origin.id.seq);
            let leaf = read_leaf(self.read, &self.roster.federation(), place.0, place.1)?;
            // Whatever else it names is no origin, and nobody asked for it here.
            if leaf.is_some_and(|leaf| leaf.header.kind.is_listing()) {
                self.matters(BTreeSet::from([place]))?;
            }
        }
        Ok(())
    }

    /// What a link names in its own log, whether the reference holds or not: without the statement that stands there nobody could
    /// say why it does not. It is followed like any other listing, so that it is never seen without its endings.
    fn pointed(&self, (city, seq): Place) -> Option<Place> {
        let about = self.fact((city, seq))?.header.about?;
        (about.id.city == city).then_some((city, about.id.seq))
    }

    /// Takes the acts about a place that a ruling hears, and those about these acts (R146).
    fn acts(&mut self, place: Place) -> Result<(), ReadFault> {
        let mut open = vec![place];
        while let Some(target) = open.pop() {
            let heard = Heard::new(self.viewer);
            let most = |city: CityCode, kind: Kind| match heard.hears_kind(city, kind) {
                true => Heard::at_most(city, target.0, kind),
                false => Some(0),
            };
            for (city, seq, _) in acts_heard(self.read, target, &most)? {
                if seq.0 & ABANDONED_ACTOR != 0 {
                    self.take_left(target, (city, Seq(seq.0 & !ABANDONED_ACTOR)))?;
                } else if self
                    .take_act((city, seq), |about| is_left(self.read, self.roster, about).map(|left| !left))?
                {
                    open.push((city, seq));
                }
            }
        }
        Ok(())
    }

    /// Takes the reliefs about `target` that were held at a place before a record left them outside the log, and what takes one of
    /// them back: it names the relief by the place that it had, where another statement may stand now (R106).
    fn take_left(&mut self, target: Place, (city, seq): Place) -> Result<(), ReadFault> {
        let taking_back =
            |by, kind| (by != city || !matches!(kind, Kind::Reinstatement | Kind::Resumption)).then_some(0);
        for relief in left_reliefs(self.read, self.roster, city, seq)? {
            let named = relief.header.about.map(|about| (about.id.city, about.id.seq));
            if named != Some(target) || self.left.contains_key(&relief.id) {
                continue;
            }
            for (by, act, _) in acts_heard(self.read, (city, seq), &taking_back)? {
                self.take_act((by, act), |about| Ok(about == relief.id))?;
            }
            self.left.insert(relief.id, relief);
        }
        Ok(())
    }

    /// Takes an act that was not taken yet, if what it names is meant here; says whether it did.
    fn take_act(
        &mut self,
        act: Place,
        is_meant: impl FnOnce(StatementId) -> Result<bool, ReadFault>,
    ) -> Result<bool, ReadFault> {
        if self.facts.contains_key(&act) {
            return Ok(false);
        }
        self.take(act)?;
        let about = self.fact(act).and_then(|fact| fact.header.about);
        let meant = about.map_or(Ok(true), |about| is_meant(about.id))?;
        if !meant {
            // It may be met again by what it does mean.
            self.facts.remove(&act);
        }
        Ok(meant)
    }

    fn fact(&self, place: Place) -> Option<&Fact> {
        self.facts.get(&place).and_then(Option::as_ref)
    }

    fn take(&mut self, place: Place) -> Result<(), ReadFault> {
        if self.facts.contains_key(&place) {
            return Ok(());
        }
        let waiting = self.waiting.filter(|_| place.0 == self.viewer).and_then(|waiting| waiting(place.1));
        let fact = match waiting {
            Some(fact) => Some(fact),
            None if self.sees(place) => fact(self.read, self.roster, self.viewer, place)?,
            None => None,
        };
        self.facts.insert(place, fact);
        Ok(())
    }

    fn sees(&self, (city, seq): Place) -> bool {
        let at_issue = self.waiting.is_some() && city == self.viewer;
        at_issue || self.sources.get(&city).is_some_and(|source| seq.0 < source.size.0)
    }

    fn into_facts(self) -> Vec<Fact> {
        self.facts.into_values().flatten().chain(self.left.into_values()).collect()
    }
}

fn fact(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    reader: CityCode,
    (city, seq): Place,
) -> Result<Option<Fact>, ReadFault> {
    let federation = roster.federation();
    let Some(member) = roster.city(city) else { return Ok(None) };
    let Some(statement) = read_leaf(read, &federation, city, seq)? else { return Ok(None) };
    let id = StatementId { city, epoch: member.epoch_at(seq), seq };
    // What a misplaced header commits to is not kept; the body at the place that it names is another statement's.
    let placed = statement.header.id() == id;
    let body = if placed { body_state(read, &federation, reader, &statement)? } else { BodyState::Lacking };
    Ok(Some(Fact {
        id,
        digest: statement.digest,
        voided: is_voided(member, seq, statement.header.kind),
        header: statement.header,
        body,
        abandoned: false,
    }))
}

/// Of a frozen branch the reliefs count and nothing else, whatever a record of one branch says of them (R89).
fn is_voided(member: &CityRoster, seq: Seq, kind: Kind) -> bool {
    if member.is_in_branch(seq) { !kind.is_relief() } else { member.is_voided(seq) }
}

/// The reliefs at `seq` that key records left outside the log and whose effect their tails keep, one of each epoch at most (R86):
/// a city that is restored twice from one backup leaves two. No ruling reads their bodies.
fn left_reliefs(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    city: CityCode,
    seq: Seq,
) -> Result<Vec<Fact>, ReadFault> {
    let mut found = Vec::new();
    let Some(member) = roster.city(city) else { return Ok(found) };
    for keys in member.epochs.iter().filter(|keys| keys.tail == Tail::Endings) {
        let id = StatementId { city, epoch: keys.epoch, seq };
        let leaf = read.get(Family::Abandoned, &crate::ledger::body_key(city, keys.epoch, seq))?;
        let statement = leaf.and_then(|bytes| Statement::read(bytes, &roster.federation()).ok());
        found.extend(statement.filter(|statement| statement.header.kind.is_relief()).map(|statement| Fact {
            id,
            digest: statement.digest,
            voided: false,
            header: statement.header,
            body: BodyState::Lacking,
            abandoned: true,
        }));
    }
    Ok(found)
}

/// Whether a relief that its city's log has left had this place.
fn is_left(read: &(impl LedgerRead + ?Sized), roster: &Roster, place: StatementId) -> Result<bool, ReadFault> {
    // Nearly always the log itself holds the place.
    if roster.city(place.city).is_none_or(|member| member.epoch_at(place.seq) == place.epoch) {
        return Ok(false);
    }
    Ok(left_reliefs(read, roster, place.city, place.seq)?.iter().any(|relief| relief.id == place))
}

fn body_state(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    reader: CityCode,
    statement: &Statement,
) -> Result<BodyState, ReadFault> {
    let header = &statement.header;
    // Whatever lies on the disk: what this city may not read is as if it were not held (R107).
    if !header.disclosure.allows(header.city, reader) {
        return Ok(BodyState::NotReader);
    }
    if let Some(body) = read_body(read, header.city, header.epoch, header.seq)? {
        return Ok(match Body::decode(header.kind, header.body_version, &body) {
            Ok(body) => BodyState::Held(body),
            Err(fault) => BodyState::Malformed(fault.code()),
        });
    }
    Ok(if is_gone(read, federation, header)? { BodyState::Erased } else { BodyState::Lacking })
}

/// All cities as sources.
pub fn sources(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
) -> Result<BTreeMap<CityCode, SourceFact>, ReadFault> {
    let lacks = Lacks::read(read)?;
    roster.cities().map(|member| Ok((member.code, source(read, roster, member, &lacks)?))).collect()
}

/// One city as a source. `lacks` may be of a later state of the ledger than `read`, and not of an earlier one.
pub fn source(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    member: &CityRoster,
    lacks: &Lacks,
) -> Result<SourceFact, ReadFault> {
    let city = member.code;
    let head = HeadRow::read(read, city)?;
    let (size, root) = proved(read, member, &head)?;
    // Evidence in a closed epoch speaks against its key and not against the city (R99).
    let accused = read.get(Family::Evidence, &evidence_key(city, member.current().epoch))?.is_some();
    let cosignatures = CosignatureRow::read_all_in_force(read, roster, city)?;
    // Those of voided stretches do not count (R134); those of erased chains have no row.
    let lacking = lacks.places(city).take_while(|seq| seq.0 < size.0).filter(|seq| !member.is_voided(*seq));
    let lacking: Arc<[Seq]> = lacking.collect();
    // Complete up to the first lacking body; an own cosignature beyond it says nothing of what we hold.
    let complete = lacking.first().map_or(size.0, |seq| seq.0);
    let freshness = cosignatures
        .iter()
        .find(|(cosigner, row)| *cosigner == city && row.size.0 <= complete)
        .map(|(_, row)| Millis(i64::try_from(row.time_s).unwrap_or(i64::MAX / 1000).saturating_mul(1000)));
    let mut abandoned_heads = Vec::new();
    let mut history_cut = false;
    for keys in &member.epochs {
        let (heads, cut) = crate::record::abandoned(read, member, keys.epoch)?;
        abandoned_heads.extend(heads);
        history_cut |= cut;
    }
    abandoned_heads.sort_unstable();
    Ok(SourceFact {
        city,
        name: member.name.clone(),
        epoch: member.current().epoch,
        size,
        root,
        last_record: member.last_record(),
        abandoned_heads,
        frozen: member.frozen.is_some() || accused,
        history_cut,
        lacking,
        freshness,
        witnesses: cosignatures.iter().filter(|(by, _)| *by != city).map(|(by, row)| (*by, row.size)).collect(),
    })
}

/// How far a log is proved, and its root there: by the newest checkpoint reached, or by the root key, whose record says where
/// the epoch in force begins. After a record that cut off the newest checkpoint an older one may be all that is held.
fn proved(
    read: &(impl LedgerRead + ?Sized),
    member: &CityRoster,
    head: &HeadRow,
) -> Result<(Size, TreeHash), ReadFault> {
    let checkpoint = head.checkpoint()?.map(|stored| (stored.checkpoint.size, stored.checkpoint.root));
    let (size, root) = checkpoint.unwrap_or_else(|| (Size(0), Frontier::default().root()));
    let keys = member.current();
    if keys.from <= size || keys.from > head.frontier.size() {
        return Ok((size, root));
    }
    let ours = root_at(&LedgerTree { read, city: member.code }, keys.from).map_err(|_| ReadFault::row(Family::Tree))?;
    Ok(if ours == keys.from_root { (keys.from, ours) } else { (size, root) })
}

/// A statement, and its body bytes where they are held.
pub type StatementAndBody = (Statement, Option<Vec<u8>>);

/// One statement by its id, with its body bytes where held. `None` where the log is shorter or the epoch is another.
pub fn statement(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    id: StatementId,
) -> Result<Option<StatementAndBody>, ReadFault> {
    let Some(member) = roster.city(id.city) else { return Ok(None) };
    let Some(statement) = read_leaf(read, &roster.federation(), id.city, id.seq)? else { return Ok(None) };
    if member.epoch_at(id.seq) != id.epoch || statement.header.id() != id {
        return Ok(None);
    }
    let body = read_body(read, id.city, id.epoch, id.seq)?;
    Ok(Some((statement, body)))
}
