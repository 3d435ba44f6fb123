//! What was held, read: which epoch every place lies in, what every leaf says, what became of its body, and which chain it
//! is a link of. None of this depends on the instant or the viewer, so that one node's logs are read once for many
//! questions. A list and not an index: whoever looks for something walks over it.

use super::effect::{Effect, about_holds, header_effect, order};
use super::held::{Heartbeat, Held};
use super::law::{is_act, is_listing, is_relief};
use huxin_protocol::body::{Body, BodyFault, EntryBody, RecognitionBody, ResponseBody, commitment};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::header::Header;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::key_record::{SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::SubjectId;
use std::collections::{BTreeMap, BTreeSet};

/// R146: how many of one kind by one city about one statement are heard.
const HEARD: usize = 64;

/// All logs of one node.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub(super) cities: BTreeMap<CityCode, Log>,
    pub(super) editions: BTreeMap<Digest, Edition>,
}

/// One city's log, leaves in order of place (R102: by epoch and seq), abandoned ones among them.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub leaves: Vec<Leaf>,
    pub frozen: bool,
    pub heartbeat: Option<Heartbeat>,
}

#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Where it stands, whatever its header says.
    pub place: StatementId,
    pub standing: Standing,
    /// Header and digest; absent where the leaf says nothing that this version reads.
    pub said: Option<(Header, Digest)>,
    pub content: Content,
    /// R101 to R103, which no instant changes.
    pub effect: Effect,
    /// R146: that a ruling looks at it at all.
    pub heard: bool,
    /// First link of the chain that a listing belongs to (R106).
    pub chain: Option<StatementId>,
}

/// Which stretch of the log a leaf lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Live,
    /// R85, and the branches of R89.
    Voided,
    /// A frozen branch, of which reliefs count (R89), whether it is the branch that this node follows or not.
    Frozen {
        followed: bool,
    },
    /// R86, with what becomes of reliefs.
    Abandoned {
        reliefs_kept: bool,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Listing(Box<EntryBody>),
    Recognition(RecognitionBody),
    Response(ResponseBody),
    /// Held and read, and nothing in it matters here.
    Other,
    Malformed,
    NeedsNewerNode,
    NotReader,
    Lacking,
    Erased,
}

/// The stretch of one epoch, and what the record that closed it says.
struct Period {
    epoch: Epoch,
    from: u64,
    closed: Option<(Option<Seq>, Tail)>,
}

/// A city's epochs along one line of records.
struct Line {
    periods: Vec<Period>,
    /// R89: the lesser `continues_at` of two records with one `previous`.
    frozen_at: Option<u64>,
}

impl Line {
    /// R83: the epoch of a position is the last one whose continues_at is not above it. Of a frozen city all branches are
    /// lines of one history, so the header may name the epoch of any.
    fn epoch_of(&self, seq: u64, said: Option<Epoch>) -> Epoch {
        let fits = |period: &&Period| period.from <= seq;
        if self.frozen_at.is_some_and(|at| seq >= at)
            && let Some(period) = self.periods.iter().filter(fits).find(|period| Some(period.epoch) == said)
        {
            return period.epoch;
        }
        self.periods.iter().rfind(fits).map_or(Epoch::FIRST, |period| period.epoch)
    }

    fn standing(&self, epoch: Epoch, seq: u64) -> Standing {
        if self.frozen_at.is_some_and(|at| seq >= at) {
            return Standing::Frozen { followed: true };
        }
        let Some(period) = self.periods.iter().find(|period| period.epoch == epoch) else { return Standing::Live };
        match period.closed {
            Some((Some(last), _)) if seq > last.0 => Standing::Voided,
            _ => Standing::Live,
        }
    }

    fn abandoned(&self, epoch: Epoch, seq: u64) -> Standing {
        if self.frozen_at.is_some_and(|at| seq >= at) {
            return Standing::Frozen { followed: false };
        }
        let closed = self.periods.iter().find(|period| period.epoch == epoch).and_then(|period| period.closed);
        Standing::Abandoned { reliefs_kept: closed.is_some_and(|(_, tail)| tail == Tail::Endings) }
    }
}

/// R82 to R84 and R89: the records of a city, each naming the one before it.
fn line_of(city: CityCode, genesis: &Genesis, records: &[Vec<u8>]) -> Line {
    let federation = genesis.id();
    let root = genesis.manifest().members.iter().find(|member| member.code == city).map(|member| &member.root);
    let read: Vec<SignedRecord> = records
        .iter()
        .filter_map(|bytes| root.and_then(|root| SignedRecord::verify(bytes, &federation, root).ok()))
        .filter(|signed| signed.record().city == city)
        .collect();
    let mut line = Line { periods: vec![Period { epoch: Epoch::FIRST, from: 0, closed: None }], frozen_at: None };
    let mut heads = vec![federation];
    while let Some(head) = heads.pop() {
        let next: Vec<&SignedRecord> = read.iter().filter(|signed| signed.record().previous == head).collect();
        if next.len() > 1 {
            let lesser = next.iter().map(|signed| signed.record().continues_at.0.0).min();
            line.frozen_at = line.frozen_at.into_iter().chain(lesser).min();
        }
        // Of two records in dispute neither voids anything yet.
        let disputed = next.len() > 1;
        for signed in next {
            let record = signed.record();
            for period in line.periods.iter_mut().filter(|period| period.epoch.next() == record.epoch) {
                period.closed = Some((record.void_after.filter(|_| !disputed), record.tail));
            }
            line.periods.push(Period { epoch: record.epoch, from: record.continues_at.0.0, closed: None });
            heads.push(signed.digest());
        }
    }
    line.periods.sort_by_key(|period| (period.epoch, period.from));
    line
}

impl Decoded {
    /// Reads what a node holds.
    #[must_use]
    pub fn new(held: &Held) -> Self {
        let federation = held.genesis.id();
        let mut cities = BTreeMap::new();
        for member in &held.genesis.manifest().members {
            let city = member.code;
            let line = line_of(city, &held.genesis, &held.records);
            let mut leaves = Vec::new();
            for (seq, bytes) in held.logs.get(&city).into_iter().flatten().enumerate() {
                let said = Statement::read(bytes.clone(), &federation).ok();
                let epoch = line.epoch_of(seq as u64, said.as_ref().map(|said| said.header.epoch));
                let place = StatementId { city, epoch, seq: Seq(seq as u64) };
                leaves.push(Leaf::new(place, line.standing(epoch, seq as u64), said));
            }
            for (place, bytes) in held.abandoned.iter().filter(|(place, _)| place.city == city) {
                let said = Statement::read(bytes.clone(), &federation).ok();
                leaves.push(Leaf::new(*place, line.abandoned(place.epoch, place.seq.0), said));
            }
            leaves.sort_by_key(|leaf| leaf.place);
            // Only the cosigner key of the epoch in force speaks for the city (R92).
            let current = line.periods.last().map(|last| last.epoch);
            let heartbeat = held.heartbeats.get(&city).copied().filter(|beat| Some(beat.epoch) == current);
            // R99: evidence of the epoch in force freezes the city until a record closes that epoch.
            let accused = line.periods.last().is_some_and(|last| held.accused.contains(&(city, last.epoch)));
            cities.insert(city, Log { leaves, frozen: line.frozen_at.is_some() || accused, heartbeat });
        }
        let mut decoded = Self { cities, editions: held.editions.clone() };
        decoded.judge_headers();
        decoded.listen();
        decoded.tie_chains();
        decoded.read_bodies(held);
        decoded
    }

    fn judge_headers(&mut self) {
        let effects: Vec<Effect> = self.all().map(|leaf| header_effect(self, leaf)).collect();
        let leaves = self.cities.values_mut().flat_map(|log| &mut log.leaves);
        for (leaf, effect) in leaves.zip(effects) {
            leaf.effect = effect;
        }
    }

    /// R146: of Feedbacks and Steps none; of a Withdrawal, and of what another city says than the one in whose log the statement
    /// named stands, the first 64 of each kind by place, but for Responses and Declines, of which the viewer's own are asked for
    /// where they matter. Leaves stand in order of place.
    fn listen(&mut self) {
        for (city, log) in &mut self.cities {
            let mut said: BTreeMap<(Kind, CityCode, Seq), usize> = BTreeMap::new();
            for leaf in &mut log.leaves {
                let Some((kind, about)) = leaf.header().and_then(|header| Some((header.kind, header.about?.id))) else {
                    continue;
                };
                let counted = (kind == Kind::Withdrawal || about.city != *city) && !is_listing(kind);
                leaf.heard = match kind {
                    Kind::Feedback | Kind::Step => false,
                    Kind::Response | Kind::Decline => true,
                    _ if counted && (leaf.is_misplaced() || leaf.is_left_behind()) => false,
                    _ if counted => {
                        let before = said.entry((kind, about.city, about.seq)).or_default();
                        *before += 1;
                        *before <= HEARD
                    }
                    _ => true,
                };
            }
        }
    }

    /// R106: amendments lead back to their entry by abouts that hold, whatever else makes a link void. What leads back to
    /// no entry begins a chain of its own.
    fn tie_chains(&mut self) {
        for city in self.cities.keys().copied().collect::<Vec<_>>() {
            for at in 0..self.cities[&city].leaves.len() {
                let leaf = &self.cities[&city].leaves[at];
                let Some((header, _)) = &leaf.said else { continue };
                // R86: what was abandoned is never part of the log, so it is no link.
                // R146: what is not heard is shown nowhere.
                if leaf.is_left_behind() || !leaf.heard {
                    continue;
                }
                let chain = match header.kind {
                    Kind::Entry => Some(leaf.place),
                    Kind::Amendment => match about_holds(self, leaf) {
                        // The target stands at an earlier place, so its chain is known.
                        Ok(Some(target)) => target.chain,
                        _ => Some(leaf.place),
                    },
                    _ => None,
                };
                if let Some(log) = self.cities.get_mut(&city) {
                    log.leaves[at].chain = chain;
                }
            }
        }
    }

    fn read_bodies(&mut self, held: &Held) {
        let erased = self.erased();
        let contents: Vec<Content> = self.all().map(|leaf| content_of(leaf, held, &erased)).collect();
        let leaves = self.cities.values_mut().flat_map(|log| &mut log.leaves);
        for (leaf, content) in leaves.zip(contents) {
            leaf.content = content;
        }
    }

    /// R145: chains, and acts by their places, of which an Erasure is in view, also one that a record voided or a Reinstatement
    /// cancelled: what is gone does not come back by that.
    fn erased(&self) -> BTreeSet<StatementId> {
        let mut erased = BTreeSet::new();
        for leaf in self.all().filter(|leaf| leaf.is(Kind::Erasure) && leaf.is_held() && !leaf.is_misplaced()) {
            if let Ok(Some(target)) = about_holds(self, leaf) {
                erased.insert(target.chain.unwrap_or(target.place));
            }
        }
        let with_chain = |leaf: &&Leaf| self.acted_on(leaf).is_some_and(|chain| erased.contains(&chain));
        let acts: Vec<StatementId> = self.all().filter(with_chain).map(|leaf| leaf.place).collect();
        erased.extend(acts);
        erased
    }

    /// R145: the chain that an act of the listing city is on, whether the act has an effect or not.
    fn acted_on(&self, leaf: &Leaf) -> Option<StatementId> {
        let kind = leaf.header().map(|header| header.kind)?;
        if !is_act(kind) || kind == Kind::Erasure {
            return None;
        }
        let mut link = self.named(leaf)?;
        if matches!(kind, Kind::Reinstatement | Kind::Resumption) {
            link = self.named(Some(link).filter(|relief| relief.header().is_some_and(|h| is_relief(h.kind)))?)?;
        }
        link.chain
    }

    /// What a statement names in its own log, where that is earlier and has the digest (R102).
    fn named(&self, leaf: &Leaf) -> Option<&Leaf> {
        let about = leaf.header()?.about.filter(|about| about.id.city == leaf.place.city)?;
        let earlier = order(about.id) < order(leaf.place);
        let target = self.leaf(about.id).filter(|_| earlier)?;
        target.said.as_ref().is_some_and(|(_, digest)| *digest == about.digest).then_some(target)
    }

    /// Every leaf of every log, by city and place.
    pub(super) fn all(&self) -> impl Iterator<Item = &Leaf> {
        self.cities.values().flat_map(|log| &log.leaves)
    }

    pub(super) fn log(&self, city: CityCode) -> &[Leaf] {
        self.cities.get(&city).map_or(&[], |log| &log.leaves)
    }

    /// The leaf that stands at a place. What was abandoned never stood anywhere, but for reliefs that are kept (R86).
    pub(super) fn leaf(&self, place: StatementId) -> Option<&Leaf> {
        self.log(place.city).iter().find(|leaf| leaf.place == place && leaf.is_held())
    }

    /// Every leaf on a line, for whoever looks for the cause of a difference.
    #[must_use]
    pub fn told(&self) -> String {
        let line = |leaf: &Leaf| {
            let kind = leaf.header().map_or("unreadable", |header| header.kind.name());
            let about = leaf.about().map_or_else(String::new, |about| format!(" about {about}"));
            let chain = leaf.chain.map_or_else(String::new, |chain| format!(" of {chain}"));
            let (standing, effect, heard) = (leaf.standing, leaf.effect, leaf.heard);
            format!("{} {kind}{about}{chain}: {standing:?}, {effect:?}, heard {heard}\n", leaf.place)
        };
        self.all().map(line).collect()
    }

    /// Every subject that some readable listing names.
    #[must_use]
    pub fn subjects(&self) -> BTreeSet<SubjectId> {
        self.all().filter_map(|leaf| leaf.listing().map(|body| body.subject.id.clone())).collect()
    }
}

impl Leaf {
    fn new(place: StatementId, standing: Standing, said: Option<Statement>) -> Self {
        Self {
            place,
            standing,
            said: said.map(|said| (said.header, said.digest)),
            content: Content::Lacking,
            effect: Effect::Stands,
            heard: true,
            chain: None,
        }
    }
    fn is_held(&self) -> bool {
        match self.standing {
            Standing::Abandoned { reliefs_kept: kept } | Standing::Frozen { followed: kept } if !kept => {
                let kept = matches!(self.standing, Standing::Frozen { .. });
                kept && self.header().is_some_and(|header| is_relief(header.kind))
            }
            Standing::Abandoned { .. } => self.header().is_some_and(|header| is_relief(header.kind)),
            _ => true,
        }
    }
    /// R86, and the branch of R89 that this node does not follow.
    pub(super) const fn is_left_behind(&self) -> bool {
        matches!(self.standing, Standing::Abandoned { .. } | Standing::Frozen { followed: false })
    }
    /// The place that it names.
    pub(super) fn about(&self) -> Option<StatementId> {
        self.header().and_then(|header| header.about).map(|about| about.id)
    }
    pub(super) fn listing(&self) -> Option<&EntryBody> {
        match &self.content {
            Content::Listing(body) => Some(body),
            _ => None,
        }
    }
    pub(super) fn header(&self) -> Option<&Header> {
        self.said.as_ref().map(|(header, _)| header)
    }
    pub(super) fn is(&self, kind: Kind) -> bool {
        self.header().is_some_and(|header| header.kind == kind)
    }
    /// R134: it stands in the log at the place that it names, and in no voided stretch.
    pub(super) fn owes_body(&self) -> bool {
        let stands = matches!(self.standing, Standing::Live | Standing::Frozen { followed: true });
        self.said.is_some() && stands && !self.is_misplaced()
    }
    /// R101: its header names another place than its own.
    pub(super) fn is_misplaced(&self) -> bool {
        self.header().is_some_and(|header| header.id() != self.place || header.issuer.city != header.city)
    }
}

/// R41, R107, R134: what became of a body.
fn content_of(leaf: &Leaf, held: &Held, erased: &BTreeSet<StatementId>) -> Content {
    let Some((header, _)) = &leaf.said else { return Content::Malformed };
    if !header.disclosure.allows(leaf.place.city, held.reader) {
        return Content::NotReader;
    }
    if erased.contains(&leaf.chain.unwrap_or(leaf.place)) {
        return Content::Erased;
    }
    let fits = |bytes: &&Vec<u8>| {
        let due = commitment(&held.genesis.id(), header.city, header.kind, header.body_version, bytes);
        due == header.commitment
    };
    let Some(bytes) = held.bodies.get(&leaf.place).filter(fits) else { return Content::Lacking };
    match Body::decode(header.kind, header.body_version, bytes) {
        Ok(Body::Listing(body)) => Content::Listing(body),
        Ok(Body::Recognition(body)) => Content::Recognition(body),
        Ok(Body::Response(body)) => Content::Response(body),
        Ok(_) => Content::Other,
        Err(BodyFault::Version) => Content::NeedsNewerNode,
        Err(_) => Content::Malformed,
    }
}
