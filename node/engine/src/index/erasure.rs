//! What an Erasure takes away, and whether a text was erased (R145): the chain of a listing with its own city's acts on it, or an act
//! by itself.

use super::{acts_heard, chain, chain_named, first_link, read_leaf};
use crate::ledger::{
    Family, LedgerRead, ReadFault, Txn, body_key, erased_key, last_seq, meta, place_key, reference_digest,
    reference_key, scan_prefix, subject_key,
};
use crate::record::ABANDONED_ACTOR;
use huxin_protocol::body::Lookup;
use huxin_protocol::digest::Digest;
use huxin_protocol::header::{About, Header};
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::kind::Kind;
use huxin_protocol::statement::Statement;
use std::collections::BTreeSet;

/// Takes away what an erasure erases and what was read from it, and keeps the erasure in mind.
pub(super) fn erase(
    txn: &mut Txn<'_>,
    federation: &Digest,
    me: CityCode,
    about: &About,
    erasure: Seq,
) -> Result<(), ReadFault> {
    let city = about.id.city;
    let Some(first) = erasable_named(txn, federation, about)? else { return Ok(()) };
    let before = is_erased(txn, federation, city, first)?;
    txn.put(Family::Erased, erased_key(city, first, erasure), Vec::new());
    // Nothing of it was kept since: one walk is enough, however often it is erased.
    if before {
        return Ok(());
    }
    for statement in erased_with(txn, federation, city, first)? {
        let header = &statement.header;
        let seq = header.seq;
        let key = body_key(city, header.epoch, seq);
        if let Some(body) = txn.get(Family::Body, &key)? {
            if let Some(lookup) = Lookup::read(header.kind, header.body_version, &body) {
                txn.delete(Family::Subject, subject_key(&lookup.subject, city, seq));
                if let (true, Some(reference)) = (city == me, &lookup.record_ref) {
                    // An erased record must be known again, or the next import would list it anew.
                    txn.put(Family::Reference, reference_key(reference, seq), reference_digest(reference).0.to_vec());
                }
            }
            txn.put(Family::Meta, [meta::LEAVING, key.as_slice()].concat(), Vec::new());
            txn.delete(Family::Body, key);
        }
        txn.delete(Family::Lacking, place_key(city, seq));
    }
    Ok(())
}

/// What goes with a first link, or with an act that is erased by itself: every link of the chain and every act of its city on it
/// (R145). Statements that are not at their place have no body to lose.
pub fn erased_with(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    city: CityCode,
    first: Seq,
) -> Result<Vec<Statement>, ReadFault> {
    let mut open = chain(read, city, first)?;
    let mut seen: BTreeSet<Seq> = open.iter().copied().collect();
    let mut found = Vec::new();
    while let Some(seq) = open.pop() {
        let Some(statement) = read_leaf(read, federation, city, seq)?.filter(|s| s.header.seq == seq) else { continue };
        // An act on the chain, or what takes back one that ended it or let it rest.
        if statement.header.kind.is_listing() || statement.header.kind.is_relief() {
            let own = |actor: CityCode, kind: Kind| (actor != city || !is_erased_with_chain(kind)).then_some(0);
            for (_, act, _) in acts_heard(read, (city, seq), &own)? {
                if act.0 & ABANDONED_ACTOR != 0 || seen.contains(&act) {
                    continue;
                }
                let leaf = read_leaf(read, federation, city, act)?;
                let on_it = match leaf {
                    Some(leaf) => chain_acted_on(read, federation, &leaf.header)? == Some(first),
                    None => false,
                };
                if on_it {
                    seen.insert(act);
                    open.push(act);
                }
            }
        }
        found.push(statement);
    }
    Ok(found)
}

/// Acts whose texts go with the chain that they are on: the reason of an erasure stays.
const fn is_erased_with_chain(kind: Kind) -> bool {
    kind.is_act() && !matches!(kind, Kind::Erasure)
}

/// What names a relief, and through it the chain.
const fn takes_relief_back(kind: Kind) -> bool {
    matches!(kind, Kind::Reinstatement | Kind::Resumption)
}

/// The first link of the chain on which a statement of the listing city acts: it names a link of it, or it takes back what an
/// ending or a Suspension of a link had done.
fn chain_acted_on(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    header: &Header,
) -> Result<Option<Seq>, ReadFault> {
    let city = header.city;
    let earlier = |about: Option<About>, seq: Seq| about.filter(|about| about.id.city == city && about.id.seq < seq);
    let Some(mut about) = earlier(header.about, header.seq).filter(|_| is_erased_with_chain(header.kind)) else {
        return Ok(None);
    };
    if takes_relief_back(header.kind) {
        let relief = read_leaf(read, federation, city, about.id.seq)?;
        let relief = relief.filter(|relief| relief.digest == about.digest && relief.header.kind.is_relief());
        match relief.and_then(|relief| earlier(relief.header.about, about.id.seq)) {
            Some(link) => about = link,
            None => return Ok(None),
        }
    }
    chain_named(read, federation, &about)
}

/// Whether the text of a statement was erased: itself, its chain, or the chain on which it acts (R145).
pub fn is_gone(read: &(impl LedgerRead + ?Sized), federation: &Digest, header: &Header) -> Result<bool, ReadFault> {
    Ok(is_erased(read, federation, header.city, header.seq)? || is_gone_with_chain(read, federation, header)?)
}

/// Whether the chain on which a statement acts was erased.
pub(super) fn is_gone_with_chain(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    header: &Header,
) -> Result<bool, ReadFault> {
    // Nearly always nothing was erased, and then the statement acted on need not be read.
    let named = header.about.filter(|about| about.id.city == header.city && is_erased_with_chain(header.kind));
    let Some(about) = named else { return Ok(false) };
    if !takes_relief_back(header.kind)
        && !has_erasures(read, header.city, first_link(read, header.city, about.id.seq)?)?
    {
        return Ok(false);
    }
    match chain_acted_on(read, federation, header)? {
        Some(first) => is_erased(read, federation, header.city, first),
        None => Ok(false),
    }
}

fn has_erasures(read: &(impl LedgerRead + ?Sized), city: CityCode, first: Seq) -> Result<bool, ReadFault> {
    let mut any = false;
    scan_prefix(read, Family::Erased, &place_key(city, first), &mut |_, _| {
        any = true;
        false
    })?;
    Ok(any)
}

/// Whether an Erasure by the listing city names any link of the chain that this position belongs to, or the act that stands there.
pub fn is_erased(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    city: CityCode,
    seq: Seq,
) -> Result<bool, ReadFault> {
    let first = first_link(read, city, seq)?;
    // A member may erase one chain a thousand times; the first erasure that holds is enough.
    let mut next = Some(Seq(0));
    while let Some(from) = next {
        let mut erasure = None;
        let (begin, end) = (erased_key(city, first, from), erased_key(city, first, Seq(u64::MAX)));
        read.scan(Family::Erased, &begin, &end, &mut |key, _| {
            erasure = last_seq(key);
            false
        })?;
        if let Some(erasure) = erasure
            && erases(read, federation, city, erasure, first)?
        {
            return Ok(true);
        }
        next = erasure.map(|erasure| Seq(erasure.0 + 1));
    }
    Ok(false)
}

/// Whether the act at a position, or the abandoned one that had it, is an Erasure of this chain or act.
fn erases(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    city: CityCode,
    erasure: Seq,
    first: Seq,
) -> Result<bool, ReadFault> {
    if erasure.0 & ABANDONED_ACTOR == 0 && read.get(Family::Log, &place_key(city, erasure))?.is_none() {
        // It waits in a group for its signature; it was checked as it was placed.
        return Ok(true);
    }
    let acts = acts_at(read, federation, city, erasure)?;
    for about in acts.iter().filter(|act| act.header.kind == Kind::Erasure).filter_map(|act| act.header.about) {
        if about.id.city == city && erasable_named(read, federation, &about)? == Some(first) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The statement at an actor's position, or the erasures that had it and left the log.
pub(super) fn acts_at(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    city: CityCode,
    actor: Seq,
) -> Result<Vec<Statement>, ReadFault> {
    if actor.0 & ABANDONED_ACTOR == 0 {
        return Ok(read_leaf(read, federation, city, actor)?.into_iter().collect());
    }
    abandoned_erasures(read, federation, city, Seq(actor.0 & !ABANDONED_ACTOR))
}

/// Erasures that left the log with their epochs from this position; one that keeps its effect is among them (R86).
fn abandoned_erasures(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    city: CityCode,
    seq: Seq,
) -> Result<Vec<Statement>, ReadFault> {
    let mut found = Vec::new();
    // One row of each epoch shows the next one that has any: however much a city left behind, this reads a few rows for each of
    // its rotations.
    let mut from = body_key(city, Epoch(0), Seq(0));
    let end = body_key(city, Epoch(u32::MAX), Seq(u64::MAX));
    loop {
        let mut epoch = None;
        read.scan(Family::Abandoned, &from, &end, &mut |key, _| {
            epoch = key.get(16..20).and_then(|epoch| epoch.try_into().ok()).map(u32::from_be_bytes);
            false
        })?;
        let Some(epoch) = epoch else { return Ok(found) };
        let leaf = read.get(Family::Abandoned, &body_key(city, Epoch(epoch), seq))?;
        let statement = leaf.and_then(|leaf| Statement::read(leaf, federation).ok());
        let placed = |header: &Header| (header.city, header.epoch, header.seq) == (city, Epoch(epoch), seq);
        found.extend(statement.filter(|s| s.header.kind == Kind::Erasure && placed(&s.header)));
        let Some(later) = epoch.checked_add(1) else { return Ok(found) };
        from = body_key(city, Epoch(later), Seq(0));
    }
}

/// What an Erasure erases whose `about` this is: the first link of the chain of a listing, or an act by itself (R145).
pub fn erasable_named(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    about: &About,
) -> Result<Option<Seq>, ReadFault> {
    match read_leaf(read, federation, about.id.city, about.id.seq)? {
        Some(named) if named.digest != about.digest => Ok(None),
        Some(named) if named.header.kind.is_listing() => first_link(read, about.id.city, about.id.seq).map(Some),
        Some(named) if named.header.kind.is_act() => Ok(Some(about.id.seq)),
        _ => Ok(None),
    }
}
