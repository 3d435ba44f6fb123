//! Files that only this account may read, written so that a power cut leaves the old file or the new one.
//!
//! A new file is written beside its place under a passing name, synced, moved into place, and the folder is synced.
//! [`place`] never replaces: a key that exists may already be known to partners. [`replace`] is for what grows.

use crate::fault::KeysFault;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// No key file, record or list of this folder comes near; a wrong path must not fill the memory.
const FILE_BYTES: u64 = 256 * 1024;
/// Any right of group or others.
const OTHERS: u32 = 0o077;
/// The right of group or others to put files in a folder.
const OTHERS_WRITE: u32 = 0o022;

/// Fills an array from the operating system.
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeysFault> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(|_| KeysFault::Random)?;
    Ok(bytes)
}

/// Writes a file of mode 0600 that must not exist yet.
pub fn place(path: &Path, bytes: &[u8]) -> Result<(), KeysFault> {
    let passing = write_beside(path, bytes)?;
    // A hard link fails where the name exists; a rename would replace it.
    let linked = fs::hard_link(&passing, path);
    let removed = fs::remove_file(&passing);
    let placed = match linked {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => place_without_link(path, bytes),
        other => other,
    };
    placed.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeysFault::Taken { path: path.to_owned() },
        _ => KeysFault::io("put into place", path)(source),
    })?;
    removed.map_err(KeysFault::io("remove", &passing))?;
    sync_folder_of(path)
}

/// For a file system that has no hard links (FAT, some network file systems): the name is taken first and written then. A power cut
/// in between may leave a part of the file, which no reader takes for a key.
fn place_without_link(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = keep_owner(&file, path).and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Gives a new file to whom the folder belongs. Root may rotate keys or make a record in the folder of the node's own account; the
/// node must still be able to read what was written.
pub fn keep_owner(file: &File, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (due, found) = (fs::metadata(folder)?, file.metadata()?);
    if (due.uid(), due.gid()) == (found.uid(), found.gid()) {
        return Ok(());
    }
    match std::os::unix::fs::fchown(file, Some(due.uid()), Some(due.gid())) {
        // Only root may give files away; whoever else was let into the folder keeps what it wrote.
        Err(source) if source.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// Writes a file of mode 0600 in place of an older one, or as a new one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeysFault> {
    let passing = write_beside(path, bytes)?;
    if let Err(source) = fs::rename(&passing, path) {
        // The passing file may hold a secret; losing it is right, failing to remove it changes nothing.
        let _ = fs::remove_file(&passing);
        return Err(KeysFault::io("put into place", path)(source));
    }
    sync_folder_of(path)
}

/// Writes a file of mode 0600 in place of an older one without waiting for the disk. One writer at a time.
pub fn replace_unsynced(path: &Path, bytes: &[u8]) -> Result<(), KeysFault> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("file");
    let passing = path.with_file_name(format!(".{name}.new"));
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&passing)
        .and_then(|mut file| keep_owner(&file, path).and_then(|()| file.write_all(bytes)))
        .and_then(|()| fs::rename(&passing, path))
        .map_err(KeysFault::io("write", path))
}

/// Reads a file that group and others have no right to.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysFault> {
    let (file, mode) = open(path)?;
    if mode & OTHERS != 0 {
        return Err(KeysFault::OpenToOthers { path: path.to_owned(), mode });
    }
    read_open(file, path)
}

/// Reads a file that holds no secret.
pub fn read_public(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysFault> {
    read_open(open(path)?.0, path)
}

/// Refuses a folder in which other accounts may exchange files.
pub fn check_folder(path: &Path) -> Result<(), KeysFault> {
    let found = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => KeysFault::NoFolder { path: path.to_owned() },
        _ => KeysFault::io("look at", path)(source),
    })?;
    if !found.is_dir() {
        return Err(KeysFault::NoFolder { path: path.to_owned() });
    }
    let mode = found.mode() & 0o777;
    if mode & OTHERS_WRITE != 0 {
        return Err(KeysFault::OpenToOthers { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Makes names of `folder` durable.
pub fn sync_folder(folder: &Path) -> Result<(), KeysFault> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(KeysFault::io("sync", folder))
}

fn open(path: &Path) -> Result<(File, u32), KeysFault> {
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => KeysFault::Missing { path: path.to_owned() },
        _ => KeysFault::io("open", path)(source),
    })?;
    // Asked of the open file, not of the name: nobody can exchange it in between.
    let found = file.metadata().map_err(KeysFault::io("look at", path))?;
    if !found.is_file() {
        return Err(KeysFault::Unreadable { path: path.to_owned() });
    }
    Ok((file, found.mode() & 0o777))
}

fn read_open(file: File, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysFault> {
    // Room for the whole file at once: a buffer that grows leaves copies of the secret behind.
    let length = file.metadata().map_err(KeysFault::io("look at", path))?.len();
    if length > FILE_BYTES {
        return Err(KeysFault::Unreadable { path: path.to_owned() });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
    file.take(FILE_BYTES).read_to_end(&mut bytes).map_err(KeysFault::io("read", path))?;
    Ok(bytes)
}

fn write_beside(path: &Path, bytes: &[u8]) -> Result<PathBuf, KeysFault> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("key");
    let passing = path.with_file_name(format!(".{name}.{}.new", hex::encode(*random::<6>()?)));
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&passing).and_then(|mut file| {
        keep_owner(&file, path).and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all())
    });
    if let Err(source) = written {
        let _ = fs::remove_file(&passing);
        return Err(KeysFault::io("write", path)(source));
    }
    Ok(passing)
}

fn sync_folder_of(path: &Path) -> Result<(), KeysFault> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
        _ => sync_folder(Path::new(".")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_placed_file_is_private_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pem");
        place(&path, b"first").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let fault = place(&path, b"second").unwrap_err();
        assert_eq!(fault.code(), "key_file_taken");
        assert_eq!(read_private(&path).unwrap().as_slice(), b"first");
        // Nothing passing is left behind.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// Only root can show it: everybody else writes files that are their own anyway.
    #[test]
    fn files_belong_to_whom_the_folder_belongs() {
        let folder = tempfile::tempdir().unwrap();
        let account = 65_534;
        if std::os::unix::fs::chown(folder.path(), Some(account), Some(account)).is_err() {
            eprintln!("skipped: files_belong_to_whom_the_folder_belongs: it needs root");
            return;
        }
        let path = |name: &str| folder.path().join(name);
        place(&path("placed"), b"1").unwrap();
        place_without_link(&path("unlinked"), b"1").unwrap();
        replace(&path("replaced"), b"1").unwrap();
        replace(&path("replaced"), b"2").unwrap();
        replace_unsynced(&path("unsynced"), b"1").unwrap();
        for name in ["placed", "unlinked", "replaced", "unsynced"] {
            let found = fs::metadata(path(name)).unwrap();
            assert_eq!((found.uid(), found.gid(), found.mode() & 0o777), (account, account, 0o600), "{name}");
        }
    }

    #[test]
    fn without_hard_links_nothing_is_replaced_either() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pem");
        place_without_link(&path, b"first").unwrap();
        assert_eq!(place_without_link(&path, b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read_private(&path).unwrap().as_slice(), b"first");
    }

    #[test]
    fn a_replaced_file_is_private_and_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("public.json");
        replace(&path, b"first").unwrap();
        replace(&path, b"second").unwrap();
        assert_eq!(read_private(&path).unwrap().as_slice(), b"second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn every_right_of_group_or_others_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pem");
        place(&path, b"x").unwrap();
        for mode in [0o640, 0o604, 0o620, 0o660, 0o601, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let fault = read_private(&path).unwrap_err();
            assert_eq!(fault.code(), "key_file_open_to_others", "{mode:o}");
            assert!(fault.to_string().contains(&format!("{mode:03o}")), "{fault}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        read_private(&path).unwrap();
    }

    #[test]
    fn a_missing_file_a_folder_and_a_huge_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_private(&folder.path().join("no.pem")).unwrap_err().code(), "key_file_missing");
        assert_eq!(read_private(folder.path()).unwrap_err().code(), "key_file_unreadable");
        let huge = folder.path().join("huge");
        place(&huge, &vec![0; 300 * 1024]).unwrap();
        assert_eq!(read_private(&huge).unwrap_err().code(), "key_file_unreadable");
    }

    #[test]
    fn a_folder_that_others_may_write_in_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o770)).unwrap();
        assert_eq!(check_folder(folder.path()).unwrap_err().code(), "key_file_open_to_others");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o750)).unwrap();
        check_folder(folder.path()).unwrap();
        assert_eq!(check_folder(&folder.path().join("none")).unwrap_err().code(), "key_folder_missing");
    }
}
