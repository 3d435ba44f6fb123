//! What the store asks of the disk beside RocksDB: folders that survive a power cut, and how much room is left. RocksDB
//! stops for good when a write meets a full disk, so the node stops publishing earlier and says so.

use std::fs::{File, create_dir};
use std::io;
use std::path::Path;

/// Makes a folder and those above it, each synced into the one above: RocksDB syncs names within the store's folder, but
/// nothing else would keep the folder itself. One that is there is synced as well; it may be from a moment ago.
///
/// # Errors
/// A folder could not be made or synced.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !path.is_dir() {
        if above != Path::new(".") && !above.is_dir() {
            make_folder(above)?;
        }
        create_dir(path)?;
    }
    File::open(above)?.sync_all()
}

/// Bytes that this process may still write on the disk of `path`.
///
/// # Errors
/// The disk could not be asked.
pub fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    #[test]
    fn folders_are_made_down_to_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c");
        super::make_folder(&path).unwrap();
        super::make_folder(&path).unwrap();
        assert!(path.is_dir());
        std::fs::write(folder.path().join("file"), b"").unwrap();
        assert!(super::make_folder(&folder.path().join("file/inside")).is_err());
    }

    #[test]
    fn a_disk_has_free_bytes_and_a_missing_folder_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(super::free_bytes(folder.path()).unwrap() > 0);
        assert!(super::free_bytes(&folder.path().join("absent")).is_err());
    }
}
