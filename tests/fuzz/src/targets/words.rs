//! Single words and files of an operator or another founder: ids and dates, settings, editions, key files, join files.

use crate::judge::{canonical, stable, told};
use crate::scene::scene;
use crate::script::Script;
use huxin_config::{Multiaddress, Settings};
use huxin_keys::{
    FileSigner, FoundingSignature, JoinFile, KeyFolderPublic, KeysFault, Passphrase, PassphraseSource, Work,
};
use huxin_profile::{Crosswalk, normalised_name};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::edition::Edition;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::key::Sign;
use huxin_protocol::subject::{SubjectId, check_lei, check_uscc};
use huxin_protocol::time::{Date, Millis};
use std::ffi::OsString;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

/// A word that has one spelling.
fn word<T: FromStr + Display>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        canonical(read.to_string().as_bytes(), text.as_bytes());
    }
}

pub fn words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    word::<StatementId>(text);
    word::<CityCode>(text);
    word::<Digest>(text);
    word::<TreeHash>(text);
    word::<Date>(text);
    match text.parse::<SubjectId>() {
        Err(fault) => told(&fault),
        Ok(subject) => {
            assert_eq!(subject.to_string().parse(), Ok(subject.clone()), "a subject has one spelling after its first");
            if let Err(fault) = subject.check_code() {
                told(&fault);
            }
        }
    }
    if let Err(fault) = check_uscc(text) {
        stable(fault.code());
    }
    if let Err(fault) = check_lei(text) {
        stable(fault.code());
    }
    if let Ok(address) = text.parse::<Multiaddress>() {
        assert_eq!(address.as_str(), text);
        assert!(text.starts_with(address.without_peer()));
    }
    if let Err(fault) = text.parse::<PassphraseSource>() {
        stable(fault.code());
        told(&fault);
    }
    let name = normalised_name(text);
    assert_eq!(normalised_name(&name), name, "a compared name compares with itself");
    let Ok(date) = text.get(..10).unwrap_or_default().parse::<Date>() else { return };
    let number = i32::from_str(text[10..].trim()).unwrap_or(1);
    for moved in [date.add_days(number), date.add_months(number)] {
        assert_eq!(moved.to_string().parse(), Ok(moved), "a date that was reckoned reads back");
        assert_eq!(moved.start().date(), moved);
        assert_eq!(Millis(moved.end().0 - 1).date(), moved);
    }
    told(&Millis(i64::from_str(text[10..].trim()).unwrap_or(0)).text());
}

/// A settings file; lines after one that says `---` are `NAME=VALUE` of the environment.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (file, environment) = text.split_once("\n---\n").unwrap_or((text, ""));
    let variables = || {
        let pairs = environment.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (OsString::from(name), OsString::from(value)))
    };
    let path = Path::new("/etc/huxin/huxin.toml");
    match (Settings::read(path, file, variables()), Settings::read(path, file, variables())) {
        (Ok(one), Ok(other)) => assert_eq!(format!("{one:?}"), format!("{other:?}")),
        (Err(faults), Err(_)) => {
            stable(faults.code());
            told(&faults);
            assert!(!faults.next_step().is_empty());
            faults.iter().for_each(|fault| stable(fault.code()));
        }
        _ => panic!("the same file is read and refused"),
    }
}

pub fn edition(bytes: &[u8]) {
    let known = &scene().editions;
    match Edition::parse_on(bytes, known) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
        }
        Ok(edition) => {
            let again = Edition::parse_on(edition.canonical(), known);
            assert_eq!(
                again.as_ref().map(Edition::digest),
                Ok(edition.digest()),
                "the form that travels is the same edition"
            );
            assert_eq!(again.as_ref(), Ok(&edition));
            assert!(!edition.rows().is_empty());
        }
    }
}

/// As much work as a fuzzer has time for; a node allows [`Work::MOST`].
const LITTLE_WORK: Work = Work { scrypt: 1 << 9, rounds: 1 << 9 };

/// A key file, without a passphrase and with the one that the seeds were sealed with.
pub fn key_file(bytes: &[u8]) {
    let passphrase = Passphrase::new("correct horse battery staple").ok();
    for passphrase in [None, passphrase] {
        let path = Path::new("key.pem");
        match FileSigner::from_pem(bytes, path, passphrase.as_ref(), LITTLE_WORK) {
            Err(fault) => {
                told_keys(&fault);
                // What the file asks for is looked at before it is done.
                let _ = matches!(fault, KeysFault::CostTooHigh { .. });
            }
            Ok(signer) => {
                let signature = signer.sign(b"words");
                assert_eq!(signer.public().verify(b"words", &signature), Ok(()));
            }
        }
    }
}

fn told_keys(fault: &KeysFault) {
    stable(fault.code());
    told(fault);
    assert!(!fault.next_step().is_empty());
}

/// The files that founders hand to each other, and the public list of a key folder.
pub fn join(bytes: &[u8]) {
    match JoinFile::read(bytes) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
            assert!(!fault.next_step().is_empty());
        }
        Ok(file) => {
            let written = file.encode().unwrap_or_default();
            assert_eq!(JoinFile::read(&written).ok(), Some(file.clone()), "a join file that was written is read");
            assert_eq!(file.peer_id().len(), 38);
        }
    }
    if let Err(fault) = FoundingSignature::read(bytes) {
        stable(fault.code());
        told(&fault);
    }
    match KeyFolderPublic::parse(bytes, Path::new("public.json")) {
        Err(fault) => told_keys(&fault),
        Ok(public) => {
            let written = serde_json::to_vec(&public).unwrap_or_default();
            assert_eq!(KeyFolderPublic::parse(&written, Path::new("public.json")).ok(), Some(public));
        }
    }
}

pub fn crosswalk(bytes: &[u8]) {
    match Crosswalk::parse(bytes) {
        Err(fault) => told(&fault),
        Ok(walk) => {
            assert!(walk.digest().is_some());
            // A link goes both ways.
            let script = &mut Script::new(bytes);
            let text = String::from_utf8_lossy(script.rest());
            for subject in text.split([',', '\n']).filter_map(|word| word.trim().parse::<SubjectId>().ok()) {
                for link in walk.linked(&subject) {
                    assert!(walk.linked(&link.subject).iter().any(|back| back.subject == subject));
                }
            }
        }
    }
}
