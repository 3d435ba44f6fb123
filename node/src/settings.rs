//! The settings file as the node and its commands use it: read once, with the files that it names.

use crate::destination::private_file;
use crate::fault::{Exit, Fault};
use crate::tell;
use huxin_keys::{KeyFolder, Passphrase, PassphraseSource};
use huxin_profile::Crosswalk;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{EDITION_BYTES, Edition, builtin};
use huxin_protocol::genesis::Genesis;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use huxin_config::ForeignVariable;
pub use huxin_config::Settings;

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

/// The built-in editions and those of the settings' folder.
pub fn editions(settings: &Settings) -> Result<BTreeMap<Digest, Edition>, Fault> {
    let mut editions = builtin();
    let Some(folder) = &settings.catalogue.editions else { return Ok(editions) };
    let mut paths = Vec::new();
    for item in fs::read_dir(folder).map_err(|source| Fault::file("list", folder, &source))? {
        let path = item.map_err(|source| Fault::file("list", folder, &source))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    // The order of a folder is chance; which file is named in a fault must not be.
    paths.sort();
    for path in paths {
        let length = fs::metadata(&path).map_err(|source| Fault::file("look at", &path, &source))?.len();
        if length > EDITION_BYTES as u64 {
            return Err(Fault::usage(
                "edition_too_long",
                format_args!("{} is longer than an edition may be", path.display()),
            ));
        }
        let edition = Edition::parse(&read_file(&path)?)
            .map_err(|fault| Fault::usage(fault.code(), format_args!("{}: {fault}", path.display())))?;
        editions.insert(edition.digest(), edition);
    }
    Ok(editions)
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

    #[test]
    fn editions_of_a_folder_join_the_built_in_ones() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        let built_in = editions(&settings).unwrap().len();
        settings.catalogue.editions = Some(folder.path().to_owned());
        assert_eq!(editions(&settings).unwrap().len(), built_in);
        fs::write(folder.path().join("a.json"), "{}").unwrap();
        let fault = editions(&settings).unwrap_err();
        assert!(fault.sentence.contains("a.json"), "{fault}");
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
