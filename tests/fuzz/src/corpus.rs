//! Where inputs lie: `corpus/<target>` the seeds, `found/<target>` what once broke something.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of this crate.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// One committed input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// `corpus/header/of-an-entry`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// All files of a target in `part` (`corpus` or `found`), by name. No folder, no inputs.
///
/// # Errors
/// A folder or file that is there and cannot be read.
pub fn inputs(part: &str, target: &str) -> io::Result<Vec<Input>> {
    read(&folder().join(part).join(target), &format!("{part}/{target}"))
}

fn read(folder: &Path, title: &str) -> io::Result<Vec<Input>> {
    let entries = match fs::read_dir(folder) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut inputs = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = format!("{title}/{}", entry.file_name().to_string_lossy());
        inputs.push(Input { name, bytes: fs::read(entry.path())? });
    }
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(inputs)
}
