//! Where the passphrase of the key folder comes from: a person, a file, the environment, or systemd.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use zeroize::Zeroizing;

/// Name of the environment variable that may hold the passphrase.
pub const ENVIRONMENT_NAME: &str = "HUXIN_PASSPHRASE";
/// Name of the systemd credential: `LoadCredentialEncrypted=huxin-passphrase:…` in the unit.
pub const CREDENTIAL_NAME: &str = "huxin-passphrase";
/// Longest passphrase file that is read, in bytes.
const FILE_BYTES: u64 = 4096;

/// A passphrase that is wiped from memory when dropped and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Refuses the empty text: a mistake in a script must not make a key file that anybody opens.
    ///
    /// Editors and scripts put marks around a text that nobody sees: a byte-order mark before it, line ends behind it. They never
    /// belong to the passphrase, whichever way it came, so that what was set with one way opens with every other. Of several lines the
    /// first counts. Spaces belong to it.
    pub fn new(text: impl Into<String>) -> Result<Self, PassphraseFault> {
        let text = Zeroizing::new(text.into());
        let unseen = |c: char| matches!(c, '\u{feff}' | '\r' | '\n');
        let whole = text.trim_matches(unseen);
        let line = whole.split('\n').next().unwrap_or_default().trim_end_matches(unseen);
        if line.is_empty() { Err(PassphraseFault::Empty) } else { Ok(Self(Zeroizing::new(line.to_owned()))) }
    }
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Where to look. Written `none`, `prompt`, `environment`, `systemd` or `file:/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassphraseSource {
    /// Key files are not encrypted. Only by explicit choice: demonstrations and tests.
    None,
    /// Ask the person at the terminal.
    Prompt,
    /// Ask twice, for a passphrase that is about to be set.
    PromptTwice,
    /// First line of a file that only this account may read, see [`Passphrase::new`].
    File(PathBuf),
    /// The variable [`ENVIRONMENT_NAME`].
    Environment,
    /// The file [`CREDENTIAL_NAME`] in `$CREDENTIALS_DIRECTORY`.
    SystemdCredential,
}

#[derive(Debug, thiserror::Error)]
pub enum PassphraseFault {
    #[error("the passphrase is empty")]
    Empty,
    #[error("the two passphrases differ")]
    Differ,
    #[error("nobody can be asked for the passphrase: {0}")]
    NoTerminal(#[source] io::Error),
    #[error("could not read the passphrase from {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the passphrase file {} may be used by other accounts (mode {mode:03o})", path.display())]
    OpenToOthers { path: PathBuf, mode: u32 },
    #[error("{} is not UTF-8 text, or it is longer than 4 KiB", path.display())]
    NotText { path: PathBuf },
    #[error("the environment variable {ENVIRONMENT_NAME} is not set, or is not UTF-8 text")]
    NotInEnvironment,
    #[error("systemd gave no credential: CREDENTIALS_DIRECTORY is not set")]
    NoCredential,
    #[error("a passphrase source is written none, prompt, environment, systemd or file:/path; this is {0:?}")]
    Source(String),
}

impl PassphraseFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "passphrase_empty",
            Self::Differ => "passphrase_differ",
            Self::NoTerminal(_) => "passphrase_no_terminal",
            Self::File { .. } => "passphrase_file",
            Self::OpenToOthers { .. } => "passphrase_file_open_to_others",
            Self::NotText { .. } => "passphrase_file_text",
            Self::NotInEnvironment => "passphrase_not_in_environment",
            Self::NoCredential => "passphrase_no_credential",
            Self::Source(_) => "passphrase_source",
        }
    }

    /// What to try.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Empty => "give a passphrase, or choose none explicitly for a demonstration",
            Self::Differ => "type the same passphrase twice",
            Self::NoTerminal(_) => "set [node] passphrase to environment, systemd or a file where no terminal is there",
            Self::File { .. } => "check the path in [node] passphrase and that this account may read the file",
            Self::OpenToOthers { .. } => "take the rights of group and others away (chmod go-rwx)",
            Self::NotText { .. } => "put the passphrase alone on the first line, in UTF-8",
            Self::NotInEnvironment => {
                "set HUXIN_PASSPHRASE for this process, or choose another source in [node] passphrase"
            }
            Self::NoCredential => {
                "put LoadCredentialEncrypted=huxin-passphrase:… into the unit, or choose another source"
            }
            Self::Source(_) => "correct [node] passphrase",
        }
    }
}

impl PassphraseSource {
    /// Fetches the passphrase; `None` only from [`PassphraseSource::None`].
    pub fn read(&self) -> Result<Option<Passphrase>, PassphraseFault> {
        self.read_with(&|name| std::env::var_os(name))
    }

    /// As [`PassphraseSource::read`], with the environment handed in.
    pub fn read_with(
        &self,
        environment: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Passphrase>, PassphraseFault> {
        match self {
            Self::None => Ok(None),
            Self::Prompt => ask("Passphrase of the key folder: ").map(Some),
            Self::PromptTwice => {
                let first = ask("New passphrase of the key folder: ")?;
                if first == ask("The same again: ")? { Ok(Some(first)) } else { Err(PassphraseFault::Differ) }
            }
            Self::File(path) => first_line(path, Rights::OnlyThisAccount).map(Some),
            Self::Environment => environment(ENVIRONMENT_NAME)
                .and_then(|value| value.into_string().ok())
                .ok_or(PassphraseFault::NotInEnvironment)
                .and_then(Passphrase::new)
                .map(Some),
            Self::SystemdCredential => {
                let folder = environment("CREDENTIALS_DIRECTORY").ok_or(PassphraseFault::NoCredential)?;
                // systemd grants the service's account by an access list, which shows in the mode as a right of the
                // group; the folder itself is closed to others.
                first_line(&Path::new(&folder).join(CREDENTIAL_NAME), Rights::FolderDecides).map(Some)
            }
        }
    }
}

impl FromStr for PassphraseSource {
    type Err = PassphraseFault;
    fn from_str(text: &str) -> Result<Self, PassphraseFault> {
        match text {
            "none" => Ok(Self::None),
            "prompt" => Ok(Self::Prompt),
            "environment" => Ok(Self::Environment),
            "systemd" => Ok(Self::SystemdCredential),
            _ => match text.strip_prefix("file:") {
                Some(path) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
                _ => Err(PassphraseFault::Source(text.to_owned())),
            },
        }
    }
}

enum Rights {
    OnlyThisAccount,
    FolderDecides,
}

fn ask(prompt: &str) -> Result<Passphrase, PassphraseFault> {
    rpassword::prompt_password(prompt).map_err(PassphraseFault::NoTerminal).and_then(Passphrase::new)
}

fn first_line(path: &Path, rights: Rights) -> Result<Passphrase, PassphraseFault> {
    let fault = |source| PassphraseFault::File { path: path.to_owned(), source };
    let found = fs::metadata(path).map_err(fault)?;
    let mode = found.mode() & 0o777;
    if matches!(rights, Rights::OnlyThisAccount) && mode & 0o077 != 0 {
        return Err(PassphraseFault::OpenToOthers { path: path.to_owned(), mode });
    }
    let not_text = || PassphraseFault::NotText { path: path.to_owned() };
    if found.len() > FILE_BYTES {
        return Err(not_text());
    }
    let bytes = Zeroizing::new(fs::read(path).map_err(fault)?);
    Passphrase::new(std::str::from_utf8(&bytes).map_err(|_| not_text())?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn nothing(_: &str) -> Option<OsString> {
        None
    }
    fn file(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn the_first_line_counts_and_spaces_belong_to_it() {
        let folder = tempfile::tempdir().unwrap();
        for (bytes, due) in [
            (&b"correct horse\n"[..], "correct horse"),
            (b"correct horse\r\nsecond line\n", "correct horse"),
            (b" spaced ", " spaced "),
            ("口令\n".as_bytes(), "口令"),
        ] {
            let path = file(folder.path(), "p", bytes, 0o600);
            let read = PassphraseSource::File(path).read_with(&nothing).unwrap().unwrap();
            assert_eq!(read.expose(), due);
        }
    }

    #[test]
    fn marks_and_line_ends_around_a_passphrase_never_matter_whichever_way_it_comes() {
        let folder = tempfile::tempdir().unwrap();
        let due = " 口令 horse ";
        for given in [
            " 口令 horse ",
            " 口令 horse \n",
            " 口令 horse \r\n",
            " 口令 horse \r",
            " 口令 horse \n\n",
            "\u{feff} 口令 horse ",
            "\u{feff} 口令 horse \r\n\r\n",
            "\r\n 口令 horse ",
            "\u{feff}\n 口令 horse \u{feff}",
        ] {
            let path = file(folder.path(), "p", given.as_bytes(), 0o600);
            file(folder.path(), CREDENTIAL_NAME, given.as_bytes(), 0o440);
            let place = folder.path().as_os_str().to_owned();
            let environment = move |name: &str| match name {
                ENVIRONMENT_NAME => Some(OsString::from(given)),
                "CREDENTIALS_DIRECTORY" => Some(place.clone()),
                _ => None,
            };
            let sources =
                [PassphraseSource::File(path), PassphraseSource::Environment, PassphraseSource::SystemdCredential];
            for source in sources {
                let read = source.read_with(&environment).unwrap().unwrap();
                assert_eq!(read.expose(), due, "{given:?} by {source:?}");
            }
            assert_eq!(Passphrase::new(given).unwrap().expose(), due, "typed: {given:?}");
        }
    }

    #[test]
    fn every_fault_of_a_source_has_its_code() {
        let folder = tempfile::tempdir().unwrap();
        let code = |source: PassphraseSource| source.read_with(&nothing).unwrap_err().code();
        let at = |name: &str, bytes: &[u8], mode| PassphraseSource::File(file(folder.path(), name, bytes, mode));
        assert_eq!(code(at("empty", b"\n\r\n", 0o600)), "passphrase_empty");
        assert_eq!(code(at("mark", "\u{feff}\r\n".as_bytes(), 0o600)), "passphrase_empty");
        assert_eq!(code(at("open", b"x\n", 0o640)), "passphrase_file_open_to_others");
        assert_eq!(code(at("latin", b"\xff\n", 0o600)), "passphrase_file_text");
        assert_eq!(code(at("long", &[b'x'; 5000], 0o600)), "passphrase_file_text");
        assert_eq!(code(PassphraseSource::File(folder.path().join("none"))), "passphrase_file");
        assert_eq!(code(PassphraseSource::Environment), "passphrase_not_in_environment");
        assert_eq!(code(PassphraseSource::SystemdCredential), "passphrase_no_credential");
        assert_eq!("fil:/x".parse::<PassphraseSource>().unwrap_err().code(), "passphrase_source");
        assert_eq!("file:".parse::<PassphraseSource>().unwrap_err().code(), "passphrase_source");
    }

    #[test]
    fn environment_and_credential_are_read() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), CREDENTIAL_NAME, b"from systemd\n", 0o440);
        let place = folder.path().as_os_str().to_owned();
        let environment = move |name: &str| match name {
            ENVIRONMENT_NAME => Some(OsString::from("from environment")),
            "CREDENTIALS_DIRECTORY" => Some(place.clone()),
            _ => None,
        };
        let read = |source: PassphraseSource| source.read_with(&environment).unwrap();
        assert_eq!(read(PassphraseSource::Environment).unwrap().expose(), "from environment");
        assert_eq!(read(PassphraseSource::SystemdCredential).unwrap().expose(), "from systemd");
        assert!(read(PassphraseSource::None).is_none());
    }

    #[test]
    fn sources_are_read_from_text_and_passphrases_are_never_printed() {
        assert_eq!("none".parse::<PassphraseSource>().unwrap(), PassphraseSource::None);
        assert_eq!("prompt".parse::<PassphraseSource>().unwrap(), PassphraseSource::Prompt);
        assert_eq!("environment".parse::<PassphraseSource>().unwrap(), PassphraseSource::Environment);
        assert_eq!("systemd".parse::<PassphraseSource>().unwrap(), PassphraseSource::SystemdCredential);
        assert_eq!(
            "file:/etc/huxin/p".parse::<PassphraseSource>().unwrap(),
            PassphraseSource::File(PathBuf::from("/etc/huxin/p"))
        );
        assert!(!format!("{:?}", Passphrase::new("geheim").unwrap()).contains("geheim"));
    }
}
