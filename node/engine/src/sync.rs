//! Anti-entropy: on connect, every half minute and on a gap, nodes compare how far they hold each log and pull what they
//! lack. Each log is pulled from one peer at a time, in windows that overlap with their own admission.

use crate::effect::{Effect, Event};
use crate::engine::{Engine, Signer};
use crate::gather::sources;
use crate::index::{read_leaf, write_late_body};
use crate::input::{Answer, Asked, Peer, Road};
use crate::ledger::{Family, LedgerRead, LedgerTree, ReadFault, Txn, place_key};
use crate::serve::{heads, heads_digest};
use crate::signing::SigningState;
use crate::wire::{BODIES_PER_REQUEST, HeadSummary, Request};
use huxin_protocol::body::commitment;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::segment::{ReadSegment, SegmentFault};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::root_at;
use std::collections::{BTreeMap, BTreeSet};

/// Windows of one pull on their way at once: one is served, one travels, one is read, one is written.
const WINDOWS: usize = 4;
/// Statements asked for in one window. At 1.2 KiB with body it stays below a page.
const WINDOW: u32 = 512;
/// After this time another partner that has more of a log may take its pull over: less than a round, so that a partner that
/// gives a log out leaf by leaf holds it back for one round and not for as long as it likes.
const TURN_MS: i64 = 20_000;
/// Bodies looked for in one round.
const BODIES_PER_ROUND: usize = BODIES_PER_REQUEST;

/// What a request was for.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    Heads,
    Window {
        city: CityCode,
        from: Seq,
    },
    Bodies,
    /// What a partner claims about our own log.
    Proof,
}

#[derive(Debug)]
struct Partner {
    city: CityCode,
    next_round: Millis,
    asked: BTreeMap<Asked, Purpose>,
}

/// One log being pulled from one peer.
#[derive(Debug)]
struct Pull {
    peer: Peer,
    since: Millis,
    /// Size to reach, as the peer told.
    target: Size,
    /// Where the next window begins.
    next: Seq,
    /// Statements of one window: fewer where the peer's pages hold fewer.
    window: u32,
    under_way: usize,
    /// Windows that came before their turn, by their beginning; at most [`WINDOWS`].
    early: BTreeMap<Seq, Box<ReadSegment>>,
    /// Size when these windows were first asked for; a pull that does not move is given up.
    began_at: Size,
}

pub(crate) struct Sync {
    partners: BTreeMap<Peer, Partner>,
    pulls: BTreeMap<CityCode, Pull>,
    next_asked: u64,
    /// Which reader is asked next for lacking bodies.
    body_turn: usize,
}

impl Sync {
    pub(crate) fn new(_now: Millis) -> Self {
        Self { partners: BTreeMap::new(), pulls: BTreeMap::new(), next_asked: 0, body_turn: 0 }
    }
}

impl Engine {
    pub(crate) fn connected(
        &mut self,
        now: Millis,
        peer: Peer,
        city: CityCode,
        txn: &Txn<'_>,
    ) -> Result<(), ReadFault> {
        self.sync.partners.insert(peer.clone(), Partner { city, next_round: now, asked: BTreeMap::new() });
        self.rounds(now, txn)
    }

    pub(crate) fn disconnected(&mut self, peer: &Peer) {
        self.sync.partners.remove(peer);
        self.sync.pulls.retain(|_, pull| pull.peer != *peer);
    }

    pub(crate) fn tick(&mut self, now: Millis, txn: &mut Txn<'_>, signer: &dyn Signer) -> Result<(), ReadFault> {
        self.end_hold(now);
        self.end_doubts(now);
        self.cosign_heads(now, txn, signer)?;
        self.rounds(now, txn)
    }

    /// Asks every partner whose round is due.
    fn rounds(&mut self, now: Millis, txn: &Txn<'_>) -> Result<(), ReadFault> {
        // Signing waits for partners' answers even where pulling is switched off.
        let asking = matches!(self.signing.state, SigningState::Asking { .. });
        if !self.settings.anti_entropy && !asking {
            return Ok(());
        }
        let due: Vec<Peer> = self
            .sync
            .partners
            .iter()
            .filter(|(_, partner)| partner.next_round <= now)
            .filter(|(_, partner)| !partner.asked.values().any(|purpose| matches!(purpose, Purpose::Heads)))
            .map(|(peer, _)| peer.clone())
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let digest = heads_digest(&heads(txn, &self.roster)?);
        for peer in due {
            if let Some(partner) = self.sync.partners.get_mut(&peer) {
                partner.next_round = Millis(now.0 + self.settings.sync_every_ms);
            }
            self.ask(&peer, Purpose::Heads, Request::Heads { digest });
        }
        self.look_for_bodies(txn)
    }

    pub(crate) fn ask(&mut self, peer: &Peer, purpose: Purpose, request: Request) {
        let Some(partner) = self.sync.partners.get_mut(peer) else { return };
        let asked = Asked(self.sync.next_asked);
        self.sync.next_asked += 1;
        partner.asked.insert(asked, purpose);
        self.effects.push(Effect::Ask { peer: peer.clone(), asked, request });
    }

    pub(crate) fn answered(
        &mut self,
        now: Millis,
        peer: &Peer,
        asked: Asked,
        answer: Answer,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let Some(partner) = self.sync.partners.get_mut(peer) else { return Ok(()) };
        let city = partner.city;
        // An answer that was not asked for, or comes twice, is nothing to us.
        let Some(purpose) = partner.asked.remove(&asked) else { return Ok(()) };
        if let Answer::Busy { retry_after_ms } = &answer {
            partner.next_round = partner.next_round.min(Millis(now.0 + i64::from(*retry_after_ms)));
        }
        match (purpose, answer) {
            (Purpose::Heads, Answer::Same) => {
                self.no_doubt(city);
                self.confirm(city);
            }
            (Purpose::Heads, Answer::Heads(told)) => self.compare(now, peer, city, &told, txn)?,
            (Purpose::Proof, answer) => self.proof(peer, answer, txn, signer)?,
            (Purpose::Window { city, from }, answer) => self.window(now, peer, (city, from), answer, txn, signer)?,
            (Purpose::Bodies, Answer::Bodies(bodies)) => self.bodies(bodies, txn)?,
            (Purpose::Bodies, Answer::Nothing) | (_, Answer::Busy { .. }) => {}
            (_, Answer::Failed { code }) => self.event(Event::Refused { road: "sync", code }),
            _ => self.event(Event::Refused { road: "sync", code: "other_answer" }),
        }
        Ok(())
    }

    /// A partner holds nothing of our log that we do not hold.
    fn confirm(&mut self, partner: CityCode) {
        self.signing.confirmed.insert(partner);
        if let SigningState::Asking { needed, .. } = self.signing.state {
            let heard = self.signing.confirmed.len();
            let state = if heard >= needed { SigningState::Ready } else { SigningState::Asking { heard, needed } };
            self.set_signing(state);
        }
    }

    fn compare(
        &mut self,
        now: Millis,
        peer: &Peer,
        partner: CityCode,
        told: &[HeadSummary],
        txn: &Txn<'_>,
    ) -> Result<(), ReadFault> {
        let ours: BTreeMap<CityCode, HeadSummary> =
            heads(txn, &self.roster)?.into_iter().map(|head| (head.city, head)).collect();
        let mut own_is_fine = true;
        for theirs in told {
            let Some(held) = ours.get(&theirs.city) else { continue };
            let newer_record = !self.knows_epoch(theirs.city, theirs.epoch);
            if theirs.city == self.me() {
                own_is_fine = self.compare_own(theirs, newer_record, txn)?;
            }
            if !self.settings.anti_entropy && theirs.city != self.me() {
                continue;
            }
            let more = theirs.proved > held.size;
            let other_witnesses = theirs.proved == held.size && theirs.witnesses != held.witnesses;
            if more || newer_record || other_witnesses {
                self.pull(now, peer, theirs.city, theirs.proved);
            }
        }
        if own_is_fine {
            self.no_doubt(partner);
            self.confirm(partner);
        } else {
            self.doubt(now, peer, partner);
        }
        Ok(())
    }

    /// How far a partner holds our own log decides whether we may sign. Whether it is a part of ours.
    fn compare_own(&self, theirs: &HeadSummary, newer_record: bool, txn: &Txn<'_>) -> Result<bool, ReadFault> {
        let me = self.me();
        if theirs.size > self.size(me) || newer_record {
            return Ok(false);
        }
        let ours =
            root_at(&LedgerTree { read: txn, city: me }, theirs.size).map_err(|_| ReadFault::row(Family::Tree))?;
        Ok(ours == theirs.root)
    }

    /// Something of this city came before its turn: pull what lies between, now.
    pub(crate) fn want(
        &mut self,
        now: Millis,
        peer: &Peer,
        city: CityCode,
        target: Size,
        txn: &Txn<'_>,
    ) -> Result<(), ReadFault> {
        if !self.settings.anti_entropy {
            return Ok(());
        }
        if self.sync.partners.contains_key(peer) {
            self.pull(now, peer, city, target);
            return Ok(());
        }
        // The message was forwarded by somebody who has gone since; any other partner may have it too.
        for partner in self.sync.partners.values_mut() {
            partner.next_round = now;
        }
        self.rounds(now, txn)
    }

    /// Begins to pull a log from a peer, or lets the pull under way reach further. One that another peer has had for long
    /// goes over to this one; windows of the other that still come are welcome.
    fn pull(&mut self, now: Millis, peer: &Peer, city: CityCode, target: Size) {
        let held = self.size(city);
        let over = |pull: &Pull| pull.peer != *peer && now.0 - pull.since.0 >= TURN_MS;
        if self.sync.pulls.get(&city).is_some_and(over) {
            self.sync.pulls.remove(&city);
        }
        if let Some(pull) = self.sync.pulls.get_mut(&city) {
            pull.target = pull.target.max(target);
        } else {
            let pull = Pull {
                peer: peer.clone(),
                since: now,
                target,
                next: Seq(held.0),
                window: WINDOW,
                under_way: 0,
                early: BTreeMap::new(),
                began_at: held,
            };
            self.sync.pulls.insert(city, pull);
            // Asked even where nothing is lacking: records and cosignatures come with it.
            self.ask_window(city);
        }
        self.fill(city);
    }

    fn ask_window(&mut self, city: CityCode) {
        let epoch = self.roster.city(city).map_or(Epoch::FIRST, |member| member.current().epoch);
        let Some(pull) = self.sync.pulls.get_mut(&city) else { return };
        let from = pull.next;
        let count = pull.window;
        pull.next = Seq(from.0 + u64::from(count));
        pull.under_way += 1;
        let peer = pull.peer.clone();
        self.ask(&peer, Purpose::Window { city, from }, Request::Segment { city, from, count, epoch });
    }

    fn fill(&mut self, city: CityCode) {
        let room = |pull: &Pull| pull.under_way + pull.early.len() < WINDOWS && pull.next.0 < pull.target.0;
        while self.sync.pulls.get(&city).is_some_and(room) {
            self.ask_window(city);
        }
    }

    fn window(
        &mut self,
        now: Millis,
        peer: &Peer,
        (city, asked_from): (CityCode, Seq),
        answer: Answer,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let held = self.size(city);
        let refused = match &answer {
            Answer::Segment(segment) if segment.city != city => Some("other_city"),
            // A run is asked for at its place; one from elsewhere is no answer. Without leaves it speaks of the checkpoint.
            Answer::Segment(segment) if !segment.leaves.is_empty() && segment.from != asked_from => Some("other_place"),
            Answer::Failed { code } => Some(*code),
            Answer::Heads(_) | Answer::Bodies(_) | Answer::Same => Some("other_answer"),
            Answer::Segment(_) | Answer::Nothing | Answer::Busy { .. } => None,
        };
        if let Some(code) = refused {
            self.event(Event::Refused { road: "sync", code });
        }
        let mut segment = match answer {
            Answer::Segment(segment) if refused.is_none() => Some(segment),
            Answer::Nothing => None,
            _ => {
                self.give_up(now, peer, city);
                return Ok(());
            }
        };
        if let Some(pull) = self.sync.pulls.get_mut(&city).filter(|pull| pull.peer == *peer) {
            pull.under_way = pull.under_way.saturating_sub(1);
            if let Some(early) = segment.take_if(|segment| segment.from.0 > held.0 && pull.under_way > 0) {
                pull.early.insert(early.from, early);
            }
        }
        let road = Road::Sync { from: peer.clone() };
        while let Some(next) = segment.take() {
            let count = next.leaves.len() as u32;
            match self.admit(&road, *next, txn, signer)? {
                Ok(_) => {}
                // A window before this one was cut short by the page limit; it is asked for again below.
                Err(SegmentFault::Gap) => {}
                Err(fault) => {
                    self.refused(&road, fault);
                    self.give_up(now, peer, city);
                    return Ok(());
                }
            }
            let held = self.size(city);
            let at_border = self.roster.city(city).is_some_and(|member| member.is_border(held));
            let Some(pull) = self.sync.pulls.get_mut(&city).filter(|pull| pull.peer == *peer) else { return Ok(()) };
            if count > 0 && count < pull.window && held < pull.target && !at_border {
                // The peer's page ended. Windows of this length come whole.
                pull.window = count;
            }
            segment = pull.early.remove(&Seq(held.0));
        }
        let held = self.size(city);
        let Some(pull) = self.sync.pulls.get_mut(&city).filter(|pull| pull.peer == *peer) else { return Ok(()) };
        if pull.under_way == 0 {
            // All windows are in. A peer that told of more than it gives is left until its next round.
            if held >= pull.target || held == pull.began_at {
                self.sync.pulls.remove(&city);
                return Ok(());
            }
            pull.began_at = held;
            pull.next = Seq(held.0);
            pull.early.clear();
        }
        self.fill(city);
        Ok(())
    }

    /// This peer gives nothing more of this log for now; another may do better at once.
    fn give_up(&mut self, now: Millis, peer: &Peer, city: CityCode) {
        if self.sync.pulls.get(&city).is_some_and(|pull| pull.peer == *peer) {
            self.sync.pulls.remove(&city);
            for (other, partner) in &mut self.sync.partners {
                if other != peer {
                    partner.next_round = partner.next_round.min(now);
                }
            }
        }
    }

    /// Asks readers for bodies that we may read and do not hold.
    fn look_for_bodies(&mut self, txn: &Txn<'_>) -> Result<(), ReadFault> {
        if self.sync.partners.is_empty() || !self.settings.anti_entropy {
            return Ok(());
        }
        let mut any = false;
        txn.scan(Family::Lacking, &[], &[0xff; 32], &mut |_, _| {
            any = true;
            false
        })?;
        if !any {
            return Ok(());
        }
        let me = self.me();
        let federation = self.roster.federation();
        let mut wanted: BTreeMap<Peer, Vec<StatementId>> = BTreeMap::new();
        let turn = self.sync.body_turn;
        self.sync.body_turn += 1;
        for source in sources(txn, &self.roster, me)?.into_values() {
            for seq in source.lacking.into_iter().take(BODIES_PER_ROUND) {
                let Some(statement) = read_leaf(txn, &federation, source.city, seq)? else { continue };
                let header = &statement.header;
                let readers: Vec<&Peer> = self
                    .sync
                    .partners
                    .iter()
                    .filter(|(_, partner)| header.disclosure.allows(source.city, partner.city))
                    .map(|(peer, _)| peer)
                    .collect();
                // The issuer first, then every other reader in turn.
                let issuer = self.sync.partners.iter().find(|(_, p)| p.city == source.city).map(|(peer, _)| peer);
                let chosen = if turn.is_multiple_of(2) { issuer } else { None }
                    .or_else(|| readers.get(turn / 2 % readers.len().max(1)).copied());
                if let Some(peer) = chosen {
                    wanted.entry(peer.clone()).or_default().push(header.id());
                }
            }
        }
        for (peer, mut ids) in wanted {
            ids.truncate(BODIES_PER_REQUEST);
            self.ask(&peer, Purpose::Bodies, Request::Bodies { ids });
        }
        Ok(())
    }

    /// Bodies that came later than their statements. Those that do not match are dropped and counted.
    fn bodies(&mut self, bodies: Vec<(StatementId, Vec<u8>)>, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
        let me = self.me();
        let federation = self.roster.federation();
        let mut count = 0;
        for (id, body) in bodies {
            if txn.get(Family::Lacking, &place_key(id.city, id.seq))?.is_none() {
                continue;
            }
            let Some(statement) = read_leaf(&*txn, &federation, id.city, id.seq)? else { continue };
            let header = &statement.header;
            let fits = header.id() == id
                && header.disclosure.allows(id.city, me)
                && commitment(&federation, id.city, header.kind, header.body_version, &body) == header.commitment;
            if fits {
                write_late_body(txn, &federation, me, header, body)?;
                count += 1;
            } else {
                self.event(Event::Refused { road: "sync", code: "body_commitment" });
            }
        }
        if count > 0 {
            self.event(Event::BodiesArrived { count });
        }
        Ok(())
    }

    /// Cities whose logs are being pulled, with how many statements are still missing: for metrics.
    #[must_use]
    pub fn missing(&self) -> BTreeMap<CityCode, u64> {
        self.sync.pulls.iter().map(|(city, pull)| (*city, pull.target.0.saturating_sub(self.size(*city).0))).collect()
    }

    /// Member cities with a connection.
    #[must_use]
    pub fn connected_cities(&self) -> BTreeSet<CityCode> {
        self.sync.partners.values().map(|partner| partner.city).collect()
    }
}
