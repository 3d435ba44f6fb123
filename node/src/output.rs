//! What commands print. The crate's `println!` is the one below and not the standard library's, which panics when nobody reads any
//! more: `huxin status … | head -1` is no fault.
//!
//! A reader that has closed its end wants no more, so the process ends quietly and well; by then everything that the command was to
//! do is done, for commands print after they act. Output that cannot be kept, on a full disk for instance, is told on standard error and
//! ends with code 1: what was asked *was* done, and its answer is missing.
//!
//! A long-running command that must outlive its reader (`huxin run`) uses [`try_line`].

use std::fmt::Arguments;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

/// Prints one line to standard output, see the module's essay.
macro_rules! println {
    () => { $crate::output::line(format_args!("")) };
    ($($part:tt)*) => { $crate::output::line(format_args!($($part)*)) };
}

/// One line to standard output, or the end of the process.
pub fn line(text: Arguments<'_>) {
    if let Err(fault) = try_line(text) {
        end(&fault);
    }
}

/// One line to standard output.
///
/// # Errors
/// Nobody reads, or it cannot be kept.
pub fn try_line(text: Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    // One write: lines of several threads do not mix, and a reader that closes meets a whole line.
    out.write_all(format!("{text}\n").as_bytes())?;
    out.flush()
}

/// One line to standard error; a closed one is nobody's loss.
pub fn error_line(text: Arguments<'_>) {
    let _ = io::stderr().lock().write_all(format!("{text}\n").as_bytes());
}

#[expect(clippy::exit, reason = "the rest of the command would be printed to nobody")]
fn end(fault: &io::Error) -> ! {
    if fault.kind() == ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    error_line(format_args!("error[output]: what was asked is done, but the answer could not be written: {fault}"));
    error_line(format_args!("try: make room where standard output goes, and ask for what was done instead of doing it again"));
    std::process::exit(1);
}

/// Whether what is printed there may be coloured: only for a person who looks at a terminal.
#[must_use]
pub fn colours(to: &impl io::IsTerminal) -> bool {
    to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Columns that tables may have: those of the terminal, and 80 where there is none.
#[must_use]
pub fn columns() -> Option<u16> {
    // A terminal's width is what the table asks for itself.
    (!io::stdout().is_terminal()).then_some(80)
}

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
    /// Prints what the command has to say about the file: beside it, never into it.
    pub fn tell(&self, text: Arguments<'_>) {
        match self {
            Self::Standard => error_line(text),
            Self::File(_) => line(text),
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
