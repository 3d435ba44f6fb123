//! `huxin keys`: making a key folder alone, looking at one, and rotating while the node runs.

use super::Context;
use crate::fault::Fault;
use crate::say;
use crate::settings;
use huxin_keys::{KeyFolder, KeyFolderPublic, PassphraseSource, RotationOrder};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key_record::Tail;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Make a key folder alone, for instance on the machine where the root key stays
    #[command(after_help = "Example:\n  huxin keys new --city 330900 ./keys")]
    New(NewArgs),
    /// Show the public side of the key folder
    #[command(after_help = "Example:\n  huxin keys show --config huxin.toml")]
    Show(ShowArgs),
    /// Open a new epoch: new keys, and the root-signed record that tells everybody. The node must run
    #[command(
        after_help = "Example:\n  huxin keys rotate\n  huxin keys rotate --tail void     after the old log key was stolen"
    )]
    Rotate(RotateArgs),
}

#[derive(Debug, clap::Args)]
pub struct NewArgs {
    #[arg(long)]
    pub city: CityCode,
    /// Where the passphrase comes from: prompt, environment, systemd, file:PATH, or none for a demonstration
    #[arg(long, default_value = "prompt")]
    pub passphrase: String,
    /// New folder
    pub folder: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Key folder; without one, that of the settings
    pub folder: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum TailChoice {
    /// Endings that were left behind keep their effect
    Endings,
    /// Nothing that was left behind has any effect
    Void,
}

#[derive(Debug, clap::Args)]
pub struct RotateArgs {
    /// What becomes of statements of the closed epoch beyond the place at which the new one begins
    #[arg(long, value_enum, default_value = "endings")]
    pub tail: TailChoice,
    /// Everything of the closed epoch after this position is void, for instance since the key was stolen
    #[arg(long, value_name = "POSITION")]
    pub void_after: Option<u64>,
    /// Sign another record although one for this epoch was signed before and never left this house
    #[arg(long)]
    pub forced: bool,
}

/// What a rotation did.
#[derive(Debug, Serialize)]
struct Rotated {
    city: CityCode,
    epoch: Epoch,
    /// Size of the log at which the new epoch begins.
    continues_at: Size,
    record: huxin_protocol::digest::Digest,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    match args {
        Args::New(args) => {
            let source: PassphraseSource = args.passphrase.parse()?;
            let passphrase = match source {
                PassphraseSource::Prompt => PassphraseSource::PromptTwice.read()?,
                other => other.read()?,
            };
            let folder = KeyFolder::create(&args.folder, args.city, passphrase)?;
            show(folder.show(), context)
        }
        Args::Show(args) => {
            let folder = match args.folder {
                Some(folder) => folder,
                None => settings::load(&context.config)?.node.keys,
            };
            show(&KeyFolder::read_public(&folder)?, context)
        }
        Args::Rotate(args) => rotate(&args, context),
    }
}

fn show(public: &KeyFolderPublic, context: &Context) -> Result<(), Fault> {
    context.show(public, |public| {
        say!("city       {}", public.city);
        say!("encrypted  {}", if public.encrypted { "yes" } else { "no (for demonstrations only)" });
        say!("root       {}", public.root.digest());
        say!("peer id    {}", public.peer_id);
        let mut table = super::table(&["epoch", "log key", "cosigner key", "opened by record"]);
        for keys in &public.epochs {
            table.add_row([
                keys.epoch.to_string(),
                keys.log.digest().to_string()[..16].to_owned(),
                keys.cosigner.digest().to_string()[..16].to_owned(),
                keys.record.map_or_else(|| "genesis".to_owned(), |record| record.to_string()[..16].to_owned()),
            ]);
        }
        say!("{table}");
    })
}

/// Holds the node's signing, signs the record for exactly that place, and hands it over. If anything fails in between, the
/// hold runs out and the node goes on as before; a record that was signed already is taken up again by the next try.
fn rotate(args: &RotateArgs, context: &Context) -> Result<(), Fault> {
    let settings = settings::load(&context.config)?;
    let client = context.client()?;
    let (mut folder, _) = settings::open_keys(&settings)?;
    let info = client.info()?;
    if info.city != folder.city() {
        return Err(Fault::usage(
            "keys_foreign",
            format_args!("the node speaks for {} and the keys for {}", info.city, folder.city()),
        )
        .trying("check --config"));
    }
    let held = client.hold()?;
    let signed = folder.rotate(&RotationOrder {
        federation: info.federation,
        epoch: held.epoch.next(),
        previous: held.last_record,
        continues_at: (held.size, held.root),
        void_after: args.void_after.map(Seq),
        tail: match args.tail {
            TailChoice::Endings => Tail::Endings,
            TailChoice::Void => Tail::Void,
        },
        forced: args.forced,
    })?;
    let taken = client.record(signed.bytes())?;
    let rotated = Rotated { city: taken.city, epoch: taken.epoch, continues_at: held.size, record: signed.digest() };
    context.show(&rotated, |rotated| {
        say!("{} signs under epoch {} from position {} on", rotated.city, rotated.epoch, rotated.continues_at);
        say!("record {}", rotated.record);
        say!("next: back up the key folder {}", settings.node.keys.display());
    })
}
