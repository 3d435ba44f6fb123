//! `huxin restore`: a backup becomes the store of this node.
//!
//! **No fork.** Partners may hold statements that the backup has forgotten, and a key that speaks twice about one place is evidence against its
//! city for ever. So before the store is put in place the key folder's marker is exchanged for one that no store bears
//! (`runtime/continuity.rs`): the restored node serves, fetches its own log back from its partners, and signs nothing until `huxin keys rotate` opens a
//! new epoch behind everything that partners hold. This also holds where keys and data are restored from backups of one moment, which would
//! otherwise agree with each other.

use super::folder::{self, GENESIS, copy_folder};
use super::prove;
use crate::chinese;
use crate::command::Context;
use crate::fault::{Exit, Fault};
use crate::runtime::STORE_FOLDER;
use crate::say;
use crate::settings;
use huxin_engine::AFTER_A_RESTORE;
use huxin_keys::{KeyFolder, Marker};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// What comes first after a restore.
const START: &str = "start the node with `huxin run` (or `systemctl start huxin`)";

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  huxin restore /backup/huxin-2026-11-27\n\nThe settings, the genesis and the key folder must be in place. Afterwards: start the node, wait until `huxin peers` says that the own log is whole here, then run `huxin keys rotate`."
)]
pub struct Args {
    /// A folder that `huxin backup` made
    pub folder: PathBuf,
}

#[derive(Debug, Serialize)]
struct Restored {
    store: PathBuf,
    own_size: u64,
    bytes: u64,
}

pub fn run(args: &Args, context: &Context) -> Result<(), Fault> {
    let settings = settings::load(&context.config)?;
    let genesis = settings::read_genesis(&settings.node.genesis).map_err(|fault| match fault.exit {
        Exit::NotYet => fault.trying(format!("the backup has one: {}", args.folder.join(GENESIS).display())),
        _ => fault,
    })?;
    let store = settings.node.data.join(STORE_FOLDER);
    refuse_where_a_store_is(&store)?;
    let keys = KeyFolder::read_public(&settings.node.keys)?;
    let (described, _) = prove(&args.folder, &genesis)?;
    for (what, found) in [("the settings are", settings.node.city), ("the key folder is", keys.city)] {
        if found != described.city {
            return Err(Fault::usage(
                "backup_foreign",
                format_args!("the backup is that of {} and {what} of {found}", described.city),
            )
            .trying("check --config, [node] city and [node] keys"));
        }
    }
    // First the guard, then the store: whatever ends this in between, no start takes the store for the one that signed last.
    Marker::draw(described.city)?.write(&settings.node.keys)?;
    folder::make_private(&settings.node.data)?;
    let passing = settings.node.data.join(format!(".{STORE_FOLDER}.restoring"));
    if passing.exists() {
        fs::remove_dir_all(&passing).map_err(|source| Fault::file("remove", &passing, &source))?;
    }
    let bytes = copy_folder(&args.folder.join(STORE_FOLDER), &passing)?;
    fs::rename(&passing, &store).map_err(|source| Fault::file("put into place", &store, &source))?;
    let restored = Restored { store, own_size: described.own_size, bytes };
    context.show(&restored, |restored| {
        let (path, size) = (restored.store.display(), restored.own_size);
        let english = format!("{path} is in place; its own log reaches to {size}. It signs nothing yet.");
        let chinese = format!("{path} 已就位,本市日志至 {size}。目前不会签名。");
        say!("{}", context.choose(&english, &chinese));
        // What the node says in its log, in `huxin peers` and in its refusals from now on.
        for next in [START, AFTER_A_RESTORE] {
            say!("{}", chinese::wrapped(&chinese::next_step_line(next, context.language), 80));
        }
    })
}

/// A store is never written over, not even an empty one.
fn refuse_where_a_store_is(store: &Path) -> Result<(), Fault> {
    if fs::symlink_metadata(store).is_ok() {
        return Err(Fault::refused("store_exists", format_args!("there is a store in {} already", store.display()))
            .trying("stop the node and move that folder away yourself; keep it until the restored node signs again"));
    }
    Ok(())
}
