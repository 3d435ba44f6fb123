//! What credit offices do all day: list, amend, end, reinstate, recognise, decline, and act together. Which of them does what comes
//! from the seed; what the node answers goes into the diary.

use super::country::Country;
use super::diary::Said;
use super::draft::{Speaker, entry};
use huxin_engine::input::Draft;
use huxin_protocol::body::{Body, List, Severity};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;

/// Companies that all cities list: few enough that several cities list the same one.
const COMPANIES: u64 = 40;
/// From this one on, some listings are for named readers, and so not every node may know what they say.
pub const FOR_NAMED_READERS: u64 = 30;
/// Most listings of one burst: more than gossip carries statement by statement.
const BURST: u64 = 60;

/// What takes a relief back.
const TAKING_BACK: [Kind; 2] = [Kind::Reinstatement, Kind::Resumption];

impl Country {
    /// One act of one city by chance.
    pub fn act(&mut self) {
        let open: Vec<CityCode> = self.honest().into_iter().filter(|city| self.world.city(*city).runs()).collect();
        if open.is_empty() {
            return;
        }
        let city = open[self.chance.below(open.len() as u64) as usize];
        match self.chance.below(100) {
            0..38 => self.list(city, 1),
            38..42 => {
                let burst = 2 + self.chance.below(BURST);
                self.list(city, burst);
            }
            42..60 => {
                let kinds = [Kind::Repair, Kind::Removal, Kind::Annulment, Kind::Repair, Kind::Erasure];
                let kind = kinds[self.chance.below(kinds.len() as u64) as usize];
                self.end_one(city, kind);
            }
            60..70 => self.amend(city),
            70..75 => self.reinstate(city),
            75..81 => self.recognise_some(city, 1),
            81..84 => self.decline(city),
            _ => self.join(city),
        }
    }

    /// Lists so many companies in one group.
    pub fn list(&mut self, city: CityCode, count: u64) {
        let today = self.world.now.date();
        let mut drafts = Vec::new();
        for _ in 0..count {
            let number = self.chance.below(COMPANIES);
            self.decisions += 1;
            let body = entry(number, self.decisions, today, &mut self.chance);
            let disclosure = self.disclosure(city, number);
            drafts.push(self.speaker(city).listing(body, None, disclosure));
        }
        self.say(city, drafts);
    }

    fn disclosure(&mut self, city: CityCode, number: u64) -> Disclosure {
        match self.chance.below(10) {
            0..4 if number >= FOR_NAMED_READERS => {
                let others: Vec<CityCode> = self.honest().into_iter().filter(|other| *other != city).collect();
                let mut readers: Vec<CityCode> =
                    (0..2).map(|_| others[self.chance.below(others.len() as u64) as usize]).collect();
                readers.sort_unstable();
                readers.dedup();
                Disclosure::Named(readers)
            }
            0..4 => Disclosure::Federation,
            _ => Disclosure::Public,
        }
    }

    /// Ends one standing entry of a city; its id, where the node acknowledged it.
    pub fn end_one(&mut self, city: CityCode, kind: Kind) -> Option<StatementId> {
        let standing: Vec<StatementId> = self.diary.standing(city).iter().map(|said| said.id).collect();
        if standing.is_empty() {
            return None;
        }
        let about = standing[self.chance.below(standing.len() as u64) as usize];
        let draft = self.speaker(city).act(kind, about);
        self.say(city, vec![draft]).first().copied()
    }

    fn amend(&mut self, city: CityCode) {
        let standing: Vec<(StatementId, u64)> =
            self.diary.standing(city).iter().filter_map(|said| Some((said.id, said.subject?))).collect();
        if standing.is_empty() {
            return;
        }
        let (about, number) = standing[self.chance.below(standing.len() as u64) as usize];
        self.decisions += 1;
        let mut body = entry(number, self.decisions, self.world.now.date(), &mut self.chance);
        body.until = None;
        body.summary = "Synthetic correction".to_owned();
        let draft = self.speaker(city).listing(body, Some(about), Disclosure::Public);
        self.say(city, vec![draft]);
    }

    fn reinstate(&mut self, city: CityCode) {
        let endings: Vec<StatementId> = self
            .diary
            .ended()
            .values()
            .filter(|ending| ending.id.city == city && ending.kind != Kind::Erasure)
            .map(|ending| ending.id)
            .collect();
        if endings.is_empty() {
            return;
        }
        let about = endings[self.chance.below(endings.len() as u64) as usize];
        let draft = self.speaker(city).act(Kind::Reinstatement, about);
        self.say(city, vec![draft]);
    }

    /// Recognises so many partners, in one group.
    pub fn recognise_some(&mut self, city: CityCode, count: usize) {
        let mut partners: Vec<CityCode> = self.honest().into_iter().filter(|other| *other != city).collect();
        self.chance.shuffle(&mut partners);
        partners.truncate(count);
        let mut drafts = Vec::new();
        for partner in partners {
            let lists = match self.chance.below(10) {
                0 => Vec::new(),
                1 => vec![List::Red],
                _ => vec![List::Red, List::Black, List::Watch],
            };
            let severity = if self.chance.hits(200) { Some(Severity::General) } else { None };
            drafts.push(self.speaker(city).recognition(partner, lists, severity));
        }
        self.say(city, drafts);
    }

    fn decline(&mut self, city: CityCode) {
        let foreign: Vec<StatementId> = self
            .diary
            .said
            .iter()
            .filter(|said| said.kind == Kind::Entry && said.id.city != city && !said.excused)
            .map(|said| said.id)
            .collect();
        if foreign.is_empty() {
            return;
        }
        let about = foreign[self.chance.below(foreign.len() as u64) as usize];
        let draft = self.speaker(city).decline(about);
        self.say(city, vec![draft]);
    }

    pub(super) fn speaker(&self, city: CityCode) -> Speaker<'_> {
        Speaker { secrets: &self.world.city(city).secrets, federation: &self.federation }
    }

    /// Publishes, and writes down what was acknowledged. A refusal is part of the life of a list.
    pub fn say(&mut self, name: CityCode, drafts: Vec<Draft>) -> Vec<StatementId> {
        let words: Vec<_> = drafts
            .iter()
            .map(|draft| {
                let named = matches!(draft.disclosure, Disclosure::Named(_));
                (draft.kind, draft.about, subject_of(&draft.body), until_of(&draft.body), named)
            })
            .collect();
        let ids = match self.world.try_publish(name, drafts) {
            Some(Ok(ids)) => ids,
            Some(Err(_)) => return Vec::new(),
            None => {
                // The node went down over it, and its disk may have it all the same.
                let begun = words.iter().filter(|(kind, ..)| TAKING_BACK.contains(kind));
                self.diary.perhaps_cancelled.extend(begun.filter_map(|(_, about, ..)| *about));
                return Vec::new();
            }
        };
        let at = self.world.now;
        for (id, (kind, about, subject, until, named)) in ids.iter().zip(words) {
            self.diary.add(Said { id: *id, kind, about, subject, until, at, named, excused: false });
        }
        ids
    }
}

fn subject_of(body: &Body) -> Option<u64> {
    let Body::Listing(entry) = body else { return None };
    entry.subject.id.id().trim_start_matches('S').parse().ok()
}

fn until_of(body: &Body) -> Option<huxin_protocol::time::Date> {
    let Body::Listing(entry) = body else { return None };
    entry.until
}
