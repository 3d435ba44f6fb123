//! Why a store does not open, does not take a batch, or could not do a chore. Each names what to try.

use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;
#[cfg(feature = "rocks")]
use std::path::Path;
use std::path::PathBuf;

/// Why a store was not opened. Nothing was changed in the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenFault {
    #[error("there is no store in {}", .0.display())]
    Missing(PathBuf),
    #[error("{} holds files but no huxin store", .0.display())]
    NotAStore(PathBuf),
    #[error("the store is damaged at {file} ({cause})")]
    Damaged { file: Box<str>, cause: Box<str> },
    #[error("another process has the store in {} open", .0.display())]
    Locked(PathBuf),
    #[error("the store has form {found} and this program knows up to {known}")]
    NewerForm { found: Box<str>, known: u32 },
    #[error("the store belongs to federation {found} and the genesis file says {expected}")]
    OtherFederation { found: Digest, expected: Digest },
    #[error("the store belongs to city {found} and the settings say {expected}")]
    OtherCity { found: CityCode, expected: CityCode },
    #[error("the store in {} may not be read or written ({cause})", path.display())]
    NoAccess { path: PathBuf, cause: Box<str> },
    #[error("the store in {} could not be opened ({cause})", path.display())]
    Disk { path: PathBuf, cause: Box<str> },
    /// The store opened and could not take on its owner or its new form.
    #[error(transparent)]
    Commit(#[from] CommitFault),
}

impl OpenFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Commit(fault) => fault.code(),
            Self::Missing(_) => "store_missing",
            Self::NotAStore(_) => "not_a_store",
            Self::Damaged { .. } => "store_damaged",
            Self::Locked(_) => "store_locked",
            Self::NewerForm { .. } => "store_newer_form",
            Self::OtherFederation { .. } => "store_other_federation",
            Self::OtherCity { .. } => "store_other_city",
            Self::NoAccess { .. } => "store_no_access",
            Self::Disk { .. } => "store_disk",
        }
    }

    /// What to try.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Commit(fault) => fault.next_step(),
            Self::Missing(_) => {
                "check [node] data; a new node begins with `huxin init`, and a store that was lost comes back with `huxin restore`"
            }
            Self::NotAStore(_) => "name an empty or a new folder in [node] data",
            Self::Damaged { .. } => {
                "leave it as it is, and run `huxin fsck`; then `huxin restore` from a backup, or let it come from partners"
            }
            Self::Locked(_) => {
                "stop the node, or whatever else has it open (`huxin fsck`, `huxin backup`), and try again"
            }
            Self::NewerForm { .. } => "use a newer huxin",
            Self::OtherFederation { .. } => "check [node] data and [node] genesis: one of the two is not this node's",
            Self::OtherCity { .. } => "check [node] city and [node] data: one of the two is not this node's",
            Self::NoAccess { .. } => "check owner and rights of the folder, and run the command as the node's account",
            Self::Disk { .. } => "check the disk, and the machine's log",
        }
    }

    pub(crate) fn damaged(file: &str, cause: &str) -> Self {
        Self::Damaged { file: file.into(), cause: cause.into() }
    }

    #[cfg(feature = "rocks")]
    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        let (path, cause) = (path.to_owned(), error.to_string().into());
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Self::NoAccess { path, cause },
            _ => Self::Disk { path, cause },
        }
    }
}

/// Why a batch was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitFault {
    /// The batch may or may not have been kept.
    #[error("the store could not write ({cause}), and nothing more is written until a restart")]
    Write { cause: Box<str> },
    /// An earlier commit failed.
    #[error("an earlier write failed, so the store takes no more")]
    Failed,
    /// Nothing was written; the store goes on once there is room.
    #[error("only {free} bytes are free on the store's disk, fewer than the {floor} it must keep")]
    DiskFull { free: u64, floor: u64 },
    #[error("the store was opened for reading only")]
    ReadOnly,
}

impl CommitFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Write { .. } => "store_write",
            Self::Failed => "store_failed",
            Self::DiskFull { .. } => "disk_full",
            Self::ReadOnly => "store_read_only",
        }
    }

    /// What to try.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Write { .. } | Self::Failed => {
                "check the disk, then start the node again: it goes on from what was kept"
            }
            Self::DiskFull { .. } => "make room on the data folder's disk",
            Self::ReadOnly => "this is a defect of the program; please report it",
        }
    }
}

/// A chore (flush, compaction, backup, figures) that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store could not {chore} ({cause}); check the disk")]
pub struct StoreFault {
    pub chore: &'static str,
    pub cause: Box<str>,
}

impl StoreFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "store_chore"
    }
    #[cfg(feature = "rocks")]
    pub(crate) fn new(chore: &'static str, cause: &impl ToString) -> Self {
        Self { chore, cause: cause.to_string().into() }
    }
}
