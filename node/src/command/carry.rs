//! `huxin export` and `huxin import`: segments on a disk, across a one-way gateway. The same segments as on the network,
//! through the same door. The form of the file stands in [`file`].
//!
//! Whatever becomes of a file on its way, what it still holds of whole segments is brought in: each carries its own proof. The exit code
//! says how it went: 0, all of it is held here (bringing a file twice is no fault); 7, a part of it is, and the code says why not the rest;
//! 3, nothing of it was taken; 75, the store has no room, and the same command goes on where it stopped once there is.

mod file;

use super::Context;
use crate::destination::Destination;
use crate::fault::{Exit, Fault};
use crate::{say, tell};
use file::{Next, Reader, Writer};
use huxin_api::model::SegmentQuery;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin export -o all.huxin-log\n  huxin export --city 330900 --from 1200 -o news.huxin-log\n  huxin export -o - | ssh gateway …"
)]
pub struct ExportArgs {
    /// Only this city's log; without it every log that is held
    #[arg(long)]
    pub city: Option<CityCode>,
    /// From this position on
    #[arg(long, requires = "city", default_value_t = 0)]
    pub from: u64,
    /// The city that the file is carried to: texts for named readers come along where it is one of them
    #[arg(long = "for", value_name = "CITY")]
    pub reader: Option<CityCode>,
    /// Where the segments go; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Write over a file that exists
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  huxin import all.huxin-log\n\nExit codes: 0 all of it is held here, 3 nothing of it was taken, 7 a part of it, 75 no room in the store."
)]
pub struct ImportArgs {
    /// A file of `huxin export`; - is standard input
    pub file: PathBuf,
}

#[derive(Debug, Default, Serialize)]
struct Carried {
    segments: u64,
    /// New here, on import.
    statements: u64,
    bytes: u64,
    /// Segments that held nothing new.
    repeated: u64,
}

pub fn export(args: &ExportArgs, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let to = Destination::from(args.output.as_path());
    let failed = |source: std::io::Error| Fault::file("write", to.path(), &source);
    let cities = match args.city {
        Some(city) => vec![city],
        None => client.heads()?.heads.into_iter().filter(|head| head.proved.0 > 0).map(|head| head.city).collect(),
    };
    let mut carried = Carried::default();
    let mut writer = Writer::new(to.open(args.force).map_err(|source| super::not_written(to.path(), &source))?);
    for city in cities {
        let mut from = Seq(args.from);
        loop {
            let page = client.segment(&SegmentQuery { city, from, epoch: Epoch::FIRST, reader: args.reader })?;
            writer.segment(&page.bytes).map_err(failed)?;
            carried.segments += 1;
            carried.statements += page.count;
            carried.bytes += page.bytes.len() as u64;
            from = Seq(page.from.0 + page.count);
            if page.count == 0 || from.0 >= page.size.0 {
                break;
            }
        }
    }
    writer.end().map_err(failed)?;
    if context.json && to == Destination::Standard {
        return Ok(());
    }
    context.show(&carried, |carried| {
        let Carried { segments, statements, bytes, .. } = carried;
        let english = format!("{statements} statements in {segments} segments, {bytes} bytes");
        let chinese = format!("共 {segments} 段、{statements} 条声明,{bytes} 字节");
        to.tell(format_args!("{}", context.choose(&english, &chinese)));
        let (english, chinese) = match args.reader {
            Some(reader) => (
                format!("texts that {reader} may read are in it, and whoever gets it can read them: carry it to {reader} only"),
                format!("其中含 {reader} 可读的正文,得到文件者均可读取:只可交给 {reader}"),
            ),
            None => (
                "texts for members of the federation are in it; those for named readers come with --for CITY".to_owned(),
                "其中含供联盟成员阅读的正文;供指定城市阅读的正文须用 --for 城市 导出".to_owned(),
            ),
        };
        tell!("{}", crate::chinese::wrapped(context.choose(&english, &chinese), 80));
    })
}

/// How the file came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Whole,
    /// The file ends without its end mark.
    Cut,
    /// What stands there is no segment, or the end mark counts others than came.
    Damaged,
}

pub fn import(args: &ImportArgs, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let source: Box<dyn Read> = if args.file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(&args.file).map_err(|source| Fault::file("read", &args.file, &source))?)
    };
    let mut reader = Reader::new(source);
    let mut carried = Carried::default();
    let mut refused: Vec<String> = Vec::new();
    let ending = loop {
        let segment = match reader.next().map_err(|source| Fault::file("read", &args.file, &source))? {
            Next::Segment(segment) => segment,
            Next::End => break Ending::Whole,
            Next::Cut => break Ending::Cut,
            Next::Damaged => break Ending::Damaged,
        };
        match client.import(&segment) {
            Ok(reply) if reply.new == 0 => carried.repeated += 1,
            Ok(reply) => carried.statements += reply.new,
            // What the door refuses does not keep the rest of the file out.
            Err(fault) if fault.exit == Exit::Refused => refused.push(fault.code),
            // Whatever else stops the node stops the file: the next segment would meet the same.
            Err(fault) => return Err(stopped(fault, &carried)),
        }
        carried.segments += 1;
        carried.bytes += segment.len() as u64;
    };
    judge(&args.file, &carried, &refused, ending)?;
    context.show(&carried, |carried| {
        let Carried { segments, statements, .. } = carried;
        let english = if *statements == 0 {
            format!("nothing new: all {segments} segments were held here already")
        } else {
            format!("{statements} new statements from {segments} segments")
        };
        let chinese = if *statements == 0 {
            format!("没有新声明:{segments} 段均已存有")
        } else {
            format!("{segments} 段中有 {statements} 条新声明")
        };
        say!("{}", context.choose(&english, &chinese));
    })
}

/// A fault of the node in the middle of a file: its own code and exit, and how far it went.
fn stopped(mut fault: Fault, carried: &Carried) -> Fault {
    let Carried { segments, statements, .. } = carried;
    fault.sentence =
        format!("{} (before that came {statements} new statements from {segments} segments)", fault.sentence);
    fault.next_step = Some(match fault.next_step {
        Some(step) => format!("{step}; then import the same file again"),
        None => "import the same file again: what is held is passed over".to_owned(),
    });
    fault
}

/// What the whole of it comes to.
fn judge(path: &Path, carried: &Carried, refused: &[String], ending: Ending) -> Result<(), Fault> {
    let taken = carried.segments - refused.len() as u64;
    if refused.is_empty() && ending == Ending::Whole {
        return Ok(());
    }
    let exit = if taken == 0 { Exit::Refused } else { Exit::Rejects };
    let kept = format!("from {taken} whole segments came {} new statements", carried.statements);
    let path = path.display();
    let again = "carry the file over again; what is held already is passed over";
    Err(match ending {
        Ending::Cut if carried.segments == 0 => {
            Fault::new(exit, "file_cut", format_args!("{path} is empty, or ends within its first segment"))
                .trying(again)
        }
        Ending::Damaged if carried.segments == 0 => {
            Fault::new(exit, "file_shape", format_args!("{path} is no file of segments"))
                .trying("bring a file that `huxin export` wrote")
        }
        Ending::Cut if refused.is_empty() => Fault::new(
            exit,
            "file_cut",
            format_args!("{path} ends before its end mark, so a part of it is missing; {kept}"),
        )
        .trying(again),
        Ending::Damaged => {
            Fault::new(exit, "file_damaged", format_args!("{path} was changed on its way; {kept}")).trying(again)
        }
        Ending::Whole | Ending::Cut => {
            let cut = if ending == Ending::Cut { ", and the file ends before its end mark" } else { "" };
            let codes: BTreeSet<&str> = refused.iter().map(String::as_str).collect();
            let codes = codes.into_iter().collect::<Vec<_>>().join(", ");
            Fault::new(
                exit,
                "segments_refused",
                format_args!("{} of {} segments were refused ({codes}){cut}; {kept}", refused.len(), carried.segments),
            )
            .trying("import what lies before them first, or ask for the export again")
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn success_refusal_and_cause_have_codes_and_exits_of_their_own() {
        let cases: [(u64, u64, usize, Ending, Result<(), (&str, Exit)>); 10] = [
            // Segments, new statements, refused.
            (3, 40, 0, Ending::Whole, Ok(())),
            (3, 0, 0, Ending::Whole, Ok(())),
            (0, 0, 0, Ending::Whole, Ok(())),
            (0, 0, 0, Ending::Cut, Err(("file_cut", Exit::Refused))),
            (2, 20, 0, Ending::Cut, Err(("file_cut", Exit::Rejects))),
            (0, 0, 0, Ending::Damaged, Err(("file_shape", Exit::Refused))),
            (2, 20, 1, Ending::Damaged, Err(("file_damaged", Exit::Rejects))),
            (3, 20, 1, Ending::Whole, Err(("segments_refused", Exit::Rejects))),
            (3, 20, 1, Ending::Cut, Err(("segments_refused", Exit::Rejects))),
            (3, 0, 3, Ending::Whole, Err(("segments_refused", Exit::Refused))),
        ];
        for (segments, statements, refused, ending, due) in cases {
            let carried = Carried { segments, statements, ..Carried::default() };
            let refused = vec!["segment_proof".to_owned(); refused];
            let found = judge(Path::new("x"), &carried, &refused, ending);
            let found = found.as_ref().copied().map_err(|fault| (fault.code.as_str(), fault.exit));
            assert_eq!(found, due, "{segments} {statements} {ending:?}");
        }
        let full = stopped(Fault::not_yet("disk_full", "the disk is full"), &Carried::default());
        assert_eq!((full.code.as_str(), full.exit), ("disk_full", Exit::NotYet));
    }
}
