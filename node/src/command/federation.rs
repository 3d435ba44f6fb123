//! `huxin federation`: founding, in one step where all keys are at hand and in three where every city keeps its own.
//!
//! `found` puts the join files together into a manifest; each city signs it with its root (`sign`, or `found --sign`);
//! `collect` puts the signatures together into the genesis file, whose digest is the federation's id.

use super::Context;
use crate::fault::Fault;
use crate::runtime::clock;
use crate::say;
use crate::settings::{read_file, read_genesis, write_new_public};
use huxin_keys::{
    FoundingSignature, FoundingTerms, JoinFile, KeyFolder, Passphrase, PassphraseSource, collect, found, peer_id_text,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{Clock, Edition};
use huxin_protocol::genesis::{Genesis, Manifest};
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Millis;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Put join files together into a manifest, and sign it with the keys at hand
    #[command(
        after_help = "Example:\n  huxin federation found --name 示范联盟 --sign a/keys --sign b/keys a/join-330900.json b/join-451100.json --out genesis.cbor"
    )]
    Found(FoundArgs),
    /// Sign a manifest with this city's root
    #[command(
        after_help = "Example:\n  huxin federation sign genesis.cbor.manifest --keys ./keys --out founding-330900.json"
    )]
    Sign(SignArgs),
    /// Put the founders' signatures together into the genesis file
    #[command(
        after_help = "Example:\n  huxin federation collect genesis.cbor.manifest founding-*.json --out genesis.cbor"
    )]
    Collect(CollectArgs),
    /// Show a genesis file: who founded it, with which keys
    #[command(after_help = "Example:\n  huxin federation show genesis.cbor")]
    Show(ShowArgs),
}

#[derive(Debug, clap::Args)]
pub struct FoundArgs {
    /// Name of the federation
    #[arg(long)]
    pub name: String,
    /// Key folder of a founder that is at hand; may be given more than once
    #[arg(long, value_name = "KEYFOLDER")]
    pub sign: Vec<PathBuf>,
    /// Where the passphrase of those folders comes from, if they have one
    #[arg(long, default_value = "prompt")]
    pub passphrase: String,
    /// Where the genesis goes; the manifest goes beside it, with `.manifest` added
    #[arg(long, default_value = "genesis.cbor")]
    pub out: PathBuf,
    /// Join files of all founders
    #[arg(required = true)]
    pub joins: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct SignArgs {
    pub manifest: PathBuf,
    /// This city's key folder, with its root key
    #[arg(long)]
    pub keys: PathBuf,
    /// Where the passphrase comes from, if the folder has one
    #[arg(long, default_value = "prompt")]
    pub passphrase: String,
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct CollectArgs {
    pub manifest: PathBuf,
    /// Signature files of all founders
    #[arg(required = true)]
    pub signatures: Vec<PathBuf>,
    #[arg(long, default_value = "genesis.cbor")]
    pub out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Genesis file; without one, that of the settings
    pub genesis: Option<PathBuf>,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    match args {
        Args::Found(args) => found_command(&args, context),
        Args::Sign(args) => {
            let manifest = Manifest::decode(&read_file(&args.manifest)?)?;
            let signature = FoundingSignature::make(&manifest, &open(&args.keys, &args.passphrase)?)?;
            write_new_public(&args.out, &signature.encode()?)?;
            context.show(&signature, |signature| {
                let (city, federation, out) = (signature.city, signature.federation, args.out.display());
                let english =
                    format!("{city} signed the federation {federation}\nnext: send {out} to whoever collects");
                let chinese = format!("{city} 已签署联盟 {federation}\n下一步:把 {out} 交给负责汇总的城市");
                say!("{}", context.choose(&english, &chinese));
            })
        }
        Args::Collect(args) => {
            let manifest = Manifest::decode(&read_file(&args.manifest)?)?;
            let read = |path: &PathBuf| Ok(FoundingSignature::read(&read_file(path)?)?);
            let signatures = args.signatures.iter().map(read).collect::<Result<Vec<_>, Fault>>()?;
            let genesis = collect(&manifest, &signatures)?;
            write_new_public(&args.out, genesis.bytes())?;
            show(&genesis, context)
        }
        Args::Show(args) => {
            let path = match args.genesis {
                Some(path) => path,
                None => crate::settings::load(&context.config)?.node.genesis,
            };
            show(&read_genesis(&path)?, context)
        }
    }
}

/// Opens a key folder; the passphrase is asked for only where there is one.
fn open(keys: &Path, source: &str) -> Result<KeyFolder, Fault> {
    let passphrase: Option<Passphrase> =
        if KeyFolder::read_public(keys)?.encrypted { source.parse::<PassphraseSource>()?.read()? } else { None };
    Ok(KeyFolder::open(keys, passphrase)?)
}

/// The default terms: two thirds, and the clocks of the demonstration edition (DOMAIN rule 5).
fn terms(name: &str) -> FoundingTerms {
    let demo = Edition::named("demo");
    let days = |clock: Clock| demo.as_ref()?.clocks().of(clock).map(|row| (clock.name().to_owned(), row.days));
    FoundingTerms {
        name: name.to_owned(),
        founded_at: clock::now(),
        threshold: (2, 3),
        clocks: Clock::ALL.into_iter().filter_map(days).collect(),
    }
}

/// Founds a federation whose founders' keys are all at hand, as the demonstration does.
///
/// # Errors
/// A join file or a key folder is not in order.
pub fn found_here(name: &str, joins: &[PathBuf], key_folders: &[PathBuf]) -> Result<Genesis, Fault> {
    let manifest = manifest(name, joins)?;
    let sign = |folder: &PathBuf| Ok(FoundingSignature::make(&manifest, &open(folder, "none")?)?);
    let signatures = key_folders.iter().map(sign).collect::<Result<Vec<_>, Fault>>()?;
    Ok(collect(&manifest, &signatures)?)
}

fn manifest(name: &str, joins: &[PathBuf]) -> Result<Manifest, Fault> {
    let read = |path: &PathBuf| {
        JoinFile::read(&read_file(path)?).map_err(|fault| {
            Fault::refused(fault.code(), format_args!("{}: {fault}", path.display())).trying(fault.next_step())
        })
    };
    let files = joins.iter().map(read).collect::<Result<Vec<_>, Fault>>()?;
    let silent: Vec<CityCode> = files.iter().filter(|file| file.addresses.is_empty()).map(|file| file.code).collect();
    // Cities that nobody can dial reach each other through those that can be dialled; without one of these nobody reaches anybody.
    if files.len() > 1 && silent.len() == files.len() {
        return Err(Fault::refused(
            "nobody_reachable",
            "no founder's join file names an address, so no two nodes could ever connect",
        )
        .trying("let at least one founder make its join file with `huxin init … --announce ADDRESS`"));
    }
    Ok(found(&terms(name), &files)?)
}

/// What `found` left.
#[derive(Debug, Serialize)]
struct Founding {
    federation: Digest,
    manifest: Option<PathBuf>,
    genesis: Option<PathBuf>,
    signed: Vec<CityCode>,
    missing: Vec<CityCode>,
}

fn found_command(args: &FoundArgs, context: &Context) -> Result<(), Fault> {
    let manifest = manifest(&args.name, &args.joins)?;
    let sign = |folder: &PathBuf| Ok(FoundingSignature::make(&manifest, &open(folder, &args.passphrase)?)?);
    let signatures = args.sign.iter().map(sign).collect::<Result<Vec<_>, Fault>>()?;
    let signed: Vec<CityCode> = signatures.iter().map(|signature| signature.city).collect();
    let missing: Vec<CityCode> =
        manifest.members.iter().map(|member| member.code).filter(|code| !signed.contains(code)).collect();
    if missing.is_empty() {
        let genesis = collect(&manifest, &signatures)?;
        write_new_public(&args.out, genesis.bytes())?;
        return show(&genesis, context);
    }
    let path = PathBuf::from(format!("{}.manifest", args.out.display()));
    write_new_public(&path, &manifest.encode())?;
    for signature in &signatures {
        let name = path.with_file_name(format!("founding-{}.json", signature.city));
        write_new_public(&name, &signature.encode()?)?;
    }
    let founding = Founding { federation: manifest.federation(), manifest: Some(path), genesis: None, signed, missing };
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    context.show(&founding, |founding| {
        say!("{} {}", say("federation", "联盟编号  "), founding.federation);
        for city in &founding.signed {
            say!("{} {city}", say("signed    ", "已签署    "));
        }
        for city in &founding.missing {
            say!("{} {city}", say("missing   ", "尚缺      "));
        }
        if let Some(path) = &founding.manifest {
            let path = path.display();
            let english = format!(
                "next: have the missing cities run\n`huxin federation sign {path} --keys KEYS --out FILE`,\nthen collect their files: `huxin federation collect --help`"
            );
            let chinese =
                format!("下一步:请尚缺的城市执行\n`huxin federation sign {path} --keys KEYS --out FILE`,\n再汇集其文件:见 `huxin federation collect --help`");
            say!("{}", context.choose(&english, &chinese));
        }
    })
}

#[derive(Debug, Serialize)]
struct Shown {
    federation: Digest,
    name: String,
    founded_at: Millis,
    founded_at_text: String,
    threshold: (u16, u16),
    clocks: BTreeMap<String, u16>,
    members: Vec<ShownMember>,
}

#[derive(Debug, Serialize)]
struct ShownMember {
    code: CityCode,
    name: String,
    /// Ids of the keys, as signatures name them (R14): digests, not the keys themselves.
    root_id: Digest,
    log_id: Digest,
    cosigner_id: Digest,
    peer_id: String,
    addresses: Vec<String>,
}

fn show(genesis: &Genesis, context: &Context) -> Result<(), Fault> {
    let manifest = genesis.manifest();
    let shown = Shown {
        federation: genesis.id(),
        name: manifest.name.clone(),
        founded_at: manifest.founded_at,
        founded_at_text: manifest.founded_at.text(),
        threshold: manifest.threshold,
        clocks: manifest.clocks.clone(),
        members: manifest
            .members
            .iter()
            .map(|member| ShownMember {
                code: member.code,
                name: member.name.clone(),
                root_id: member.root.digest(),
                log_id: member.log.digest(),
                cosigner_id: member.cosigner.digest(),
                peer_id: peer_id_text(&member.peer_id),
                addresses: member.addresses.clone(),
            })
            .collect(),
    };
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    context.show(&shown, |shown| {
        say!("{} {}", say("federation ", "联盟编号"), shown.federation);
        say!("{} {}", say("name       ", "名称    "), shown.name);
        say!("{} {}", say("founded    ", "创始时间"), shown.founded_at_text);
        let (above, of) = shown.threshold;
        let english = format!("above {above}/{of} of the members");
        let chinese = format!("超过 {above}/{of} 的成员");
        say!("{} {}", say("approval   ", "通过门槛"), context.choose(&english, &chinese));
        let mut table = super::table(&[
            say("city", "城市"),
            say("name", "名称"),
            say("root key id", "根密钥标识"),
            say("peer id", "节点标识"),
            say("addresses", "地址"),
        ]);
        for member in &shown.members {
            table.add_row([
                member.code.to_string(),
                member.name.clone(),
                member.root_id.to_string()[..16].to_owned(),
                member.peer_id.clone(),
                member.addresses.join("\n"),
            ]);
        }
        say!("{table}");
    })
}
