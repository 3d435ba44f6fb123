//! `huxin init`: everything that a city needs before a federation is founded or joined: a commented settings file, keys,
//! the API's token, and the join file that goes to the other founders.
//!
//! Two layouts. In a folder of its own everything lies together, and whoever made it runs the node. With `--system` each thing lies where
//! the systemd unit (`deploy/systemd/huxin.service`) looks for it: what a person edits in /etc/huxin, what the node writes in
//! /var/lib/huxin, which belongs to the node's own account. Both layouts are tried together with the unit in `node/tests/service.rs`.

mod places;

use super::Context;
use crate::fault::Fault;
use crate::say;
use crate::settings::{self, write_new};
use huxin_config::{EditionChoice, InitChoices, Language, Multiaddress, PassphrasePlace, commented_default};
use huxin_keys::{JoinFile, KeyFolder, Passphrase, PassphraseSource};
use huxin_protocol::ids::CityCode;
pub use places::Account;
use places::{PASSPHRASE, Places};
use serde::Serialize;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What stands for "no address" after `--announce`.
const NO_ADDRESS: &str = "none";

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin init --city 330900 --name 舟山市 --announce /dns4/huxin.zhoushan.example/tcp/7651 ./zhoushan\n  huxin init --city 330900 --name 舟山市 --announce none --system     as root, for the systemd unit"
)]
pub struct Args {
    /// Code of the city in the federation, for instance its GB/T 2260 code
    #[arg(long)]
    pub city: CityCode,
    /// Name of the city as others show it
    #[arg(long)]
    pub name: String,
    /// Address on which partners may connect; may be given more than once
    #[arg(long, value_name = "MULTIADDRESS")]
    pub p2p: Vec<String>,
    /// Address under which partners reach this node from outside; goes into the join file. `none`: partners cannot dial this node,
    /// it dials them
    #[arg(long, value_name = "MULTIADDRESS|none")]
    pub announce: Vec<String>,
    /// Address of the HTTP interface on this machine
    #[arg(long, value_name = "HOST:PORT")]
    pub api: Option<SocketAddr>,
    /// Editions of the measure catalogue that bind here: built-in ones by name (mdb, demo), files as PATH#DIGEST. `demo` is of no
    /// legal force and for demonstrations only. Without it mdb alone
    #[arg(long, value_name = "EDITIONS", value_delimiter = ',', value_parser = read_edition)]
    pub editions: Vec<EditionChoice>,
    /// Where the keys' passphrase comes from: prompt, environment, systemd, file:PATH, or none for a demonstration. With --system the
    /// file /etc/huxin/passphrase, which is asked for and written if it is not there
    #[arg(long)]
    pub passphrase: Option<String>,
    /// Language that the settings name; the command line's own `--language` says it.
    #[arg(skip)]
    pub language: Option<Language>,
    /// Lay everything out for the systemd unit: /etc/huxin and /var/lib/huxin. Needs root
    #[arg(long, conflicts_with = "folder")]
    pub system: bool,
    /// Account under which the unit runs the node
    #[arg(long, default_value = "huxin", requires = "system")]
    pub account: String,
    /// New folder for all of it
    #[arg(required_unless_present = "system")]
    pub folder: Option<PathBuf>,
}

impl Args {
    /// A node in a folder of its own, with defaults for the rest.
    #[must_use]
    pub fn in_folder(city: CityCode, name: &str, folder: PathBuf) -> Self {
        Self {
            city,
            name: name.to_owned(),
            p2p: Vec::new(),
            announce: Vec::new(),
            api: None,
            editions: Vec::new(),
            passphrase: None,
            language: None,
            system: false,
            account: String::new(),
            folder: Some(folder),
        }
    }
}

/// An edition as the settings write it.
fn read_edition(text: &str) -> Result<EditionChoice, String> {
    text.parse().map_err(str::to_owned)
}

/// A relative path in the settings is meant from their folder, here from the present one, so it is written whole.
fn whole_path(choice: &EditionChoice) -> EditionChoice {
    match choice {
        EditionChoice::File { path, digest } => {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            EditionChoice::File { path: whole, digest: *digest }
        }
        named => named.clone(),
    }
}

/// What was made.
#[derive(Debug, Serialize)]
pub struct Made {
    pub config: PathBuf,
    pub keys: PathBuf,
    pub token: PathBuf,
    /// Where the genesis file is expected.
    pub genesis: PathBuf,
    pub join: PathBuf,
    pub peer_id: String,
    /// Under which partners dial; empty: they cannot.
    pub addresses: Vec<String>,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let made = make(&args)?;
    context.show(&made, |made| show(made, args.system, context))
}

fn show(made: &Made, system: bool, context: &Context) {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    say!("{} {}", say("settings  ", "设置文件"), made.config.display());
    say!(
        "{} {} {}",
        say("keys      ", "密钥目录"),
        made.keys.display(),
        say("(back this folder up, apart from the data)", "(请与数据分开备份)")
    );
    say!("{} {}", say("api token ", "接口令牌"), made.token.display());
    say!("{} {}", say("join file ", "加入文件"), made.join.display());
    say!("{} {}", say("peer id   ", "节点标识"), made.peer_id);
    if made.addresses.is_empty() {
        say!(
            "{} {}",
            say("address   ", "对外地址"),
            say("none: partners cannot dial this node, it has to dial them", "无:伙伴无法拨入本节点,由本节点拨出")
        );
    } else {
        say!("{} {}", say("address   ", "对外地址"), made.addresses.join(" "));
    }
    say!();
    let start = if system {
        "systemctl enable --now huxin".to_owned()
    } else {
        format!("huxin run --config {}", made.config.display())
    };
    say!(
        "{}",
        say(
            "next: send the join file to the founder who runs `huxin federation found`;",
            "下一步:把加入文件交给执行 `huxin federation found` 的创始城市;"
        )
    );
    say!(
        "{} {}",
        say("      put the genesis file that comes back at", "    把收到的创始文件放到"),
        made.genesis.display()
    );
    say!("{} {start}", say("      then start with", "    然后启动:"));
}

/// Makes it all. Nothing that exists is touched.
///
/// # Errors
/// There is a node already, no address is said, an address cannot be read, or a file cannot be written.
pub fn make(args: &Args) -> Result<Made, Fault> {
    let places = Places::of(args)?;
    let mut choices = InitChoices::new(args.city);
    if !args.p2p.is_empty() {
        choices.p2p = addresses(&args.p2p)?;
    }
    if !args.editions.is_empty() {
        choices.editions = args.editions.iter().map(whole_path).collect();
    }
    // What the node could not start with is refused before there are settings that say it.
    settings::chosen(&choices.editions)?;
    choices.language = args.language.unwrap_or(choices.language);
    let announced = announced(&args.announce, &choices.p2p)?;
    if let Some(api) = args.api {
        choices.api = api;
    }
    places.refuse_existing()?;
    let (source, place) = source(args)?;
    choices.passphrase = place;
    places.put_into(&mut choices);
    places.make_folders()?;
    let passphrase = new_passphrase(&source, args.system)?;
    let key_folder = KeyFolder::create(&places.keys, args.city, passphrase)?;
    write_new(&places.join, &JoinFile::make(&key_folder, &args.name, &announced)?.encode()?)?;
    write_new(&places.config, commented_default(&choices).as_bytes())?;
    let settings = settings::load_plain(&places.config)?;
    settings::read_or_make_token(&settings.listen.token)?;
    settings::read_or_make_token(&settings.listen.read_token)?;
    places.give_away()?;
    Ok(Made {
        config: places.config,
        keys: places.keys,
        token: settings.listen.token,
        genesis: settings.node.genesis,
        join: places.join,
        peer_id: key_folder.show().peer_id.clone(),
        addresses: announced,
    })
}

fn addresses(texts: &[String]) -> Result<Vec<Multiaddress>, Fault> {
    let read = |text: &String| {
        text.parse::<Multiaddress>().map_err(|fault| {
            Fault::usage(fault.code(), format_args!("{text}: {fault}"))
                .trying("an address is written /ip4/192.0.2.1/tcp/7651")
        })
    };
    texts.iter().map(read).collect()
}

/// What goes into the join file: what was announced, else every listening address that means something elsewhere. Where neither says
/// an address, a person is asked; a script has to say `none`, since a node that nobody can dial is rarely meant.
fn announced(announce: &[String], p2p: &[Multiaddress]) -> Result<Vec<String>, Fault> {
    let plain = |addresses: Vec<Multiaddress>| -> Vec<String> {
        addresses.iter().map(|address| address.without_peer().to_owned()).collect()
    };
    if announce.iter().any(|text| text == NO_ADDRESS) {
        return if announce.len() == 1 {
            Ok(Vec::new())
        } else {
            Err(Fault::usage("announce_none", "--announce says both an address and none")
                .trying("leave one of the two out"))
        };
    }
    if !announce.is_empty() {
        return not_everywhere(addresses(announce)?).map(plain);
    }
    let own: Vec<Multiaddress> = p2p.iter().filter(|address| !address.is_any_host()).cloned().collect();
    if !own.is_empty() {
        return Ok(plain(own));
    }
    match asked()? {
        Some(text) if text == NO_ADDRESS => Ok(Vec::new()),
        Some(text) => not_everywhere(addresses(&[text])?).map(plain),
        None => Err(Fault::usage("no_address", "nothing says under which address partners reach this node")
            .trying("add --announce /dns4/NAME/tcp/7651, or --announce none where partners cannot dial it")),
    }
}

/// An address that means every interface says nothing to others.
fn not_everywhere(addresses: Vec<Multiaddress>) -> Result<Vec<Multiaddress>, Fault> {
    match addresses.iter().find(|address| address.is_any_host()) {
        Some(address) => Err(Fault::usage(
            "announce_any_host",
            format_args!("{address} means every interface of this machine, and nothing to anybody else"),
        )
        .trying("announce the name or number under which partners reach this machine")),
        None => Ok(addresses),
    }
}

/// Asks the person at the terminal, if there is one.
fn asked() -> Result<Option<String>, Fault> {
    let (input, mut screen) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() || !screen.is_terminal() {
        return Ok(None);
    }
    let asking = "Address under which partners reach this node, such as /dns4/NAME/tcp/7651, or none\n伙伴连接本节点的地址,如 /dns4/名称/tcp/7651;没有则填 none: ";
    screen.write_all(asking.as_bytes()).and_then(|()| screen.flush()).map_err(Fault::unexpected)?;
    let mut line = String::new();
    input.lock().read_line(&mut line).map_err(Fault::unexpected)?;
    Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
}

/// Where the passphrase comes from now, and where the settings say that it comes from. A relative path in the settings is meant
/// from their folder, here from the present one, so it is written whole.
fn source(args: &Args) -> Result<(PassphraseSource, PassphrasePlace), Fault> {
    let Some(text) = &args.passphrase else {
        return Ok(if args.system {
            (PassphraseSource::File(PathBuf::from(PASSPHRASE)), PassphrasePlace::Systemd)
        } else {
            (PassphraseSource::Prompt, PassphrasePlace::Prompt)
        });
    };
    let source: PassphraseSource = text.parse()?;
    let place = match &source {
        PassphraseSource::None => PassphrasePlace::None,
        // The unit has no terminal, and no environment that holds secrets.
        _ if args.system => PassphrasePlace::Systemd,
        PassphraseSource::Prompt | PassphraseSource::PromptTwice => PassphrasePlace::Prompt,
        PassphraseSource::Environment => PassphrasePlace::Environment,
        PassphraseSource::SystemdCredential => PassphrasePlace::Systemd,
        PassphraseSource::File(path) => {
            let whole = std::path::absolute(path).unwrap_or_else(|_| Path::new(text).to_owned());
            PassphrasePlace::File(whole)
        }
    };
    Ok((source, place))
}

/// Reads the passphrase of keys that are about to be made. For the unit it must stand in [`PASSPHRASE`] afterwards.
fn new_passphrase(source: &PassphraseSource, system: bool) -> Result<Option<Passphrase>, Fault> {
    let asked = match source {
        PassphraseSource::Prompt => PassphraseSource::PromptTwice.read()?,
        PassphraseSource::File(path) if system && path == Path::new(PASSPHRASE) && !path.exists() => {
            PassphraseSource::PromptTwice.read()?
        }
        other => other.read()?,
    };
    if let (true, Some(passphrase)) = (system, &asked)
        && !Path::new(PASSPHRASE).exists()
    {
        let mut file = crate::destination::private_file(Path::new(PASSPHRASE), false)
            .map_err(|source| Fault::file("make", Path::new(PASSPHRASE), &source))?;
        file.write_all(format!("{}\n", passphrase.expose()).as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|source| Fault::file("write", Path::new(PASSPHRASE), &source))?;
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn args(folder: &Path) -> Args {
        Args {
            p2p: vec!["/ip4/127.0.0.1/tcp/7651".to_owned()],
            api: Some("127.0.0.1:0".parse().unwrap()),
            passphrase: Some("none".to_owned()),
            ..Args::in_folder("330900".parse().unwrap(), "舟山市", folder.to_owned())
        }
    }

    #[test]
    fn a_folder_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let made = make(&args(folder.path())).unwrap();
        let settings = settings::load_plain(&made.config).unwrap();
        assert_eq!(settings.node.city.as_str(), "330900");
        assert_eq!(settings.node.keys, made.keys);
        let join = JoinFile::read(&std::fs::read(&made.join).unwrap()).unwrap();
        assert_eq!(join.addresses, ["/ip4/127.0.0.1/tcp/7651"]);
        assert_eq!(join.name, "舟山市");
        assert_eq!(make(&args(folder.path())).unwrap_err().code, "already_made");
    }

    /// A node that could not start is not made.
    #[test]
    fn an_edition_that_cannot_be_loaded_is_refused_before_anything_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.json");
        std::fs::write(&file, huxin_protocol::edition::Edition::named("demo").unwrap().canonical()).unwrap();
        let own = huxin_protocol::edition::Edition::named("demo").unwrap().digest();
        let (path, wrong) = (file.display(), "0".repeat(64));
        for (choice, due) in [
            ("foo".to_owned(), Err(("unknown_edition", "built in are"))),
            (format!("demo#{wrong}"), Err(("edition_digest", ""))),
            (path.to_string(), Err(("edition_digest", "#"))),
            (format!("{path}#{wrong}"), Err(("edition_digest", ""))),
            ("/nowhere/own.json".to_owned(), Err(("file", ""))),
            (format!("{path}#{own}"), Ok(())),
            ("demo".to_owned(), Ok(())),
        ] {
            let place = folder.path().join("node");
            let made = make(&Args { editions: vec![choice.parse().unwrap()], ..args(&place) });
            match due {
                Ok(()) => {
                    made.unwrap();
                    std::fs::remove_dir_all(&place).unwrap();
                }
                Err((code, named)) => {
                    let fault = made.unwrap_err();
                    assert_eq!(fault.code, code, "{choice}");
                    assert!(fault.next_step.is_some_and(|next| next.contains(named)), "{choice}");
                    assert!(!place.exists(), "{choice}");
                }
            }
        }
    }

    /// A file is named from where the command is typed, and the settings are read from their own folder.
    #[test]
    fn the_path_of_an_edition_is_written_whole() {
        for (said, is_file) in [("own.json", true), ("../own.json", true), ("demo", false)] {
            match whole_path(&said.parse().unwrap()) {
                EditionChoice::File { path, .. } => assert!(is_file && path.is_absolute(), "{said}"),
                EditionChoice::BuiltIn { name, .. } => assert!(!is_file && name == said, "{said}"),
            }
        }
    }

    #[test]
    fn what_partners_are_told_is_said_and_never_guessed() {
        let one = "/ip4/192.0.2.1/tcp/7651";
        let (any, own): (Multiaddress, Multiaddress) = ("/ip4/0.0.0.0/tcp/7651".parse().unwrap(), one.parse().unwrap());
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let cases: [(&[&str], &Multiaddress, Result<&[&str], &str>); 7] = [
            (&[], &any, Err("no_address")),
            (&[], &own, Ok(&[one])),
            (&["none"], &any, Ok(&[])),
            (&["none"], &own, Ok(&[])),
            (&[one], &any, Ok(&[one])),
            (&[one, "none"], &any, Err("announce_none")),
            (&["/ip4/0.0.0.0/tcp/7651"], &any, Err("announce_any_host")),
        ];
        for (announce, listen, due) in cases {
            let found = announced(&texts(announce), std::slice::from_ref(listen));
            match due {
                Ok(due) => assert_eq!(found.unwrap(), due, "{announce:?}"),
                Err(code) => assert_eq!(found.unwrap_err().code, code, "{announce:?}"),
            }
        }
        // A fault leaves nothing behind that would be in the way of the next try.
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("node");
        let silent = Args { p2p: Vec::new(), ..args(&place) };
        assert_eq!(make(&silent).unwrap_err().code, "no_address");
        assert!(!place.exists());
    }
}
