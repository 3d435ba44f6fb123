//! Own statements: checked, given a place, signed. Strictness belongs here, to the moment of signing; at receipt the door
//! admits and the fold judges.

use crate::effect::{Outcome, Refusal};
use crate::engine::{Engine, Signer};
use crate::gather;
use crate::index::{HeldBody, chain, is_erased, listings_on_ground, read_leaf, write_rows};
use crate::input::{Draft, Ticket};
use crate::ledger::{Family, LedgerRead, ReadFault, STORED_LEVELS, Txn, body_key, meta, place_key, tree_key};
use crate::signing::SigningState;
use crate::spread::FreshLeaf;
use huxin_protocol::body::{Body, EntryBody, Lookup};
use huxin_protocol::cose::{self, SignedType};
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::edition::Issue;
use huxin_protocol::fold::{BodyState, Fact, MatterState};
use huxin_protocol::header::{About, BODY_VERSION, Header, Issuer, SUITE_1};
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::{Kind, Misfit, Named, Who};
use huxin_protocol::limits::{self, CLOCK_TOLERANCE_MS};
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::leaf_hash;
use std::collections::BTreeSet;

/// What a header may lack that is otherwise complete.
const UNREADABLE: &str =
    "a header that others can read: 1 to 128 readers in order, an agency of 1 to 64 bytes without invisible characters";

/// A statement that has its place and waits for its signature; the rest of the group already sees it.
pub(crate) struct Pending {
    pub header: Header,
    pub digest: Digest,
    pub payload: Vec<u8>,
    pub to_be_signed: Vec<u8>,
    pub body: Option<Vec<u8>>,
}

/// What an act needs to know of its target.
struct Target {
    kind: Kind,
    digest: Digest,
    about: Option<About>,
}

impl Engine {
    /// All drafts of one command or none.
    pub(crate) fn publish(
        &mut self,
        now: Millis,
        ticket: Ticket,
        drafts: Vec<Draft>,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let outcome = match self.may_sign() {
            Ok(()) => self.command(now, drafts, txn, Some(signer))?.map(Outcome::Published),
            Err(refusal) => Err(refusal),
        };
        self.reply(Some(ticket), outcome);
        Ok(())
    }

    /// Many commands in one input, each checked, placed and answered by itself, in the order given. A rehearsal runs them over
    /// a transaction of its own that is thrown away: the same checks, each after the commands before it, and nothing is
    /// signed.
    pub(crate) fn publish_each(
        &mut self,
        now: Millis,
        ticket: Ticket,
        (commands, rehearse): (Vec<Vec<Draft>>, bool),
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        if let Err(refusal) = self.may_sign() {
            self.reply(Some(ticket), Err(refusal));
            return Ok(());
        }
        let mut outcomes = Vec::with_capacity(commands.len());
        if rehearse {
            let (waiting, last_issued) = (self.pending.len(), self.signing.last_issued);
            let mut trial = Txn::new(txn);
            for drafts in commands {
                outcomes.push(self.command(now, drafts, &mut trial, None)?.map(|_| Vec::new()));
            }
            self.pending.truncate(waiting);
            self.signing.last_issued = last_issued;
        } else {
            for drafts in commands {
                outcomes.push(self.command(now, drafts, txn, Some(signer))?);
            }
        }
        self.reply(Some(ticket), Ok(Outcome::Each(outcomes)));
        Ok(())
    }

    fn may_sign(&self) -> Result<(), Refusal> {
        match &self.signing.state {
            SigningState::Ready => Ok(()),
            state => Err(Refusal::NotSigning(state.clone())),
        }
    }

    /// One command: checked as a whole before any of it takes a place, so that a refusal leaves nothing behind. Drafts of
    /// one command may not act on each other; two listings of one command may not share a ground. Without a signer it is
    /// a rehearsal, and nothing that waits is signed.
    fn command(
        &mut self,
        now: Millis,
        drafts: Vec<Draft>,
        txn: &mut Txn<'_>,
        signer: Option<&dyn Signer>,
    ) -> Result<Result<Vec<StatementId>, Refusal>, ReadFault> {
        if self.rooms.disk.only_endings && !drafts.iter().all(|draft| draft.kind.is_relief()) {
            return Ok(Err(Refusal::OnlyEndings));
        }
        // A person's right waits for no clock: endings are signed, by the partners' time.
        if drafts.iter().any(|draft| !draft.kind.is_relief())
            && let Some(refusal) = self.clock_refuses()
        {
            return Ok(Err(refusal));
        }
        let now = self.clock().honest(now);
        let mut grounds = BTreeSet::new();
        let mut ended = BTreeSet::new();
        let mut abouts = Vec::with_capacity(drafts.len());
        let mut carried_out = BTreeSet::new();
        for draft in &drafts {
            let repeated = draft.ground.is_some_and(|ground| draft.kind == Kind::Entry && !grounds.insert(ground));
            let own = draft.about.filter(|about| about.city == self.me());
            let checked = if repeated {
                Err(Refusal::Incomplete("a ground of its own: two entries of this request rest on the same one"))
            } else if own.is_some_and(|about| ended.contains(&about.seq)) {
                Err(Refusal::Incomplete("a request of its own: this one ends what it acts on"))
            } else {
                self.check(draft, now, &carried_out, txn)?
            };
            // What a Ruling of this command upholds is carried out by what stands before it (R48).
            if let (true, Some(about)) = (draft.kind.is_ending() || draft.kind == Kind::Amendment, own) {
                carried_out.extend(self.chain_with_pending(about.seq, txn)?);
            }
            if let (true, Some(about)) = (draft.kind.is_ending(), own) {
                ended.extend(self.chain_with_pending(about.seq, txn)?);
            }
            match checked {
                Ok(about) => abouts.push(about),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        let mut ids = Vec::with_capacity(drafts.len());
        for (draft, about) in drafts.into_iter().zip(abouts) {
            // An erasure takes away the bodies of leaves, and who reinstates one must find it: so what waits in this group becomes
            // leaves before it.
            if let (Kind::Erasure | Kind::Reinstatement, Some(signer)) = (draft.kind, signer) {
                self.sign_pending(txn, signer)?;
            }
            ids.push(self.place(now, draft, about, txn)?);
        }
        Ok(Ok(ids))
    }

    fn next_seq(&self) -> Seq {
        Seq(self.size(self.me()).0 + self.pending.len() as u64)
    }

    fn epoch(&self) -> Epoch {
        self.roster.city(self.me()).map_or(Epoch::FIRST, |member| member.current().epoch)
    }

    /// The header of a draft at the next place.
    fn header(&self, now: Millis, draft: &Draft, about: Option<About>) -> Header {
        let city = self.me();
        // Times never go back (BYTES, Time), unless the last one was signed by a clock that ran ahead: every statement would
        // otherwise be *not yet* until that day. Order is by place alone, so an honest time harms nothing.
        let ahead = self.signing.last_issued.0 - now.0 > CLOCK_TOLERANCE_MS;
        let issued_at = if ahead { now } else { now.max(self.signing.last_issued) };
        Header {
            suite: SUITE_1,
            city,
            epoch: self.epoch(),
            seq: self.next_seq(),
            issuer: Issuer { city, agency: draft.agency.clone() },
            issued_at,
            kind: draft.kind,
            body_version: BODY_VERSION,
            disclosure: draft.disclosure.clone(),
            about,
            ground: draft.ground,
            commitment: draft.commitment,
        }
    }

    /// Gives a draft its place: header, digest and index rows now, signature and leaf when the group is closed.
    fn place(
        &mut self,
        now: Millis,
        draft: Draft,
        about: Option<About>,
        txn: &mut Txn<'_>,
    ) -> Result<StatementId, ReadFault> {
        let city = self.me();
        let header = self.header(now, &draft, about);
        self.signing.last_issued = header.issued_at;
        let federation = self.roster.federation();
        let payload = header.encode();
        let key = self.roster.city(city).map(|member| member.current().log.digest()).unwrap_or(federation);
        let to_be_signed = cose::to_be_signed(&key, &payload, SignedType::Statement, &federation);
        let digest = Context::Statement.digest(&to_be_signed);
        let id = header.id();
        let lookup = match &draft.body {
            Body::Listing(entry) => Some(Lookup::of(entry)),
            _ => None,
        };
        let body = HeldBody { bytes: draft.body_bytes.clone(), lookup };
        write_rows(txn, &federation, city, id, &header, Some(body))?;
        self.pending.push(Pending { header, digest, payload, to_be_signed, body: Some(draft.body_bytes) });
        Ok(id)
    }

    /// Signs what waits, in the order of its places, and appends it to the own log.
    pub(crate) fn sign_pending(&mut self, txn: &mut Txn<'_>, signer: &dyn Signer) -> Result<(), ReadFault> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let (me, epoch) = (self.me(), self.epoch());
        let mut pending = std::mem::take(&mut self.pending);
        let messages: Vec<Vec<u8>> = pending.iter_mut().map(|p| std::mem::take(&mut p.to_be_signed)).collect();
        let key = self.roster.city(me).map(|member| member.current().log.digest());
        let (Some(signatures), Some(key)) = (signer.sign_many(epoch, &messages), key) else {
            // The state machine opens signing only for an epoch whose keys are there.
            return Err(ReadFault { family: Family::Meta, cause: "the keys of the epoch in force are gone".into() });
        };
        let mut head = self.head(me);
        for (pending, signature) in pending.into_iter().zip(signatures) {
            let leaf = cose::assemble(&key, &pending.payload, &signature);
            head.frontier.push(leaf_hash(&leaf), &mut |place, hash| {
                if place.level.is_multiple_of(STORED_LEVELS) {
                    txn.put(Family::Tree, tree_key(me, place), hash.0.to_vec());
                }
            });
            txn.put(Family::Log, place_key(me, pending.header.seq), leaf.clone());
            let body = pending.body.filter(|_| pending.header.disclosure.is_open_to_members());
            self.fresh.push(FreshLeaf { seq: pending.header.seq, leaf, body });
        }
        txn.put(Family::Meta, meta::LAST_ISSUED.to_vec(), self.signing.last_issued.0.to_be_bytes().to_vec());
        self.heads.insert(me, head);
        self.own_head_moved = true;
        Ok(())
    }

    /// Whether a draft may be signed now, and the digest of what it acts on. `carried_out` are the own listings that earlier
    /// drafts of the command end or amend.
    fn check(
        &self,
        draft: &Draft,
        now: Millis,
        carried_out: &BTreeSet<Seq>,
        txn: &Txn<'_>,
    ) -> Result<Result<Option<About>, Refusal>, ReadFault> {
        if draft.body_bytes.len() > limits::BODY_BYTES {
            return Ok(Err(Refusal::TooLong));
        }
        let me = self.me();
        let about = match draft.about {
            Some(id) => match self.target(id, txn)? {
                Some(target) => Some((id, target)),
                None => return Ok(Err(Refusal::NoSuchStatement(id))),
            },
            None if draft.kind.needs_about() => return Ok(Err(Refusal::Incomplete("the statement it acts on"))),
            None => None,
        };
        if let Some((id, target)) = &about {
            let row = draft.kind.row();
            let named = Named { kind: target.kind, city: id.city, about: target.about.map(|about| about.id.city) };
            match row.map_or(Ok(()), |row| row.may_act_on(me, &named)) {
                Ok(()) => {}
                Err(Misfit::NotTheListingCity | Misfit::NotTheSameCity) => return Ok(Err(Refusal::NotOurs(*id))),
                Err(Misfit::WrongTarget) => {
                    let is_own_entry = target.kind.is_listing() && id.city == me;
                    let for_others = row.is_some_and(|row| row.who == Who::OtherCity);
                    return Ok(Err(match is_own_entry && for_others {
                        true => Refusal::OwnEntry(*id),
                        false => Refusal::WrongTarget(*id),
                    }));
                }
            }
            let acts_as_lister = row.is_some_and(|row| row.who == Who::ListingCity);
            let named = About { id: *id, digest: target.digest };
            if let Some(refusal) = self.may_not_say(draft, &named, target.about, carried_out, txn)? {
                return Ok(Err(refusal));
            }
            let listed = match draft.kind {
                Kind::Reinstatement | Kind::Resumption => target.about.map(|about| about.id),
                // The text of an act, which ends nothing.
                Kind::Erasure if target.kind.is_act() => None,
                _ => Some(*id),
            };
            if acts_as_lister && let Some(listed) = listed {
                match (draft.kind, self.matter(listed, txn)?) {
                    // Only an ending that has an effect can be taken back.
                    (Kind::Reinstatement, MatterState::Ended { endings, .. }) if endings.contains(id) => {}
                    (Kind::Reinstatement, _) => return Ok(Err(Refusal::WrongTarget(*id))),
                    (Kind::Resumption, MatterState::Standing { suspensions, .. }) if suspensions.contains(id) => {}
                    (Kind::Resumption, MatterState::Ended { by, .. }) => {
                        return Ok(Err(Refusal::AlreadyEnded(*id, by)));
                    }
                    (Kind::Resumption, _) => return Ok(Err(Refusal::WithoutEffect(*id))),
                    (Kind::Suspension, MatterState::Standing { suspensions, .. }) if !suspensions.is_empty() => {
                        return Ok(Err(Refusal::AlreadySuspended(*id, suspensions[0])));
                    }
                    // An erasure follows an earlier ending, and also what is void may have to be gone.
                    (Kind::Erasure, _) | (_, MatterState::Standing { .. }) => {}
                    (_, MatterState::Ended { by, .. }) => return Ok(Err(Refusal::AlreadyEnded(*id, by))),
                    (_, MatterState::Void) => return Ok(Err(Refusal::WithoutEffect(*id))),
                }
            }
        }
        // A text that is erased as it is signed says nothing to anybody (R145).
        if let (Kind::Amendment, Some((id, _))) = (draft.kind, &about)
            && is_erased(txn, &self.roster.federation(), me, id.seq)?
        {
            return Ok(Err(Refusal::TextErased(*id)));
        }
        if draft.kind.is_listing() {
            let Body::Listing(entry) = &draft.body else {
                return Ok(Err(Refusal::Incomplete("the body of a listing")));
            };
            if let Err(refusal) = self.check_listing(draft, entry, now, txn)? {
                return Ok(Err(refusal));
            }
        }
        let about = about.map(|(id, target)| About { id, digest: target.digest });
        // A header that nobody can read is void for ever, and its place is taken. The drafting before this has looked at
        // the same things; whoever drafts otherwise is told.
        if self.header(now, draft, about).seal().is_err() {
            return Ok(Err(Refusal::Incomplete(UNREADABLE)));
        }
        Ok(Ok(about))
    }

    fn check_listing(
        &self,
        draft: &Draft,
        entry: &EntryBody,
        now: Millis,
        txn: &Txn<'_>,
    ) -> Result<Result<(), Refusal>, ReadFault> {
        let Some(ground) = draft.ground else {
            return Ok(Err(Refusal::Incomplete("a ground tag")));
        };
        let Some(edition) = self.settings.editions.get(&entry.edition) else {
            return Ok(Err(Refusal::UnknownEdition(entry.edition)));
        };
        let issue = Issue {
            day: now.date(),
            city: Some(self.me()),
            disclosure: &draft.disclosure,
            allow_natural_persons: self.settings.allow_natural_persons,
            // Who drafts has asked the officer.
            confirmed_code: true,
            own_names: &self.settings.own_names,
            editions: &self.settings.editions,
        };
        if let Some(fault) = edition.check_listing(entry, &issue).into_iter().next() {
            return Ok(Err(Refusal::Listing(Box::new(fault))));
        }
        let me = self.me();
        let own_chain = match draft.about {
            Some(id) => self.chain_with_pending(id.seq, txn)?,
            None => Vec::new(),
        };
        for seq in listings_on_ground(txn, me, &ground)? {
            if own_chain.contains(&seq) {
                continue;
            }
            let id = self.own_id(seq);
            match self.matter(id, txn)? {
                MatterState::Ended { by, .. } => return Ok(Err(Refusal::GroundEnded(by))),
                // What never had an effect stands in nobody's way, and neither does what was erased and reinstated: it says nothing any
                // more (R107, R120).
                MatterState::Standing { .. } if is_erased(txn, &self.roster.federation(), me, seq)? => {}
                MatterState::Void => {}
                MatterState::Standing { .. } => return Ok(Err(Refusal::AlreadyListed(id))),
            }
        }
        Ok(Ok(()))
    }

    pub(crate) fn own_id(&self, seq: Seq) -> StatementId {
        let me = self.me();
        let epoch = self.roster.city(me).map_or(Epoch::FIRST, |member| member.epoch_at(seq));
        StatementId { city: me, epoch, seq }
    }

    fn pending_at(&self, city: CityCode, seq: Seq) -> Option<&Pending> {
        (city == self.me()).then(|| self.pending.iter().find(|pending| pending.header.seq == seq)).flatten()
    }

    /// The statement at an id, stored or waiting in this group.
    fn target(&self, id: StatementId, txn: &Txn<'_>) -> Result<Option<Target>, ReadFault> {
        if let Some(pending) = self.pending_at(id.city, id.seq) {
            let header = &pending.header;
            let target = Target { kind: header.kind, digest: pending.digest, about: header.about };
            return Ok((header.id() == id).then_some(target));
        }
        let statement = read_leaf(txn, &self.roster.federation(), id.city, id.seq)?.filter(|s| s.header.id() == id);
        let statement = match statement {
            Some(statement) => Some(statement),
            None => self.kept_ending(id, txn)?,
        };
        Ok(statement.map(|s| Target { kind: s.header.kind, digest: s.digest, about: s.header.about }))
    }

    /// A relief that a key record left outside the log and whose effect it keeps (R86): it can be taken back like any other.
    fn kept_ending(&self, id: StatementId, txn: &Txn<'_>) -> Result<Option<Statement>, ReadFault> {
        let keys = self.roster.city(id.city).and_then(|member| member.epoch(id.epoch));
        if keys.is_none_or(|keys| keys.tail != Tail::Endings) {
            return Ok(None);
        }
        let leaf = txn.get(Family::Abandoned, &body_key(id.city, id.epoch, id.seq))?;
        let statement = leaf.and_then(|bytes| Statement::read(bytes, &self.roster.federation()).ok());
        Ok(statement.filter(|s| s.header.id() == id && s.header.kind.is_relief()))
    }

    /// Links of an own chain, with those that wait in this group.
    pub(crate) fn chain_with_pending(&self, seq: Seq, txn: &Txn<'_>) -> Result<Vec<Seq>, ReadFault> {
        let mut top = seq;
        // Up through the group: a waiting amendment is not in the log yet.
        while let Some(pending) = self.pending_at(self.me(), top) {
            match pending.header.about {
                Some(about) if pending.header.kind == Kind::Amendment => top = about.id.seq,
                _ => break,
            }
        }
        chain(txn, self.me(), top)
    }

    /// What became of the matter of a listing, of this city or another: the same fold that makes rulings says it, over the log and what waits in
    /// this group.
    pub(crate) fn matter(&self, listing: StatementId, txn: &Txn<'_>) -> Result<MatterState, ReadFault> {
        let me = self.me();
        let waiting = |seq| {
            self.pending_at(me, seq).map(|pending| Fact {
                id: pending.header.id(),
                digest: pending.digest,
                header: pending.header.clone(),
                body: BodyState::Lacking,
                voided: false,
                abandoned: false,
            })
        };
        gather::matter_state(txn, &self.roster, listing, &waiting)
    }
}
