//! From a leaf at its place to every row that is derived from it. This derivation exists once: admission writes through
//! it, and `fsck` runs it again and compares.
//!
//! A header that does not belong where it stands (other city, epoch or position) is void, and its body is not kept. What it
//! would list is found again all the same, for an amendment may lead back through it and an ending may name it (R106, R108).

mod acts;
mod erasure;

pub use acts::{acts_counted, acts_heard, acts_of, sort_acts_by_kind};
pub use erasure::{erasable_named, erased_with, is_erased, is_gone};

use crate::ledger::{
    Family, LedgerRead, ReadFault, Txn, about_key, body_key, erased_key, ground_key, last_place, place_key,
    prefix_of_named, reference_key, scan_prefix, subject_key, trust_key,
};
use crate::record::ABANDONED_ACTOR;
use erasure::{acts_at, erase, is_gone_with_chain};
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
        let key = about_key((about.id.city, about.id.seq), header.kind, (city, seq));
        txn.put(Family::About, key, Vec::new());
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
    if is_listed_by_kind(header.kind) {
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

/// Kinds whose statements are found by city and kind: what cities say of their partners, and what they file for subjects.
#[must_use]
pub const fn is_listed_by_kind(kind: Kind) -> bool {
    kind.is_trust() || kind.is_filing()
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
        for amendment in acts_of(read, (city, link), Kind::Amendment, city)? {
            // An amendment that names other words than those that stand here begins a chain of its own.
            if amendment > link && first_link(read, city, amendment)? == first && links.insert(amendment) {
                open.push(amendment);
            }
        }
    }
    links.insert(seq);
    Ok(links.into_iter().collect())
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
