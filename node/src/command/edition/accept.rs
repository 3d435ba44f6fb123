//! `huxin edition accept`: the one line of the settings that lets an edition bind.

use super::shown::Differences;
use super::{AcceptArgs, Context, Summary, find};
use crate::command::confirm::confirm;
use crate::fault::Fault;
use crate::say;
use crate::settings::{editions, load, read_file};
use huxin_protocol::edition::in_force;
use huxin_protocol::text::harmless;
use huxin_protocol::time::Date;
use serde::Serialize;
use std::fs;

/// Rows of a comparison that are shown before the question; all are in `huxin edition diff`.
const MOST_ROWS: usize = 40;

#[derive(Debug, Serialize)]
struct Accepted {
    edition: Summary,
    /// The line as it stands in the settings.
    written: String,
    /// Whether it stood there before.
    already: bool,
}

pub(super) fn accept(args: &AcceptArgs, context: &Context) -> Result<(), Fault> {
    let settings = load(&context.config)?;
    let edition = find(&args.edition, context)?;
    let is_file = args.edition.contains('/') || args.edition.ends_with(".json");
    let written = if is_file {
        let path = fs::canonicalize(&args.edition)
            .map_err(|source| Fault::file("look at", std::path::Path::new(&args.edition), &source))?;
        format!("{}#{}", path.display(), edition.digest())
    } else {
        format!("{}#{}", edition.name(), edition.digest())
    };
    let known = editions(&settings)?;
    let already = known.contains_key(&edition.digest());
    if !already {
        let today: Date = crate::runtime::clock::now().date();
        let before = in_force(&known, edition.line(), Some(settings.node.city), today);
        let mut what = vec![format!("采用 accept {} {}", harmless(edition.name()), edition.digest())];
        if let Some(before) = before {
            what.push(format!("与现行版本相比 compared with {}:", harmless(before.name())));
            let lines = Differences::between(&before.rows(), &edition.rows()).lines();
            let more = lines.len().saturating_sub(MOST_ROWS);
            what.extend(lines.iter().take(MOST_ROWS).map(|line| harmless(line).into_owned()));
            if more > 0 {
                what.push(format!("……另有 and {more} 处 more: huxin edition diff"));
            }
        }
        confirm(&what, args.yes, context)?;
        let text = String::from_utf8_lossy(&read_file(&context.config)?).into_owned();
        let changed = huxin_config::with_edition(&text, &written)
            .map_err(|fault| Fault::usage("settings", format_args!("{}: {fault}", context.config.display())))?;
        // What the settings would refuse is refused before the file is touched: the next start would fail.
        let path = &context.config;
        let read = huxin_config::Settings::read(path, &changed, std::env::vars_os())
            .map_err(|faults| Fault::usage(faults.code(), &faults).trying(faults.next_step()))?;
        editions(&read)?;
        replace(path, changed.as_bytes())?;
    }
    let accepted = Accepted { edition: Summary::of(&edition), written, already };
    context.show(&accepted, |accepted| {
        accepted.edition.print();
        if accepted.already {
            say!("此前已采用 it was accepted before");
        } else {
            say!("已写入设置，下次启动起适用");
            say!("written into the settings; it binds from the next start:");
            say!("  {}", accepted.written);
        }
    })
}

/// Writes the file beside the old one and puts it in its place, so that a power cut leaves one of the two.
fn replace(path: &std::path::Path, bytes: &[u8]) -> Result<(), Fault> {
    let beside = path.with_extension("toml.new");
    let fault = |source: std::io::Error| Fault::file("write", &beside, &source);
    let permissions = fs::metadata(path).map_err(fault)?.permissions();
    fs::write(&beside, bytes).map_err(fault)?;
    fs::set_permissions(&beside, permissions).map_err(fault)?;
    fs::File::open(&beside).and_then(|file| file.sync_all()).map_err(fault)?;
    fs::rename(&beside, path).map_err(fault)
}
