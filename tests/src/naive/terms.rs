//! What the current link says, held against its edition: effect, basis, term and measures (R107, R123 to R128, R154).

use super::decoded::{Content, Decoded, Leaf};
use super::effect::{Effect, effect_at};
use super::matter::Matters;
use super::{Question, Slip};
use huxin_protocol::body::{EntryBody, Severity};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{
    AtMax, BasisItem, Edition, Measure, RegisteredList, Scope, SeverityTerms, Terms, builtin,
};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::CityCode;
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
    /// R156: from when on the public does not see it.
    pub public_until: Option<Millis>,
    /// R156: from when on the authority decides.
    pub maximum_at: Option<Millis>,
    /// R124: the earliest decision day.
    pub counted_from: Date,
    pub listed_here_on: Option<Date>,
    /// R124: some other link with effect cannot be read.
    pub link_unreadable: bool,
}

impl Known<'_> {
    /// R173: whether the edition says that one region alone set the list up.
    pub(super) fn is_regional(&self) -> bool {
        row(self.edition, self.body).is_some_and(|list| list.scope == Scope::Regional)
    }
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
    let Some(edition) = all.editions.get(&body.edition) else {
        // R159: what the program brings along is held, accepted or not.
        let held = builtin().contains_key(&body.edition);
        return Life::Unknown(if held { ReasonCode::EditionNotAccepted } else { ReasonCode::EditionUnknown });
    };
    let issued_on = link.header().map(|header| header.issued_at.date());
    let city = link.place.city;
    if !is_for(edition, city) && question.slip != Slip::IgnoresWhoseLayer {
        return Life::Void(ReasonCode::EditionNotForCity);
    }
    let elsewhere = |day: Date| registered_elsewhere(all, body, city, day);
    if question.slip != Slip::IgnoresRegistry && issued_on.is_some_and(elsewhere) {
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
    let counted_from = counted_from.unwrap_or_else(|| issued_at.date());
    let after = |day: Date| match question.slip {
        Slip::ExpiresADayEarly => begins(day, question),
        _ => Millis(begins(day, question).0 + 86_400_000),
    };
    let (public, maximum) = other_days(edition, body, counted_from);
    let mut last = last_day(edition, body, counted_from);
    if question.slip == Slip::EndsAtEveryMaximum {
        last = earlier(last, maximum);
    }
    let ends_at = last.map(after);
    let public = public.filter(|_| question.slip != Slip::PublishesForEver);
    let (public_until, maximum_at) = (public.map(after), maximum.map(after));
    let listed_here_on = start_day.map(|_| issued_at.date()).filter(|day| starts_at.date() < *day);
    Life::Known(Known {
        link,
        body,
        edition,
        lacks,
        starts_at,
        ends_at,
        public_until,
        maximum_at,
        counted_from,
        listed_here_on,
        link_unreadable,
    })
}

/// R60.
fn begins(day: Date, question: &Question) -> Millis {
    match question.slip {
        Slip::ForgetsCivilTime => Millis(day.start().0 + 8 * 3_600_000),
        _ => day.start(),
    }
}

/// R155: a layer is for the cities that it names.
fn is_for(edition: &Edition, city: CityCode) -> bool {
    edition.base().is_none() || edition.cities().contains(&city)
}

/// R154: whether an edition in force that day registers the list, and none of those that do is the one that the entry names,
/// with the list of the entry and its id.
fn registered_elsewhere(all: &Decoded, body: &EntryBody, city: CityCode, day: Date) -> bool {
    let binds =
        |edition: &Edition| edition.binds_from() <= day && edition.binds_until().is_none_or(|until| until >= day);
    let mut in_force: BTreeMap<&str, &Edition> = BTreeMap::new();
    for edition in all.editions.values().filter(|edition| binds(edition) && is_for(edition, city)) {
        // Of the base and its layers the innermost; of two that begin on one day the one with the greater digest.
        match in_force.get(edition.line()) {
            Some(other) if other.lineage() > edition.lineage() => {}
            _ => {
                in_force.insert(edition.line(), edition);
            }
        }
    }
    let named = all.editions.get(&body.edition).and_then(|edition| row(edition, body));
    if body.list_id.is_some() && named.is_none() {
        return true;
    }
    let registers = |edition: &&&Edition| edition.registry().iter().any(|list| bears(list, &body.list_name));
    let governing: Vec<Digest> = in_force.values().filter(registers).map(|edition| edition.digest()).collect();
    !(governing.is_empty() || (named.is_some() && governing.contains(&body.edition)))
}

/// Whether a list of the registry is called so: by its id, or by one of its Chinese names (R8).
fn bears(list: &RegisteredList, name: &str) -> bool {
    let mut names = list.also_called.iter().chain([&list.name.zh]);
    list.id == *name || names.any(|own| folded(own) == folded(name))
}

/// The registration of the entry's list in an edition, as the kind and under the id that the entry gives.
fn row<'a>(edition: &'a Edition, body: &EntryBody) -> Option<&'a RegisteredList> {
    let right = |list: &&RegisteredList| {
        bears(list, &body.list_name) && list.kind == body.list && body.list_id.as_ref().is_none_or(|id| *id == list.id)
    };
    edition.registry().iter().find(right)
}

/// R128: about a natural person, or with persons linked.
fn is_person(body: &EntryBody) -> bool {
    body.subject.class == SubjectClass::NaturalPerson
        || body.subject.id.scheme() == "person"
        || !body.linked_persons.is_empty()
}

/// R125: what the edition requires for the list and the body does not give; blank text is absence.
fn lacking(edition: &Edition, body: &EntryBody) -> Vec<BasisItem> {
    let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    let basis = &body.basis;
    let decision = &body.decision;
    let own = row(edition, body).and_then(|list| list.requires.as_ref());
    let mut lacks = Vec::new();
    for item in own.unwrap_or(&edition.kinds().of(body.list).requires) {
        let absent = match item {
            BasisItem::Law => blank(&basis.law),
            BasisItem::DocumentNumber => blank(&basis.document_number),
            BasisItem::Authority => basis.authority.trim().is_empty(),
            BasisItem::DecidedOn => basis.decided_on.is_none(),
            BasisItem::EffectiveOn => basis.effective_on.is_none(),
            BasisItem::Measures => body.measures.is_empty(),
            BasisItem::NoticeOn => decision.notice_on.is_none(),
            BasisItem::Remedy => blank(&decision.remedy),
            BasisItem::AuthorityUscc => blank(&decision.authority_uscc),
            BasisItem::DataSourceUscc => blank(&decision.data_source_uscc),
            BasisItem::PenaltyType => blank(&decision.penalty_type),
            BasisItem::RepairNoticeServedOn => decision.repair_notice_served_on.is_none(),
        };
        if absent {
            lacks.push(*item);
        }
    }
    lacks
}

/// R156: what a list says of a severity goes before what its kind says of it.
fn terms<'a>(edition: &'a Edition, body: &EntryBody) -> Option<&'a SeverityTerms> {
    let by_severity = |terms: &'a Terms| match body.severity {
        Some(Severity::Minor) => terms.minor.as_ref(),
        Some(Severity::General) => terms.general.as_ref(),
        Some(Severity::Serious) => terms.serious.as_ref(),
        None => terms.unstated.as_ref(),
    };
    row(edition, body)
        .and_then(|list| by_severity(&list.terms))
        .or_else(|| by_severity(&edition.kinds().of(body.list).terms))
}

fn months_after(day: Date, months: Option<u16>) -> Option<Date> {
    months.map(|months| day.add_months(i32::from(months)))
}

fn earlier(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// R124: the earlier of `until` and the edition's last day, where the entry ends there by itself.
fn last_day(edition: &Edition, body: &EntryBody, counted_from: Date) -> Option<Date> {
    let terms = terms(edition, body).filter(|terms| terms.at_max == AtMax::Ends);
    earlier(body.until, terms.and_then(|terms| months_after(counted_from, terms.listing_months)))
}

/// R156: the last day on which the public sees it, and the one after which the authority decides.
fn other_days(edition: &Edition, body: &EntryBody, counted_from: Date) -> (Option<Date>, Option<Date>) {
    let Some(terms) = terms(edition, body) else { return (body.decision.published_until, None) };
    let longest = months_after(counted_from, terms.listing_months);
    let public = earlier(longest, months_after(counted_from, terms.publication_months));
    let decides = longest.filter(|_| terms.at_max == AtMax::Authority);
    (earlier(body.decision.published_until, public), decides)
}

/// R157: whether the measure is meant for the list or the ground of the entry.
fn is_meant_for(measure: &Measure, edition: &Edition, body: &EntryBody) -> bool {
    let meant = &measure.applies_to;
    if meant.lists.is_empty() && meant.grounds.is_empty() {
        return true;
    }
    let ground = folded(&body.ground_text);
    row(edition, body).is_some_and(|list| meant.lists.contains(&list.id))
        || edition
            .grounds()
            .iter()
            .any(|row| meant.grounds.contains(&row.code) && (row.code == ground || folded(&row.name.zh) == ground))
}

/// R127, R157 and R125: why a measure of this entry cannot hold for anybody at the instant.
pub(super) fn measure_fault(known: &Known<'_>, code: &str, question: &Question) -> Option<ReasonCode> {
    let issued_on = known.link.header().map(|header| header.issued_at.date());
    let edition = known.edition;
    let binds = issued_on
        .is_some_and(|day| edition.binds_from() <= day && edition.binds_until().is_none_or(|until| day <= until));
    let Some(measure) = edition.measures().iter().find(|measure| measure.code == code) else {
        return Some(ReasonCode::MeasureUnknown);
    };
    let last = months_after(known.counted_from, measure.period_months);
    if !binds {
        Some(ReasonCode::EditionNotBinding)
    } else if !measure.applies_to.classes.contains(&known.body.subject.class) {
        Some(ReasonCode::MeasureNotForClass)
    } else if !is_meant_for(measure, edition, known.body) && question.slip != Slip::IgnoresWhoseMeasure {
        Some(ReasonCode::MeasureNotForCase)
    } else if last.is_some_and(|last| last.end() <= question.at) {
        Some(ReasonCode::MeasurePeriodOver)
    } else if !known.lacks.is_empty() {
        Some(ReasonCode::BasisIncomplete)
    } else {
        None
    }
}
