//! `huxin catalogue search`: which list, measure, field or ground is meant, by any word of its row.

use super::Context;
use super::edition::{Member, members};
use super::publish::import::editions;
use crate::fault::Fault;
use crate::say;
use huxin_protocol::edition::{Edition, Text};
use huxin_protocol::text::folded;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Lists, measures, fields and grounds in whose row all words stand
    #[command(
        after_help = "Example:\n  huxin catalogue search 安全生产\n  huxin catalogue search procurement --edition demo"
    )]
    Search(SearchArgs),
}

#[derive(Debug, clap::Args)]
pub struct SearchArgs {
    #[arg(required = true)]
    pub words: Vec<String>,
    /// Only in the edition of this name
    #[arg(long)]
    pub edition: Option<String>,
}

#[derive(Debug, Serialize)]
struct Hit {
    edition: String,
    /// `list`, `measure`, `field` or `ground`.
    kind: &'static str,
    code: String,
    zh: String,
    en: String,
    /// What else its row says.
    row: Vec<Member>,
}

/// # Errors
/// There is no edition of that name, or nothing was found.
pub fn run(args: &Args, context: &Context) -> Result<(), Fault> {
    let Args::Search(args) = args;
    let words: Vec<String> = args.words.iter().map(|word| folded(word)).collect();
    let all = editions(context);
    let chosen: Vec<&Edition> =
        all.values().filter(|edition| args.edition.as_ref().is_none_or(|name| edition.name() == name)).collect();
    let hits: Vec<Hit> = chosen.iter().flat_map(|edition| search(edition, &words)).collect();
    if hits.is_empty() {
        let names: Vec<&str> = chosen.iter().map(|edition| edition.name()).collect();
        return Err(Fault::refused("nothing_found", format_args!("no row has all of these words, in {names:?}"))
            .trying("use fewer or shorter words, or accept the edition that has it: `huxin edition accept`"));
    }
    context.show(&hits, |hits| {
        for hit in hits {
            say!("{} {} {}\n    {}\n    {}", hit.edition, hit.kind, hit.code, hit.zh, hit.en);
        }
    })
}

fn search(edition: &Edition, words: &[String]) -> Vec<Hit> {
    let rows = edition.rows();
    let lists = edition.registry().iter().map(|row| ("list", "lists", &row.id, &row.name));
    let measures = edition.measures().iter().map(|row| ("measure", "measures", &row.code, &row.content));
    let fields = edition.fields().iter().map(|row| ("field", "fields", &row.code, &row.name));
    let grounds = edition.grounds().iter().map(|row| ("ground", "grounds", &row.code, &row.name));
    let all = lists.chain(measures).chain(fields).chain(grounds);
    let hit = |(kind, member, code, name): (&'static str, &str, &String, &Text)| {
        let before = format!("{member}.{code}.");
        let row: BTreeMap<String, String> = rows
            .range(before.clone()..)
            .take_while(|(path, _)| path.starts_with(&before))
            .map(|(path, text)| (path[before.len()..].to_owned(), text.clone()))
            .collect();
        let whole = folded(&row.values().map(String::as_str).collect::<Vec<_>>().join(" "));
        words.iter().all(|word| whole.contains(word)).then(|| Hit {
            edition: edition.name().to_owned(),
            kind,
            code: code.clone(),
            zh: name.zh.clone(),
            en: name.en.clone(),
            row: members(row),
        })
    };
    all.filter_map(hit).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn all_words_stand_in_one_row() {
        let demo = Edition::named("demo").unwrap();
        let rows: [(&[&str], &[&str]); 5] = [
            (&["安全生产严重失信"], &["work-safety"]),
            (&["procurement", "barred"], &["D-B-01"]),
            (&["政府采购", "财政部门"], &["D-R-03", "D-B-01"]),
            // A measure that is meant for a list is found by it.
            (&["work-safety"], &["work-safety", "D-B-09"]),
            (&["procurement", "安全生产"], &[]),
        ];
        for (words, due) in rows {
            let words: Vec<String> = words.iter().map(|word| folded(word)).collect();
            let codes: Vec<String> = search(&demo, &words).into_iter().map(|hit| hit.code).collect();
            assert_eq!(codes, due, "{words:?}");
        }
    }
}
