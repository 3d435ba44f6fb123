//! The settings file as the node and its commands use it: read once, with the files that it names.

use crate::destination::private_file;
use crate::fault::{Exit, Fault};
use crate::tell;
use huxin_keys::{KeyFolder, Passphrase, PassphraseSource};
use huxin_profile::Crosswalk;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{EDITION_BYTES, Edition, EditionFault, MOST_LAYERS, builtin, contradiction};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::text::harmless;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

pub use huxin_config::Settings;
use huxin_config::{EditionChoice, ForeignVariable};

/// Longest genesis or token file that is read; a federation of 300 cities has about 100 KB.
const FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Reads the file, with the environment over it.
///
/// # Errors
/// Every mistake in it at once.
pub fn load(path: &Path) -> Result<Settings, Fault> {
    let (settings, foreign) = Settings::load_noting(path, std::env::vars_os())
        .map_err(|faults| Fault::usage(faults.code(), &faults).trying(faults.next_step()))?;
    if !foreign.is_empty() {
        // One warning a process, however often it reads its settings.
        static TOLD: std::sync::Once = std::sync::Once::new();
        TOLD.call_once(|| tell!("warning: {}", foreign_sentence(&foreign)));
    }
    Ok(settings)
}

/// Names the variables that begin like settings and are none, each with the setting that it may have been meant for.
fn foreign_sentence(foreign: &[ForeignVariable]) -> String {
    let named = foreign.iter().map(|variable| match &variable.nearest {
        Some(nearest) => format!("{} (the nearest setting is {nearest})", variable.name),
        None => variable.name.clone(),
    });
    format!("these variables are no settings and have no effect: {}", named.collect::<Vec<_>>().join(", "))
}

/// Reads the file alone, without the environment: right after it was written.
///
/// # Errors
/// As for [`load`].
pub fn load_plain(path: &Path) -> Result<Settings, Fault> {
    Settings::load(path, std::iter::empty())
        .map_err(|faults| Fault::usage(faults.code(), &faults).trying(faults.next_step()))
}

/// The API's token.
pub fn read_token(settings: &Settings) -> Result<String, Fault> {
    token_of(&settings.listen.token)
}

fn token_of(path: &Path) -> Result<String, Fault> {
    let bytes = read_file(path)?;
    let token = String::from_utf8_lossy(&bytes).trim().to_owned();
    if token.is_empty() {
        return Err(Fault::usage("token_empty", format_args!("the token file {} is empty", path.display()))
            .trying("remove it; the node writes a new one at its start"));
    }
    Ok(token)
}

/// The API's token; a missing file is made, with a random token that only this account may read.
pub fn read_or_make_token(path: &Path) -> Result<String, Fault> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(Fault::unexpected)?;
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(mut file) => {
            let token = hex::encode(secret);
            file.write_all(format!("{token}\n").as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|source| Fault::file("write", path, &source))?;
            Ok(token)
        }
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => token_of(path),
        Err(source) => Err(Fault::file("make", path, &source)),
    }
}

/// Opens the key folder with the passphrase from where the settings say, and keeps the passphrase.
pub fn open_keys(settings: &Settings) -> Result<(KeyFolder, Option<Passphrase>), Fault> {
    let source: PassphraseSource = settings.node.passphrase.to_string().parse()?;
    let passphrase = source.read()?;
    Ok((KeyFolder::open(&settings.node.keys, passphrase.clone())?, passphrase))
}

/// The federation's founding, with every signature checked.
pub fn read_genesis(path: &Path) -> Result<Genesis, Fault> {
    if matches!(fs::metadata(path), Err(fault) if fault.kind() == std::io::ErrorKind::NotFound) {
        return Err(Fault::not_yet("genesis_missing", format_args!("there is no genesis file {} yet", path.display()))
            .trying("fetch it from the federation and put it there, or found one with `huxin federation found`"));
    }
    let bytes = read_file(path).map_err(|fault| {
        if fault.code == "file" {
            fault.trying("fetch the genesis file from the federation, or found one with `huxin federation found`")
        } else {
            fault
        }
    })?;
    Ok(Genesis::decode(&bytes)?)
}

/// The editions that the settings name, and no others: what binds here is chosen, never found (R154).
///
/// # Errors
/// There is no such edition, it has another digest than the settings say, or two of them contradict each other.
pub fn editions(settings: &Settings) -> Result<BTreeMap<Digest, Edition>, Fault> {
    chosen(&settings.catalogue.editions)
}

/// As [`editions`], of choices that stand in no settings yet.
///
/// # Errors
/// As there.
pub fn chosen(choices: &[EditionChoice]) -> Result<BTreeMap<Digest, Edition>, Fault> {
    let files: Vec<&Path> = choices.iter().filter_map(EditionChoice::path).collect();
    let read = read_editions(&files)?;
    let mut editions = BTreeMap::new();
    for choice in choices {
        let (edition, digest) = match choice {
            EditionChoice::BuiltIn { name, digest } => (built_in(name)?, *digest),
            EditionChoice::File { path, digest } => {
                let edition = read.get(path.as_path()).cloned().ok_or_else(|| unread(path))?;
                let told = edition.digest();
                (edition, Some(digest.ok_or_else(|| without_digest(path, &told))?))
            }
        };
        if let Some(due) = digest.filter(|digest| *digest != edition.digest()) {
            return Err(Fault::usage(
                "edition_digest",
                format_args!(
                    "the edition {choice} has the digest {}, and the settings ask for {due}",
                    edition.digest()
                ),
            )
            .trying(
                "compare the file with what was published; write the new digest only if you accept the new edition",
            ));
        }
        editions.insert(edition.digest(), edition);
    }
    if let Some((one, other, list)) = contradiction(&editions) {
        let (one, other) = (one.name(), other.name());
        let what = match list {
            Some(list) => format!("editions {one} and {other} both register the list {}", harmless(&list.name.zh)),
            None => {
                format!("editions {one} and {other} are of one line and begin on the same day for a city in common")
            }
        };
        return Err(Fault::usage("edition_contradiction", what)
            .trying("leave one of them out of [catalogue] editions; nobody could say which of them binds"));
    }
    Ok(editions)
}

fn built_in(name: &str) -> Result<Edition, Fault> {
    Edition::named(name).ok_or_else(|| {
        let names: Vec<String> = builtin().values().map(|edition| edition.name().to_owned()).collect();
        Fault::usage("unknown_edition", format_args!("there is no built-in edition {:?}", harmless(name)))
            .trying(format!("built in are {}; a file is written as PATH#DIGEST", names.join(", ")))
    })
}

/// Editions from files, layers among them, whose bases are built in or stand in another of the files.
///
/// # Errors
/// A file cannot be read or is out of order, or the base of a layer is nowhere.
pub fn read_editions<'a>(files: &[&'a Path]) -> Result<BTreeMap<&'a Path, Edition>, Fault> {
    let mut at_hand = builtin();
    let mut read = BTreeMap::new();
    let mut waiting: Vec<&Path> = files.to_vec();
    // A layer may stand before its base; each round reads one layer more at least.
    for round in 1..=MOST_LAYERS {
        for path in std::mem::take(&mut waiting) {
            match read_edition(path, &at_hand)? {
                Ok(edition) => {
                    at_hand.insert(edition.digest(), edition.clone());
                    read.insert(path, edition);
                }
                Err(EditionFault::BaseUnknown(_)) if round < MOST_LAYERS => waiting.push(path),
                Err(fault) => return Err(out_of_order(path, &fault)),
            }
        }
    }
    Ok(read)
}

fn out_of_order(path: &Path, fault: &EditionFault) -> Fault {
    let told = Fault::usage(fault.code(), format_args!("{}: {fault}", path.display()));
    match fault {
        EditionFault::BaseUnknown(_) => told.trying("name the base beside it; `huxin edition check` prints its digest"),
        EditionFault::LayerWidens(_) => told.trying("take out what widens, or put it into an edition of its own"),
        _ => told.trying("correct the file where the sentence says; `huxin edition check FILE` reads it again"),
    }
}

fn unread(path: &Path) -> Fault {
    Fault::usage("file", format_args!("the edition {} was not read", path.display()))
}

fn read_edition(path: &Path, known: &BTreeMap<Digest, Edition>) -> Result<Result<Edition, EditionFault>, Fault> {
    let length = fs::metadata(path).map_err(|source| Fault::file("look at", path, &source))?.len();
    if length > EDITION_BYTES as u64 {
        let what = format_args!("{} is longer than an edition may be", path.display());
        return Err(Fault::usage("edition_too_long", what));
    }
    Ok(Edition::parse_on(&read_file(path)?, known))
}

fn without_digest(path: &Path, digest: &Digest) -> Fault {
    Fault::usage("edition_digest", format_args!("the settings name the edition {} without its digest", path.display()))
        .trying(format!("if this is the edition that you accept, write {}#{digest}", path.display()))
}

/// The crosswalk file, or an empty crosswalk where the settings name none.
///
/// # Errors
/// The file cannot be read, or a row of it is malformed.
pub fn crosswalk(settings: &Settings) -> Result<Crosswalk, Fault> {
    let Some(path) = &settings.catalogue.crosswalk else { return Ok(Crosswalk::default()) };
    Crosswalk::parse(&read_file(path)?)
        .map_err(|fault| Fault::usage("crosswalk", format_args!("{}: {fault}", path.display())))
}

/// A whole file of bounded length.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|source| Fault::file("read", path, &source))?;
    file.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|source| Fault::file("read", path, &source))?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(Fault::new(Exit::Usage, "file_too_long", format_args!("{} is longer than 4 MiB", path.display())));
    }
    Ok(bytes)
}

/// Writes a file that must not exist yet, so that a command never destroys what a person made.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    written(private_file(path, false), path, bytes)
}

/// As [`write_new`], for what every member and every account may read: the manifest, its signatures, the genesis file.
pub fn write_new_public(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    written(std::fs::File::options().write(true).create_new(true).open(path), path, bytes)
}

fn written(made: std::io::Result<std::fs::File>, path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let mut file = made.map_err(|source| {
        let fault = Fault::file("make", path, &source);
        if source.kind() == std::io::ErrorKind::AlreadyExists {
            fault.trying("name another folder, or move the file away yourself")
        } else {
            fault
        }
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|source| Fault::file("write", path, &source))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_protocol::edition::EDITION_FORMAT;
    use std::os::unix::fs::PermissionsExt as _;

    fn settings(folder: &Path) -> Settings {
        let mut settings = Settings::new("330900".parse().unwrap());
        settings = settings.resolved(folder);
        settings
    }

    #[test]
    fn a_token_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let token = read_or_make_token(&settings.listen.token).unwrap();
        assert_eq!(token.len(), 64);
        assert_eq!(read_or_make_token(&settings.listen.token).unwrap(), token);
        assert_ne!(read_or_make_token(&settings.listen.read_token).unwrap(), token);
        assert_eq!(read_token(&settings).unwrap(), token);
        let mode = fs::metadata(&settings.listen.token).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_empty_token_lets_nobody_in() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        fs::write(&settings.listen.token, "\n").unwrap();
        assert_eq!(read_token(&settings).unwrap_err().code, "token_empty");
    }

    /// Each row: what the settings name, and the names that are loaded or the code of the fault.
    #[test]
    fn only_chosen_editions_are_loaded_and_each_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let file = |name: &str, change: &[(&str, serde_json::Value)]| {
            let mut value: serde_json::Value =
                serde_json::from_slice(Edition::named("demo").unwrap().canonical()).unwrap();
            value["name"] = name.into();
            value["lists"] = serde_json::json!([]);
            for (key, to) in change {
                value[*key] = to.clone();
            }
            let bytes = serde_json::to_vec_pretty(&value).unwrap();
            fs::write(path(&format!("{name}.json")), &bytes).unwrap();
            format!("{}#{}", path(&format!("{name}.json")), Edition::parse(&bytes).unwrap().digest())
        };
        let list = |name: &str| {
            serde_json::json!([{ "id": "a", "kind": "black", "name": { "zh": name, "en": "a" }, "scope": "national",
                "serious": true, "set_up_by": "合成", "source": "合成", "sure": "chosen" }])
        };
        let one = file("one", &[("lists", list("甲（名单）"))]);
        let two = file("two", &[("lists", list("甲(名单)"))]);
        let next = file("next", &[("line", "one".into()), ("binds_from", "2026-01-01".into())]);
        let same = file("same", &[("line", "one".into())]);
        let digest_of = |choice: &str| choice.rsplit_once('#').unwrap().1.to_owned();
        let layer = |name: &str, base: &str, known: &[&str]| {
            let value = serde_json::json!({ "format": EDITION_FORMAT, "name": name, "title": { "zh": "甲", "en": "a" },
                "notice": { "zh": "合成", "en": "synthetic" }, "binds_from": "2020-01-01", "base": digest_of(base),
                "cities": ["330900"] });
            fs::write(path(&format!("{name}.json")), value.to_string()).unwrap();
            let files: Vec<String> =
                known.iter().copied().chain([name]).map(|name| path(&format!("{name}.json"))).collect();
            let files: Vec<&Path> = files.iter().map(Path::new).collect();
            let read = read_editions(&files).unwrap();
            format!("{}#{}", path(&format!("{name}.json")), read[files[files.len() - 1]].digest())
        };
        let upper = layer("upper", &one, &["one"]);
        let top = layer("top", &upper, &["one", "upper"]);
        fs::write(path("broken.json"), "{}").unwrap();
        let other = format!("{}#{}", path("one.json"), "0".repeat(64));
        let pinned = format!("demo#{}", Edition::named("demo").unwrap().digest());
        let wrong_pin = format!("demo#{}", "0".repeat(64));
        let rows: Vec<(Vec<String>, Result<Vec<&str>, &str>)> = vec![
            (vec![], Ok(vec![])),
            (vec!["mdb".into()], Ok(vec!["mdb"])),
            (vec!["mdb".into(), "demo".into(), "demo".into()], Ok(vec!["demo", "mdb"])),
            (vec![pinned], Ok(vec!["demo"])),
            (vec![wrong_pin], Err("edition_digest")),
            (vec!["national".into()], Err("unknown_edition")),
            (vec![one.clone()], Ok(vec!["one"])),
            (vec![path("one.json")], Err("edition_digest")),
            (vec![other], Err("edition_digest")),
            (vec![path("broken.json")], Err("edition_shape")),
            (vec![path("absent.json")], Err("file")),
            (vec![one.clone(), next], Ok(vec!["next", "one"])),
            (vec![one.clone(), two], Err("edition_contradiction")),
            // A layer needs its base at hand, wherever it stands in the list.
            (vec![upper.clone(), one.clone()], Ok(vec!["one", "upper"])),
            (vec![top.clone(), upper.clone(), one.clone()], Ok(vec!["one", "top", "upper"])),
            (vec![upper.clone()], Err("edition_base_unknown")),
            (vec![top, one.clone()], Err("edition_base_unknown")),
            (vec![one, same], Err("edition_contradiction")),
        ];
        for (choices, due) in rows {
            let mut settings = settings(folder.path());
            settings.catalogue.editions = choices.iter().map(|choice| choice.parse().unwrap()).collect();
            let found = editions(&settings).map_err(|fault| fault.code.clone());
            let names = found.map(|editions| {
                let mut names: Vec<String> = editions.values().map(|edition| edition.name().to_owned()).collect();
                names.sort();
                names
            });
            assert_eq!(
                names,
                due.map(|names| names.into_iter().map(str::to_owned).collect()).map_err(str::to_owned),
                "{choices:?}"
            );
        }
    }

    /// `demo` has no legal force: whoever wants it says so.
    #[test]
    fn demo_binds_nowhere_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = editions(&settings(folder.path())).unwrap();
        assert_eq!(loaded.values().map(Edition::name).collect::<Vec<_>>(), ["mdb"]);
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write_new(&path, b"1").unwrap();
        assert!(write_new(&path, b"2").is_err());
        assert_eq!(read_file(&path).unwrap(), b"1");
    }
}
