//! `huxin prove` and `huxin verify`: a bundle for strangers, and its check without any node. What the check says stands in [`shown`].

mod shown;

use super::Context;
use crate::destination::Destination;
use crate::fault::{Exit, Fault};
use crate::{say, tell};
use huxin_protocol::bundle::Bundle;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::StatementId;
use huxin_protocol::statement::Statement;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin prove 330900-17 -o entry.huxin\n  huxin prove 330900-17 --with-body -o entry.huxin     also where the text is not for everybody"
)]
pub struct ProveArgs {
    /// The statement to prove
    pub id: StatementId,
    /// Where the bundle goes; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Put the text into the file although it is not public: whoever gets the file can read it
    #[arg(long)]
    pub with_body: bool,
    /// Write over a file that exists
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  huxin verify entry.huxin --federation genesis.huxin-genesis\n\nExit codes: 0 everything holds, 3 refused, 4 the statement holds and a cosignature does not."
)]
pub struct VerifyArgs {
    /// The bundle
    pub file: PathBuf,
    /// The federation's genesis file, from a source that you trust
    #[arg(long, value_name = "GENESIS")]
    pub federation: PathBuf,
}

pub fn prove(args: &ProveArgs, context: &Context) -> Result<(), Fault> {
    let bundle = context.client()?.prove(args.id, args.with_body)?;
    let to = Destination::from(args.output.as_path());
    let mut file = to.open(args.force).map_err(|source| super::not_written(to.path(), &source))?;
    file.write_all(&bundle).and_then(|()| file.finish()).map_err(|source| Fault::file("write", to.path(), &source))?;
    if context.json && to == Destination::Standard {
        return Ok(());
    }
    let readers = readers(&bundle);
    let done = serde_json::json!({
        "id": args.id, "file": args.output, "bytes": bundle.len(),
        "readers": readers.as_ref().map(|(readers, _)| readers), "body": readers.as_ref().is_none_or(|(_, body)| *body),
    });
    context.show(&done, |_| {
        to.tell(format_args!("{} ({} bytes)", args.output.display(), bundle.len()));
        if let Some((readers, held)) = &readers {
            let (english, chinese) = word_on_readers(readers, *held);
            tell!("{}", crate::chinese::wrapped(context.choose(&english, &chinese), 80));
        }
    })
}

/// For whom the text of a statement is, where that is not everybody, and whether the file holds it.
fn readers(bundle: &[u8]) -> Option<(String, bool)> {
    let bundle = Bundle::decode(bundle).ok()?;
    let readers = match Statement::read_header(&bundle.statement).ok()?.disclosure {
        Disclosure::Public => return None,
        Disclosure::Federation => "members / 联盟成员".to_owned(),
        Disclosure::Named(cities) => cities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    Some((readers, bundle.body.is_some()))
}

fn word_on_readers(readers: &str, held: bool) -> (String, String) {
    if held {
        (
            format!(
                "the text in this file is only for {readers}, and whoever gets the file can read it: give it to nobody else"
            ),
            format!("本文件所含正文仅供 {readers} 阅读,得到文件者均可读取:请勿交给他人"),
        )
    } else {
        (
            format!(
                "the text is only for {readers} and is not in this file; --with-body puts it there, where this city may"
            ),
            format!("正文仅供 {readers} 阅读,未放入本文件;本市有权时可用 --with-body 放入"),
        )
    }
}

pub fn verify(args: &VerifyArgs, context: &Context) -> Result<(), Fault> {
    let read = |path: &Path| std::fs::read(path).map_err(|source| Fault::file("read", path, &source));
    let genesis = Genesis::decode(&read(&args.federation)?)
        .map_err(|fault| Fault::refused("genesis", format_args!("the genesis file is refused: {fault}")))?;
    let verified = Bundle::verify(&read(&args.file)?, &genesis.id()).map_err(|fault| {
        Fault::refused(fault.code(), &fault).trying("ask the exporter for the bundle again; do not act on this file")
    })?;
    let shown = shown::Shown::of(&verified);
    context.show(&shown, |shown| {
        for line in shown.lines(context.language) {
            say!("{}", crate::chinese::wrapped(&line, 80));
        }
    })?;
    if verified.all_lines_hold() {
        Ok(())
    } else {
        Err(Fault::new(Exit::Cosignature, "cosignature", "the statement holds; a cosignature in the file does not")
            .trying("rely on the other witnesses, or ask for the bundle again"))
    }
}
