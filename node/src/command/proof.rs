//! `huxin prove` and `huxin verify`: a bundle for strangers, and its check without any node.

use super::Context;
use crate::fault::{Exit, Fault};
use crate::settings::write_out;
use crate::{say, tell};
use huxin_protocol::bundle::{Bundle, VerifiedBundle};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::StatementId;
use huxin_protocol::statement::Statement;
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin prove 330900-17 -o entry.huxin\n  huxin prove 330900-17 --with-body -o entry.huxin     also where the text is not for everybody"
)]
pub struct ProveArgs {
    /// The statement to prove
    pub id: StatementId,
    /// Where the bundle goes
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Put the text into the file although it is not public: whoever gets the file can read it
    #[arg(long)]
    pub with_body: bool,
    /// Replace a file that exists
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
    let client = context.client()?;
    let bundle = client.prove(args.id, args.with_body)?;
    write_out(&args.output, &bundle, args.force)?;
    let readers = readers(&bundle);
    let done = serde_json::json!({
        "id": args.id, "file": args.output, "bytes": bundle.len(),
        "readers": readers.as_ref().map(|(readers, _)| readers), "body": readers.as_ref().is_none_or(|(_, body)| *body),
    });
    context.show(&done, |_| {
        say!("{} ({} bytes)", args.output.display(), bundle.len());
        match &readers {
            Some((readers, true)) => tell!(
                "the text in this file is for {readers} only, and whoever gets the file can read it: give it to nobody else"
            ),
            Some((readers, false)) => {
                tell!("the text is for {readers} only and is not in this file; --with-body puts it there, where this city may");
            }
            None => {}
        }
    })
}

/// For whom the text of a statement is, where that is not everybody, and whether the file holds it.
fn readers(bundle: &[u8]) -> Option<(String, bool)> {
    let bundle = Bundle::decode(bundle).ok()?;
    let readers = match Statement::read_header(&bundle.statement).ok()?.disclosure {
        Disclosure::Public => return None,
        Disclosure::Federation => "members of the federation".to_owned(),
        Disclosure::Named(cities) => cities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    Some((readers, bundle.body.is_some()))
}

/// What a bundle shows, in a form to print.
#[derive(Debug, Serialize)]
struct Shown {
    id: StatementId,
    kind: String,
    federation: huxin_protocol::digest::Digest,
    issuer: String,
    issued_at: String,
    checkpoint_size: huxin_protocol::ids::Size,
    root: huxin_protocol::digest::TreeHash,
    /// "key state as of record N"
    key_state: huxin_protocol::ids::Epoch,
    voided: bool,
    body_held: bool,
    witnesses: Vec<huxin_protocol::ids::CityCode>,
    invalid_cosignatures: Vec<String>,
    /// Lines that hold under a key whose epoch its city has closed since: they count for nothing.
    retired_cosignatures: Vec<String>,
    standing: String,
    /// The exporter has closed the epoch that signed the standing note.
    standing_epoch_closed: bool,
}

pub fn verify(args: &VerifyArgs, context: &Context) -> Result<(), Fault> {
    let read = |path: &Path| std::fs::read(path).map_err(|source| Fault::file("read", path, &source));
    let genesis = Genesis::decode(&read(&args.federation)?)
        .map_err(|fault| Fault::refused("genesis", format_args!("the genesis file is refused: {fault}")))?;
    let verified = Bundle::verify(&read(&args.file)?, &genesis.id()).map_err(|fault| {
        Fault::refused(fault.code(), &fault).trying("ask the exporter for the bundle again; do not act on this file")
    })?;
    let shown = shown(&verified);
    context.show(&shown, show)?;
    if verified.all_lines_hold() {
        Ok(())
    } else {
        Err(Fault::new(Exit::Cosignature, "cosignature", "the statement holds; a cosignature in the file does not")
            .trying("rely on the other witnesses, or ask for the bundle again"))
    }
}

fn shown(bundle: &VerifiedBundle) -> Shown {
    let header = &bundle.statement.header;
    let checkpoint = bundle.checkpoint.checkpoint();
    let issuer = bundle.roster.city(header.city).map(|city| city.name.clone()).unwrap_or_default();
    let standing = bundle.standing.as_ref().map_or_else(
        || "not shown by this file".to_owned(),
        |note| {
            let note = note.standing();
            format!("{} according to {} at {}", note.state, note.exporter, note.time.text())
        },
    );
    Shown {
        id: header.id(),
        kind: header.kind.name().to_owned(),
        federation: bundle.genesis.id(),
        issuer: format!("{} {issuer}", header.city),
        issued_at: header.issued_at.text(),
        checkpoint_size: checkpoint.size,
        root: checkpoint.root,
        key_state: bundle.key_state,
        voided: bundle.voided,
        body_held: bundle.body.is_some(),
        witnesses: bundle.witnesses().into_iter().collect(),
        // A stranger's words: control characters must not reach the terminal.
        invalid_cosignatures: bundle.invalid_lines.iter().map(|name| name.escape_debug().to_string()).collect(),
        retired_cosignatures: bundle.retired_lines().into_iter().map(|name| name.escape_debug().to_string()).collect(),
        standing,
        standing_epoch_closed: bundle.standing.as_ref().is_some_and(|note| note.signed_in_closed_epoch()),
    }
}

fn show(shown: &Shown) {
    say!("{} {} was signed by {} on {}", shown.kind, shown.id, shown.issuer, shown.issued_at);
    say!("it stands in the log of {} statements with root {}", shown.checkpoint_size, shown.root);
    say!("key state as of record {}", shown.key_state);
    if shown.voided {
        say!("a later key record voids this stretch of the log: the statement has no effect");
    }
    let witnesses: Vec<String> = shown.witnesses.iter().map(ToString::to_string).collect();
    say!("witnesses: {}", if witnesses.is_empty() { "none".to_owned() } else { witnesses.join(", ") });
    for name in &shown.invalid_cosignatures {
        say!("invalid cosignature: {name}");
    }
    for name in &shown.retired_cosignatures {
        say!("cosignature of an epoch that its city has closed since, not counted: {name}");
    }
    say!("standing: {}", shown.standing);
    if shown.standing_epoch_closed {
        say!(
            "the exporter has closed the epoch whose key signed this note: whoever got hold of that key can date a note back; \
             ask the exporter for a new bundle"
        );
    }
}
