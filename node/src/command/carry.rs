//! `huxin export` and `huxin import`: segments on a disk, across a one-way gateway. The same segments as on the network,
//! through the same door.
//!
//! The file is a run of frames: four bytes of big-endian length, then one segment.

use super::Context;
use crate::fault::Fault;
use crate::settings::{begin_out, out_fault};
use crate::{say, tell};
use huxin_api::model::SegmentQuery;
use huxin_engine::wire::{FRAME_BYTES, LENGTH_BYTES, frame_length};
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin export -o all.huxin-log\n  huxin export --city 330900 --from 1200 -o news.huxin-log"
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
    /// Where the segments go
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace a file that exists
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin import all.huxin-log")]
pub struct ImportArgs {
    /// A file of `huxin export`
    pub file: PathBuf,
}

#[derive(Debug, Default, Serialize)]
struct Carried {
    segments: u64,
    statements: u64,
    bytes: u64,
    /// Segments that held nothing new.
    repeated: u64,
}

pub fn export(args: &ExportArgs, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let mut writer = BufWriter::new(begin_out(&args.output, args.force)?);
    let mut carried = Carried::default();
    let cities = match args.city {
        Some(city) => vec![city],
        None => client.heads()?.heads.into_iter().filter(|head| head.proved.0 > 0).map(|head| head.city).collect(),
    };
    for city in cities {
        let mut from = Seq(args.from);
        loop {
            let page = client.segment(&SegmentQuery { city, from, epoch: Epoch::FIRST, reader: args.reader })?;
            let length = u32::try_from(page.bytes.len()).map_err(Fault::unexpected)?;
            writer
                .write_all(&length.to_be_bytes())
                .and_then(|()| writer.write_all(&page.bytes))
                .map_err(|source| Fault::file("write", &args.output, &source))?;
            carried.segments += 1;
            carried.statements += page.count;
            carried.bytes += page.bytes.len() as u64;
            from = Seq(page.from.0 + page.count);
            if page.count == 0 || from.0 >= page.size.0 {
                break;
            }
        }
    }
    let written = writer.into_inner().map_err(|fault| Fault::file("write", &args.output, fault.error()))?;
    written.finish().map_err(out_fault)?;
    context.show(&carried, |carried| {
        say!("{} statements in {} segments, {} bytes", carried.statements, carried.segments, carried.bytes);
        match args.reader {
            Some(reader) => {
                tell!("texts that {reader} may read are in this file, and whoever gets it can read them: carry it to {reader} only");
            }
            None => tell!("texts for members of the federation are in this file; those for named readers come with --for CITY"),
        }
    })
}

pub fn import(args: &ImportArgs, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let file = File::open(&args.file).map_err(|source| Fault::file("read", &args.file, &source))?;
    let mut reader = BufReader::new(file);
    let mut carried = Carried::default();
    let mut refused = Vec::new();
    let cut = || {
        Fault::refused("file_cut", format_args!("{} ends in the middle of a segment", args.file.display()))
            .trying("carry the file over again; what came before is admitted already")
    };
    loop {
        let mut head = [0; LENGTH_BYTES];
        match reader.read_exact(&mut head) {
            Ok(()) => {}
            Err(source) if source.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(source) => return Err(Fault::file("read", &args.file, &source)),
        }
        let length = frame_length(head, FRAME_BYTES).map_err(|_| {
            Fault::refused("file_shape", format_args!("{} is no file of segments", args.file.display()))
                .trying("bring a file that `huxin export` wrote")
        })?;
        let mut segment = vec![0; length];
        reader.read_exact(&mut segment).map_err(|_| cut())?;
        carried.segments += 1;
        carried.bytes += length as u64;
        match client.import(&segment) {
            Ok(reply) if reply.new == 0 => carried.repeated += 1,
            Ok(reply) => carried.statements += reply.new,
            // What the door refuses does not keep the rest of the file out.
            Err(fault) if fault.exit == crate::fault::Exit::Refused => refused.push(fault.code),
            Err(fault) => return Err(fault),
        }
    }
    if refused.is_empty() {
        return context.show(&carried, |carried| {
            say!("{} new statements from {} segments", carried.statements, carried.segments);
        });
    }
    let Carried { segments, statements, .. } = carried;
    Err(Fault::refused(
        "segments_refused",
        format_args!(
            "{} of {segments} segments were refused ({}); from the others came {statements} new statements",
            refused.len(),
            refused.join(", ")
        ),
    )
    .trying("import what lies before them first, or ask for the export again"))
}
