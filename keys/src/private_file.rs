//! Files that only this account may read, written so that a power cut leaves the old file or the new one.
//!
//! How a file gets into its place is [`crate::out_file`]'s business; here are secrets and what lies beside them.
//! [`place`] never replaces: a key that exists may already be known to partners. [`replace`] is for what grows.

use crate::fault::KeysFault;
use crate::out_file::{Existing, OutFile};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
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
    OutFile::write_whole(path, bytes, Existing::Stays)
}

/// Writes a file of mode 0600 in place of an older one, or as a new one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeysFault> {
    OutFile::write_whole(path, bytes, Existing::Goes)
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
        .and_then(|mut file| file.write_all(bytes))
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
