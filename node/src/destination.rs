//! Where the files go that commands make: bundles, exports, backups. They may hold what only named cities are to read, so they are made for
//! this account alone (0600), never through a link that somebody else laid, and never over another file unless that was said.

use crate::chinese::wrapped;
use crate::{say, tell};
use std::fmt::Arguments;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Where a command puts the file that it makes; written `-` it is standard output, and then nothing else is printed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Standard,
    File(PathBuf),
}

impl From<&Path> for Destination {
    fn from(path: &Path) -> Self {
        if path == Path::new("-") { Self::Standard } else { Self::File(path.to_owned()) }
    }
}

impl Destination {
    /// Opens it. A file is made private (0600), and an existing one is written over only with `force`.
    ///
    /// # Errors
    /// The file exists, or cannot be made.
    pub fn open(&self, force: bool) -> io::Result<Box<dyn Sink>> {
        match self {
            Self::Standard => Ok(Box::new(io::stdout())),
            Self::File(path) => private_file(path, force).map(|file| Box::new(file) as Box<dyn Sink>),
        }
    }
    /// Its name in sentences.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Standard => Path::new("-"),
            Self::File(path) => path,
        }
    }
    /// Prints what the command has to say about the file, within the screen: beside it, never into it.
    pub fn tell(&self, text: Arguments<'_>) {
        let text = wrapped(&text.to_string(), 80);
        match self {
            Self::Standard => tell!("{text}"),
            Self::File(_) => say!("{text}"),
        }
    }
}

/// What a file goes into.
pub trait Sink: Write {
    /// Makes what was written durable, as far as the place allows.
    ///
    /// # Errors
    /// It could not be written out.
    fn finish(&mut self) -> io::Result<()>;
}
impl Sink for io::Stdout {
    fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}
impl Sink for File {
    fn finish(&mut self) -> io::Result<()> {
        match self.sync_all() {
            // A device such as /dev/null has nothing to sync.
            Err(fault) if fault.kind() == ErrorKind::InvalidInput => Ok(()),
            other => other,
        }
    }
}

/// A new file of mode 0600. With `force` an existing plain file is replaced; a link is never followed.
///
/// # Errors
/// Something of that name exists, or the file cannot be made.
pub fn private_file(path: &Path, force: bool) -> io::Result<File> {
    use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
    let new = || File::options().write(true).create_new(true).mode(0o600).open(path);
    let found = match std::fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(fault) if fault.kind() == ErrorKind::NotFound => return new(),
        Err(fault) => return Err(fault),
    };
    if found.is_char_device() || found.is_fifo() {
        // Nothing is lost there, and such a name was meant.
        return File::options().write(true).open(path);
    }
    if force && found.is_file() {
        std::fs::remove_file(path)?;
    }
    new()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_private_replaced_only_by_force_and_never_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle");
        let to = Destination::from(path.as_path());
        to.open(false).unwrap().write_all(b"1").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(to.open(false).err().unwrap().kind(), ErrorKind::AlreadyExists);
        to.open(true).unwrap().write_all(b"2").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(private_file(&link, true).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        private_file(Path::new("/dev/null"), false).unwrap();
        assert_eq!(Destination::from(Path::new("-")), Destination::Standard);
    }
}
