//! The folder of a backup:
//!
//! ```text
//! store/         a store that opens like any other
//! genesis.cbor   the federation's founding; no secret
//! huxin.toml     the settings as they were
//! backup.json    whose it is, when it was made and how far the own log reached; written last
//! ```
//!
//! All of it is for this account alone: bodies that only named cities may read are in the store.

use crate::destination::private_file;
use crate::fault::Fault;
use crate::runtime::clock;
use huxin_engine::ledger::{HeadRow, LedgerRead};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Millis;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

pub const DESCRIPTION: &str = "backup.json";
pub const GENESIS: &str = "genesis.cbor";
pub const SETTINGS: &str = "huxin.toml";

/// What a backup says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// 1.
    pub version: u16,
    pub city: CityCode,
    pub federation: Digest,
    pub made_at: Millis,
    /// Statements in the own log.
    pub own_size: u64,
}

impl Described {
    /// # Errors
    /// The store cannot be read.
    pub fn of(store: &dyn LedgerRead, city: CityCode, federation: Digest) -> Result<Self, Fault> {
        let own_size = HeadRow::read(store, city)?.frontier.size().0;
        Ok(Self { version: 1, city, federation, made_at: clock::now(), own_size })
    }

    /// # Errors
    /// Not reached: the value has a JSON form.
    pub fn encode(&self) -> Result<Vec<u8>, Fault> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(Fault::unexpected)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// # Errors
    /// The folder is no backup, or one of a newer program.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let path = folder.join(DESCRIPTION);
        if !path.exists() {
            return Err(Fault::refused(
                "no_backup",
                format_args!("{} is no backup, or one that was not finished", folder.display()),
            )
            .trying("name a folder that `huxin backup` made"));
        }
        let described: Self = serde_json::from_slice(&crate::settings::read_file(&path)?).map_err(|fault| {
            Fault::refused("backup_shape", format_args!("{}: {fault}", path.display()))
                .trying("take another backup; leave this one as it is until you have it")
        })?;
        if described.version != 1 {
            return Err(Fault::refused("backup_newer", format_args!("the backup has version {}", described.version))
                .trying("use a newer huxin"));
        }
        Ok(described)
    }
}

/// # Errors
/// Something is there.
pub fn refuse_existing(path: &Path) -> Result<(), Fault> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(Fault::usage("file_exists", format_args!("{} exists already", path.display()))
            .trying("name a new folder for each backup; nothing is written over"));
    }
    Ok(())
}

/// A new folder for this account alone.
///
/// # Errors
/// It cannot be made.
pub fn make_private(path: &Path) -> Result<(), Fault> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| Fault::file("make", path, &source))
}

/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    private_file(path, false)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(|source| Fault::file("write", path, &source))
}

/// Copies a folder of plain files, and makes the copy durable; how many bytes it has. A part of a copy is taken away again.
///
/// # Errors
/// A file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> Result<u64, Fault> {
    make_private(to)?;
    let copied = copy_files(from, to);
    if copied.is_err() {
        // A full disk must not stay full of half a copy.
        let _ = fs::remove_dir_all(to);
    }
    copied
}

fn copy_files(from: &Path, to: &Path) -> Result<u64, Fault> {
    let mut bytes = 0;
    for item in fs::read_dir(from).map_err(|source| Fault::file("list", from, &source))? {
        let item = item.map_err(|source| Fault::file("list", from, &source))?;
        let (source_path, path) = (item.path(), to.join(item.file_name()));
        if !item.file_type().map_err(|source| Fault::file("look at", &source_path, &source))?.is_file() {
            continue;
        }
        let mut source = File::open(&source_path).map_err(|source| Fault::file("read", &source_path, &source))?;
        let copy = |mut file: File| {
            let copied = std::io::copy(&mut source, &mut file)?;
            file.sync_all().map(|()| copied)
        };
        bytes += private_file(&path, false).and_then(copy).map_err(|source| Fault::file("write", &path, &source))?;
    }
    File::open(to).and_then(|folder| folder.sync_all()).map_err(|source| Fault::file("sync", to, &source))?;
    Ok(bytes)
}

/// # Errors
/// The folder cannot be listed.
pub fn bytes_of(folder: &Path) -> Result<u64, Fault> {
    let fault = |source| Fault::file("list", folder, &source);
    let mut bytes = 0;
    for item in fs::read_dir(folder).map_err(fault)? {
        bytes += item.and_then(|item| item.metadata()).map_err(fault)?.len();
    }
    Ok(bytes)
}

/// Copies the key folder. What says which store signed last stays behind: a copy of it would let an old store sign again.
///
/// # Errors
/// A file cannot be read or written.
pub fn copy_keys(from: &Path, to: &Path) -> Result<(), Fault> {
    copy_folder(from, to)?;
    for name in [huxin_keys::marker::MARKER_FILE, huxin_keys::reached::REACHED_FILE] {
        match fs::remove_file(to.join(name)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::file("remove", &to.join(name), &source));
            }
            _ => {}
        }
    }
    fs::set_permissions(to, fs::Permissions::from_mode(0o700))
        .map_err(|source| Fault::file("set the rights of", to, &source))
}
