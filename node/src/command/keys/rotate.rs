//! `huxin keys rotate`: one act that can be interrupted anywhere and taken up again.
//!
//! The node holds its signing, the record is made for exactly that place, the node takes it up. What is to be done stands in
//! the key folder from the first step to the last ([`huxin_keys::unfinished`]). If anything fails in between, the hold runs
//! out and the node goes on under the old keys; what was begun is then resumed at the new end of the log, or cancelled.
//! Whatever would take the effect from a statement names each one and asks.

use super::{RotateArgs, TailChoice};
use crate::client::Client;
use crate::command::Context;
use crate::fault::Fault;
use crate::runtime::failpoint::{Failpoint, ROTATION_TAKEN};
use crate::settings;
use crate::{say, tell};
use huxin_api::model::{BodyView, HoldReply};
use huxin_engine::SigningState;
use huxin_keys::{KeyFolder, RotationOrder, Unfinished};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::key_record::Tail;
use serde::Serialize;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

/// What a rotation did.
#[derive(Debug, Serialize)]
struct Rotated {
    city: CityCode,
    epoch: Epoch,
    /// Size of the log at which the new epoch begins.
    continues_at: Size,
    record: Option<Digest>,
}

/// What cancelling did.
#[derive(Debug, Serialize)]
struct Cancelled {
    city: CityCode,
    /// The epoch that is not opened.
    epoch: Epoch,
    /// Where a record lies that was signed already.
    record: Option<String>,
}

pub fn run(args: &RotateArgs, context: &Context) -> Result<(), Fault> {
    let settings = settings::load(&context.config)?;
    let client = context.client()?;
    let (mut folder, _) = settings::open_keys(&settings)?;
    let info = client.info()?;
    if info.city != folder.city() {
        return Err(Fault::usage(
            "keys_foreign",
            format_args!("the node speaks for {} and the keys for {}", info.city, folder.city()),
        )
        .trying("check --config"));
    }
    let mut unfinished = folder.unfinished(info.epoch, &info.federation)?;
    if let Some(done) = unfinished.take_if(|begun| info.epoch >= begun.epoch) {
        // The node took the record up, and only the note of it is left.
        folder.finish_rotation()?;
        if args.cancel {
            return Err(Fault::refused(
                "rotation_done",
                format_args!("the node signs under epoch {} already; the rotation is finished", info.epoch),
            )
            .trying("rotate once more if these keys should not be used"));
        }
        if args.resume {
            let rotated = Rotated {
                city: info.city,
                epoch: info.epoch,
                continues_at: done.size,
                record: record_of(&folder, &info.epoch),
            };
            return show(&rotated, &settings.node.keys, context);
        }
    }
    match unfinished {
        None if args.resume || args.cancel => {
            Err(Fault::refused("no_rotation", "no rotation is under way in this key folder").trying("huxin keys show"))
        }
        Some(begun) if args.cancel => cancel(&mut folder, &begun, context),
        Some(begun) if !args.resume => Err(Fault::refused(
            "rotation_unfinished",
            format_args!("a rotation to epoch {} was begun at size {} and is not finished", begun.epoch, begun.size),
        )
        .trying("`huxin keys rotate --resume` goes on with it, `huxin keys rotate --cancel` gives it up")),
        begun => {
            let held = client.hold()?;
            let order = match begun {
                None => new_order(args, info.federation, &held),
                Some(begun) => resumed(args, &begun, &held, &folder, &client)?,
            };
            let agreed_below = agree(&client, &held, &order, args.confirm, context)?;
            let mut failpoint = Failpoint::from_environment();
            let signed = folder.rotate_watched(&order, &mut |step| failpoint.pass(step.name()))?;
            let taken = client.record(signed.bytes(), agreed_below)?;
            failpoint.pass(ROTATION_TAKEN);
            folder.finish_rotation()?;
            let rotated = Rotated {
                city: taken.city,
                epoch: taken.epoch,
                continues_at: held.size,
                record: Some(signed.digest()),
            };
            show(&rotated, &settings.node.keys, context)
        }
    }
}

fn record_of(folder: &KeyFolder, epoch: &Epoch) -> Option<Digest> {
    folder.show().epochs.iter().find(|keys| keys.epoch == *epoch)?.record
}

fn show(rotated: &Rotated, keys: &Path, context: &Context) -> Result<(), Fault> {
    context.show(rotated, |rotated| {
        let Rotated { city, epoch, continues_at, record } = rotated;
        let english = format!("{city} signs under epoch {epoch} from position {continues_at} on");
        let chinese = format!("{city} 自第 {continues_at} 条起以第 {epoch} 期密钥签名");
        say!("{}", context.choose(&english, &chinese));
        if let Some(record) = record {
            say!("{} {record}", context.choose("record", "密钥记录"));
        }
        let next = context.choose("next: back up the key folder", "下一步：备份密钥目录");
        say!("{next} {}", keys.display());
    })
}

fn new_order(args: &RotateArgs, federation: Digest, held: &HoldReply) -> RotationOrder {
    RotationOrder {
        federation,
        epoch: held.epoch.next(),
        previous: held.last_record,
        continues_at: (held.size, held.root),
        void_after: args.void_after.map(Seq),
        tail: match args.tail {
            TailChoice::Endings => Tail::Endings,
            TailChoice::Void => Tail::Void,
        },
        forced: args.forced,
    }
}

/// The rotation that was begun, to go on where the log stands now. A record that was signed for another place is put aside: the
/// node that continues this log never took it up, so it never left this house.
fn resumed(
    args: &RotateArgs,
    begun: &Unfinished,
    held: &HoldReply,
    folder: &KeyFolder,
    client: &Client,
) -> Result<RotationOrder, Fault> {
    if held.epoch.next() != begun.epoch || held.last_record != begun.previous {
        return Err(Fault::refused(
            "rotation_order",
            format_args!(
                "the rotation to epoch {} does not follow epoch {}, which the node has in force",
                begun.epoch, held.epoch
            ),
        )
        .trying(
            "compare `huxin keys show` with `huxin federation show`; put back the newest backup of the key folder",
        ));
    }
    let federation = begun.federation;
    let signed = folder.read_record(begun.epoch, &federation, &folder.show().root)?;
    let elsewhere = signed.is_some_and(|signed| signed.record().continues_at != (held.size, held.root));
    // A node that does not go on from its own last signature cannot know what left this house.
    if elsewhere && !args.forced && client.info()?.signing != SigningState::Held.code() {
        return Err(Fault::refused(
            "rotation_differs",
            format_args!(
                "a record was signed for size {}, the log here has size {}, and the node is not the continuation of its last \
                 signature, so that partners may know the record",
                begun.size, held.size
            ),
        )
        .trying("let the node fetch its log from partners, then try again; --forced only if the record never left this house"));
    }
    Ok(begun.order_at((held.size, held.root)))
}

/// Names every statement that loses its effect, and asks. What is agreed to ends where the log stands now.
fn agree(
    client: &Client,
    held: &HoldReply,
    order: &RotationOrder,
    confirm: Option<u64>,
    context: &Context,
) -> Result<Size, Fault> {
    let first = order.void_after.map_or(held.size.0, |last| last.0.saturating_add(1)).min(held.size.0);
    let count = held.size.0 - first;
    if count == 0 {
        return Ok(Size(0));
    }
    if confirm == Some(count) {
        return Ok(held.size);
    }
    let english = format!("these statements of {} lose their effect by the rotation:", held.city);
    let chinese = format!("{} 的以下声明将因轮换失去效力：", held.city);
    tell!("{}", context.choose(&english, &chinese));
    for seq in first..held.size.0 {
        let id = StatementId { city: held.city, epoch: held.epoch, seq: Seq(seq) };
        match client.entry(id) {
            Ok(entry) => {
                let about = match &entry.body {
                    BodyView::Listing { listing } => format!("{} {}", listing.subject.id, listing.subject.name),
                    _ => entry.about.map(|about| format!("about {about}")).unwrap_or_default(),
                };
                tell!("  {id}  {}  {about}", entry.kind);
            }
            Err(fault) => tell!("  {id}  ({fault})"),
        }
    }
    let refused = || {
        Fault::refused(
            "rotation_takes_away",
            format_args!("{count} statements would lose their effect, and nobody agreed"),
        )
        .trying(format!("if that is meant, say so: --confirm {count}"))
    };
    if confirm.is_some() || !std::io::stdin().is_terminal() {
        return Err(refused());
    }
    let (english, chinese) = (format!("type {count} to go on: "), format!("输入 {count} 以继续："));
    eprint!("{}", context.choose(&english, &chinese));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(Fault::unexpected)?;
    if answer.trim() == count.to_string() { Ok(held.size) } else { Err(refused()) }
}

fn cancel(folder: &mut KeyFolder, begun: &Unfinished, context: &Context) -> Result<(), Fault> {
    let aside = folder.cancel_rotation(begun)?;
    let cancelled =
        Cancelled { city: folder.city(), epoch: begun.epoch, record: aside.map(|path| path.display().to_string()) };
    context.show(&cancelled, |cancelled| {
        let Cancelled { city, epoch, record } = cancelled;
        let english = format!("{city} goes on under its old keys; epoch {epoch} is not opened");
        let chinese = format!("{city} 继续使用旧密钥，不开始第 {epoch} 期");
        say!("{}", context.choose(&english, &chinese));
        if let Some(record) = record {
            let (english, chinese) = (
                format!("the record that was signed lies in {record}\nnever bring it to a node: beside another one it freezes the city"),
                format!("已签署的密钥记录在 {record}\n切勿交给任何节点：与另一份记录并存会使本市被冻结"),
            );
            say!("{}", context.choose(&english, &chinese));
        }
    })
}
