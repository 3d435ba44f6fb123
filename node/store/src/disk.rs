//! How much room the store's disk has left. RocksDB stops for good when a write meets a full disk, so the node stops
//! publishing earlier and says so.

use std::path::Path;

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
    fn a_disk_has_free_bytes_and_a_missing_folder_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(super::free_bytes(folder.path()).unwrap() > 0);
        assert!(super::free_bytes(&folder.path().join("absent")).is_err());
    }
}
