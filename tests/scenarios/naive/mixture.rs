//! Random logs: what careless, hurried and dishonest offices could sign over some months, in all its kinds.

use super::book::{Book, Say};
use crate::words::city;
use huxin_protocol::body::{
    ActBody, Basis, Body, Decision, DeclineBody, EntryBody, List, RecognitionBody, Severity, Source,
};
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::header::{About, Disclosure};
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::time::{Date, Millis};
use huxin_tests::world::Chance;
use huxin_tests::world::catalogue::{RICH_GROUND, RICH_LIST, edition};

pub const START: Millis = Millis(1_767_225_600_000);
const DAY_MS: i64 = 86_400_000;

/// How much of the improbable is mixed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spice {
    /// What an honest office signs.
    Plain,
    /// Also what no node would let it sign.
    Wild,
    /// Also key records that void or abandon.
    Cut,
    /// Instead two root-signed records on one predecessor.
    Forked,
}

pub struct Mixture {
    pub book: Book,
    pub chance: Chance,
    pub now: Millis,
    spice: Spice,
    cities: usize,
}

impl Mixture {
    /// `count` statements by `cities` cities over some months from the start of 2026.
    pub fn new(seed: u64, cities: usize, count: usize, spice: Spice) -> Self {
        let mut mixture = Self { book: Book::new(cities), chance: Chance::new(seed), now: START, spice, cities };
        for _ in 0..count {
            mixture.now.0 += mixture.chance.below(3 * DAY_MS as u64) as i64;
            let by = mixture.some_city();
            mixture.speak(by);
            if matches!(spice, Spice::Cut | Spice::Forked) && mixture.chance.hits(30) {
                mixture.rotate(by);
            }
        }
        for number in 1..=cities {
            let rotated = mixture.book.is_rotated(city(number)).then(|| mixture.book.logs[&city(number)].leaves.len());
            if let (Spice::Forked, Some(size)) = (spice, rotated.filter(|size| *size > 8)) {
                let at = size - 1 - mixture.chance.below(7) as usize;
                mixture.book.fork(city(number), at);
            }
        }
        mixture
    }

    pub fn some_city(&mut self) -> CityCode {
        city(1 + self.chance.below(self.cities as u64) as usize)
    }

    fn wild(&mut self, permille: u64) -> bool {
        self.spice != Spice::Plain && self.chance.hits(permille)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.chance.below(of.len() as u64) as usize]
    }

    /// A day within 40 months around the start.
    fn day(&mut self) -> Date {
        let days = self.chance.below(1_200) as i64 - 1_100;
        Millis(START.0 + days * DAY_MS).date()
    }

    fn some_day(&mut self, permille: u64) -> Option<Date> {
        self.chance.hits(permille).then(|| self.day())
    }

    fn speak(&mut self, by: CityCode) {
        let kind = match self.chance.below(100) {
            0..40 => Kind::Entry,
            40..54 => Kind::Amendment,
            54..58 => Kind::Annulment,
            58..63 => Kind::Removal,
            63..68 => Kind::Repair,
            68..70 => Kind::Erasure,
            70..76 => Kind::Reinstatement,
            76..87 => Kind::Recognition,
            87..91 => Kind::Decline,
            91..95 => Kind::Objection,
            95..98 => Kind::Ruling,
            98 => Kind::Feedback,
            _ => Kind::Unknown(99),
        };
        let Some(about) = self.about(by, kind) else { return };
        let (body, ground) = self.body(by, kind, about);
        let mut say = Say::new(kind, self.now, &body);
        say.about = about;
        say.ground = ground;
        say.disclosure = match self.chance.below(10) {
            0 => Disclosure::Federation,
            1 => Disclosure::Named(vec![self.some_city()]),
            _ => Disclosure::Public,
        };
        if self.wild(60) {
            // A clock that is wrong by minutes, hours or months.
            let off = self.one(&[1, 2, 60 * 24, 60 * 24 * 90]) * 60_000 * self.one(&[-1, 1]);
            say.issued_at.0 += off + self.one(&[0, 300_000, 300_001]);
        }
        say.ground = say.ground.filter(|_| !self.wild(15));
        say.misplaced = self.wild(15);
        say.withheld = self.wild(25);
        if self.wild(15) {
            say.body_version = 2;
        }
        if self.wild(20) {
            say.body = vec![0xa1, 0x00, 0x41, 0x01];
        }
        self.book.say(by, say);
    }

    /// What a statement acts on; `None` where there is nothing to act on yet.
    fn about(&mut self, by: CityCode, kind: Kind) -> Option<Option<About>> {
        let acts = kind.needs_about() || kind == Kind::Objection;
        if !acts {
            return Some(None);
        }
        if self.wild(15) {
            return Some(None);
        }
        let foreign = match kind {
            Kind::Decline => !self.wild(100),
            Kind::Objection | Kind::Feedback => self.chance.hits(700),
            _ => self.wild(30),
        };
        // An erasure takes the text of an act as well.
        let of_act = kind == Kind::Erasure && self.book.logs[&by].leaves.len().is_multiple_of(3);
        let wanted = |of: Kind| match kind {
            Kind::Erasure if of_act => of.is_act(),
            Kind::Reinstatement => of.is_ending(),
            Kind::Ruling => of == Kind::Objection,
            _ => of.is_listing(),
        };
        let any_kind = self.wild(25);
        let any_city = kind == Kind::Ruling;
        let with_gone = self.chance.hits(400);
        let mut targets = Vec::new();
        for (code, log) in &self.book.logs {
            let gone = log.gone.iter().filter(|_| with_gone);
            for leaf in log.leaves.iter().chain(gone) {
                if (any_city || (*code != by) == foreign) && (any_kind || wanted(leaf.kind)) {
                    targets.push(leaf.id);
                }
            }
        }
        if targets.is_empty() {
            return None;
        }
        let id = self.one(&targets);
        let mut about = self.book.about(id);
        if self.wild(20) {
            about.digest = Digest([9; 32]);
        }
        if self.wild(20) {
            let city = self.some_city();
            let epoch = Epoch(1 + self.chance.below(2) as u32);
            about.id = StatementId { city, epoch, seq: Seq(self.chance.below(60)) };
        }
        Some(Some(about))
    }

    fn body(&mut self, by: CityCode, kind: Kind, about: Option<About>) -> (Body, Option<Digest>) {
        match kind {
            Kind::Entry | Kind::Amendment => {
                let entry = self.entry(about);
                let number = self.chance.below(if kind == Kind::Entry { 24 } else { 12 });
                let ground = Context::Ground.digest(format!("{by} {number}").as_bytes());
                (Body::Listing(Box::new(entry)), Some(ground))
            }
            Kind::Recognition => (Body::Recognition(self.recognition(by)), None),
            Kind::Decline => (Body::Decline(DeclineBody { reason: "synthetic".to_owned() }), None),
            _ => (Body::Act(ActBody { reason: "synthetic".to_owned(), ..ActBody::default() }), None),
        }
    }

    fn subject(&mut self) -> SubjectId {
        if self.wild(30) {
            return SubjectId::new("person", "P1").unwrap();
        }
        huxin_tests::world::subject(self.chance.below(5))
    }

    fn entry(&mut self, about: Option<About>) -> EntryBody {
        let list = self.one(&[List::Red, List::Black, List::Black, List::Watch]);
        let classes = [SubjectClass::Enterprise, SubjectClass::Enterprise, SubjectClass::GovernmentAgency];
        let mut class = self.one(&classes);
        if self.wild(20) {
            class = SubjectClass::NaturalPerson;
        }
        let codes: &[&str] = match list {
            List::Red => &["D-R-01", "D-R-02", "D-R-03", "D-R-04"],
            _ => &["D-B-01", "D-B-02", "D-B-03", "D-B-04"],
        };
        let mut measures: Vec<String> = Vec::new();
        for code in codes.iter().chain(&["X-00", "D-R-01", "M-MDB-01"]) {
            let known = codes.contains(code);
            if self.chance.hits(if known { 400 } else { 60 }) && !measures.iter().any(|held| held == code) {
                measures.push((*code).to_owned());
            }
        }
        let number = self.chance.below(6);
        let text = |number: u64, what: &str| match number {
            0 => None,
            1 => Some("  ".to_owned()),
            number => Some(format!("{what} {number}")),
        };
        let edition = match self.chance.below(30) {
            0 => Digest([4; 32]),
            1..4 => edition("mdb"),
            4..12 => edition("rich"),
            12..16 => edition("rich-layer"),
            _ => edition("demo"),
        };
        let authority = self.one(&["First office", "first  OFFICE ", "Second office"]).to_owned();
        let source = self.chance.hits(150).then(|| Source {
            publisher: "Synthetic publisher".to_owned(),
            retrieved_on: None,
            row: None,
        });
        let derived_from = match self.chance.hits(80) {
            true => about.or_else(|| self.any_listing()),
            false => None,
        };
        let basis = Basis {
            law: if self.chance.hits(920) { Some("Synthetic law".to_owned()) } else { text(number, "law") },
            document_number: if self.chance.hits(150) { text(number, "No") } else { Some(format!("No {number}")) },
            authority,
            decided_on: self.some_day(900),
            effective_on: self.some_day(600),
        };
        let (list_name, list_id) = self.list_name();
        let decision =
            Decision { notice_on: self.some_day(600), published_until: self.some_day(150), ..Decision::default() };
        let severities = [None, Some(Severity::Minor), Some(Severity::General), Some(Severity::Serious)];
        EntryBody {
            subject: Subject { id: self.subject(), class, name: "Synthetic company".to_owned(), aliases: Vec::new() },
            list,
            list_name,
            field: self.one(&["roads", "taxes"]).to_owned(),
            ground_text: self.one(&["synthetic ground", "rich-ground", RICH_GROUND]).to_owned(),
            severity: self.one(&severities),
            basis,
            measures,
            from: self.some_day(200),
            until: self.some_day(200),
            linked_persons: Vec::new(),
            person_key: None,
            edition,
            record_ref: None,
            source,
            derived_from,
            summary: String::new(),
            evidence: Vec::new(),
            observed_on: None,
            list_id,
            decision,
            disclosure_reason: None,
        }
    }

    /// Now and then a list that some edition registers, spelt in its own way, with its id, another one, or none (R154).
    fn list_name(&mut self) -> (String, Option<String>) {
        let registered = ["安全生产严重失信主体名单", "严重失信主体名单 (拖欠农民工工资)", "失信被执行人名单"];
        match self.chance.below(12) {
            0 => (self.one(&registered).to_owned(), None),
            1 => (RICH_LIST.0.to_owned(), Some(self.one(&[RICH_LIST.1, "work-safety"]).to_owned())),
            2 => (self.one(&[RICH_LIST.0, RICH_LIST.1, "合成乙名单"]).to_owned(), None),
            3 if self.wild(300) => ("Synthetic list".to_owned(), Some(RICH_LIST.1.to_owned())),
            _ => ("Synthetic list".to_owned(), None),
        }
    }

    fn any_listing(&mut self) -> Option<About> {
        let listings: Vec<StatementId> = self
            .book
            .logs
            .values()
            .flat_map(|log| &log.leaves)
            .filter(|leaf| leaf.kind.is_listing())
            .map(|leaf| leaf.id)
            .collect();
        if listings.is_empty() {
            return None;
        }
        let id = self.one(&listings);
        Some(self.book.about(id))
    }

    fn some_editions(&mut self) -> Vec<Digest> {
        let editions = [edition("demo"), edition("mdb"), edition("rich")];
        let mut some: Vec<Digest> = if self.chance.hits(500) { editions.to_vec() } else { vec![self.one(&editions)] };
        some.sort_unstable();
        some
    }

    fn recognition(&mut self, by: CityCode) -> RecognitionBody {
        let mut partner = self.some_city();
        if partner == by {
            partner = self.some_city();
        }
        let lists = match self.chance.below(8) {
            0 => Vec::new(),
            1 => vec![List::Black],
            2 => vec![List::Red, List::Watch],
            _ => List::ALL.to_vec(),
        };
        let rarely = 200;
        RecognitionBody {
            partner,
            lists,
            fields: self.chance.hits(rarely).then(|| vec!["roads".to_owned()]),
            measures: self.chance.hits(rarely).then(|| vec!["D-B-01".to_owned(), "D-R-01".to_owned()]),
            minimum_severity: self.chance.hits(rarely).then(|| self.one(&Severity::ALL)),
            decided_within_months: self.chance.hits(rarely).then(|| self.one(&[0, 1, 6, 24])),
            decided_since: self.some_day(rarely),
            suspend_while_disputed: self.chance.hits(500),
            valid_from: if self.chance.hits(500) { self.day() } else { Millis(self.now.0 - 90 * DAY_MS).date() },
            valid_until: if self.chance.hits(300) { Some(Millis(self.now.0 + 60 * DAY_MS).date()) } else { None },
            freshness_hours: self.one(&[1, 24, 720]),
            editions: self.chance.hits(rarely).then(|| self.some_editions()),
            derived: false,
        }
    }

    /// A new epoch, sometimes with a stretch that is void or left behind.
    fn rotate(&mut self, by: CityCode) {
        let size = self.book.logs[&by].leaves.len();
        if size < 4 {
            return;
        }
        let cut = if self.spice == Spice::Cut && self.chance.hits(600) { 1 + self.chance.below(4) as usize } else { 0 };
        let first = self.book.logs[&by].leaves.iter().position(|leaf| leaf.id.epoch.0 == self.book.logs[&by].epoch);
        let kept = size.saturating_sub(cut).max(first.unwrap_or(size));
        let begin = first.unwrap_or(size);
        let void_after =
            (kept >= 3 && self.chance.hits(400)).then(|| (kept - 1 - self.chance.below(2) as usize) as u64);
        // It lies in the epoch that closes, or just before it.
        let void_after = void_after.filter(|last| last + 1 >= begin as u64 && *last < kept as u64);
        let tail = if self.chance.hits(500) { Tail::Endings } else { Tail::Void };
        self.book.cut(by, kept, void_after, tail);
    }
}
