//! The folder of a store before RocksDB sees it: whose it is, whether it is whole, and what RocksDB's own words mean.

use super::log::{Ending, Records, walk};
use super::settings::{Options, Shared};
use crate::disk::make_folder;
use crate::fault::OpenFault;
use crate::identity::FORM;
use huxin_engine::ledger::FAMILIES;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Held from before the logs are walked until the store is closed. RocksDB has a lock of its own, but takes it only
/// after that walk, which may cut a torn tail off.
pub(super) struct Lock(#[expect(dead_code, reason = "held, never read")] Option<File>);

const LOCK: &str = "huxin.lock";

/// A folder that was found whole and is locked.
pub(super) struct Opening {
    path: PathBuf,
    lock: Lock,
    is_new: bool,
    /// Highest sequence number in the write-ahead logs: RocksDB must have reached it after its replay.
    last_sequence: u64,
}

impl Opening {
    pub(super) fn new(path: &Path, options: &Options) -> Result<Self, OpenFault> {
        let create = options.create && !options.read_only;
        let names = match names(path) {
            Ok(names) => names,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && create => {
                make_folder(path).map_err(|error| OpenFault::io(path, &error))?;
                BTreeSet::new()
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(OpenFault::Missing(path.to_owned()));
            }
            Err(error) => return Err(OpenFault::io(path, &error)),
        };
        let is_new = is_new(path, &names)?;
        if is_new && !create {
            return Err(OpenFault::Missing(path.to_owned()));
        }
        let lock = Lock(lock(path, options.read_only)?);
        let mut opening = Self { path: path.to_owned(), lock, is_new, last_sequence: 0 };
        if !is_new {
            let manifest = opening.manifest(&names)?;
            opening.check_log(&manifest, Records::Edits, options.read_only, true)?;
            let mut logs: Vec<_> = names.iter().filter_map(|name| Some((number(name, ".log")?, name))).collect();
            logs.sort_unstable();
            while let Some((_, name)) = logs.first() {
                // Only the newest log can have been written to when the power went.
                opening.check_log(name, Records::Batches, options.read_only, logs.len() == 1)?;
                logs.remove(0);
            }
        }
        Ok(opening)
    }

    /// The manifest that CURRENT names.
    fn manifest(&self, names: &BTreeSet<String>) -> Result<String, OpenFault> {
        let text = std::fs::read(self.path.join("CURRENT")).map_err(|error| OpenFault::io(&self.path, &error))?;
        let name = std::str::from_utf8(&text).ok().and_then(|text| text.strip_suffix('\n'));
        let name = name.filter(|name| name.strip_prefix("MANIFEST-").is_some_and(|n| n.parse::<u64>().is_ok()));
        let name = name.ok_or_else(|| OpenFault::damaged("CURRENT", "it does not name a manifest"))?;
        if names.contains(name) { Ok(name.to_owned()) } else { Err(OpenFault::damaged(name, "it is missing")) }
    }

    /// Walks one log; cuts a torn tail off where that is allowed.
    fn check_log(&mut self, name: &str, records: Records, read_only: bool, newest: bool) -> Result<(), OpenFault> {
        let path = self.path.join(name);
        let io = |error: std::io::Error| OpenFault::io(&path, &error);
        let found = walk(BufReader::new(File::open(&path).map_err(io)?), records).map_err(io)?;
        self.last_sequence = self.last_sequence.max(found.last_sequence);
        match found.ending {
            Ending::Whole => Ok(()),
            Ending::Torn { keep } if newest && (keep > 0 || records == Records::Batches) => {
                if !read_only {
                    let file = OpenOptions::new().write(true).open(&path).map_err(io)?;
                    let length = file.metadata().map_err(io)?.len();
                    file.set_len(keep).and_then(|()| file.sync_all()).map_err(io)?;
                    tracing::warn!(
                        file = name,
                        bytes = length - keep,
                        "cut off a write that a power cut had torn; it was never answered"
                    );
                }
                Ok(())
            }
            Ending::Torn { keep: at } | Ending::Damaged { at } => {
                Err(OpenFault::damaged(name, &format!("a synced record at byte {at} does not hold")))
            }
        }
    }

    /// Families that the store has. A family that this program does not know is of a newer form.
    pub(super) fn known_families(&self, settings: &Shared) -> Result<BTreeSet<String>, OpenFault> {
        if self.is_new {
            return Ok(BTreeSet::new());
        }
        let found = rocksdb::DB::list_cf(settings.database(), &self.path).map_err(|error| self.explain(&error))?;
        let unknown =
            |name: &&String| *name != "default" && !FAMILIES.iter().any(|family| family.name() == name.as_str());
        if let Some(name) = found.iter().find(unknown) {
            return Err(OpenFault::NewerForm { found: format!("with a family {name}").into(), known: FORM });
        }
        Ok(found.into_iter().collect())
    }

    /// RocksDB must have replayed everything that the walk saw.
    pub(super) fn check_replayed(&self, reached: u64) -> Result<(), OpenFault> {
        if reached < self.last_sequence {
            return Err(OpenFault::damaged("the write-ahead log", "not all of it could be replayed"));
        }
        Ok(())
    }

    pub(super) fn explain(&self, error: &rocksdb::Error) -> OpenFault {
        explain(&self.path, error)
    }

    pub(super) fn into_lock(self) -> Lock {
        self.lock
    }
}

fn names(path: &Path) -> std::io::Result<BTreeSet<String>> {
    std::fs::read_dir(path)?.map(|file| Ok(file?.file_name().to_string_lossy().into_owned())).collect()
}

/// The number of a file `<number><ending>`.
fn number(name: &str, ending: &str) -> Option<u64> {
    name.strip_suffix(ending)?.parse().ok()
}

/// Whether there is nothing here yet. RocksDB would make a new store wherever CURRENT is missing.
fn is_new(path: &Path, names: &BTreeSet<String>) -> Result<bool, OpenFault> {
    if names.contains("CURRENT") {
        return Ok(false);
    }
    let holds_data = |name: &String| number(name, ".sst").is_some() || number(name, ".log").is_some();
    if names.iter().any(holds_data) {
        return Err(OpenFault::damaged("CURRENT", "it is missing"));
    }
    // What RocksDB writes before CURRENT, where a first start was cut short.
    let begun = |name: &String| {
        matches!(name.as_str(), LOCK | "LOCK" | "LOG" | "IDENTITY" | "lost+found")
            || ["LOG.old.", "MANIFEST-", "OPTIONS-"].iter().any(|start| name.starts_with(start))
            || name.ends_with(".dbtmp")
    };
    if names.iter().all(begun) { Ok(true) } else { Err(OpenFault::NotAStore(path.to_owned())) }
}

fn lock(path: &Path, shared: bool) -> Result<Option<File>, OpenFault> {
    let file = path.join(LOCK);
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&file);
    let opened = match opened {
        Ok(opened) => opened,
        // A backup on a medium that cannot be written needs no lock.
        Err(error)
            if shared
                && matches!(
                    error.kind(),
                    std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied
                ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(OpenFault::io(&file, &error)),
    };
    match if shared { opened.try_lock_shared() } else { opened.try_lock() } {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => Err(OpenFault::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenFault::io(&file, &error)),
    }
}

/// What RocksDB's words mean for the operator.
pub(super) fn explain(path: &Path, error: &rocksdb::Error) -> OpenFault {
    let text = error.to_string();
    let says = |words: &str| text.contains(words);
    if says("lock hold by current process") || says("While lock file") {
        return OpenFault::Locked(path.to_owned());
    }
    if says("Column families not opened") || says("Column family not found") {
        return OpenFault::NewerForm { found: "with other families".into(), known: FORM };
    }
    if says("Permission denied") {
        return OpenFault::NoAccess { path: path.to_owned(), cause: text.into() };
    }
    let missing = says("No such file");
    if missing || error.kind() == rocksdb::ErrorKind::Corruption {
        let file = named_file(&text).unwrap_or("one of its files");
        return OpenFault::damaged(file, if missing { "it is missing" } else { &text });
    }
    OpenFault::Disk { path: path.to_owned(), cause: text.into() }
}

/// The store's file that a sentence of RocksDB names.
fn named_file(text: &str) -> Option<&str> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | ':' | ',' | '\'' | '"'));
    words.into_iter().map(|word| word.trim_end_matches('.')).find(|word| {
        number(word, ".sst").is_some()
            || number(word, ".log").is_some()
            || word.starts_with("MANIFEST-")
            || *word == "CURRENT"
    })
}
