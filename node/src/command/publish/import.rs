//! A whole list through an import profile: read, planned, decided, signed record by record, and reported row by row.

use super::Args;
use super::node_desk::NodeDesk;
use super::written_file;
use crate::command::Context;
use crate::command::confirm::confirm;
use crate::fault::{Exit, Fault};
use crate::say;
use huxin_profile::{
    AMEND_LIMIT, Carried, ConfirmedCodes, GONE_LIMIT, Orders, Plan, Profile, Report, Rules, Setting, Stop, Stopped,
    Table, WHOLE, carry_out, plan, rejects, unsent, vanished,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::time::Date;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::Path;

/// The catalogue editions at hand: those of the node's configuration, else `mdb` and `demo`. A national catalogue and its layers
/// are chosen by name, or not at all.
pub fn editions(context: &Context) -> BTreeMap<Digest, Edition> {
    let settings = crate::settings::load(&context.config);
    settings.and_then(|settings| crate::settings::editions(&settings)).unwrap_or_else(|_| {
        let unasked = ["mdb", "demo"].into_iter().filter_map(Edition::named);
        unasked.map(|edition| (edition.digest(), edition)).collect()
    })
}

/// The civil day of the machine's clock.
pub fn today() -> Date {
    crate::runtime::clock::now().date()
}

/// `5%`, `0.5%` or `100%`, in hundredths of a percent.
pub fn parse_limit(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no share such as 5% or 0.5%");
    let number = text.strip_suffix('%').ok_or_else(wrong)?.trim();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return Err(wrong());
    }
    let hundredths = format!("{whole}{part:0<2}").parse::<u64>().map_err(|_| wrong())?;
    if hundredths > WHOLE { Err(format!("{text} is more than all of them")) } else { Ok(hundredths) }
}

pub fn import(args: &Args, file: &Path, profile_path: &Path, context: &Context) -> Result<(), Fault> {
    // Whatever could go wrong with the command itself is found before anything is signed.
    for (path, endings) in [(&args.rejects, &["csv", "xlsx"] as &[&str]), (&args.report, &["json", "csv", "xlsx"])] {
        if let Some(path) = path {
            written_file::check(path, endings, args.force)?;
        }
    }
    let day = today();
    let profile = Profile::load(profile_path).map_err(|fault| Fault::usage(fault.code(), &fault))?;
    if args.remove_gone && !profile.complete {
        return Err(Fault::usage("not_complete", "the profile does not say that the file is the whole list")
            .trying("set complete = true in the profile if it is; else nothing can be said to have vanished"));
    }
    let confirmed = match &args.confirmed {
        Some(path) => ConfirmedCodes::load(path, day)
            .map_err(|fault| Fault::usage(fault.code(), &fault).trying("write code,confirmed_by,confirmed_on"))?,
        None => ConfirmedCodes::default(),
    };
    let table = rejects::read(file, &profile).map_err(|fault| Fault::usage(fault.code(), &fault))?;
    let editions = editions(context);
    let edition = editions.values().find(|edition| edition.name() == profile.edition);
    // Who this city is and whether it takes natural persons, the node knows. Where it does not answer, the profile alone is
    // applied, and said so.
    let client = context.client();
    let info = client.as_ref().map_err(Clone::clone).and_then(crate::client::Client::info);
    let own_names: Vec<String> = info.iter().map(|info| info.name.clone()).collect();
    let setting = Setting {
        day,
        city: info.as_ref().ok().map(|info| info.city),
        edition,
        editions: &editions,
        allow_natural_persons: info.as_ref().is_ok_and(|info| info.allow_natural_persons),
        own_names: &own_names,
        confirmed: &confirmed,
    };
    let plan = plan(&profile, &table, &setting).map_err(|fault| Fault::usage(fault.code(), &fault))?;
    let run = Run { args, context, table: &table, plan: &plan, profile: &profile, file };
    if let Err(fault) = info {
        return run.report(&unsent::<Fault>(&table, &plan), Some(fault));
    }
    if !plan.rejects.is_empty() && !args.keep_going && !args.dry_run {
        let first = &plan.rejects[0];
        let fault = Fault::refused(
            "rows_rejected",
            format_args!(
                "{} of {} rows cannot be entries; the first is row {}: {}",
                plan.rejects.len(),
                table.rows.len(),
                first.row.number,
                first.sentence()
            ),
        )
        .trying("nothing was signed; look at them with --rejects FILE, and publish the others with --keep-going");
        return run.report(&unsent::<Fault>(&table, &plan), Some(fault));
    }
    let orders = Orders {
        rules: Rules { amend: args.amend, constants: profile.constants() },
        rehearse: args.dry_run,
        source: profile.reference_prefix(),
        is_complete: profile.complete && !table.is_part,
        remove_gone: args.remove_gone,
        remove_gone_limit: args.remove_gone_limit.unwrap_or(GONE_LIMIT),
        amend_limit: args.amend_limit.unwrap_or(AMEND_LIMIT),
    };
    let mut desk = NodeDesk { client: client? };
    if orders.remove_gone && !orders.rehearse && !args.yes {
        let gone = vanished(&plan, &orders, &mut desk)?;
        let mut what: Vec<String> = gone
            .iter()
            .take(10)
            .map(|gone| format!("  {} {} {}", gone.id, gone.record_ref, gone.subject.as_deref().unwrap_or_default()))
            .collect();
        what.insert(0, format!("将移出 {} 条  would take {} records off the list:", gone.len(), gone.len()));
        if gone.len() > 10 {
            what.push(format!("  ……还有 {} 条  and {} more", gone.len() - 10, gone.len() - 10));
        }
        if !gone.is_empty() {
            confirm(&what, false, context)?;
        }
    }
    let bar = progress(table.rows.len(), context.json);
    let carried = carry_out(&table, &plan, &orders, &mut desk, &mut |rows| bar.inc(rows as u64));
    bar.finish_and_clear();
    let stop = carried.stop.as_ref().map(stop_fault);
    run.report(&carried, stop)
}

fn stop_fault(stop: &Stop<Fault>) -> Fault {
    match stop {
        Stop::Desk(fault) => fault.clone(),
        Stop::GoneLimit { gone, live } => Fault::refused(
            "gone_limit",
            format_args!("{gone} of {live} live records are not in the file, which is more than may be ended at once"),
        )
        .trying(
            "nothing was signed; make sure that the file is whole, then allow it with --remove-gone-limit, for instance 20%",
        ),
        Stop::AmendLimit { amended, live } => Fault::refused(
            "amend_limit",
            format_args!("{amended} of {live} live records differ from the file, which is more than may be amended at once"),
        )
        .trying(
            "nothing was signed; make sure that the file is the right one, then allow it with --amend-limit, for instance 20%",
        ),
        Stop::GoneUnknown { rows } => Fault::refused(
            "gone_unknown",
            format_args!("the keys of {rows} rows cannot be read, so nobody can say which records have vanished"),
        )
        .trying("correct these rows first; nothing was signed"),
        Stop::Answers => Fault::unexpected("the node answered with another number of outcomes than there were records"),
    }
}

/// What a report is made of.
struct Run<'a> {
    args: &'a Args,
    context: &'a Context,
    table: &'a Table,
    plan: &'a Plan,
    profile: &'a Profile,
    file: &'a Path,
}

impl Run<'_> {
    /// Prints the report, writes the files that were asked for, and says how the run ended.
    fn report<F>(&self, carried: &Carried<F>, stop: Option<Fault>) -> Result<(), Fault> {
        let stopped = stop.as_ref().map(|fault| Stopped {
            code: fault.code.clone(),
            sentence: fault.sentence.clone(),
            next_step: fault.next_step.clone(),
        });
        let name = self.file.display().to_string();
        let mut report = Report::new(&name, &self.profile.name, self.args.dry_run, self.plan, carried, stopped);
        if !self.plan.has_edition {
            let edition = &self.profile.edition;
            report.notes.push(format!("本机没有措施清单版本 {edition}，其规则由节点检查"));
            report.notes.push(format!("edition {edition} is not at hand; the node checks its rules"));
        }
        if let Some(path) = &self.args.rejects {
            self.write(path, &rejects::sheet(self.table, &report.answers))?;
        }
        if let Some(path) = &self.args.report {
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
                let json = serde_json::to_vec_pretty(&report).map_err(Fault::unexpected)?;
                written_file::write(path, &json, self.args.force)?;
            } else {
                self.write(path, &report.sheet())?;
            }
        }
        self.context.show(&report, |report| say!("{}", report.text().trim_end()))?;
        let ended = match stop {
            Some(fault) => fault,
            None if report.has_rejects() => {
                let rows = report.answers.iter().filter(|answer| answer.outcome.needs_somebody()).count();
                Fault::new(
                    Exit::Rejects,
                    "done_with_rejects",
                    format_args!("{rows} of {} rows need somebody to look at them; all others are done", report.rows),
                )
                .trying("write them out with --rejects FILE, correct them there, and import that file")
            }
            None => return Ok(()),
        };
        // With --json the report is the one document, and it says the same.
        Err(ended.told())
    }

    fn write(&self, path: &Path, sheet: &huxin_profile::Sheet) -> Result<(), Fault> {
        let bytes =
            sheet.bytes(path).map_err(|fault| Fault::usage("file", format_args!("{}: {fault}", path.display())))?;
        written_file::write(path, &bytes, self.args.force)
    }
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
    use super::parse_limit;

    #[test]
    fn shares_are_read_exactly() {
        for (text, hundredths) in [("5%", Some(500)), ("0.5%", Some(50)), ("100%", Some(10_000)), ("0.01 %", Some(1))] {
            assert_eq!(parse_limit(text).ok(), hundredths, "{text}");
        }
        for text in ["5", "101%", "-1%", "%", "1.234%", "x%", ".5%"] {
            assert!(parse_limit(text).is_err(), "{text}");
        }
    }
}
