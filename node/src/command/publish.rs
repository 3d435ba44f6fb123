//! `huxin publish`: one entry from a JSON or TOML file, or a whole official list through an import profile.

use super::Context;
use crate::client::Client;
use crate::fault::Fault;
use huxin_api::model::{
    ActRequest, ActVerb, BATCH_ENTRIES, EntryRequest, ListingView, PublishReply, PublishRequest, ReferenceItem,
};
use huxin_profile::{Operation, Plan, Profile, Record, Table, plan};
use huxin_protocol::ids::StatementId;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin publish entry.toml\n  huxin publish --file list.csv --profile deploy/profiles/worldbank.toml --keep-going --rejects rejects.csv"
)]
pub struct Args {
    /// One entry, JSON or TOML
    #[arg(conflicts_with = "file", required_unless_present = "file")]
    pub entry: Option<PathBuf>,
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
    /// Write the rejected rows here, with their reasons
    #[arg(long, requires = "file", value_name = "CSV")]
    pub rejects: Option<PathBuf>,
    /// Look at every row and sign nothing
    #[arg(long, requires = "file")]
    pub dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    match (&args.entry, &args.file, &args.profile) {
        (Some(entry), _, _) => {
            let reply = context.client()?.publish(&PublishRequest { entries: vec![read_entry(entry)?] })?;
            context.show(&reply, show_reply)
        }
        (None, Some(file), Some(profile)) => import(&args, file, profile, context),
        _ => Err(Fault::usage("usage", "name an entry, or a --file with its --profile")),
    }
}

/// One entry from a file; the ending of its name says whether it is TOML.
pub fn read_entry(path: &Path) -> Result<EntryRequest, Fault> {
    let text = std::fs::read_to_string(path).map_err(|source| Fault::file("read", path, &source))?;
    let malformed = |cause: String| {
        Fault::usage("entry_malformed", format_args!("{} is not an entry: {cause}", path.display()))
            .trying("compare it with the entries in node/demo/entries.json")
    };
    if path.extension().is_some_and(|ending| ending == "toml") {
        toml::from_str(&text).map_err(|fault| malformed(fault.to_string()))
    } else {
        serde_json::from_str(&text).map_err(|fault| malformed(fault.to_string()))
    }
}

pub fn show_reply(reply: &PublishReply) {
    for id in &reply.ids {
        println!("{id}");
    }
    for warning in &reply.warnings {
        eprintln!("warning[{}]: {}", warning.code, warning.sentence);
    }
}

/// What an import did, or with --dry-run would do.
#[derive(Debug, Default, Serialize)]
struct Report {
    rows: usize,
    /// Rows that say exactly what an earlier row said.
    duplicates: usize,
    rejected: usize,
    /// By stable reason code.
    reject_reasons: BTreeMap<String, usize>,
    code_warnings: usize,
    published: usize,
    amended: usize,
    removed: usize,
    /// Known records that say the same as before.
    unchanged: usize,
    /// Known records that say something else, and were left as they are.
    changed: Vec<String>,
    /// Records whose matter has ended here; a new listing needs a new decision.
    ended: Vec<String>,
    dry_run: bool,
}

fn import(args: &Args, file: &Path, profile: &Path, context: &Context) -> Result<(), Fault> {
    let profile = Profile::load(profile).map_err(|fault| Fault::usage(fault.code(), &fault))?;
    let table = Table::read(file, &profile.file).map_err(|fault| Fault::usage(fault.code(), &fault))?;
    let plan = plan(&profile, &table).map_err(|fault| Fault::usage(fault.code(), &fault))?;
    let mut report = Report {
        rows: table.rows.len(),
        duplicates: plan.duplicates.len(),
        rejected: plan.rejects.len(),
        code_warnings: plan.code_warnings.len(),
        dry_run: args.dry_run,
        ..Report::default()
    };
    for reject in &plan.rejects {
        *report.reject_reasons.entry(reject.code.clone()).or_default() += 1;
    }
    if let Some(path) = &args.rejects {
        write_rejects(path, &table, &plan)?;
    }
    if !plan.rejects.is_empty() && !args.keep_going && !args.dry_run {
        let first = &plan.rejects[0];
        return Err(Fault::refused(
            "rows_rejected",
            format_args!(
                "{} of {} rows cannot be entries; the first is row {}: {}",
                plan.rejects.len(),
                table.rows.len(),
                first.row.number,
                first.sentence
            ),
        )
        .trying("nothing was signed; look at them with --rejects FILE, and publish the others with --keep-going"));
    }
    if !args.dry_run {
        Importer { client: context.client()?, amend: args.amend, report: &mut report, quiet: context.json }
            .carry_out(&plan)?;
    }
    context.show(&report, show_report)
}

fn show_report(report: &Report) {
    let mut table = super::table(&[
        "rows",
        "published",
        "amended",
        "removed",
        "unchanged",
        "changed",
        "ended",
        "duplicates",
        "rejected",
    ]);
    table.add_row([
        report.rows,
        report.published,
        report.amended,
        report.removed,
        report.unchanged,
        report.changed.len(),
        report.ended.len(),
        report.duplicates,
        report.rejected,
    ]);
    println!("{table}");
    for (code, count) in &report.reject_reasons {
        println!("rejected: {count} × {code}");
    }
    if report.code_warnings > 0 {
        println!("warning: {} codes fail their check character; see `huxin codes check`", report.code_warnings);
    }
    if !report.changed.is_empty() {
        println!("changed records were left as they are; --amend signs a corrected successor for each");
    }
}

fn write_rejects(path: &Path, table: &Table, plan: &Plan) -> Result<(), Fault> {
    let written = || -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(path)?;
        let mut head = vec!["row".to_owned(), "code".to_owned(), "reason".to_owned()];
        head.extend(table.columns.iter().cloned());
        writer.write_record(&head)?;
        for reject in &plan.rejects {
            let mut line = vec![reject.row.number.to_string(), reject.code.clone(), reject.sentence.clone()];
            line.extend(table.columns.iter().map(|name| defused(Some(&reject.row.cell(name).shown().into_owned()))));
            writer.write_record(&line)?;
        }
        writer.flush()?;
        Ok(())
    };
    written().map_err(|fault| Fault::usage("file", format_args!("could not write {}: {fault}", path.display())))
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn defused(cell: Option<&String>) -> String {
    let cell = cell.map(String::as_str).unwrap_or_default();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

struct Importer<'a> {
    client: Client,
    amend: bool,
    report: &'a mut Report,
    quiet: bool,
}

impl Importer<'_> {
    /// Carries the plan out in the order of the file. Runs of new entries go as one request each.
    fn carry_out(&mut self, plan: &Plan) -> Result<(), Fault> {
        let editions = self.client.info()?.editions;
        let bar = progress(plan.records.len(), self.quiet);
        for page in plan.records.chunks(BATCH_ENTRIES) {
            let mut known = self.known(page)?;
            let mut run: Vec<&Record> = Vec::new();
            for record in page {
                // A record of this very run must be signed before anything is said about it.
                if run.iter().any(|waiting| waiting.record_ref == record.record_ref) {
                    self.publish(&mut run, &mut known)?;
                }
                match (record.operation, known.get(&record.record_ref).cloned()) {
                    (Operation::Remove, Some(item)) => {
                        self.publish(&mut run, &mut known)?;
                        self.remove(record, &item)?;
                    }
                    (Operation::Remove, None) => {}
                    (_, None) => run.push(record),
                    (_, Some(item)) => {
                        let amended = self.repeated(record, &item, &editions)?;
                        if let Some(id) = amended {
                            known.insert(record.record_ref.clone(), ReferenceItem { id, ..item });
                        }
                    }
                }
                bar.inc(1);
            }
            self.publish(&mut run, &mut known)?;
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// The newest statement of every reference that the city has signed before.
    fn known(&self, page: &[Record]) -> Result<BTreeMap<String, ReferenceItem>, Fault> {
        let refs = page.iter().map(|record| record.record_ref.clone()).collect();
        let reply = self.client.references(refs)?;
        // In the order of the log: the last one of a reference is the current one.
        Ok(reply.known.into_iter().map(|item| (item.record_ref.clone(), item)).collect())
    }

    fn publish(&mut self, run: &mut Vec<&Record>, known: &mut BTreeMap<String, ReferenceItem>) -> Result<(), Fault> {
        if run.is_empty() {
            return Ok(());
        }
        let entries = run.iter().map(|record| record.request.clone()).collect();
        self.client.publish(&PublishRequest { entries })?;
        self.report.published += run.len();
        let refs = run.iter().map(|record| record.record_ref.clone()).collect();
        for item in self.client.references(refs)?.known {
            known.insert(item.record_ref.clone(), item);
        }
        run.clear();
        Ok(())
    }

    fn remove(&mut self, record: &Record, item: &ReferenceItem) -> Result<(), Fault> {
        if item.ended_by.is_some() {
            self.report.unchanged += 1;
            return Ok(());
        }
        let act = ActRequest {
            reason: "the publisher took the record off its list".to_owned(),
            record_ref: Some(record.record_ref.clone()),
            ..ActRequest::default()
        };
        self.client.act(item.id, ActVerb::Removal, &act)?;
        self.report.removed += 1;
        Ok(())
    }

    /// A record that was signed before: nothing, a report, or an amendment.
    fn repeated(
        &mut self,
        record: &Record,
        item: &ReferenceItem,
        editions: &[huxin_api::model::EditionItem],
    ) -> Result<Option<StatementId>, Fault> {
        if item.ended_by.is_some() {
            self.report.ended.push(record.record_ref.clone());
            return Ok(None);
        }
        if same_content(&record.request, item, editions) {
            self.report.unchanged += 1;
            return Ok(None);
        }
        if !self.amend && record.operation != Operation::Amend {
            self.report.changed.push(record.record_ref.clone());
            return Ok(None);
        }
        let reply = self.client.amend(item.id, &record.request)?;
        self.report.amended += 1;
        Ok(reply.ids.first().copied())
    }
}

/// Whether a request asks for what the record's current link says.
fn same_content(request: &EntryRequest, item: &ReferenceItem, editions: &[huxin_api::model::EditionItem]) -> bool {
    let edition = editions.iter().find(|edition| request.edition.as_deref() == Some(edition.name.as_str()));
    let asked = edition.map(|edition| crate::drafting::entry_body(request.clone(), edition.digest, None).into());
    asked.is_some_and(|asked: ListingView| item.listing.as_deref() == Some(&asked))
}

fn progress(rows: usize, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(rows as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {eta} left") {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::defused;

    #[test]
    fn formulas_are_defused() {
        assert_eq!(defused(Some(&"=1+1".to_owned())), "'=1+1");
        assert_eq!(defused(Some(&"Synthetic".to_owned())), "Synthetic");
        assert_eq!(defused(None), "");
    }
}
