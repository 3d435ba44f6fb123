//! `huxin backup`: a copy of the store while the node runs, its check, and with `huxin restore` ([`restore`]) the way back.
//!
//! What a backup holds stands in [`folder`]. The node makes a consistent copy of its store beside it, by links, and this command carries it
//! away; where no node runs it makes the copy itself. Keys are never in it: whoever finds a backup of the data can sign nothing. They are copied
//! apart, with `--keys`, to another place.
//!
//! A copy that was never tried is a hope. `backup verify` opens it as a start would, reads every block, proves every root and signature anew,
//! and compares how far the own log reaches with what was noted when the copy was made.

pub(crate) mod folder;
pub mod restore;

use super::Context;
use crate::fault::{Exit, Fault};
use crate::runtime::STORE_FOLDER;
use crate::say;
use crate::settings::{self, Settings};
use folder::{Described, copy_folder};
use huxin_engine::fsck::{Report, check};
use huxin_engine::ledger::HeadRow;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::Size;
use huxin_protocol::roster::Roster;
use huxin_store::{Options, RocksStore, Verify, bound};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  huxin backup /backup/huxin-2026-11-27\n  huxin backup verify /backup/huxin-2026-11-27\n  huxin backup /backup/data --keys /vault/keys     the keys to another place"
)]
pub struct Args {
    #[command(subcommand)]
    pub act: Option<Act>,
    /// New folder for the backup
    pub folder: Option<PathBuf>,
    /// New folder for a copy of the keys, apart from the data
    #[arg(long, value_name = "FOLDER", requires = "folder")]
    pub keys: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
pub enum Act {
    /// Open a backup as a start would, and prove every root and signature in it
    Verify(VerifyArgs),
}

#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// A folder that `huxin backup` made
    pub folder: PathBuf,
    /// The federation's genesis file, from a source that you trust; without it that of the settings, else that of the backup
    #[arg(long, value_name = "GENESIS")]
    pub federation: Option<PathBuf>,
}

/// What a backup command did.
#[derive(Debug, Serialize)]
struct Done {
    folder: PathBuf,
    #[serde(flatten)]
    described: Described,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<PathBuf>,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    match (args.act, args.folder) {
        (Some(Act::Verify(args)), _) => verify(&args, context),
        (None, Some(folder)) => make(&folder, args.keys.as_deref(), context),
        (None, None) => {
            Err(Fault::usage("no_folder", "nothing says where the backup goes").trying("huxin backup FOLDER"))
        }
    }
}

fn make(to: &Path, keys: Option<&Path>, context: &Context) -> Result<(), Fault> {
    let settings = settings::load(&context.config)?;
    let genesis = settings::read_genesis(&settings.node.genesis)?;
    for path in [Some(to), keys].into_iter().flatten() {
        folder::refuse_existing(path)?;
    }
    folder::make_private(to)?;
    let store = to.join(STORE_FOLDER);
    let bytes = match context.client().and_then(|client| client.backup()) {
        Ok(made) => {
            if (made.city, made.federation) != (settings.node.city, genesis.id()) {
                return Err(Fault::usage(
                    "other_node",
                    "the node that answers is another city's, or of another federation",
                )
                .trying("check --config"));
            }
            let bytes = copy_folder(&made.folder, &store)?;
            // Links: removing them frees nothing that the node needs.
            if let Err(fault) = fs::remove_dir_all(&made.folder) {
                crate::tell!("warning: {} could not be removed ({fault}); the next backup does", made.folder.display());
            }
            bytes
        }
        Err(fault) if fault.exit == Exit::Unreachable => of_stopped_node(&settings, &store)?,
        Err(fault) => return Err(fault),
    };
    let described = Described::of(&open(&store)?, settings.node.city, genesis.id())?;
    folder::write(&to.join(folder::GENESIS), genesis.bytes())?;
    folder::write(&to.join(folder::SETTINGS), &settings::read_file(&context.config)?)?;
    // The description comes last: a folder without it is no backup.
    folder::write(&to.join(folder::DESCRIPTION), &described.encode()?)?;
    if let Some(keys) = keys {
        folder::copy_keys(&settings.node.keys, keys)?;
    }
    let done = Done { folder: to.to_owned(), described, bytes, keys: keys.map(Path::to_owned) };
    context.show(&done, |done| {
        let Described { city, own_size, .. } = done.described;
        let path = done.folder.display();
        let english = format!("{path}: the store of {city}, {bytes} bytes, own log to {own_size}");
        let chinese = format!("{path}:{city} 的数据,{bytes} 字节,本市日志至 {own_size}");
        say!("{}", context.choose(&english, &chinese));
        match &done.keys {
            Some(keys) => say!("{} {}", context.choose("keys:", "密钥:"), keys.display()),
            None => say!(
                "{}",
                context.choose(
                    "the keys are not in it; copy them to another place with --keys",
                    "备份不含密钥;请用 --keys 另存他处"
                )
            ),
        }
        say!("{} huxin backup verify {path}", context.choose("next:", "下一步:"));
    })
}

/// No node runs: the store is opened here, as a node would.
fn of_stopped_node(settings: &Settings, to: &Path) -> Result<u64, Fault> {
    let options = Options { create: false, floor_bytes: 0, ..Options::default() };
    let store = RocksStore::open(&settings.node.data.join(STORE_FOLDER), options)?;
    store.checkpoint(to).map_err(|fault| Fault::unexpected(&fault))?;
    folder::bytes_of(to)
}

/// Opens a backup's store; nothing in it is changed.
fn open(store: &Path) -> Result<RocksStore, Fault> {
    let options =
        Options { create: false, read_only: true, floor_bytes: 0, verify: Verify::Blocks, ..Options::default() };
    Ok(RocksStore::open(store, options)?)
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Verified {
    folder: PathBuf,
    #[serde(flatten)]
    described: Described,
    statements: u64,
    signatures: u64,
    bodies: u64,
}

fn verify(args: &VerifyArgs, context: &Context) -> Result<(), Fault> {
    let genesis = trusted_genesis(args, context)?;
    let (described, report) = prove(&args.folder, &genesis)?;
    let verified = Verified {
        folder: args.folder.clone(),
        described,
        statements: report.counts.leaves,
        signatures: report.counts.signatures,
        bodies: report.counts.bodies,
    };
    context.show(&verified, |verified| {
        let Verified { statements, signatures, bodies, .. } = verified;
        let made = verified.described.made_at.text();
        let english = format!(
            "everything holds: {statements} statements, {signatures} signatures, {bodies} bodies, as of {made}"
        );
        let chinese = format!("全部有效:{statements} 条声明、{signatures} 个签名、{bodies} 份正文,截至 {made}");
        say!("{}", context.choose(&english, &chinese));
    })
}

/// From where the check knows the federation: what was said, else the settings, else the backup's own word.
fn trusted_genesis(args: &VerifyArgs, context: &Context) -> Result<Genesis, Fault> {
    if let Some(path) = &args.federation {
        return settings::read_genesis(path);
    }
    let own =
        settings::load(&context.config).ok().and_then(|settings| settings::read_genesis(&settings.node.genesis).ok());
    match own {
        Some(genesis) => Ok(genesis),
        None => settings::read_genesis(&args.folder.join(folder::GENESIS)),
    }
}

/// Opens the backup and proves it from end to end.
pub(crate) fn prove(folder: &Path, genesis: &Genesis) -> Result<(Described, Report), Fault> {
    let damaged = |sentence: String| {
        Fault::damaged("backup_damaged", sentence)
            .trying("take another backup; leave this one as it is until you have it")
    };
    let described = Described::read(folder)?;
    if described.federation != genesis.id() {
        return Err(Fault::refused(
            "backup_foreign",
            format_args!("the backup is of federation {}", described.federation),
        )
        .trying("name that federation's genesis in [node] genesis, or with `huxin backup verify --federation`"));
    }
    let store = open(&folder.join(STORE_FOLDER))?;
    if bound(&store)? != Some((described.federation, described.city)) {
        return Err(damaged("the store in the backup is not the one that its description names".to_owned()));
    }
    let size = HeadRow::read(&store, described.city)?.frontier.size();
    if size < Size(described.own_size) {
        return Err(damaged(format!("the own log reaches to {size} and should reach to {}", described.own_size)));
    }
    let report = check(&store, Roster::new(genesis), described.city, true, &mut |_| {});
    if !report.is_clean() {
        let first = report.findings.first().map(ToString::to_string).unwrap_or_default();
        return Err(damaged(format!("{} findings, the first: {first}", report.findings.len() as u64 + report.more)));
    }
    Ok((described, report))
}
