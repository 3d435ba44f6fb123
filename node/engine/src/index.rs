//! From a leaf at its place to every row that is derived from it. This derivation exists once: admission writes through
//! it, and `fsck` runs it again and compares.
//!
//! A header that does not belong where it stands (other city, epoch or position) is void, and its body is not kept. What it
//! would list is found again all the same, for an amendment may lead back through it and an ending may name it (R106, R108).

use crate::ledger::{
    Family, LedgerRead, ReadFault, Txn, about_key, body_key, erased_key, ground_key, last_place, last_seq, meta,
    place_key, prefix_of_named, reference_digest, reference_key, scan_prefix, subject_key, trust_key,
};
use crate::record::ABANDONED_ACTOR;
use huxin_protocol::body::Lookup;
use huxin_protocol::digest::Digest;
use huxin_protocol::header::{About, Header};
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::statement::Statement;
use std::collections::BTreeSet;

/// A body on its way into the store, with what its listing is looked up by.
pub struct HeldBody {
    pub bytes: Vec<u8>,
    pub lookup: Option<Lookup>,
}

impl HeldBody {
    #[must_use]
    pub fn read(header: &Header, bytes: Vec<u8>) -> Self {
        Self { lookup: Lookup::read(header.kind, header.body_version, &bytes), bytes }
    }
}

/// Writes a leaf with all its rows. `epoch` is the epoch of the position, `me` the city whose node this is.
pub fn write_leaf(
    txn: &mut Txn<'_>,
    federation: &Digest,
    me: CityCode,
    place: StatementId,
    leaf: Vec<u8>,
    statement: Option<&Statement>,
    body: Option<HeldBody>,
) -> Result<(), ReadFault> {
    txn.put(Family::Log, place_key(place.city, place.seq), leaf);
    match statement {
        None => Ok(()),
        Some(statement) if statement.header.id() == place => {
            write_rows(txn, federation, me, place, &statement.header, body)
        }
        Some(statement) => {
            if statement.header.kind.is_listing() {
                write_ties(txn, federation, place, &statement.header)?;
            }
            Ok(())
        }
    }
}

/// The rows by which a leaf is found from what it acts on and from others on its ground, and its place in a chain.
fn write_ties(txn: &mut Txn<'_>, federation: &Digest, place: StatementId, header: &Header) -> Result<(), ReadFault> {
    let StatementId { city, seq, .. } = place;
    if let Some(about) = &header.about {
        let key = about_key((about.id.city, about.id.seq), (city, seq));
        txn.put(Family::About, key, header.kind.number().to_be_bytes().to_vec());
        if header.kind == Kind::Amendment && amends(txn, federation, place, about)? {
            let first = first_link(txn, city, about.id.seq)?;
            txn.put(Family::Chain, place_key(city, seq), first.0.to_be_bytes().to_vec());
        }
    }
    if let (true, Some(ground)) = (header.kind.is_listing(), &header.ground) {
        txn.put(Family::Ground, ground_key(city, ground, seq), Vec::new());
    }
    Ok(())
}

/// Whether an amendment at a place names the words of an earlier listing of its own log.
fn amends(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    StatementId { city, seq, .. }: StatementId,
    about: &About,
) -> Result<bool, ReadFault> {
    if about.id.city != city || about.id.seq >= seq {
        return Ok(false);
    }
    // What waits in a group for its signature has its rows and not yet its leaf; it was checked as it was placed.
    let Some(leaf) = read.get(Family::Log, &place_key(city, about.id.seq))? else { return Ok(true) };
    let target = Statement::read(leaf, federation).ok();
    Ok(target.is_some_and(|target| is_named_listing(&target, about)))
}

/// Whether these are the words of a listing that somebody names. Nothing else is amended or erased (R103), and least of all a
/// rule of recognition (R34).
fn is_named_listing(target: &Statement, about: &About) -> bool {
    target.digest == about.digest && target.header.kind.is_listing()
}

/// The rows beside the leaf itself, for a header that stands at its own place.
pub fn write_rows(
    txn: &mut Txn<'_>,
    federation: &Digest,
    me: CityCode,
    place: StatementId,
    header: &Header,
    body: Option<HeldBody>,
) -> Result<(), ReadFault> {
    let StatementId { city, seq, .. } = place;
    write_ties(txn, federation, place, header)?;
    if header.kind.is_trust() {
        txn.put(Family::Trust, trust_key(city, header.kind, seq), Vec::new());
    }
    // A text that this city may not read is dropped, whoever brought it and by whatever road (R41).
    match body.filter(|_| header.disclosure.allows(city, me)) {
        // Nothing of the same log comes before what it acts on, so only an amendment, or an act, can join a chain that was erased.
        Some(_) if header.kind == Kind::Amendment && is_erased(txn, federation, city, seq)? => {}
        Some(_) if is_gone_with_chain(txn, federation, header)? => {}
        Some(body) => put_body(txn, me, header, body),
        None if header.disclosure.allows(city, me) && !is_gone(txn, federation, header)? => miss(txn, header),
        None => {}
    }
    if header.kind == Kind::Erasure
        && let Some(about) = header.about
        && about.id.city == city
        && about.id.seq < seq
    {
        erase(txn, federation, me, &about, seq)?;
    }
    Ok(())
}

/// Keeps in mind that the body of a statement is not here, and of what kind it is: not every lack is one for rulings (R134).
pub fn miss(txn: &mut Txn<'_>, header: &Header) {
    txn.put(Family::Lacking, place_key(header.city, header.seq), header.kind.number().to_be_bytes().to_vec());
}

/// Stores a body that came after its statement and matches the header's commitment. An erased statement's body is not taken
/// up again, whoever brings it.
pub fn write_late_body(
    txn: &mut Txn<'_>,
    federation: &Digest,
    me: CityCode,
    header: &Header,
    body: Vec<u8>,
) -> Result<(), ReadFault> {
    let StatementId { city, seq, .. } = header.id();
    txn.delete(Family::Lacking, place_key(city, seq));
    if header.disclosure.allows(city, me) && !is_gone(txn, federation, header)? {
        put_body(txn, me, header, HeldBody::read(header, body));
    }
    Ok(())
}

/// A body with the rows that are read from it.
fn put_body(txn: &mut Txn<'_>, me: CityCode, header: &Header, body: HeldBody) {
    let StatementId { city, epoch, seq } = header.id();
    if let Some(lookup) = body.lookup {
        txn.put(Family::Subject, subject_key(&lookup.subject, city, seq), Vec::new());
        if let (true, Some(reference)) = (city == me, &lookup.record_ref) {
            txn.put(Family::Reference, reference_key(reference, seq), Vec::new());
        }
    }
    txn.put(Family::Body, body_key(city, epoch, seq), body.bytes);
}

/// Takes away what an erasure erases and what was read from it, and keeps the erasure in mind.
fn erase(txn: &mut Txn<'_>, federation: &Digest, me: CityCode, about: &About, erasure: Seq) -> Result<(), ReadFault> {
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
        // An act on the chain, or the reinstatement of one that ended it.
        if statement.header.kind.is_listing() || statement.header.kind.is_ending() {
            for (actor, act, kind) in acts_about(read, city, seq)? {
                if actor != city || !is_erased_with_chain(kind) || act.0 & ABANDONED_ACTOR != 0 || seen.contains(&act) {
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

/// The first link of the chain on which a statement of the listing city acts: it names a link of it, or it reinstates what an
/// ending of a link had ended.
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
    if header.kind == Kind::Reinstatement {
        let ending = read_leaf(read, federation, city, about.id.seq)?;
        let ending = ending.filter(|ending| ending.digest == about.digest && ending.header.kind.is_ending());
        match ending.and_then(|ending| earlier(ending.header.about, about.id.seq)) {
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
fn is_gone_with_chain(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    header: &Header,
) -> Result<bool, ReadFault> {
    // Nearly always nothing was erased, and then the statement acted on need not be read.
    let named = header.about.filter(|about| about.id.city == header.city && is_erased_with_chain(header.kind));
    let Some(about) = named else { return Ok(false) };
    if header.kind != Kind::Reinstatement
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
fn acts_at(
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

/// The first link of the chain that a position belongs to: for an amendment that holds what it changes in the end, for
/// anything else itself.
pub fn first_link(read: &(impl LedgerRead + ?Sized), city: CityCode, seq: Seq) -> Result<Seq, ReadFault> {
    let Some(row) = read.get(Family::Chain, &place_key(city, seq))? else { return Ok(seq) };
    let row = row.try_into().map_err(|_| ReadFault::row(Family::Chain))?;
    Ok(Seq(u64::from_be_bytes(row)))
}

/// The first link of the chain of a listing whose words somebody names.
pub fn chain_named(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    about: &About,
) -> Result<Option<Seq>, ReadFault> {
    let city = about.id.city;
    match read_leaf(read, federation, city, about.id.seq)? {
        Some(named) if is_named_listing(&named, about) => first_link(read, city, about.id.seq).map(Some),
        _ => Ok(None),
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

/// Writes the rows of chains and of their erasures, read from the logs and from who acts on what: for a store that was made
/// before there were such rows.
///
/// # Errors
/// The ledger could not be read.
pub fn link_chains(txn: &mut Txn<'_>, federation: &Digest) -> Result<(), ReadFault> {
    let mut acts = BTreeSet::new();
    scan_prefix(txn, Family::About, &[], &mut |key, value| {
        let kind = value.try_into().map(|kind| Kind::from_number(u16::from_be_bytes(kind)));
        let target = key.get(..24).and_then(last_place);
        if let (Some((city, seq)), Some(target), Ok(Kind::Amendment | Kind::Erasure)) = (last_place(key), target, kind)
        {
            acts.insert((city, seq, target));
        }
        true
    })?;
    // Ascending: what an act names has its place in a chain before it.
    for (city, seq, target) in acts {
        for act in acts_at(txn, federation, city, seq)? {
            let Header { kind, about: Some(about), .. } = act.header else { continue };
            let names = (about.id.city, about.id.seq) == target && target.0 == city;
            if !names || about.id.seq.0 >= seq.0 & !ABANDONED_ACTOR {
                continue;
            }
            let first = match kind {
                Kind::Erasure => erasable_named(txn, federation, &about)?,
                _ => chain_named(txn, federation, &about)?,
            };
            match (kind, first) {
                (Kind::Amendment, Some(first)) => {
                    txn.put(Family::Chain, place_key(city, seq), first.0.to_be_bytes().to_vec());
                }
                (Kind::Erasure, Some(first)) => txn.put(Family::Erased, erased_key(city, first, seq), Vec::new()),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Gives the rows of the index by subject the keys of today, which are digests, and says in each row of a lacking body of what kind it
/// is; declines are no trust statements any more. For a store of the form before.
///
/// # Errors
/// The ledger could not be read.
pub fn part_texts_from_rows(txn: &mut Txn<'_>, federation: &Digest) -> Result<(), ReadFault> {
    let mut lacking = Vec::new();
    scan_prefix(txn, Family::Lacking, &[], &mut |key, _| {
        lacking.extend(last_place(key));
        true
    })?;
    for (city, seq) in lacking {
        if let Some(statement) = read_leaf(txn, federation, city, seq)? {
            miss(txn, &statement.header);
        }
    }
    let mut declines = Vec::new();
    scan_prefix(txn, Family::Trust, &[], &mut |key, _| {
        if key.get(16..18) == Some(&Kind::Decline.number().to_be_bytes()) {
            declines.push(key.to_vec());
        }
        true
    })?;
    declines.into_iter().for_each(|key| txn.delete(Family::Trust, key));
    let mut rows = Vec::new();
    scan_prefix(txn, Family::Subject, &[], &mut |key, _| {
        rows.push(key.to_vec());
        true
    })?;
    for key in rows {
        let fault = || ReadFault::row(Family::Subject);
        let (named, place) = key.split_at_checked(key.len().saturating_sub(24)).ok_or_else(fault)?;
        let named = named.strip_suffix(&[0]).ok_or_else(fault)?;
        txn.put(Family::Subject, [prefix_of_named(named).as_slice(), place].concat(), Vec::new());
        txn.delete(Family::Subject, key);
    }
    Ok(())
}

/// All links of the chain that a listing belongs to: its first one, and down over every Amendment, ascending. A position that
/// is no listing is a chain of its own. The position asked for is always among them: whoever follows chains until nothing new
/// is found must come to an end.
pub fn chain(read: &(impl LedgerRead + ?Sized), city: CityCode, seq: Seq) -> Result<Vec<Seq>, ReadFault> {
    let first = first_link(read, city, seq)?;
    let mut links = BTreeSet::from([first]);
    let mut open = vec![first];
    while let Some(link) = open.pop() {
        for (actor, actor_seq, kind) in acts_about(read, city, link)? {
            let may = kind == Kind::Amendment && actor == city && actor_seq > link;
            // An amendment that names other words than those that stand here begins a chain of its own.
            if may && first_link(read, city, actor_seq)? == first && links.insert(actor_seq) {
                open.push(actor_seq);
            }
        }
    }
    links.insert(seq);
    Ok(links.into_iter().collect())
}

/// Who acts on a position: actor's city and position, and the kind of the act. Nothing is judged here.
pub fn acts_about(
    read: &(impl LedgerRead + ?Sized),
    city: CityCode,
    seq: Seq,
) -> Result<Vec<(CityCode, Seq, Kind)>, ReadFault> {
    let mut acts = Vec::new();
    let mut fault = None;
    scan_prefix(read, Family::About, &place_key(city, seq), &mut |key, value| {
        match (last_place(key), value.try_into().map(u16::from_be_bytes)) {
            (Some((actor, actor_seq)), Ok(kind)) => acts.push((actor, actor_seq, Kind::from_number(kind))),
            _ => fault = Some(ReadFault::row(Family::About)),
        }
        fault.is_none()
    })?;
    fault.map_or(Ok(acts), Err)
}

/// Positions of one city's listings with a ground tag, ascending.
pub fn listings_on_ground(
    read: &(impl LedgerRead + ?Sized),
    city: CityCode,
    ground: &Digest,
) -> Result<Vec<Seq>, ReadFault> {
    let mut key = city.key_bytes().to_vec();
    key.extend_from_slice(&ground.0);
    let mut found = Vec::new();
    scan_prefix(read, Family::Ground, &key, &mut |key, _| {
        found.extend(crate::ledger::last_seq(key));
        true
    })?;
    Ok(found)
}

/// The statement at a position, where it can be read at all.
pub fn read_leaf(
    read: &(impl LedgerRead + ?Sized),
    federation: &Digest,
    city: CityCode,
    seq: Seq,
) -> Result<Option<Statement>, ReadFault> {
    let leaf = read.get(Family::Log, &place_key(city, seq))?;
    Ok(leaf.and_then(|bytes| Statement::read(bytes, federation).ok()))
}

/// The body of the statement at a position, as it was stored.
pub fn read_body(
    read: &(impl LedgerRead + ?Sized),
    city: CityCode,
    epoch: Epoch,
    seq: Seq,
) -> Result<Option<Vec<u8>>, ReadFault> {
    read.get(Family::Body, &body_key(city, epoch, seq))
}
