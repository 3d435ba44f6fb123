//! The command line. This file only delegates: every command has a file of its own with its `Args` (clap) and a
//! `run(args, &Context)`. Adding one takes a module line, a variant and an arm.

pub mod act;
pub mod announce;
pub mod backup;
pub mod bench;
pub mod binding;
pub mod carry;
pub mod catalogue;
pub mod codes;
pub mod completions;
pub mod confirm;
pub mod demo;
pub mod edition;
pub mod entry;
pub mod federation;
pub mod filings;
pub mod fsck;
pub mod init;
pub mod joint;
pub mod keys;
pub mod peers;
pub mod person;
pub mod profile;
pub mod proof;
pub mod publish;
pub mod recognise;
pub mod run;
pub mod status;

use crate::chinese;
use crate::client::Client;
use crate::fault::Fault;
use crate::say;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use huxin_api::model::ActVerb;
use huxin_config::Language;
use huxin_protocol::body::List;
use serde::Serialize;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

/// What every command gets.
#[derive(Clone, Debug)]
pub struct Context {
    /// Configuration file of the node.
    pub config: PathBuf,
    /// Whether to print one JSON document instead of tables.
    pub json: bool,
    /// In which language people are spoken to.
    pub language: Language,
}

impl Context {
    /// The running node's API.
    ///
    /// # Errors
    /// The configuration or the token file cannot be read. Whether a node answers shows with the first request.
    pub fn client(&self) -> Result<Client, Fault> {
        Client::open(&self.config)
    }

    /// The text in the language of this command.
    #[must_use]
    pub const fn choose<'a>(&self, english: &'a str, chinese: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// Whether people are spoken to in Chinese.
    #[must_use]
    pub fn is_chinese(&self) -> bool {
        self.language == Language::Chinese
    }

    /// Prints `value` as JSON where asked for, else calls `show`.
    pub fn show<T: Serialize>(&self, value: &T, show: impl FnOnce(&T)) -> Result<(), Fault> {
        if self.json {
            say!("{}", crate::screen::json(value).map_err(Fault::unexpected)?);
        } else {
            show(value);
        }
        Ok(())
    }
}

/// 互信: a city's node for credit lists that cities sign, pass on, recognise and prove.
#[derive(Debug, Parser)]
#[command(name = "huxin", version, about, max_term_width = 80, propagate_version = true)]
#[command(
    after_help = "Example:\n  huxin demo --once        three stand-in cities on this machine, then exit\n  huxin init --city 330900 --name 舟山 ./zhoushan"
)]
pub struct Cli {
    /// Configuration file of the node
    #[arg(long, global = true, env = "HUXIN_CONFIG", default_value = "huxin.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// Print one JSON document instead of text for people
    #[arg(long, global = true)]
    pub json: bool,
    /// Language in which people are spoken to: zh-CN or en. Without it that of the settings, else zh-CN
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = read_language)]
    pub language: Option<Language>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a city's configuration, keys, access token and join file
    Init(init::Args),
    /// Found a federation from join files, or look at one
    #[command(subcommand)]
    Federation(federation::Args),
    /// Look at the city's keys, or rotate them
    #[command(subcommand)]
    Keys(keys::Args),
    /// Run the node
    Run(run::Args),
    /// Show a federation of stand-in cities on this machine
    Demo(demo::Args),
    /// Publish one entry, or a whole list through an import profile
    Publish(publish::Args),
    /// Hold an import profile against a file, or read it out
    #[command(subcommand)]
    Profile(profile::Args),
    /// Catalogue editions: check, show, compare, accept
    #[command(subcommand)]
    Edition(edition::Args),
    /// Search the catalogue of lists and measures
    #[command(subcommand)]
    Catalogue(catalogue::Args),
    /// Publish a corrected successor of an entry
    Amend(act::AmendArgs),
    /// An entry was wrong: void from the start (撤销)
    Annul(act::ActArgs),
    /// Take an entry off the list from now on (移出)
    Remove(act::ActArgs),
    /// The subject made good: publication, sharing and measures end (信用修复)
    Repair(act::RepairArgs),
    /// What the law says must be gone: erase the entry's text everywhere
    Erase(act::ActArgs),
    /// Take one ending back; a text that was erased stays gone
    Reinstate(act::ActArgs),
    /// An order lets an entry's measures rest (暂停)
    Suspend(act::SuspendArgs),
    /// Take one suspension back: the measures hold again (恢复执行)
    Resume(act::ActArgs),
    /// Opt out of one entry of another city, with a reason
    Decline(act::DeclineArgs),
    /// Answer another city's entry, measure by measure (响应)
    Respond(joint::RespondArgs),
    /// Report what was done with one measure (执行反馈)
    Feedback(joint::FeedbackArgs),
    /// Hand an application for repair on to its city (修复申请)
    Apply(joint::ApplyArgs),
    /// Hand on an objection to the city that listed (异议)
    Object(joint::ObjectArgs),
    /// Say how far this city is with what was filed about its entry (办理进度)
    Step(joint::StepArgs),
    /// Answer for good what was filed about an own entry (处理结果)
    Rule(joint::RuleArgs),
    /// Take back what this city filed, or its decline (撤回)
    Withdraw(act::ActArgs),
    /// What is filed and waits: with this city, and by it
    Filings(filings::Args),
    /// Which entries of a partner count here, and by which rule
    Binding(binding::Args),
    /// Sign which of a partner's entries count here (互认), or list the rules
    Recognise(recognise::Args),
    /// Tell partners where this node is reached from now on
    Announce(announce::Args),
    /// What counts for a subject here, and why
    Status(status::Args),
    /// Show one statement as it was signed
    Entry(entry::Args),
    /// Write a bundle that anyone can check offline
    Prove(proof::ProveArgs),
    /// Check a bundle without any node
    Verify(proof::VerifyArgs),
    /// Write logs to a file, for a one-way gateway
    Export(carry::ExportArgs),
    /// Bring logs from a file of `huxin export`
    Import(carry::ImportArgs),
    /// Partners, connections, and how far every log is held
    Peers(peers::Args),
    /// Check codes
    #[command(subcommand)]
    Codes(codes::Args),
    /// Person keys, and the digests by which natural persons are named (惩戒到人)
    #[command(subcommand)]
    Person(person::Args),
    /// Copy the store while the node runs, or check such a copy
    Backup(backup::Args),
    /// Make a backup the store of this node
    Restore(backup::restore::Args),
    /// Check a stopped node's store from end to end
    Fsck(fsck::Args),
    /// Measure this machine: whole nodes, beside what the machine itself can do
    Bench(bench::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Columns of a table where no terminal says how many it has.
const COLUMNS: u16 = 80;

/// A table for people, in the one style of all commands.
#[must_use]
pub fn table(head: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED).set_header(head.iter().copied());
    // A table fits the terminal; where there is none, the eighty columns that people print and mail. Chinese takes two each.
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if !std::io::stdout().is_terminal() {
        table.set_width(COLUMNS);
    }
    table
}

/// A file that a command was to make and could not.
pub(crate) fn not_written(path: &Path, source: &std::io::Error) -> Fault {
    if source.kind() == std::io::ErrorKind::AlreadyExists {
        return Fault::usage("file_exists", format_args!("{} exists already, or is a link", path.display()))
            .trying("name another file, or write over it with --force");
    }
    Fault::file("write", path, source)
}

fn read_language(text: &str) -> Result<Language, String> {
    Language::of(text).ok_or_else(|| "it is zh-CN or en".to_owned())
}

/// The language of a command: what was said, else what the settings say, else Chinese. Settings that cannot be read are left to
/// the command that needs them.
fn language(said: Option<Language>, config: &Path) -> Language {
    let of_settings = || {
        let variable = std::env::var("HUXIN_NODE_LANGUAGE").ok();
        let file = || {
            let text = std::fs::read_to_string(config).ok()?;
            let settings: toml::Table = toml::from_str(&text).ok()?;
            Some(settings.get("node")?.get("language")?.as_str()?.to_owned())
        };
        Language::of(&variable.or_else(file)?)
    };
    said.or_else(of_settings).unwrap_or(Language::Chinese)
}

/// The kind of a list in both languages.
#[must_use]
pub const fn list_name(list: List) -> &'static str {
    match list {
        List::Red => "红名单 red:",
        List::Black => "黑名单 black:",
        List::Watch => "重点关注 watch:",
    }
}

/// The command line in the language that it is spoken in, read; or what is to be printed instead of running it.
///
/// # Errors
/// Help, version, or what is wrong with the command line: clap's own fault, whose exit code and stream hold.
pub fn read(words: &[OsString]) -> Result<Cli, (clap::Error, Language)> {
    let language = language_of_words(words);
    let command = match language {
        Language::Chinese => chinese::in_chinese(Cli::command()),
        Language::English => chinese::in_english(Cli::command()),
    };
    let mut command = command;
    let matches = command.try_get_matches_from_mut(words).map_err(|fault| (fault, language))?;
    Cli::from_arg_matches(&matches).map_err(|fault| (fault.format(&mut command), language))
}

/// The language before the command line is read, for what is wrong with it is told in it too.
fn language_of_words(words: &[OsString]) -> Language {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let value = |name: &str| {
        let after = words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1)).copied();
        after.or_else(|| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')))
    };
    let of_environment = std::env::var("HUXIN_CONFIG").ok();
    let config = value("--config").map(str::to_owned).or(of_environment).unwrap_or_else(|| "huxin.toml".to_owned());
    language(value("--language").and_then(Language::of), Path::new(&config))
}

impl Cli {
    /// In which language people are spoken to.
    #[must_use]
    pub fn spoken(&self) -> Language {
        language(self.language, &self.config)
    }
}

/// Runs one command line.
pub fn dispatch(cli: Cli) -> Result<(), Fault> {
    let language = cli.spoken();
    let context = Context { config: cli.config, json: cli.json, language };
    match cli.command {
        Command::Init(args) => init::run(init::Args { language: cli.language, ..args }, &context),
        Command::Federation(args) => federation::run(args, &context),
        Command::Keys(args) => keys::run(args, &context),
        Command::Run(args) => run::run(args, &context),
        Command::Demo(args) => demo::run(args, &context),
        Command::Publish(args) => publish::run(args, &context),
        Command::Profile(args) => profile::run(args, &context),
        Command::Edition(args) => edition::run(args, &context),
        Command::Catalogue(args) => catalogue::run(&args, &context),
        Command::Amend(args) => act::amend(&args, &context),
        Command::Annul(args) => act::act(ActVerb::Annulment, args, &context),
        Command::Remove(args) => act::act(ActVerb::Removal, args, &context),
        Command::Repair(args) => act::repair(args, &context),
        Command::Erase(args) => act::act(ActVerb::Erasure, args, &context),
        Command::Reinstate(args) => act::act(ActVerb::Reinstatement, args, &context),
        Command::Suspend(args) => act::suspend(args, &context),
        Command::Resume(args) => act::act(ActVerb::Resumption, args, &context),
        Command::Decline(args) => act::decline(args, &context),
        Command::Respond(args) => joint::respond(args, &context),
        Command::Feedback(args) => joint::feedback(args, &context),
        Command::Apply(args) => joint::apply(args, &context),
        Command::Object(args) => joint::object(args, &context),
        Command::Step(args) => joint::step(args, &context),
        Command::Rule(args) => joint::rule(args, &context),
        Command::Withdraw(args) => act::act(ActVerb::Withdrawal, args, &context),
        Command::Filings(args) => filings::run(&args, &context),
        Command::Binding(args) => binding::run(args, &context),
        Command::Recognise(args) => recognise::run(args, &context),
        Command::Announce(args) => announce::run(args, &context),
        Command::Status(args) => status::run(args, &context),
        Command::Entry(args) => entry::run(&args, &context),
        Command::Prove(args) => proof::prove(&args, &context),
        Command::Verify(args) => proof::verify(&args, &context),
        Command::Export(args) => carry::export(&args, &context),
        Command::Import(args) => carry::import(&args, &context),
        Command::Peers(args) => peers::run(&args, &context),
        Command::Person(args) => person::run(args, &context),
        Command::Codes(args) => codes::run(&args, &context),
        Command::Backup(args) => backup::run(args, &context),
        Command::Restore(args) => backup::restore::run(&args, &context),
        Command::Fsck(args) => fsck::run(args, &context),
        Command::Bench(args) => bench::run(args, &context),
        Command::Completions(args) => completions::run(args, &context),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn tables_take_eighty_columns_also_of_chinese() {
        let mut table = super::table(&["城市", "名称", "连接", "原因"]);
        table.set_width(80);
        let long = "某某市某某区信用信息共享平台建设与运行管理办公室".repeat(4);
        table.add_row(["330900", &long, "否", &"the other side does not answer ".repeat(6)]);
        for line in table.to_string().lines() {
            let columns: usize = line.chars().map(|c| if c > '\u{2e7f}' { 2 } else { 1 }).sum();
            assert!(columns <= 80, "{columns} columns: {line}");
        }
    }

    #[test]
    fn the_language_is_what_was_said_then_the_settings_then_chinese() {
        use huxin_config::Language::{Chinese, English};
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("huxin.toml");
        assert_eq!(super::language(None, &config), Chinese);
        assert_eq!(super::language(Some(English), &config), English);
        for (text, due) in [
            ("[node]\nlanguage = \"en\"\n", English),
            ("[node]\nlanguage = \"zh-CN\"\n", Chinese),
            ("[node]\nlanguage = \"fr\"\n", Chinese),
            ("[node\n", Chinese),
        ] {
            std::fs::write(&config, text).unwrap();
            assert_eq!(super::language(None, &config), due, "{text}");
            assert_eq!(super::language(Some(Chinese), &config), Chinese);
        }
    }
}
