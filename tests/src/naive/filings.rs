//! What is filed about an entry and waits for its answer, and what an open objection does (R132, R148).

use super::decoded::{Decoded, Leaf};
use super::effect::{Effect, effect_at, is_named_by};
use super::law::is_filing;
use super::{Question, Slip};
use huxin_protocol::body::EntryBody;
use huxin_protocol::edition::{Clock, Edition, Silence};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::ReasonCode;
use huxin_protocol::time::Date;
use std::collections::{BTreeMap, BTreeSet};

/// An open filing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub id: StatementId,
    pub kind: Kind,
    /// The last day of its clock; absent where none is known.
    pub until: Option<Date>,
    pub overdue: bool,
    /// An objection by which an entry rests under a rule that says so.
    pub suspends: bool,
}

/// R148: what is open about one chain, by place, and what was filed again before there was an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Filings {
    pub open: Vec<Open>,
    pub again: BTreeSet<StatementId>,
}

impl Filings {
    /// What the open objections say of a standing entry (R132), for a viewer whose rule suspends what is disputed, or not.
    pub(super) fn against(&self, suspends: bool) -> BTreeSet<ReasonCode> {
        let objections = || self.open.iter().filter(|open| open.kind == Kind::Objection);
        let said = [
            (ReasonCode::Disputed, objections().next().is_some()),
            (ReasonCode::ObjectionOverdue, objections().any(|open| open.overdue)),
            (ReasonCode::SuspendedDisputed, suspends && objections().any(|open| open.suspends)),
        ];
        said.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| code).collect()
    }
}

/// `content` is what is shown of the entry, if anything is.
pub(super) fn filings(all: &Decoded, links: &[&Leaf], content: Option<&EntryBody>, question: &Question) -> Filings {
    // Where nothing is shown, or the edition is not known, there is no clock.
    let terms = content.and_then(|body| Some((body, all.editions.get(&body.edition)?)));
    let mut found = Filings::default();
    let mut by_city: BTreeMap<(CityCode, Kind), Vec<&Leaf>> = BTreeMap::new();
    for leaf in all.all().filter(|leaf| effect_at(leaf, question) == Effect::Stands) {
        let Some(kind) = leaf.header().map(|header| header.kind).filter(|kind| is_filing(*kind)) else { continue };
        if links.iter().any(|link| leaf.about() == Some(link.place)) {
            by_city.entry((leaf.place.city, kind)).or_default().push(leaf);
        }
    }
    for ((_, kind), filed) in by_city {
        let answers = [Kind::Ruling, Kind::Withdrawal];
        let answered =
            |leaf: &&&Leaf| question.slip != Slip::IgnoresAnswers && is_named_by(all, leaf, &answers, question);
        let mut waiting = filed.iter().filter(|leaf| !answered(leaf));
        let Some(first) = waiting.next() else { continue };
        let is_first = filed.first().is_some_and(|leaf| leaf.place == first.place);
        found.open.push(open(first, kind, is_first, terms, question));
        if question.slip != Slip::FilesTwice {
            found.again.extend(waiting.map(|leaf| leaf.place));
        }
    }
    found.open.sort_by_key(|open| open.id);
    found
}

type Terms<'a> = Option<(&'a EntryBody, &'a Edition)>;

fn open(leaf: &Leaf, kind: Kind, is_first: bool, terms: Terms<'_>, question: &Question) -> Open {
    let clock = if kind == Kind::Objection { Clock::Object } else { Clock::Answer };
    let until = terms.zip(leaf.header()).and_then(|((body, edition), header)| {
        let days = edition.clock_days_for(body, clock)?;
        Some(edition.last_day_of_clock(header.issued_at.date(), days))
    });
    let overdue = until.is_some_and(|last| last.end() <= question.at);
    let rests = !overdue || terms.is_some_and(|(_, edition)| edition.objection_silence() == Silence::Rest);
    Open { id: leaf.place, kind, until, overdue, suspends: kind == Kind::Objection && is_first && rests }
}
