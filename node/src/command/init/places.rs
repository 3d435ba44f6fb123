//! Where the parts of a node lie, and whose they are.

use super::Args;
use crate::fault::Fault;
use huxin_config::InitChoices;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, lchown};
use std::path::{Path, PathBuf};

/// What a person edits. Belongs to root and may be read by everybody.
const SETTINGS: &str = "/etc/huxin";
/// What the node writes. Belongs to its account and to nobody else.
const STATE: &str = "/var/lib/huxin";
/// Read by systemd, which hands it to the unit as a credential (`LoadCredential=`); belongs to root.
pub const PASSPHRASE: &str = "/etc/huxin/passphrase";

/// Where each part goes.
pub struct Places {
    /// The settings' folder.
    settings: PathBuf,
    pub config: PathBuf,
    pub keys: PathBuf,
    pub join: PathBuf,
    /// The account of the unit; `None`: whoever makes the folder runs the node.
    account: Option<Account>,
}

/// Numbers of an account and its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub user: u32,
    pub group: u32,
}

impl Places {
    /// # Errors
    /// A layout for the unit without root, or for an account that does not exist.
    pub fn of(args: &Args) -> Result<Self, Fault> {
        let join = format!("join-{}.json", args.city);
        if let Some(folder) = &args.folder {
            return Ok(Self {
                settings: folder.clone(),
                config: folder.join("huxin.toml"),
                keys: folder.join("keys"),
                join: folder.join(join),
                account: None,
            });
        }
        if !rustix::process::geteuid().is_root() {
            return Err(Fault::usage(
                "needs_root",
                format_args!("{SETTINGS} and {STATE} can be laid out by root only"),
            )
            .trying("run it with sudo, or name a folder of your own in place of --system"));
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let account = Account::find(&accounts, &args.account).ok_or_else(|| {
            Fault::usage("no_account", format_args!("this machine has no account {}", args.account)).trying(format!(
                "make it first: useradd --system --home-dir {STATE} --no-create-home --shell /usr/sbin/nologin {}",
                args.account
            ))
        })?;
        Ok(Self {
            settings: PathBuf::from(SETTINGS),
            config: Path::new(SETTINGS).join("huxin.toml"),
            keys: Path::new(STATE).join("keys"),
            join: Path::new(SETTINGS).join(join),
            account: Some(account),
        })
    }

    /// # Errors
    /// There is a node already.
    pub fn refuse_existing(&self) -> Result<(), Fault> {
        match [&self.config, &self.keys].into_iter().find(|path| path.exists()) {
            Some(found) => Err(Fault::refused(
                "already_made",
                format_args!("{} is there: a node was made here already", found.display()),
            )
            .trying("name another folder; keys are never made twice")),
            None => Ok(()),
        }
    }

    /// In a folder of its own the settings say paths from there; for the unit they say whole ones.
    pub fn put_into(&self, choices: &mut InitChoices) {
        if self.account.is_some() {
            choices.keys = self.keys.clone();
            choices.data = Path::new(STATE).join("data");
            choices.token = Path::new(STATE).join("api-token");
            choices.read_token = Path::new(STATE).join("api-token-read");
        }
    }

    /// # Errors
    /// A folder cannot be made.
    pub fn make_folders(&self) -> Result<(), Fault> {
        let make = |path: &Path, mode: u32| {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(path)
                .map_err(|source| Fault::file("make", path, &source))
        };
        if self.account.is_none() {
            return make(&self.settings, 0o777);
        }
        make(&self.settings, 0o755)?;
        make(Path::new(STATE), 0o700)
    }

    /// Gives the account what the node writes. Until here all of it belongs to root and nobody else can get in between.
    ///
    /// # Errors
    /// A file cannot be given away.
    pub fn give_away(&self) -> Result<(), Fault> {
        let Some(account) = self.account else { return Ok(()) };
        give(Path::new(STATE), account)?;
        // Umasks differ; these two hold no secret, and the node's account has to read the one.
        for path in [&self.config, &self.join] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o644))
                .map_err(|source| Fault::file("set the rights of", path, &source))?;
        }
        Ok(())
    }
}

/// What lies in a folder first, then the folder. Links are given away themselves, never what they lead to.
fn give(path: &Path, account: Account) -> Result<(), Fault> {
    let fault = |source: std::io::Error| Fault::file("give away", path, &source);
    if fs::symlink_metadata(path).map_err(fault)?.is_dir() {
        for item in fs::read_dir(path).map_err(fault)? {
            give(&item.map_err(fault)?.path(), account)?;
        }
    }
    lchown(path, Some(account.user), Some(account.group)).map_err(fault)
}

impl Account {
    /// Looks an account up in the text of /etc/passwd. An account of a directory service is not there; it may be given as
    /// `USER:GROUP` in numbers.
    fn find(accounts: &str, name: &str) -> Option<Self> {
        if let Some((user, group)) = name.split_once(':') {
            return Some(Self { user: user.parse().ok()?, group: group.parse().ok()? });
        }
        let mut fields = accounts
            .lines()
            .map(|line| line.split(':'))
            .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
        Some(Self { user: fields.nth(1)?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn accounts_are_found_by_name_or_given_in_numbers() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\nhuxin2:x:7:8::/:/bin/false\nhuxin:x:990:991::/var/lib/huxin:/usr/sbin/nologin\n";
        let cases = [
            ("huxin", Some((990, 991))),
            ("huxin2", Some((7, 8))),
            ("root", Some((0, 0))),
            ("hux", None),
            ("", None),
            ("12:13", Some((12, 13))),
            ("12:", None),
        ];
        for (name, due) in cases {
            let found = Account::find(accounts, name).map(|account| (account.user, account.group));
            assert_eq!(found, due, "{name}");
        }
    }
}
