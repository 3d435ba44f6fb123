//! What cities sign and what is derived from it without a signature: the generic CBOR check, headers, bodies, statements,
//! key records, manifests and genesis files, introductions, standing notes.
//!
//! Signed messages are given twice: as they are, and as a payload that a key of the prepared federation signs first, since
//! no chance input carries a signature that holds.

use crate::judge::{canonical, stable, told};
use crate::scene::{city, scene};
use huxin_protocol::body::{Body, BodyFault, Lookup, RepairConditions, commitment, salt_of};
use huxin_protocol::cbor::{self, CborFault};
use huxin_protocol::cose::{self, Sign1, SignedType};
use huxin_protocol::edition::Issue;
use huxin_protocol::genesis::{Genesis, Manifest};
use huxin_protocol::header::{Disclosure, Header};
use huxin_protocol::ids::Epoch;
use huxin_protocol::introduction::Introduction;
use huxin_protocol::key::Sign;
use huxin_protocol::key_record::{KeyRecord, SignedRecord};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::{Added, Roster};
use huxin_protocol::standing::Standing;
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// Whatever passes the check is what an encoder that knows nothing of our rules writes for the same items, and nothing that
/// minicbor cannot take apart.
pub fn cbor(bytes: &[u8]) {
    match cbor::check(bytes) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
            // A cut message is told from one that goes on, so that adding bytes behind never mends another fault.
            if fault != CborFault::Truncated && fault != CborFault::Trailing {
                assert_eq!(cbor::check(&[bytes, &[0]].concat()), Err(fault));
            }
        }
        Ok(()) => {
            let mut again = Encoder::new(Vec::with_capacity(bytes.len()));
            assert!(copy_item(&mut Decoder::new(bytes), &mut again).is_some(), "what was checked cannot be read");
            canonical(&again.into_writer(), bytes);
            assert_eq!(cbor::check(&[bytes, &[0]].concat()), Err(CborFault::Trailing));
        }
    }
}

/// Reads one item and writes it again, as a program would that knows CBOR and none of our rules.
fn copy_item(from: &mut Decoder<'_>, to: &mut Encoder<Vec<u8>>) -> Option<()> {
    match from.datatype().ok()? {
        Type::Bool => to.bool(from.bool().ok()?),
        Type::Null => from.null().ok().map(|()| to.null())?,
        Type::Bytes => to.bytes(from.bytes().ok()?),
        Type::String => to.str(from.str().ok()?),
        Type::Array => {
            let length = from.array().ok()??;
            to.array(length).ok()?;
            return (0..length).try_for_each(|_| copy_item(from, to));
        }
        Type::Map => {
            let pairs = from.map().ok()??;
            to.map(pairs).ok()?;
            return (0..2 * pairs).try_for_each(|_| copy_item(from, to));
        }
        _ => to.int(from.int().ok()?),
    }
    .ok()
    .map(drop)
}

pub fn header(bytes: &[u8]) {
    match Header::decode(bytes) {
        Err(fault) => stable(fault.code()),
        Ok(header) => {
            canonical(&header.encode(), bytes);
            assert_eq!(header.issuer.city, header.city);
            assert_eq!(header.id().to_string().parse(), Ok(header.id()));
            told(&header.issued_at.text());
            for reader in scene().secrets.keys() {
                let _ = header.disclosure.allows(header.city, *reader);
            }
        }
    }
}

/// The first byte is the kind's number, the second the version.
pub fn body(input: &[u8]) {
    let [kind, version, bytes @ ..] = input else { return };
    let (kind, version) = (Kind::from_number(u16::from(*kind)), u16::from(*version));
    let lookup = Lookup::read(kind, version, bytes);
    match Body::decode(kind, version, bytes) {
        Err(fault) => {
            stable(fault.code());
            assert_eq!(lookup, None);
            assert!(kind.is_supported() || matches!(fault, BodyFault::Version | BodyFault::TooLong), "{fault}");
        }
        Ok(body) => {
            let salt = salt_of(bytes).expect("a body that was read has a salt");
            canonical(&body.encode(&salt), bytes);
            match body.seal(kind, &salt) {
                // What was signed by others may hold text that is not signed here (R6).
                Err(BodyFault::Text { .. }) => {}
                sealed => assert_eq!(sealed, Ok(bytes.to_vec())),
            }
            assert_eq!(lookup.is_some(), kind.is_listing());
            let own = commitment(&scene().federation, city(2), kind, version, bytes);
            assert_ne!(own, commitment(&scene().federation, city(3), kind, version, bytes));
            if let Body::Listing(entry) = &body {
                for edition in scene().editions.values() {
                    for day in [entry.basis.decided_on, entry.until, Some(Millis(1_800_000_000_000).date())] {
                        let Some(day) = day else { continue };
                        let issue = Issue {
                            day,
                            city: Some(city(2)),
                            disclosure: &Disclosure::Public,
                            allow_natural_persons: true,
                            confirmed_code: false,
                            own_names: &[],
                            editions: &scene().editions,
                        };
                        let faults = edition.check_listing(entry, &issue);
                        faults.iter().for_each(|fault| stable(fault.code()));
                        let faults = edition.check_repair(entry, &[], RepairConditions::default(), day);
                        faults.iter().for_each(|fault| stable(fault.code()));
                        let rules = edition.rules_for(entry);
                        for last in [rules.last_day(entry.severity, day), rules.last_public_day(entry.severity, day)] {
                            assert!(last.is_none_or(|last| last >= day), "a term that ends before it begins");
                        }
                    }
                }
            }
        }
    }
}

/// The envelope has one encoding.
fn envelope(bytes: &[u8]) {
    match Sign1::parse(bytes) {
        Err(fault) => stable(fault.code()),
        Ok(message) => canonical(&cose::assemble(&message.key, message.payload, message.signature), bytes),
    }
}

pub fn statement(bytes: &[u8]) {
    envelope(bytes);
    read_statement(bytes);
    let key = &scene().secrets[&city(2)].epochs[&Epoch::FIRST].0;
    if bytes.len() < huxin_protocol::limits::STATEMENT_BYTES {
        read_statement(&cose::sign(bytes, SignedType::Statement, &scene().federation, key));
    }
}

fn read_statement(bytes: &[u8]) {
    let federation = &scene().federation;
    let header = Statement::read_header(bytes);
    match Statement::read(bytes.to_vec(), federation) {
        Err(fault) => {
            stable(fault.code());
            assert_eq!(header, Err(fault));
        }
        Ok(statement) => {
            assert_eq!(header.as_ref(), Ok(&statement.header));
            assert_eq!(statement.bytes, bytes);
            // Another signature over the same words is the same statement (R23).
            let mut other = bytes.to_vec();
            let last = other.len() - 1;
            other[last] ^= 1;
            let other = Statement::read(other, federation).expect("only its signature is another");
            assert_eq!(other.digest, statement.digest);
            let keys = scene().secrets.values().flat_map(|secrets| secrets.epochs.values());
            for (key, _) in keys {
                if let Err(fault) = statement.verify(federation, key.public()) {
                    stable(fault.code());
                } else {
                    let payload = statement.header.encode();
                    canonical(&cose::sign(&payload, SignedType::Statement, federation, key), bytes);
                }
            }
        }
    }
}

pub fn record(bytes: &[u8]) {
    envelope(bytes);
    let genuine = read_record(bytes);
    assert!(!genuine || scene().records.iter().any(|record| record == bytes), "a record that no root signed");
    let scene = scene();
    for secrets in scene.secrets.values() {
        let signed = cose::sign(bytes, SignedType::Record, &scene.federation, &secrets.root);
        if let Ok(record) = SignedRecord::verify(&signed, &scene.federation, secrets.root.public()) {
            canonical(&record.record().encode(), bytes);
            canonical(record.bytes(), &signed);
        }
        read_record(&signed);
    }
}

/// Whether a roster takes the record up or knows it.
fn read_record(bytes: &[u8]) -> bool {
    let scene = scene();
    let mut taken = false;
    for mut roster in [Roster::new(&scene.genesis), scene.roster.clone()] {
        let before: Vec<_> = roster.cities().cloned().collect();
        match roster.add(bytes) {
            Err(fault) => {
                stable(fault.code());
                assert!(roster.cities().eq(before.iter()), "a refused record left something behind");
            }
            Ok(added) => {
                taken = true;
                let named = KeyRecord::city_of(bytes).expect("what was taken up has a city");
                if let Added::Epoch { city, epoch, .. } = &added {
                    assert_eq!((*city, *epoch), (named, roster.city(named).expect("a member").current().epoch));
                }
                assert_eq!(roster.add(bytes), Ok(Added::Known), "it is known from now on");
            }
        }
    }
    taken
}

pub fn manifest(bytes: &[u8]) {
    match Manifest::decode(bytes) {
        Err(fault) => stable(fault.code()),
        Ok(manifest) => {
            canonical(&manifest.encode(), bytes);
            assert!(manifest.members.is_sorted_by(|one, other| one.code < other.code));
        }
    }
}

pub fn genesis(bytes: &[u8]) {
    match Genesis::decode(bytes) {
        Err(fault) => stable(fault.code()),
        Ok(genesis) => {
            canonical(genesis.bytes(), bytes);
            assert_eq!(genesis.id(), genesis.manifest().federation());
            let roster = Roster::new(&genesis);
            assert_eq!(roster.cities().count(), genesis.manifest().members.len());
        }
    }
}

pub fn introduction(bytes: &[u8]) {
    let scene = scene();
    read_introduction(bytes);
    for (code, secrets) in &scene.secrets {
        let signed = cose::sign(bytes, SignedType::Introduction, &scene.federation, &secrets.root);
        if let Some(of) = read_introduction(&signed) {
            assert_eq!(of.city, *code, "another city's root");
            canonical(&of.sign(&scene.federation, &secrets.root), &signed);
        }
    }
}

fn read_introduction(bytes: &[u8]) -> Option<Introduction> {
    match Introduction::verify(bytes, &scene().roster) {
        Err(fault) => {
            stable(fault.code());
            None
        }
        Ok(verified) => {
            let says = verified.introduction().clone();
            assert!(verified.at(Millis(says.valid_until.0.saturating_sub(1))).is_ok() || says.valid_until.0 == 0);
            assert!(verified.at(says.valid_until).is_err(), "it holds beyond its end");
            Some(says)
        }
    }
}

pub fn standing(bytes: &[u8]) {
    let scene = scene();
    if let Err(fault) = Standing::verify(bytes, &scene.roster) {
        stable(fault.code());
    }
    for (code, secrets) in &scene.secrets {
        for (epoch, (key, _)) in &secrets.epochs {
            let signed = cose::sign(bytes, SignedType::Standing, &scene.federation, key);
            match Standing::verify(&signed, &scene.roster) {
                Err(fault) => stable(fault.code()),
                Ok(verified) => {
                    let says = verified.standing();
                    assert_eq!((says.exporter, says.exporter_epoch), (*code, *epoch), "another city's key");
                    canonical(&says.sign(&scene.federation, key), &signed);
                }
            }
        }
    }
}
