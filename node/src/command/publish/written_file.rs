//! Files that an import writes: readable by their owner only, never over a file that is there unless that is asked for, and
//! never through a link.

use crate::fault::Fault;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Whether a file may be written here: asked before anything is signed.
pub fn check(path: &Path, endings: &[&str], force: bool) -> Result<(), Fault> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if !endings.contains(&ending.as_str()) {
        return Err(Fault::usage(
            "file_ending",
            format_args!("{} does not end in .{}", path.display(), endings.join(" or .")),
        )
        .trying("the ending of its name says how the file is written"));
    }
    match std::fs::symlink_metadata(path) {
        Ok(_) if !force => Err(there(path)),
        Ok(found) if !found.is_file() && !found.is_symlink() => {
            Err(Fault::usage("file_kind", format_args!("{} is no file", path.display())).trying("name another file"))
        }
        Ok(_) => Ok(()),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if folder.is_dir() {
                Ok(())
            } else {
                Err(Fault::usage("file", format_args!("there is no folder {}", folder.display()))
                    .trying("make it, or name another place"))
            }
        }
        Err(fault) => Err(Fault::file("look at", path, &fault)),
    }
}

fn there(path: &Path) -> Fault {
    Fault::usage("file_exists", format_args!("{} is there already", path.display()))
        .trying("name another file, or overwrite it with --force")
}

/// Writes a file. What stood there is replaced as a whole; a link there is replaced and not followed.
pub fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Fault> {
    let fault = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => there(path),
        _ => Fault::file("write", path, &source),
    };
    if !force {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(fault)?;
        return file.write_all(bytes).and_then(|()| file.sync_all()).map_err(fault);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are readable by their owner only.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fault)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(fault)?;
    file.persist(path).map(drop).map_err(|failed| fault(failed.error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn nothing_is_overwritten_unasked_and_no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects.csv");
        check(&path, &["csv", "xlsx"], false).unwrap();
        write(&path, b"one", false).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(check(&path, &["csv"], false).unwrap_err().code, "file_exists");
        assert_eq!(write(&path, b"two", false).unwrap_err().code, "file_exists");
        write(&path, b"two", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");

        let (kept, link) = (folder.path().join("kept.csv"), folder.path().join("link.csv"));
        std::fs::write(&kept, b"kept").unwrap();
        symlink(&kept, &link).unwrap();
        assert_eq!(write(&link, b"x", false).unwrap_err().code, "file_exists");
        write(&link, b"x", true).unwrap();
        assert_eq!(std::fs::read(&kept).unwrap(), b"kept");
        assert_eq!(check(&folder.path().join("x.txt"), &["csv"], false).unwrap_err().code, "file_ending");
    }
}
