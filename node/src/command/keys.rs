//! `huxin keys`: making a key folder alone, looking at one, and rotating while the node runs.

mod rotate;

use super::Context;
use crate::fault::Fault;
use crate::say;
use crate::settings;
use huxin_config::Language;
use huxin_keys::{KeyFolder, KeyFolderPublic, PassphraseSource, Unfinished};
use huxin_protocol::ids::CityCode;
use std::path::{Path, PathBuf};

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
        after_help = "Example:\n  huxin keys rotate\n  huxin keys rotate --tail void     after the old log key was stolen\n  huxin keys rotate --resume        after it was interrupted\n  huxin keys rotate --cancel        to go on under the old keys instead"
    )]
    Rotate(RotateArgs),
}

#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// Code of the city
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
    /// Go on with a rotation that was interrupted, from where the log stands now
    #[arg(long, conflicts_with_all = ["cancel", "tail", "void_after"])]
    pub resume: bool,
    /// Give up a rotation that was interrupted; the log goes on under the old keys
    #[arg(long, conflicts_with_all = ["tail", "void_after", "forced"])]
    pub cancel: bool,
    /// Agree, without being asked, that so many statements lose their effect; they are named where the number is another
    #[arg(long, value_name = "COUNT")]
    pub confirm: Option<u64>,
    /// Sign another record although one for this epoch was signed before and never left this house
    #[arg(long)]
    pub forced: bool,
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
            show(folder.show(), &args.folder, context)
        }
        Args::Show(args) => {
            let folder = match args.folder {
                Some(folder) => folder,
                None => settings::load(&context.config)?.node.keys,
            };
            show(&KeyFolder::read_public(&folder)?, &folder, context)
        }
        Args::Rotate(args) => rotate::run(&args, context),
    }
}

fn show(public: &KeyFolderPublic, folder: &Path, context: &Context) -> Result<(), Fault> {
    let under_way = KeyFolder::noted_rotation(folder)?;
    context.show(public, |public| say!("{}", screen(public, under_way.as_ref(), context)))
}

fn screen(public: &KeyFolderPublic, under_way: Option<&Unfinished>, context: &Context) -> String {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    let encrypted = match public.encrypted {
        true => say("yes", "是"),
        false => say("no (for demonstrations only)", "否（仅用于演示）"),
    };
    let mut lines = vec![
        format!("{} {}", say("city      ", "城市    "), public.city),
        format!("{} {encrypted}", say("encrypted ", "已加密  ")),
        format!("{} {}", say("root      ", "根密钥  "), public.root.digest()),
        format!("{} {}", say("peer id   ", "节点标识"), public.peer_id),
    ];
    let mut table = super::table(&[
        say("epoch", "密钥期"),
        say("log key", "日志密钥"),
        say("cosigner key", "共同签名密钥"),
        say("opened by record", "所依密钥记录"),
    ]);
    for keys in &public.epochs {
        let genesis = say("genesis", "创始文件");
        table.add_row([
            keys.epoch.to_string(),
            keys.log.digest().to_string()[..16].to_owned(),
            keys.cosigner.digest().to_string()[..16].to_owned(),
            keys.record.map_or_else(|| genesis.to_owned(), |record| record.to_string()[..16].to_owned()),
        ]);
    }
    lines.push(table.to_string());
    if let Some(rotation) = under_way {
        let (epoch, size) = (rotation.epoch, rotation.size);
        lines.push(match context.language {
            Language::English => format!("a rotation to epoch {epoch} was begun at size {size} and is not finished"),
            Language::Chinese => format!("已在第 {size} 条处开始轮换到第 {epoch} 期，尚未完成"),
        });
        lines.push(format!("{}: huxin keys rotate --resume", say("next", "下一步")));
        lines.push(format!("{}: huxin keys rotate --cancel", say("or", "或")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// `[node] language` is honoured, and no line is wider than the screen.
    #[test]
    fn keys_are_shown_in_the_language_that_is_spoken() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::create(&folder.path().join("keys"), "330900".parse().unwrap(), None).unwrap();
        for (language, due) in [
            (Language::Chinese, ["根密钥", "日志密钥", "创始文件", "仅用于演示"]),
            (Language::English, ["root", "log key", "genesis", "for demonstrations only"]),
        ] {
            let text = screen(keys.show(), None, &Context { config: "huxin.toml".into(), json: false, language });
            assert!(due.iter().all(|due| text.contains(due)), "{text}");
            assert!(text.lines().all(|line| crate::chinese::columns(line) <= 80), "{text}");
        }
    }
}
