//! The state machine: its fields, its two entrances, and how it starts. Each act has a file of its own; `handle` only
//! delegates.

use crate::clock::Clocks;
use crate::effect::{Effect, Event, Outcome, Refusal};
use crate::heads::Heads;
use crate::input::{Input, Ticket};
use crate::ledger::{Family, HeadRow, LedgerRead, LedgerTree, ReadFault, Txn, city_key, evidence_key, meta};
use crate::publish::Pending;
use crate::room::{Quota, Rooms};
use crate::signing::{ClosedReason, Continuity, SigningState};
use crate::sync::Sync;
use crate::witness::witnessed_by;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::key::Sign;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::Memory;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{frontier_at, root_at};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The keys of the own city, by epoch. The engine asks for signatures and never sees a secret.
pub trait Signer {
    fn log_key(&self, epoch: Epoch) -> Option<&(dyn Sign + std::marker::Sync)>;
    fn cosigner_key(&self, epoch: Epoch) -> Option<&(dyn Sign + std::marker::Sync)>;
    /// Signs many messages with one log key; implementations may use several threads.
    fn sign_many(&self, epoch: Epoch, messages: &[Vec<u8>]) -> Option<Vec<[u8; 64]>> {
        let key = self.log_key(epoch)?;
        Some(messages.iter().map(|message| key.sign(message)).collect())
    }
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub city: CityCode,
    pub editions: BTreeMap<Digest, Edition>,
    /// Whether entries about natural persons are signed (DOMAIN rule 11).
    pub allow_natural_persons: bool,
    /// Names that mean this city itself: an entry that names one of them as its source is its own list (R152).
    pub own_names: Vec<String>,
    /// Milliseconds between rounds of anti-entropy with a peer (30,000).
    pub sync_every_ms: i64,
    /// Milliseconds between own cosignatures on a quiet log (60,000).
    pub heartbeat_every_ms: i64,
    /// Whether fresh statements are spread by gossip.
    pub gossip: bool,
    /// Whether logs are compared and pulled.
    pub anti_entropy: bool,
    /// Partners that must have confirmed our log before the first signature after a start; 0 signs at once.
    pub partners_before_signing: usize,
    /// Milliseconds that a hold lasts (60,000).
    pub hold_ms: i64,
    /// How long other members' logs may be before they are fetched slowly.
    pub quota: Quota,
    /// Witnesses of one log ([`crate::witness::WITNESSES`]).
    pub witnesses: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineFault {
    #[error(transparent)]
    Read(#[from] ReadFault),
    #[error("the stored head of {city} does not fit its checkpoint or its leaves; run `huxin fsck`")]
    Head { city: CityCode },
    #[error("the own city {0} is no member of the federation")]
    NotAMember(CityCode),
    #[error("a stored key record is refused ({code}); run `huxin fsck`")]
    Record { code: &'static str },
}

/// Signing as the engine keeps it; [`SigningState`] is what others see.
pub(crate) struct Signing {
    pub state: SigningState,
    /// Partners that have confirmed our log since the start.
    pub confirmed: BTreeSet<CityCode>,
    pub held_until: Option<Millis>,
    /// The last own key record when an operator last held signing in this life: what a rotation continues from.
    pub held_record: Option<Digest>,
    /// Whether the store is not the continuation of the last signature, and no rotation has followed that yet.
    pub broken: bool,
    /// An own epoch that an operator's record opened and whose beginning is still to be fetched.
    pub opening: Option<Epoch>,
    pub last_issued: Millis,
    /// A key record that lay in the key folder at the start, and waits until partners were heard.
    pub left_record: Option<(Ticket, Vec<u8>)>,
    /// When our cosigner last said that our log is fresh.
    pub last_heartbeat: Option<Millis>,
}

pub struct Engine {
    pub(crate) settings: Settings,
    pub(crate) roster: Roster,
    /// How far each member's log is held; the same as the stored rows under the batch in construction.
    pub(crate) heads: BTreeMap<CityCode, HeadRow>,
    pub(crate) signing: Signing,
    /// Checkpoints and cosignatures verified before.
    pub(crate) verified: Memory,
    pub(crate) sync: Sync,
    pub(crate) rooms: Rooms,
    pub(crate) clocks: Clocks,
    /// What [`Engine::heads`] hands out, and the cities of which it is behind the ledger.
    heads_told: Arc<Heads>,
    changed: BTreeSet<CityCode>,
    /// Logs that we witness.
    pub(crate) witnessed: BTreeSet<CityCode>,
    /// Logs whose newest checkpoint our cosigner has not yet signed.
    pub(crate) to_cosign: BTreeSet<CityCode>,
    // What follows belongs to the group under construction and is empty between `seal` and the next `handle`.
    pub(crate) pending: Vec<Pending>,
    /// Own leaves signed in this group, for gossip.
    pub(crate) fresh: Vec<crate::spread::FreshLeaf>,
    pub(crate) own_head_moved: bool,
    pub(crate) effects: Vec<Effect>,
    pub(crate) replies: Vec<(Ticket, Result<Outcome, Refusal>)>,
}

impl Engine {
    /// Starts from what is stored. `roster` is fresh from the genesis; stored key records are taken up here, and every stored
    /// head is checked against its checkpoint and its tree.
    pub fn open(
        settings: Settings,
        mut roster: Roster,
        continuity: Continuity,
        read: &impl LedgerRead,
    ) -> Result<Self, EngineFault> {
        let me = settings.city;
        if roster.city(me).is_none() {
            return Err(EngineFault::NotAMember(me));
        }
        crate::record::take_up_stored(read, &mut roster)?;
        let mut heads = BTreeMap::new();
        for member in roster.cities() {
            let head = HeadRow::read(read, member.code)?;
            check_head(read, member.code, &head)?;
            heads.insert(member.code, head);
        }
        let heads_told = Heads::read(read, &roster)?;
        let last_issued = read
            .get(Family::Meta, meta::LAST_ISSUED)?
            .and_then(|row| row.try_into().ok())
            .map_or(Millis(0), |row| Millis(i64::from_be_bytes(row)));
        let needed = settings.partners_before_signing;
        let accused = match roster.city(me) {
            Some(member) => read.get(Family::Evidence, &evidence_key(me, member.current().epoch))?.is_some(),
            None => false,
        };
        let state = match continuity {
            // Two histories were signed under this epoch: no start makes one of them, only a key record.
            _ if accused => SigningState::Closed(ClosedReason::HeardOther),
            Continuity::Broken => SigningState::Closed(ClosedReason::NotContinued),
            Continuity::New | Continuity::Proved if needed == 0 => SigningState::Ready,
            Continuity::New | Continuity::Proved => SigningState::Asking { heard: 0, needed },
        };
        // A process that ended while it fetched the beginning of its own epoch goes on waiting for it.
        let held = heads.get(&me).map_or(Size(0), |head| head.frontier.size());
        let opening = roster.city(me).map(|member| (member.current().epoch, member.current().from));
        let opening = opening.filter(|(_, from)| continuity == Continuity::Proved && !accused && held < *from);
        let witnessed = witnessed_by(&roster, me, settings.witnesses);
        let to_cosign =
            heads.iter().filter(|(c, h)| witnessed.contains(c) && h.checkpoint.is_some()).map(|(c, _)| *c).collect();
        let mut engine = Self {
            settings,
            roster,
            heads,
            signing: Signing {
                state,
                confirmed: BTreeSet::new(),
                held_until: None,
                held_record: None,
                broken: continuity == Continuity::Broken,
                opening: opening.map(|(epoch, _)| epoch),
                last_issued,
                last_heartbeat: None,
                left_record: None,
            },
            verified: Memory::default(),
            sync: Sync::new(),
            rooms: Rooms::default(),
            clocks: Clocks::default(),
            heads_told: Arc::new(heads_told),
            changed: BTreeSet::new(),
            witnessed,
            to_cosign,
            pending: Vec::new(),
            fresh: Vec::new(),
            own_head_moved: false,
            effects: Vec::new(),
            replies: Vec::new(),
        };
        if engine.signing.state == SigningState::Ready {
            engine.announce_own_epoch();
        }
        Ok(engine)
    }

    /// Handles one input. Nothing leaves and nothing is durable until the group is [sealed](Self::seal) and committed; what
    /// is written goes into `txn`, what is to be said is kept until then.
    pub fn handle(
        &mut self,
        now: Millis,
        input: Input,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        self.notice_time(now);
        self.left_record(txn, signer)?;
        match input {
            Input::Publish { ticket, drafts } => self.publish(now, ticket, drafts, txn, signer),
            Input::PublishEach { ticket, commands, rehearse } => {
                self.publish_each(now, ticket, (commands, rehearse), txn, signer)
            }
            Input::Segment { ticket, road, segment } => self.segment(now, ticket, road, *segment, txn, signer),
            Input::Connected { peer, city } => self.connected(now, peer, city, txn),
            Input::Disconnected { peer } => {
                self.disconnected(now, &peer);
                Ok(())
            }
            Input::Answered { peer, asked, answer } => self.answered(now, &peer, asked, answer, txn, signer),
            Input::Hold { ticket } => self.hold(now, ticket, txn, signer),
            Input::Record { ticket, bytes, consent } => self.operator_record(ticket, (&bytes, consent), txn, signer),
            Input::Room(room) => {
                self.take_room(room);
                Ok(())
            }
            Input::Tick => self.tick(now, txn, signer),
        }
    }

    /// Closes a group of inputs: signs what was drafted and one checkpoint over it, and hands out the effects, which may leave
    /// only after `txn.batch` is durable. After a failed commit the engine must be dropped.
    pub fn seal(&mut self, now: Millis, txn: &mut Txn<'_>, signer: &dyn Signer) -> Result<Vec<Effect>, ReadFault> {
        self.sign_pending(txn, signer)?;
        self.sign_checkpoint(now, txn, signer)?;
        self.renew_heads(txn)?;
        let mut effects = Vec::new();
        // Answers first: the submitter waits for them.
        for (ticket, outcome) in self.replies.drain(..) {
            effects.push(Effect::Reply { ticket, outcome });
        }
        effects.append(&mut self.effects);
        Ok(effects)
    }

    /// The roster as the engine knows it; it grows by key records.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }
    #[must_use]
    pub fn signing(&self) -> SigningState {
        self.signing.state.clone()
    }

    /// How far each log is held, as of the last group sealed. Partners may be told once that group is durable.
    #[must_use]
    pub const fn heads(&self) -> &Arc<Heads> {
        &self.heads_told
    }

    /// Tells partners which logs are over their quota here, and keeps it up to date.
    pub(crate) fn tell_over_quota(&mut self, now: Millis) {
        let cities = self.over_quota(now);
        if !self.heads_told.are_over_quota(&cities) {
            Arc::make_mut(&mut self.heads_told).mark_over_quota(&cities);
        }
    }

    /// As [`Engine::heads`], with the group under construction.
    pub(crate) fn renew_heads(&mut self, txn: &Txn<'_>) -> Result<Arc<Heads>, ReadFault> {
        if !self.changed.is_empty() {
            let heads = Arc::make_mut(&mut self.heads_told);
            for city in std::mem::take(&mut self.changed) {
                if let Some(member) = self.roster.city(city) {
                    heads.renew(txn, &self.roster, member)?;
                }
            }
        }
        Ok(Arc::clone(&self.heads_told))
    }

    /// Head, records, cosignatures or evidence of a city are no longer what they were.
    pub(crate) fn note_changed(&mut self, city: CityCode) {
        self.changed.insert(city);
    }

    /// Moves a head, in memory and in the batch.
    pub(crate) fn put_head(&mut self, city: CityCode, head: HeadRow, txn: &mut Txn<'_>) {
        txn.put(Family::Head, city_key(city), head.encode());
        self.heads.insert(city, head);
        self.note_changed(city);
    }

    pub(crate) const fn me(&self) -> CityCode {
        self.settings.city
    }
    pub(crate) fn head(&self, city: CityCode) -> HeadRow {
        self.heads.get(&city).cloned().unwrap_or_default()
    }
    pub(crate) fn size(&self, city: CityCode) -> Size {
        self.heads.get(&city).map_or(Size(0), |head| head.frontier.size())
    }
    pub(crate) fn event(&mut self, event: Event) {
        self.effects.push(Effect::Event(event));
    }
    pub(crate) fn reply(&mut self, ticket: Option<Ticket>, outcome: Result<Outcome, Refusal>) {
        if let Some(ticket) = ticket {
            self.replies.push((ticket, outcome));
        }
    }
    pub(crate) fn set_signing(&mut self, state: SigningState) {
        if self.signing.state != state {
            self.signing.state = state.clone();
            self.event(Event::SigningChanged { state });
        }
    }
}

/// The frontier must be what the tree says, and the checkpoint must be about this tree.
fn check_head(read: &impl LedgerRead, city: CityCode, head: &HeadRow) -> Result<(), EngineFault> {
    let tree = LedgerTree { read, city };
    let fault = || EngineFault::Head { city };
    let size = head.frontier.size();
    if frontier_at(&tree, size).map_err(|_| fault())? != head.frontier {
        return Err(fault());
    }
    if let Some(checkpoint) = head.checkpoint()? {
        let checkpoint = checkpoint.checkpoint;
        let fits = checkpoint.origin.city == city
            && checkpoint.size <= size
            && root_at(&tree, checkpoint.size).map_err(|_| fault())? == checkpoint.root;
        if !fits {
            return Err(fault());
        }
    }
    Ok(())
}
