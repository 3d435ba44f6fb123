//! `huxin publish`: one entry from a JSON or TOML file, or a whole official list through an import profile.

pub mod import;
mod node_desk;
mod written_file;

use super::Context;
use crate::chinese;
use crate::drafting::{MDB, meant_where_unstated};
use crate::fault::Fault;
use crate::{say, tell};
use huxin_api::model::{EntryRequest, PublishReply, PublishRequest, Warning};
use huxin_profile::entry_file::{self, Language};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin publish --template black > entry.toml\n  huxin publish entry.toml\n  huxin publish --file list.csv --profile deploy/profiles/worldbank.toml --dry-run\n  huxin publish --file list.csv --profile deploy/profiles/worldbank.toml --keep-going --rejects rejects.csv\nExit codes of an import: 0 all done, 7 done with rejects, else the code of what stopped it."
)]
pub struct Args {
    /// One entry, JSON or TOML
    #[arg(conflicts_with_all = ["file", "template"], required_unless_present_any = ["file", "template"])]
    pub entry: Option<PathBuf>,
    /// Print an entry of this list to fill in, with comments in Chinese
    #[arg(long, value_name = "LIST", value_parser = ["black", "red", "watch"], conflicts_with = "file")]
    pub template: Option<String>,
    /// A list to import
    #[arg(long, requires = "profile")]
    pub file: Option<PathBuf>,
    /// How the list is read
    #[arg(long, requires = "file")]
    pub profile: Option<PathBuf>,
    /// Publish the good rows although others are rejected
    #[arg(long, requires = "file")]
    pub keep_going: bool,
    /// Amend entries whose record has changed; without it they are only reported
    #[arg(long, requires = "file")]
    pub amend: bool,
    /// The largest share of live records that may be amended at once (5% without it)
    #[arg(long, requires = "amend", value_name = "SHARE", value_parser = import::parse_limit)]
    pub amend_limit: Option<u64>,
    /// Codes that an officer confirmed although their check fails: code,confirmed_by,confirmed_on
    #[arg(long, requires = "file", value_name = "CSV")]
    pub confirmed: Option<PathBuf>,
    /// Write the rejected rows here, to be corrected and imported again (.csv or .xlsx)
    #[arg(long, requires = "file", value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Write what became of every row here (.json, .csv or .xlsx)
    #[arg(long, requires = "file", value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Overwrite the files of --rejects and --report
    #[arg(long, requires = "file")]
    pub force: bool,
    /// End records that are no longer in a complete list
    #[arg(long, requires = "file")]
    pub remove_gone: bool,
    /// The largest share of live records that may be ended at once (5% without it)
    #[arg(long, requires = "remove_gone", value_name = "SHARE", value_parser = import::parse_limit)]
    pub remove_gone_limit: Option<u64>,
    /// Do not ask before records are ended
    #[arg(long, requires = "remove_gone")]
    pub yes: bool,
    /// Ask the running node what it would do with every row, and sign nothing
    #[arg(long, requires = "file")]
    pub dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    if let Some(list) = &args.template {
        say!("{}", template(list, context).trim_end());
        return Ok(());
    }
    match (&args.entry, &args.file, &args.profile) {
        (Some(entry), _, _) => {
            let reply = context.client()?.publish(&PublishRequest { entries: vec![read_entry(entry)?] })?;
            context.show(&reply, |reply| show_reply(reply, context))
        }
        (None, Some(file), Some(profile)) => import::import(&args, file, profile, context),
        _ => Err(Fault::usage("usage", "name an entry, or a --file with its --profile")),
    }
}

/// An entry to fill in, under an edition that this node has loaded: the one that is meant where none is stated, else one that has to be
/// stated.
fn template(list: &str, context: &Context) -> String {
    let editions = import::editions(context);
    let city = crate::settings::load(&context.config).ok().map(|settings| settings.node.city);
    let today = crate::runtime::clock::now().date();
    let meant = city.and_then(|city| meant_where_unstated(&editions, city, today));
    let edition =
        meant.or_else(|| editions.values().find(|edition| edition.name() != MDB)).or(editions.values().next());
    let text = edition.and_then(|edition| entry_file::template(list, edition, meant.is_some()));
    text.map(|text| fitted(&text)).unwrap_or_default()
}

/// The template with comments that fit the screen.
fn fitted(template: &str) -> String {
    let mut out = String::new();
    for line in template.lines() {
        match line.strip_prefix("# ").filter(|_| chinese::columns(line) > 80) {
            Some(comment) => {
                chinese::wrapped(comment, 78).lines().for_each(|line| out.push_str(&format!("# {line}\n")));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

/// One entry from a file; the ending of its name says whether it is TOML. All faults of the file are told at once.
pub fn read_entry(path: &Path) -> Result<EntryRequest, Fault> {
    let text = std::fs::read_to_string(path).map_err(|source| Fault::file("read", path, &source))?;
    let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    entry_file::read(&text, if is_toml { Language::Toml } else { Language::Json }).map_err(|faults| {
        let each: String = faults.iter().map(|fault| format!("\n  {fault}")).collect();
        Fault::usage("entry_malformed", format_args!("{} is not an entry yet:{each}", path.display()))
            .trying("correct these places; `huxin publish --template black` prints an entry to fill in")
    })
}

pub fn show_reply(reply: &PublishReply, context: &Context) {
    for id in &reply.ids {
        say!("{id}");
    }
    for line in warning_lines(&reply.warnings, context.language) {
        tell!("{line}");
    }
}

/// What an officer should look at, in lines for the screen.
pub fn warning_lines(warnings: &[Warning], language: huxin_config::Language) -> Vec<String> {
    let told = |warning: &Warning| chinese::told("warning", &warning.code, &warning.sentence, language);
    warnings.iter().flat_map(|warning| told(warning).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Whichever editions the settings name, the template is under one of them, and no line is wider than the screen.
    #[test]
    fn a_template_is_under_an_edition_that_the_node_has_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("huxin.toml");
        for (editions, due) in [
            ("[\"mdb\"]", "\nedition = \"mdb\""),
            ("[\"demo\"]", "\n# edition = \"demo\""),
            ("[\"demo\", \"mdb\"]", "\n# edition = \"demo\""),
        ] {
            std::fs::write(&config, format!("[node]\ncity = \"330900\"\n[catalogue]\neditions = {editions}\n"))
                .unwrap();
            let context = Context { config: config.clone(), json: false, language: huxin_config::Language::Chinese };
            for list in ["red", "black", "watch"] {
                let text = template(list, &context);
                assert!(text.contains(due), "{editions}: {text}");
                let wide: Vec<&str> = text.lines().filter(|line| chinese::columns(line) > 80).collect();
                assert!(wide.is_empty(), "{wide:#?}");
            }
        }
    }
}
