//! The parts of a ruling that gather over its entries: the count, the measures, the groups, the sources.

use super::entry::{EntryRuling, State};
use super::reason::Reason;
use crate::body::List;
use crate::digest::{Digest, TreeHash};
use crate::edition::{Category, MeasureKind, Text};
use crate::ids::{CityCode, Epoch, Seq, Size, StatementId};
use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// How many entries count. Two listings of one decision count once, under the gravest list (DOMAIN rule 14).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub red: u32,
    pub black: u32,
    pub watch: u32,
    /// Entries that stand at their issuer but do not count for the viewer.
    pub not_counting: u32,
    /// Entries whose effect cannot be told here.
    pub unknown: u32,
    /// Entries that ended or expired.
    pub ended: u32,
    /// A counting red and a counting black entry at once (DOMAIN rule 10).
    pub red_and_black: bool,
    /// Some counting burden is to be confirmed with its issuer before anyone acts on it.
    pub confirm_with_issuer: bool,
    pub text_en: String,
    pub text_zh: String,
}

impl Summary {
    /// Counts entries, groups once.
    #[must_use]
    pub fn of(entries: &[EntryRuling], groups: &[Group]) -> Self {
        let mut out = Self::default();
        let listed = |entry: &EntryRuling| entry.content.as_ref().filter(|_| entry.counts).map(|content| content.list);
        let mut add = |list: Option<List>| match list {
            Some(List::Red) => out.red += 1,
            Some(List::Black) => out.black += 1,
            Some(List::Watch) => out.watch += 1,
            None => {}
        };
        for entry in entries.iter().filter(|entry| entry.group.is_none()) {
            add(listed(entry));
        }
        for group in groups {
            let members = entries.iter().filter(|entry| entry.group == Some(group.number));
            add(members.filter_map(listed).max_by_key(|list| gravity(*list)));
        }
        for entry in entries {
            out.not_counting += u32::from(entry.state.stands() && !entry.counts);
            out.unknown += u32::from(entry.state == State::Unknown);
            out.ended += u32::from(entry.ended);
            out.confirm_with_issuer |= entry.counts && entry.confirm_with_issuer;
        }
        out.red_and_black = out.red > 0 && out.black > 0;
        out.words();
        out
    }

    fn words(&mut self) {
        use std::fmt::Write as _;
        let parts = [
            (self.black, "on black lists", "黑名单"),
            (self.watch, "on watch lists", "重点关注名单"),
            (self.red, "on red lists", "红名单"),
        ];
        for (count, en, zh) in parts.into_iter().filter(|part| part.0 > 0) {
            let (comma, pause) = if self.text_en.is_empty() { ("", "") } else { (", ", "，") };
            let _ = write!(self.text_en, "{comma}{count} {en}");
            let _ = write!(self.text_zh, "{pause}{zh} {count} 条");
        }
        if self.text_en.is_empty() {
            self.text_en.push_str("nothing counts here");
            self.text_zh.push_str("没有有效条目");
        }
        let rest = [
            (self.not_counting, "standing elsewhere but not counting here", "条在列但在此不作数"),
            (self.unknown, "of unknown effect", "条效力不明"),
        ];
        for (count, en, zh) in rest.into_iter().filter(|part| part.0 > 0) {
            let _ = write!(self.text_en, "; {count} {en}");
            let _ = write!(self.text_zh, "；{count} {zh}");
        }
        if self.confirm_with_issuer {
            self.text_en.push_str("; confirm with the issuer before acting");
            self.text_zh.push_str("；使用前请与签发城市核实");
        }
    }
}

/// Black weighs more than watch, watch more than red.
const fn gravity(list: List) -> u8 {
    match list {
        List::Red => 0,
        List::Watch => 1,
        List::Black => 2,
    }
}

/// A measure that counting entries carry, once per code and edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureInForce {
    pub code: String,
    pub edition: Digest,
    pub kind: MeasureKind,
    pub category: Category,
    pub content: Text,
    pub legal_basis: String,
    pub agency: String,
    /// The entries that carry it, sorted.
    pub entries: Vec<StatementId>,
    pub confirm_with_issuer: bool,
    /// Why it rests; only incentives that a black entry suspends.
    pub suspended: Option<Reason>,
}

/// Listings of one decision: two lists, one decision (DOMAIN rule 14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// From 1, in order of the first entry.
    pub number: u32,
    /// Two or more, sorted.
    pub entries: Vec<StatementId>,
    /// The deciding authority as the first entry writes it.
    pub authority: String,
    /// Whether some entry of it counts; the group then counts once.
    pub counts: bool,
    pub text_en: String,
    pub text_zh: String,
}

/// An act that has no effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithoutEffect {
    pub id: StatementId,
    /// Kind by name, for instance `Repair`; `Unknown` kinds with their number.
    pub kind: String,
    pub about: Option<StatementId>,
    pub reason: Reason,
}

/// Another city that has cosigned a log, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    pub city: CityCode,
    pub size: Size,
}

/// How many other cities have seen a statement: those whose cosignature is on a checkpoint that covers it (R78).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub cities: usize,
    /// The least of the sizes that they cosigned; each of them saw the log at this size or later. The size of the log that would
    /// cover the statement where nobody did.
    pub size: Size,
}

impl Seen {
    /// Counts the witnesses of a log who have seen the leaf at `seq`.
    #[must_use]
    pub fn of(witnesses: &[Witness], seq: Seq) -> Self {
        let covers = witnesses.iter().filter(|witness| witness.size.0 > seq.0);
        let least = covers.clone().map(|witness| witness.size).min();
        Self { cities: covers.count(), size: least.unwrap_or(Size(seq.0.saturating_add(1))) }
    }
    /// `seen by 3 at size 17`, in English and Chinese.
    #[must_use]
    pub fn text(self) -> (String, String) {
        let Self { cities, size } = self;
        if cities == 0 {
            return ("seen by no other city yet".to_owned(), "尚无其他城市见证".to_owned());
        }
        (format!("seen by {cities} at size {size}"), format!("日志 {size} 条时有 {cities} 个城市见证"))
    }
}

impl SourceRuling {
    /// Who has seen an entry with all its links.
    #[must_use]
    pub fn seen(&self, entry: &super::EntryRuling) -> Seen {
        let last = entry.links.iter().map(|link| link.id.seq).max().unwrap_or(entry.id.seq);
        Seen::of(&self.witnesses, last.max(entry.id.seq))
    }
}

/// One city's log as the ruling relies on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRuling {
    pub city: CityCode,
    pub name: String,
    pub epoch: Epoch,
    pub size: Size,
    pub root: TreeHash,
    /// Time of the newest own cosignature up to the complete point; absent where there is none that holds for this instant.
    pub freshness: Option<Millis>,
    pub stale: bool,
    /// Ascending by city.
    pub witnesses: Vec<Witness>,
    /// Bodies that are missing here.
    pub lacking: u64,
    pub frozen: bool,
    pub history_cut: bool,
    /// The viewer's rule for this city at the instant.
    pub recognised_by: Option<StatementId>,
}
