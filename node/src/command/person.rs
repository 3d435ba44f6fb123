//! `huxin person`: person keys, and the digests by which natural persons are named (惩戒到人).
//!
//! The number of a person enters this program here and nowhere else: it is asked for, turned into a digest, and wiped. The node, its
//! files and its network only ever see the digest.

use super::Context;
use crate::fault::Fault;
use crate::say;
use huxin_keys::{PassphraseSource, PersonKey, ResidentNumber, ask_number, masked_name};
use huxin_protocol::digest::Digest;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Make a new person key for this federation; carry it to the other members by hand
    #[command(after_help = "Example:\n  huxin person new-key person-2026.key")]
    NewKey(KeyArgs),
    /// Show the id by which entries name a person key
    #[command(after_help = "Example:\n  huxin person show-key person-2026.key")]
    ShowKey(KeyArgs),
    /// Ask for a person's number and name, and print what an entry says instead
    #[command(
        after_help = "Example:\n  huxin person name --key person-2026.key --name 张三\n\nThe number is asked for and not shown; without a terminal it is read from standard input."
    )]
    Name(NameArgs),
}

#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    /// Key file
    pub file: PathBuf,
    /// Where its passphrase comes from: prompt, environment, systemd, file:PATH, or none for a demonstration
    #[arg(long, default_value = "prompt")]
    pub passphrase: String,
}

#[derive(Debug, clap::Args)]
pub struct NameArgs {
    /// Key file
    #[arg(long)]
    pub key: PathBuf,
    /// Where its passphrase comes from: prompt, environment, systemd, file:PATH, or none for a demonstration
    #[arg(long, default_value = "prompt")]
    pub passphrase: String,
    /// Name of the person; only its first character is printed
    #[arg(long)]
    pub name: String,
}

#[derive(Serialize)]
struct KeyReply {
    person_key: Digest,
}

#[derive(Serialize)]
struct NameReply {
    person_key: Digest,
    digest: Digest,
    name: String,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    // The digest is this federation's own, so the federation must be known.
    let federation = context.client()?.info()?.federation;
    match args {
        Args::NewKey(args) => {
            let source: PassphraseSource = args.passphrase.parse()?;
            let passphrase = match source {
                PassphraseSource::Prompt => PassphraseSource::PromptTwice.read()?,
                other => other.read()?,
            };
            show_key(&PersonKey::create(&args.file, &federation, passphrase.as_ref())?, context)
        }
        Args::ShowKey(args) => show_key(&open(&args.file, &args.passphrase, &federation)?, context),
        Args::Name(args) => name(&args, &federation, context),
    }
}

fn open(file: &std::path::Path, passphrase: &str, federation: &Digest) -> Result<PersonKey, Fault> {
    let source: PassphraseSource = passphrase.parse()?;
    Ok(PersonKey::open(file, federation, source.read()?.as_ref())?)
}

fn show_key(key: &PersonKey, context: &Context) -> Result<(), Fault> {
    context.show(&KeyReply { person_key: key.id() }, |reply| {
        say!("{}\n  {}", context.choose("person key", "人员密钥"), reply.person_key);
        let warning = context.choose(
            "whoever holds it can tell whom entries mean: carry it by hand, keep it like a\nlist of names, and never send it over a network",
            "持有者能够查出条目所指何人：请当面交接，按人员名单保管，切勿经网络传送",
        );
        say!("{warning}");
    })
}

fn name(args: &NameArgs, federation: &Digest, context: &Context) -> Result<(), Fault> {
    let Some(masked) = masked_name(&args.name) else {
        return Err(Fault::usage("name_empty", "the name is empty").trying("say whose number it is with --name"));
    };
    let key = open(&args.key, &args.passphrase, federation)?;
    let prompt = context.choose("resident's number (not shown): ", "公民身份号码（不显示）：");
    let entered = ask_number(prompt)
        .map_err(|fault| Fault::usage("no_number", format_args!("nobody can be asked for the number: {fault}")))?;
    let number = ResidentNumber::read(&entered).map_err(|fault| {
        Fault::usage(fault.code(), fault).trying("look at the card and enter it again; it is repeated nowhere")
    })?;
    let digest = key.digest(&number)?;
    context.show(&NameReply { person_key: key.id(), digest, name: masked }, |reply| {
        say!("{}", context.choose("for an entry file:", "写入条目文件："));
        say!("person_key = \"{}\"\n", reply.person_key);
        say!("[[linked_persons]]\ndigest = \"{}\"", reply.digest);
        say!("name = \"{}\"\nrole = \"legal_representative\"", reply.name);
    })
}
