//! `huxin init`: everything that a city needs before a federation is founded or joined: a commented settings file, keys,
//! the API's token, and the join file that goes to the other founders.

use super::Context;
use crate::fault::Fault;
use crate::settings::{self, write_new};
use huxin_config::{InitChoices, Multiaddress, PassphrasePlace, commented_default};
use huxin_keys::{JoinFile, KeyFolder, PassphraseSource};
use huxin_protocol::ids::CityCode;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  huxin init --city 330900 --name 舟山市 --announce /dns4/huxin.zhoushan.example/tcp/7651 ./zhoushan"
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
    /// Address under which partners reach this node from outside; goes into the join file
    #[arg(long, value_name = "MULTIADDRESS")]
    pub announce: Vec<String>,
    /// Address of the HTTP interface on this machine
    #[arg(long, value_name = "HOST:PORT")]
    pub api: Option<SocketAddr>,
    /// Where the keys' passphrase comes from: prompt, environment, systemd, file:PATH, or none for a demonstration
    #[arg(long, default_value = "prompt")]
    pub passphrase: String,
    /// New folder for all of it
    pub folder: PathBuf,
}

/// What was made.
#[derive(Debug, Serialize)]
pub struct Made {
    pub config: PathBuf,
    pub keys: PathBuf,
    pub token: PathBuf,
    pub join: PathBuf,
    pub peer_id: String,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let made = make(&args)?;
    context.show(&made, |made| {
        println!("settings   {}", made.config.display());
        println!("keys       {} (back this folder up, apart from the data)", made.keys.display());
        println!("api token  {}", made.token.display());
        println!("join file  {}", made.join.display());
        println!("peer id    {}", made.peer_id);
        println!();
        println!("next: send the join file to the other founders, then `huxin federation found`;");
        println!(
            "      put the genesis file beside the settings and start with `huxin run --config {}`",
            made.config.display()
        );
    })
}

/// Makes the folder. Nothing that exists is touched.
///
/// # Errors
/// The folder holds a node already, an address cannot be read, or a file cannot be written.
pub fn make(args: &Args) -> Result<Made, Fault> {
    let folder = &args.folder;
    let mut choices = InitChoices::new(args.city);
    if !args.p2p.is_empty() {
        choices.p2p = addresses(&args.p2p)?;
    }
    let announced = announced(&addresses(&args.announce)?, &choices.p2p);
    if announced.is_empty() {
        tracing::warn!("the join file names no address: partners cannot dial this node, it has to dial them");
    }
    if let Some(api) = args.api {
        choices.api = api;
    }
    let source: PassphraseSource = args.passphrase.parse()?;
    choices.passphrase = place(&args.passphrase, &source);
    std::fs::create_dir_all(folder).map_err(|source| Fault::file("make", folder, &source))?;
    let config = folder.join("huxin.toml");
    let keys = folder.join(&choices.keys);
    if config.exists() || keys.exists() {
        return Err(Fault::refused("already_made", format_args!("{} holds a node already", folder.display()))
            .trying("name another folder; keys are never made twice"));
    }
    let passphrase = match source {
        PassphraseSource::Prompt => PassphraseSource::PromptTwice.read()?,
        other => other.read()?,
    };
    let key_folder = KeyFolder::create(&keys, args.city, passphrase)?;
    let join = folder.join(format!("join-{}.json", args.city));
    write_new(&join, &JoinFile::make(&key_folder, &args.name, &announced)?.encode()?)?;
    write_new(&config, commented_default(&choices).as_bytes())?;
    let settings = settings::load_plain(&config)?;
    settings::read_or_make_token(&settings)?;
    Ok(Made { config, keys, token: settings.listen.token, join, peer_id: key_folder.show().peer_id.clone() })
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

/// What goes into the join file: what was announced, else every listening address that means something elsewhere.
fn announced(announce: &[Multiaddress], p2p: &[Multiaddress]) -> Vec<String> {
    let plain = |address: &Multiaddress| address.without_peer().to_owned();
    if !announce.is_empty() {
        return announce.iter().map(plain).collect();
    }
    p2p.iter().filter(|address| !address.is_any_host()).map(plain).collect()
}

/// The source as it stands in the settings. A relative path there is meant from the settings' folder, here from the
/// present one, so it is written whole.
fn place(text: &str, source: &PassphraseSource) -> PassphrasePlace {
    match source {
        PassphraseSource::None => PassphrasePlace::None,
        PassphraseSource::Prompt | PassphraseSource::PromptTwice => PassphrasePlace::Prompt,
        PassphraseSource::Environment => PassphrasePlace::Environment,
        PassphraseSource::SystemdCredential => PassphrasePlace::Systemd,
        PassphraseSource::File(path) => {
            let whole = std::path::absolute(path).unwrap_or_else(|_| Path::new(text).to_owned());
            PassphrasePlace::File(whole)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn args(folder: &Path) -> Args {
        Args {
            city: "330900".parse().unwrap(),
            name: "舟山市".to_owned(),
            p2p: vec!["/ip4/127.0.0.1/tcp/7651".to_owned()],
            announce: Vec::new(),
            api: Some("127.0.0.1:0".parse().unwrap()),
            passphrase: "none".to_owned(),
            folder: folder.to_owned(),
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

    #[test]
    fn an_address_that_means_every_interface_is_not_told_to_others() {
        let any: Multiaddress = "/ip4/0.0.0.0/tcp/7651".parse().unwrap();
        let one: Multiaddress = "/ip4/192.0.2.1/tcp/7651".parse().unwrap();
        assert!(announced(&[], std::slice::from_ref(&any)).is_empty());
        assert_eq!(announced(std::slice::from_ref(&one), &[any]), ["/ip4/192.0.2.1/tcp/7651"]);
    }
}
