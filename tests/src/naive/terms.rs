//! What the current link says, held against its edition: effect, basis, term and measures (R107, R123 to R128, R154).

use super::decoded::{Content, Decoded, Leaf};
use super::effect::{Effect, effect_at};
use super::matter::Matters;
use super::{Question, Slip};
use huxin_protocol::body::EntryBody;
use huxin_protocol::edition::{BasisItem, Edition};
use huxin_protocol::header::Disclosure;
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::ReasonCode;
use huxin_protocol::subject::SubjectClass;
use huxin_protocol::text::folded;
use huxin_protocol::time::{Date, Millis};
use std::collections::BTreeMap;

/// What a chain is by itself at an instant, before its matter's endings and the viewer are asked.
#[derive(Clone, Debug)]
pub(super) enum Life<'a> {
    Void(ReasonCode),
    NotYet(ReasonCode),
    Unknown(ReasonCode),
    /// Its effect is known.
    Known(Known<'a>),
}

#[derive(Clone, Debug)]
pub(super) struct Known<'a> {
    pub link: &'a Leaf,
    pub body: &'a EntryBody,
    pub edition: &'a Edition,
    pub lacks: Vec<BasisItem>,
    pub starts_at: Millis,
    pub ends_at: Option<Millis>,
    pub listed_here_on: Option<Date>,
    /// R124: some other link with effect cannot be read.
    pub link_unreadable: bool,
}

/// R106, R107 and R123 to R128 for one chain.
pub(super) fn life<'a>(
    all: &'a Decoded,
    links: &[&'a Leaf],
    current: Option<&'a Leaf>,
    matters: &Matters,
    question: &Question,
) -> Life<'a> {
    let links: &[&Leaf] = links;
    let Some(first) = links.first() else { return Life::Unknown(ReasonCode::BodyLacking) };
    let rooted = first.is(Kind::Entry) && !matters.silenced.contains_key(&first.place);
    let Some(link) = current.filter(|_| rooted) else {
        // A chain without its Entry, or whose Entry came too late, is what its first link is.
        let silenced = matters.silenced.get(&first.place).copied();
        if let Some(reason) = silenced {
            return Life::Void(reason);
        }
        // With its Entry and nothing that has an effect yet: it may have one from the issue of some link on.
        let later = |link: &&Leaf| effect_at(link, question) == Effect::NotYet(ReasonCode::NotYetIssued);
        if rooted && links.iter().any(later) {
            return Life::NotYet(ReasonCode::NotYetIssued);
        }
        return match effect_at(first, question) {
            Effect::Void(reason) => Life::Void(reason),
            Effect::NotYet(reason) => Life::NotYet(reason),
            // An amendment that holds and leads to nothing cannot be: its target would be its chain.
            Effect::Stands | Effect::Unheard => Life::Unknown(ReasonCode::BodyLacking),
        };
    };
    let body = match &link.content {
        Content::Listing(body) => body,
        Content::Lacking => return Life::Unknown(ReasonCode::BodyLacking),
        Content::Erased => return Life::Unknown(ReasonCode::BodyErased),
        Content::NotReader => return Life::Unknown(ReasonCode::NotReader),
        Content::NeedsNewerNode => return Life::Unknown(ReasonCode::NeedsNewerNode),
        Content::Malformed if link.is(Kind::Entry) => return Life::Void(ReasonCode::BodyMalformed),
        Content::Malformed | Content::Recognition(_) | Content::Response(_) | Content::Other => {
            return Life::Unknown(ReasonCode::BodyMalformed);
        }
    };
    if body.subject.id != question.subject {
        return Life::Void(ReasonCode::OtherSubject);
    }
    let named = link.header().is_some_and(|header| matches!(header.disclosure, Disclosure::Named(_)));
    if is_person(body) && !named {
        return Life::Void(ReasonCode::PersonNotNamedDisclosure);
    }
    let Some(edition) = all.editions.get(&body.edition) else { return Life::Unknown(ReasonCode::EditionUnknown) };
    let issued_on = link.header().map(|header| header.issued_at.date());
    if question.slip != Slip::IgnoresRegistry && issued_on.is_some_and(|day| registered_elsewhere(all, body, day)) {
        return Life::Void(ReasonCode::ListRegisteredElsewhere);
    }
    let lacks = lacking(edition, body);
    if !lacks.is_empty() && body.source.is_none() && question.slip != Slip::IgnoresBasis {
        return Life::Void(ReasonCode::BasisMissing);
    }
    let issued_at = first.header().map_or(Millis(0), |header| header.issued_at);
    let start_day = body.basis.effective_on.or(body.from);
    let starts_at = start_day.map_or(issued_at, |day| begins(day, question));
    // R124: of all links with effect, whichever gives the earliest day.
    let effective =
        |leaf: &&&Leaf| effect_at(leaf, question) == Effect::Stands && !matters.silenced.contains_key(&leaf.place);
    let mut days = Vec::new();
    let mut link_unreadable = false;
    for leaf in links.iter().filter(effective) {
        match leaf.listing() {
            Some(body) => days.extend(body.basis.decided_on.or(body.basis.effective_on).or(body.from)),
            None => link_unreadable = true,
        }
    }
    let counted_from = match question.slip {
        Slip::RenewsTerms => body.basis.decided_on.or(body.basis.effective_on).or(body.from),
        _ => days.into_iter().min(),
    };
    let last_day = last_day(edition, body, counted_from.unwrap_or_else(|| issued_at.date()));
    let ends_at = last_day.map(|day| match question.slip {
        Slip::ExpiresADayEarly => begins(day, question),
        _ => Millis(begins(day, question).0 + 86_400_000),
    });
    let listed_here_on = start_day.map(|_| issued_at.date()).filter(|day| starts_at.date() < *day);
    Life::Known(Known { link, body, edition, lacks, starts_at, ends_at, listed_here_on, link_unreadable })
}

/// R60.
fn begins(day: Date, question: &Question) -> Millis {
    match question.slip {
        Slip::ForgetsCivilTime => Millis(day.start().0 + 8 * 3_600_000),
        _ => day.start(),
    }
}

/// R154: whether an edition in force that day registers the list, and none of those that do is the one that the entry names,
/// with the list of the entry.
fn registered_elsewhere(all: &Decoded, body: &EntryBody, day: Date) -> bool {
    let binds =
        |edition: &Edition| edition.binds_from() <= day && edition.binds_until().is_none_or(|until| until >= day);
    let mut in_force: BTreeMap<&str, &Edition> = BTreeMap::new();
    for edition in all.editions.values().filter(|edition| binds(edition)) {
        // Digests ascend, so of two that begin on one day the greater comes later and stays.
        match in_force.get(edition.line()) {
            Some(other) if other.binds_from() > edition.binds_from() => {}
            _ => {
                in_force.insert(edition.line(), edition);
            }
        }
    }
    let name = folded(&body.list_name);
    let registrations: Vec<_> = in_force
        .into_values()
        .flat_map(|edition| edition.registry().map(move |list| (edition.digest(), list)))
        .filter(|(_, list)| folded(&list.name) == name)
        .collect();
    !registrations.is_empty()
        && !registrations.iter().any(|(edition, list)| *edition == body.edition && list.list == body.list)
}

/// R128.
fn is_person(body: &EntryBody) -> bool {
    body.subject.class == SubjectClass::NaturalPerson || body.subject.id.scheme() == "person"
}

/// R125: what the edition requires for the list and the body does not give; blank text is absence.
fn lacking(edition: &Edition, body: &EntryBody) -> Vec<BasisItem> {
    let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    let basis = &body.basis;
    let mut lacks = Vec::new();
    for item in &edition.list(body.list).requires {
        let absent = match item {
            BasisItem::Law => blank(&basis.law),
            BasisItem::DocumentNumber => blank(&basis.document_number),
            BasisItem::Authority => basis.authority.trim().is_empty(),
            BasisItem::DecidedOn => basis.decided_on.is_none(),
            BasisItem::EffectiveOn => basis.effective_on.is_none(),
            BasisItem::Measures => body.measures.is_empty(),
        };
        if absent {
            lacks.push(*item);
        }
    }
    lacks
}

/// R124: the earlier of `until` and the edition's last day.
fn last_day(edition: &Edition, body: &EntryBody, counted_from: Date) -> Option<Date> {
    let months = edition.list(body.list).max_months;
    let months = match body.severity {
        Some(huxin_protocol::body::Severity::Minor) => months.minor,
        Some(huxin_protocol::body::Severity::General) => months.general,
        Some(huxin_protocol::body::Severity::Serious) => months.serious,
        None => months.unstated,
    };
    let longest = months.map(|months| counted_from.add_months(i32::from(months)));
    match (body.until, longest) {
        (Some(until), Some(longest)) => Some(until.min(longest)),
        (until, longest) => until.or(longest),
    }
}

/// R127 and R125: why a measure of this entry cannot hold for anybody.
pub(super) fn measure_fault(known: &Known<'_>, code: &str) -> Option<ReasonCode> {
    let issued_on = known.link.header().map(|header| header.issued_at.date());
    let edition = known.edition;
    let binds = issued_on
        .is_some_and(|day| edition.binds_from() <= day && edition.binds_until().is_none_or(|until| day <= until));
    let Some(measure) = edition.measures().iter().find(|measure| measure.code == code) else {
        return Some(ReasonCode::MeasureUnknown);
    };
    if !binds {
        Some(ReasonCode::EditionNotBinding)
    } else if !measure.targets.contains(&known.body.subject.class) {
        Some(ReasonCode::MeasureNotForClass)
    } else if !known.lacks.is_empty() {
        Some(ReasonCode::BasisIncomplete)
    } else {
        None
    }
}
