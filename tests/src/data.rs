//! The folder of real data: public registers and public test vectors. It stands beside the clone, in `../shared/data`,
//! or where `HUXIN_DATA` says; nothing of it is copied into the project.

use crate::skip::skipped;
use std::path::{Path, PathBuf};

/// The data folder, if this machine has one.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    let named = std::env::var_os("HUXIN_DATA").filter(|value| !value.is_empty()).map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    named.or(Some(beside)).filter(|folder| folder.is_dir())
}

/// The data folder for `test`, or a skip that is printed; with `CI=true` a skip is a failure.
///
/// # Panics
/// With `CI=true` and no data folder.
#[must_use]
pub fn require_data(test: &str) -> Option<PathBuf> {
    let folder = data_folder();
    if folder.is_none() {
        skipped(test, "there is no ../shared/data; HUXIN_DATA may name another folder");
    }
    folder
}
