//! Every file that a command or a node writes for good: of mode 0600, whole or not at all, never through a link, and never
//! over another file unless that is asked for.
//!
//! What is written stands beside its place under a passing name until [`OutFile::finish`]: then it is synced and moved into
//! place, and the folder is synced. A link that stands at the place is never followed; where replacing is asked for, the
//! link itself is replaced. Nothing but an ordinary file is ever replaced, so that no device and no folder is lost to a
//! wrong path.

use crate::fault::KeysFault;
use crate::private_file::{random, sync_folder};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What becomes of a file that stands at the place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Stays,
    /// It is replaced, at once and whole.
    Goes,
}

/// A file that is being written. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub struct OutFile {
    file: File,
    passing: PathBuf,
    path: PathBuf,
    existing: Existing,
    finished: bool,
}

impl OutFile {
    /// Begins a file for a place.
    ///
    /// # Errors
    /// [`KeysFault::Taken`] if something stands there that is not to be replaced; the folder cannot be written in.
    pub fn begin(path: &Path, existing: Existing) -> Result<Self, KeysFault> {
        check_free(path, existing)?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file");
        let passing = path.with_file_name(format!(".{name}.{}.new", hex::encode(*random::<6>()?)));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&passing)
            .map_err(KeysFault::io("write", path))?;
        Ok(Self { file, passing, path: path.to_owned(), existing, finished: false })
    }

    /// Writes a whole file at once.
    ///
    /// # Errors
    /// As for [`OutFile::begin`] and [`OutFile::finish`].
    pub fn write_whole(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), KeysFault> {
        let mut out = Self::begin(path, existing)?;
        out.file.write_all(bytes).map_err(KeysFault::io("write", path))?;
        out.finish()
    }

    /// Makes it durable and puts it into place.
    ///
    /// # Errors
    /// The disk refused, or something has come to stand at the place meanwhile.
    pub fn finish(mut self) -> Result<(), KeysFault> {
        let path = self.path.clone();
        self.file.sync_all().map_err(KeysFault::io("write", &path))?;
        match self.existing {
            Existing::Goes => {
                check_free(&path, self.existing)?;
                fs::rename(&self.passing, &path).map_err(KeysFault::io("put into place", &path))?;
            }
            Existing::Stays => self.place()?,
        }
        self.finished = true;
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
            _ => sync_folder(Path::new(".")),
        }
    }

    /// Without replacing anything. A hard link fails where the name exists, and a rename would replace what is there; where the
    /// file system knows no hard links, the name is taken first and the file moved onto it.
    fn place(&self) -> Result<(), KeysFault> {
        let taken = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => KeysFault::Taken { path: self.path.clone() },
            _ => KeysFault::io("put into place", &self.path)(source),
        };
        match fs::hard_link(&self.passing, &self.path) {
            Ok(()) => fs::remove_file(&self.passing).map_err(KeysFault::io("remove", &self.passing)),
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => Err(taken(source)),
            Err(_) => {
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path).map_err(taken)?;
                fs::rename(&self.passing, &self.path).map_err(KeysFault::io("put into place", &self.path))
            }
        }
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if !self.finished {
            // It may hold a secret; losing it is right, and failing to remove it changes nothing.
            let _ = fs::remove_file(&self.passing);
        }
    }
}

/// The name itself is looked at, and never what a link leads to.
fn check_free(path: &Path, existing: Existing) -> Result<(), KeysFault> {
    match fs::symlink_metadata(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(KeysFault::io("look at", path)(source)),
        Ok(found) if existing == Existing::Goes && (found.is_file() || found.is_symlink()) => Ok(()),
        Ok(_) => Err(KeysFault::Taken { path: path.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    /// What stands at the place before, and whether it may be replaced.
    #[test]
    fn nothing_is_written_through_a_link_or_over_what_is_there() {
        for (what, replaceable) in
            [("nothing", true), ("file", true), ("link", true), ("dangling", true), ("folder", false)]
        {
            for existing in [Existing::Stays, Existing::Goes] {
                let folder = tempfile::tempdir().unwrap();
                let (path, other) = (folder.path().join("out"), folder.path().join("other"));
                fs::write(&other, "precious").unwrap();
                match what {
                    "file" => fs::write(&path, "old").unwrap(),
                    "link" => symlink(&other, &path).unwrap(),
                    "dangling" => symlink(folder.path().join("nowhere"), &path).unwrap(),
                    "folder" => fs::create_dir(&path).unwrap(),
                    _ => {}
                }
                let written = OutFile::write_whole(&path, b"new", existing);
                if what == "nothing" || (existing == Existing::Goes && replaceable) {
                    written.unwrap();
                    let found = fs::symlink_metadata(&path).unwrap();
                    assert!(found.is_file(), "{what}: no link any more");
                    assert_eq!(found.permissions().mode() & 0o777, 0o600, "{what}");
                    assert_eq!(fs::read(&path).unwrap(), b"new", "{what}");
                } else {
                    assert_eq!(written.unwrap_err().code(), "key_file_taken", "{what} {existing:?}");
                }
                assert_eq!(fs::read(&other).unwrap(), b"precious", "{what} {existing:?}");
                assert!(!folder.path().join("nowhere").exists(), "{what} {existing:?}");
                let left = fs::read_dir(folder.path())
                    .unwrap()
                    .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().ends_with(".new"));
                assert_eq!(left.count(), 0, "{what} {existing:?}: no passing file is left");
            }
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let mut out = OutFile::begin(&path, Existing::Stays).unwrap();
        out.write_all(b"half").unwrap();
        drop(out);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // And what came to stand there meanwhile stays.
        let out = OutFile::begin(&path, Existing::Stays).unwrap();
        fs::write(&path, "somebody's").unwrap();
        assert_eq!(out.finish().unwrap_err().code(), "key_file_taken");
        assert_eq!(fs::read(&path).unwrap(), b"somebody's");
    }
}
