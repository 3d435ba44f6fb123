//! Key files: what is written, what is read back, and everything that is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_keys::{FileSigner, KeyFolder, KeysFault, Passphrase};
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::key::{PublicKey, Sign};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

fn city() -> CityCode {
    CityCode::new("330900").unwrap()
}
fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery staple").unwrap()
}
fn sealed(folder: &Path) -> KeyFolder {
    KeyFolder::create(&folder.join("keys"), city(), Some(passphrase())).unwrap()
}
fn plain(folder: &Path) -> KeyFolder {
    KeyFolder::create(&folder.join("keys"), city(), None).unwrap()
}
/// Writes a key file as an operator would, with mode 0600.
fn put(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
fn assert_fault(fault: &KeysFault, code: &str, parts: &[&str]) {
    assert_eq!(fault.code(), code, "{fault}");
    for part in parts {
        assert!(fault.to_string().contains(part), "{fault} lacks {part}");
    }
    assert!(!fault.next_step().is_empty());
}

#[test]
fn a_sealed_folder_opens_with_its_passphrase_and_signs() {
    let place = tempfile::tempdir().unwrap();
    let made = sealed(place.path());
    let opened = KeyFolder::open(made.path(), Some(passphrase())).unwrap();
    assert_eq!(opened.show(), made.show());
    let signer = opened.epoch_signer(Epoch::FIRST).unwrap();
    for key in [&signer.log, &signer.cosigner, &opened.root().unwrap()] {
        key.public().verify(b"message", &key.sign(b"message")).unwrap();
        assert!(key.public().verify(b"massage", &key.sign(b"message")).is_err());
    }
    assert_eq!(signer.log.sign_many(&[b"a", b"b"]), [signer.log.sign(b"a"), signer.log.sign(b"b")]);
    assert_ne!(signer.log.public(), signer.cosigner.public());
    opened.ground_secret().unwrap();
    let transport = opened.transport().unwrap();
    assert_eq!(transport.peer_id_text(), opened.show().peer_id);
    assert_eq!(transport.public(), &opened.show().transport);
}

#[test]
fn every_secret_is_encrypted_private_and_nothing_else_lies_there() {
    let place = tempfile::tempdir().unwrap();
    let made = sealed(place.path());
    let mut names: Vec<_> =
        fs::read_dir(made.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(
        names,
        ["epoch-1-cosigner.pem", "epoch-1-log.pem", "ground.pem", "public.json", "root.pem", "transport.pem"]
    );
    for name in names {
        let path = made.path().join(&name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        if name.ends_with(".pem") {
            assert!(fs::read_to_string(&path).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        }
    }
    assert_eq!(fs::metadata(made.path()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing passing is left behind");
}

#[test]
fn four_files_open_well_within_the_time_for_a_start() {
    let place = tempfile::tempdir().unwrap();
    let made = sealed(place.path());
    let begun = Instant::now();
    made.epoch_signer(Epoch::FIRST).unwrap();
    made.transport().unwrap();
    made.ground_secret().unwrap();
    let took = begun.elapsed();
    println!("four files: {took:?}");
    // Generous, for a machine that does other work: on a quiet one it is a tenth.
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_wrong_passphrase_is_told_from_a_missing_and_from_a_needless_one() {
    let place = tempfile::tempdir().unwrap();
    let made = sealed(place.path());
    // Several, so that one whose bytes happen to have good padding is among them now and then.
    for text in ["wrong", "Correct horse battery staple", " ", "口令"] {
        let folder = KeyFolder::open(made.path(), Some(Passphrase::new(text).unwrap())).unwrap();
        assert_fault(&folder.root().unwrap_err(), "wrong_passphrase", &["root.pem"]);
        assert_fault(&folder.transport().unwrap_err(), "wrong_passphrase", &["transport.pem"]);
    }
    assert_fault(&KeyFolder::open(made.path(), None).unwrap_err(), "passphrase_needed", &["public.json"]);
    assert_fault(
        &FileSigner::open(&made.path().join("root.pem"), None).unwrap_err(),
        "passphrase_needed",
        &["root.pem"],
    );
    let other = tempfile::tempdir().unwrap();
    let bare = plain(other.path());
    assert_fault(
        &KeyFolder::open(bare.path(), Some(passphrase())).unwrap_err(),
        "key_file_not_encrypted",
        &["not encrypted"],
    );
    assert_fault(
        &FileSigner::open(&bare.path().join("root.pem"), Some(&passphrase())).unwrap_err(),
        "key_file_not_encrypted",
        &["root.pem"],
    );
}

/// Somebody who can write public.json must not talk the node out of encryption.
#[test]
fn the_list_cannot_turn_encryption_off() {
    let place = tempfile::tempdir().unwrap();
    let made = sealed(place.path());
    let list = made.path().join("public.json");
    let text = fs::read_to_string(&list).unwrap().replace("\"encrypted\": true", "\"encrypted\": false");
    put(&list, &text);
    let folder = KeyFolder::open(made.path(), None).unwrap();
    assert_fault(&folder.root().unwrap_err(), "passphrase_needed", &["root.pem"]);
}

#[test]
fn plain_files_are_plain_pkcs8_and_open_without_passphrase() {
    let place = tempfile::tempdir().unwrap();
    let made = plain(place.path());
    let text = fs::read_to_string(made.path().join("root.pem")).unwrap();
    assert!(text.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{text}");
    let opened = KeyFolder::open(made.path(), None).unwrap();
    opened.root().unwrap();
    opened.ground_secret().unwrap();
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let made = plain(place.path());
    for name in ["root.pem", "ground.pem", "transport.pem", "epoch-1-log.pem", "epoch-1-cosigner.pem"] {
        fs::set_permissions(made.path().join(name), fs::Permissions::from_mode(0o640)).unwrap();
    }
    for fault in [
        made.root().map(drop).unwrap_err(),
        made.ground_secret().map(drop).unwrap_err(),
        made.transport().map(drop).unwrap_err(),
        made.epoch_signer(Epoch::FIRST).map(drop).unwrap_err(),
    ] {
        assert_fault(&fault, "key_file_open_to_others", &["640", ".pem"]);
    }
    fs::set_permissions(made.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert_fault(&KeyFolder::open(made.path(), None).unwrap_err(), "key_file_open_to_others", &["777"]);
}

#[test]
fn another_key_in_the_place_of_the_right_one_is_refused() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ours, theirs) = (plain(a.path()), plain(b.path()));
    for name in ["root.pem", "ground.pem", "transport.pem", "epoch-1-log.pem", "epoch-1-cosigner.pem"] {
        fs::copy(theirs.path().join(name), ours.path().join(name)).unwrap();
    }
    for (fault, name) in [
        (ours.root().map(drop).unwrap_err(), "root.pem"),
        (ours.ground_secret().map(drop).unwrap_err(), "ground.pem"),
        (ours.transport().map(drop).unwrap_err(), "transport.pem"),
        (ours.epoch_signer(Epoch::FIRST).map(drop).unwrap_err(), "epoch-1-log.pem"),
    ] {
        assert_fault(&fault, "key_foreign", &[name, "found ", "due "]);
    }
}

#[test]
fn log_key_and_cosigner_key_cannot_be_exchanged() {
    let place = tempfile::tempdir().unwrap();
    let made = plain(place.path());
    let (log, cosigner) = (made.path().join("epoch-1-log.pem"), made.path().join("epoch-1-cosigner.pem"));
    let kept = fs::read_to_string(&log).unwrap();
    fs::copy(&cosigner, &log).unwrap();
    put(&cosigner, &kept);
    assert_fault(&made.epoch_signer(Epoch::FIRST).unwrap_err(), "key_foreign", &["epoch-1-log.pem"]);
}

#[test]
fn damaged_and_strange_files_are_told_apart() {
    let place = tempfile::tempdir().unwrap();
    let made = plain(place.path());
    let root = made.path().join("root.pem");
    let good = fs::read_to_string(&root).unwrap();
    let der_line = good.lines().nth(1).unwrap();
    for (text, code) in [
        (String::new(), "key_file_unreadable"),
        ("hello".into(), "key_file_unreadable"),
        (good.replace("PRIVATE KEY", "CERTIFICATE"), "key_file_unreadable"),
        (good.replace(der_line, "AAAA"), "key_file_unreadable"),
        (good.replace(der_line, "!!!!"), "key_file_unreadable"),
        (good.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "passphrase_needed"),
        // An X25519 key, made with `openssl genpkey -algorithm X25519`.
        (
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n".into(),
            "key_file_algorithm",
        ),
    ] {
        put(&root, &text);
        assert_fault(&made.root().unwrap_err(), code, &["root.pem"]);
    }
    fs::remove_file(&root).unwrap();
    assert_fault(&made.root().unwrap_err(), "root_key_away", &["root.pem"]);
    fs::remove_file(made.path().join("transport.pem")).unwrap();
    assert_fault(&made.transport().unwrap_err(), "key_file_missing", &["transport.pem"]);
}

/// The Ed25519 key of RFC 8032 section 7.1, test 1, written by OpenSSL 3.0.19: plain, with scrypt, with PBKDF2, and
/// with more work than we do.
#[test]
fn files_of_openssl_are_read() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("k.pem");
    let due: [u8; 32] =
        hex::decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap().try_into().unwrap();
    let due = PublicKey::new(&due).unwrap();
    put(&path, include_str!("openssl/plain.pem"));
    FileSigner::open_due(&path, None, &due).unwrap();
    let passphrase = Passphrase::new("openssl").unwrap();
    for sealed in [include_str!("openssl/scrypt.pem"), include_str!("openssl/pbkdf2.pem")] {
        put(&path, sealed);
        FileSigner::open_due(&path, Some(&passphrase), &due).unwrap();
    }
    put(&path, include_str!("openssl/heavy.pem"));
    assert_fault(&FileSigner::open(&path, Some(&passphrase)).unwrap_err(), "key_file_cost", &["k.pem"]);
}

/// A work factor of nought was a panic of the library. (Found by fuzzing key files; it began as scrypt.pem.)
#[test]
fn work_factors_that_do_not_exist_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("k.pem");
    put(&path, include_str!("openssl/nought.pem"));
    let opened = FileSigner::open(&path, Some(&Passphrase::new("openssl").unwrap()));
    assert_fault(&opened.unwrap_err(), "key_file_unreadable", &["k.pem"]);
}

#[test]
fn a_folder_is_never_made_over_another() {
    let place = tempfile::tempdir().unwrap();
    let made = plain(place.path());
    let before = made.show().clone();
    assert_fault(&KeyFolder::create(made.path(), city(), None).unwrap_err(), "key_file_taken", &["keys"]);
    assert_eq!(KeyFolder::open(made.path(), None).unwrap().show(), &before);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing passing is left behind");
    // An empty folder is no obstacle; a file is one.
    fs::create_dir(place.path().join("empty")).unwrap();
    KeyFolder::create(&place.path().join("empty"), city(), None).unwrap();
    put(&place.path().join("file"), "");
    assert_fault(&KeyFolder::create(&place.path().join("file"), city(), None).unwrap_err(), "key_file_taken", &[]);
}

#[test]
fn a_list_of_another_shape_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let made = plain(place.path());
    let list = made.path().join("public.json");
    let good = fs::read_to_string(&list).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&good).unwrap();
    // A small-order point: never a key.
    value["root"] = "0100000000000000000000000000000000000000000000000000000000000000".into();
    let weak = value.to_string();
    value["root"] = "AB".repeat(32).into();
    let upper = value.to_string();
    let mut empty: serde_json::Value = serde_json::from_str(&good).unwrap();
    empty["epochs"] = serde_json::Value::Array(Vec::new());
    for (text, code, part) in [
        (good.replace("\"version\": 1", "\"version\": 2"), "key_folder_shape", "newer"),
        (good.replace("\"city\"", "\"town\""), "key_folder_shape", "town"),
        (good[..good.len() / 2].to_owned(), "key_folder_shape", "public.json"),
        (weak, "key_folder_shape", "small order"),
        (upper, "key_folder_shape", "lower-case"),
        (empty.to_string(), "key_folder_epochs", "public.json"),
    ] {
        put(&list, &text);
        assert_fault(&KeyFolder::open(made.path(), None).unwrap_err(), code, &[part]);
    }
    fs::remove_file(&list).unwrap();
    assert_fault(&KeyFolder::open(made.path(), None).unwrap_err(), "key_folder_missing", &["keys"]);
    assert_fault(&KeyFolder::open(&place.path().join("none"), None).unwrap_err(), "key_folder_missing", &["none"]);
}

#[test]
fn an_unknown_epoch_names_the_newest() {
    let place = tempfile::tempdir().unwrap();
    let made = plain(place.path());
    assert_fault(&made.epoch_signer(Epoch(3)).unwrap_err(), "key_epoch_unknown", &["epoch 3", "newest epoch is 1"]);
}

#[test]
fn no_secret_shows_in_debug_or_in_the_list() {
    let place = tempfile::tempdir().unwrap();
    let made = sealed(place.path());
    let signer = made.epoch_signer(Epoch::FIRST).unwrap();
    let transport = made.transport().unwrap();
    let seed = hex::encode(*transport.seed());
    let shown = format!("{made:?} {signer:?} {transport:?} {:?}", made.ground_secret().unwrap())
        + &fs::read_to_string(made.path().join("public.json")).unwrap();
    assert!(!shown.contains(&seed));
    assert!(!shown.contains("battery"));
    assert!(shown.contains("FileSigner("));
}

/// A city must be able to open its keys without this program.
#[test]
fn openssl_reads_what_we_write() {
    let place = tempfile::tempdir().unwrap();
    let made = sealed(place.path());
    let answer = std::process::Command::new("openssl")
        .args(["pkey", "-passin", "pass:correct horse battery staple", "-pubout", "-outform", "DER", "-in"])
        .arg(made.path().join("root.pem"))
        .output();
    match answer {
        Ok(answer) => {
            assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
            assert!(answer.stdout.ends_with(made.show().root.bytes()));
        }
        Err(missing) => println!("not tried, openssl does not start: {missing}"),
    }
}
