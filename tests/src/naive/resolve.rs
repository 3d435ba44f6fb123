//! The answer, put together rule by rule. Where several rules give a state, the order here is: an ending of the matter
//! (R105, R108), what the chain is by itself (R106, R107, R123 to R128), another subject (R143), a repeated ground (R120),
//! and only then the viewer.

use super::decoded::{Content, Decoded, Leaf};
use super::effect::{Effect, effect_at, has_not_begun};
use super::filings::{Filings, filings};
use super::groups::{Standing, groups};
use super::matter::{Matter, Matters, current_link, matters};
use super::origin;
use super::recognition::{declined_by, freshness, is_beyond_complete, is_stale, lacking, objections, rule_for};
use super::response::{self, response};
use super::terms::{Known, Life, life, measure_fault};
use super::{Chain, InForce, Question, Resolution, Slip, Source};
use huxin_protocol::body::List;
use huxin_protocol::edition::MeasureKind;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::{ReasonCode, State};
use std::collections::{BTreeMap, BTreeSet};

/// A chain on its way to its answer.
struct Work<'a> {
    links: Vec<&'a Leaf>,
    current: Option<&'a Leaf>,
    life: Life<'a>,
}

/// What counts for the subject of the question, by everything that was decoded.
#[must_use]
pub fn resolve(all: &Decoded, question: &Question) -> Resolution {
    let mut answer = Resolution::default();
    let mut shown: BTreeMap<StatementId, Work<'_>> = BTreeMap::new();
    for city in all.cities.keys() {
        let about_subject = chains_about(all, *city, question);
        answer.untold.extend(
            all.log(*city)
                .iter()
                .filter_map(|leaf| leaf.chain)
                .filter(|chain| !about_subject.contains(chain) && is_unreadable(all, *chain)),
        );
        if !about_subject.is_empty() {
            resolve_city(all, *city, &about_subject, question, &mut answer, &mut shown);
        }
        answer.sources.insert(*city, source(all, *city, question));
        let rootless =
            |leaf: &&Leaf| leaf.is(Kind::Amendment) && leaf.chain == Some(leaf.place) && leaf.listing().is_none();
        answer.untold.extend(all.log(*city).iter().filter(rootless).map(|leaf| leaf.place));
        // What an amendment points at in vain is at hand, and what that act names in its turn need not be.
        let amended = |leaf: &Leaf| leaf.header().filter(|header| header.kind == Kind::Amendment)?.about;
        let pointed: BTreeSet<_> = all.log(*city).iter().filter_map(amended).map(|about| about.id.seq).collect();
        let act = |leaf: &&Leaf| leaf.chain.is_none() && pointed.contains(&leaf.place.seq);
        answer.untold.extend(all.log(*city).iter().filter(act).map(|leaf| leaf.place));
    }
    for leaf in all.all() {
        // R129: a rule that cannot be read is none, and the reason is told.
        let unreadable = match leaf.content {
            Content::Malformed => Some(ReasonCode::BodyMalformed),
            Content::NeedsNewerNode => Some(ReasonCode::NeedsNewerNode),
            _ => None,
        };
        let unreadable = unreadable.filter(|_| leaf.is(Kind::Recognition) && leaf.effect == Effect::Stands);
        if let Some(reason) =
            unreadable.or_else(|| effect_at(leaf, question).reason()).or_else(|| has_not_begun(leaf, question))
        {
            answer.without_effect.insert(leaf.place, reason);
        }
    }
    // R148, also of chains that are not shown.
    let firsts: BTreeSet<StatementId> = all.all().filter_map(|leaf| leaf.chain).collect();
    for first in firsts {
        let links: Vec<&Leaf> = all.log(first.city).iter().filter(|leaf| leaf.chain == Some(first)).collect();
        let again = filings(all, &links, None, question).again;
        answer.without_effect.extend(again.into_iter().map(|id| (id, ReasonCode::AlreadyFiled)));
    }
    gather(&mut answer, &shown);
    answer
}

/// R143: the chains of which some held link names the subject, and those of which nothing can be read here that share a
/// ground with one of them, directly or through others.
fn chains_about(all: &Decoded, city: CityCode, question: &Question) -> BTreeSet<StatementId> {
    let names = |leaf: &&Leaf| leaf.listing().is_some_and(|body| body.subject.id == question.subject);
    let named: BTreeSet<StatementId> = all.log(city).iter().filter(names).filter_map(|leaf| leaf.chain).collect();
    let mut tied = named.clone();
    loop {
        let of_tied = |leaf: &&Leaf| leaf.chain.is_some_and(|chain| tied.contains(&chain));
        let ground = |leaf: &Leaf| leaf.header().and_then(|header| header.ground);
        let grounds: BTreeSet<_> = all.log(city).iter().filter(of_tied).filter_map(ground).collect();
        let shares = |leaf: &&Leaf| ground(leaf).is_some_and(|ground| grounds.contains(&ground));
        let more: BTreeSet<StatementId> = all.log(city).iter().filter(shares).filter_map(|leaf| leaf.chain).collect();
        if more.is_subset(&tied) {
            break;
        }
        tied.extend(more);
    }
    tied.into_iter().filter(|chain| named.contains(chain) || is_unreadable(all, *chain)).collect()
}

fn is_unreadable(all: &Decoded, chain: StatementId) -> bool {
    !all.log(chain.city).iter().any(|leaf| leaf.chain == Some(chain) && leaf.listing().is_some())
}

fn source(all: &Decoded, city: CityCode, question: &Question) -> Source {
    Source {
        lacking: lacking(all, city).len() as u64,
        frozen: all.cities.get(&city).is_some_and(|log| log.frozen),
        stale: is_stale(all, city, question),
        freshness: freshness(all, city, question),
        rule: rule_for(all, city, question).map(|(id, _)| id),
    }
}

fn resolve_city<'a>(
    all: &'a Decoded,
    city: CityCode,
    about_subject: &BTreeSet<StatementId>,
    question: &Question,
    answer: &mut Resolution,
    shown: &mut BTreeMap<StatementId, Work<'a>>,
) {
    let matters = matters(all, city, question);
    for matter in matters.matters.iter().filter(|matter| matter.state().is_some()) {
        answer.ended_grounds.extend(matter.grounds.iter().map(|ground| (city, *ground)));
    }
    let work_of = |first: StatementId| {
        let links: Vec<&Leaf> = all.log(city).iter().filter(|leaf| leaf.chain == Some(first)).collect();
        let current = current_link(&links, &matters, question);
        let life = life(all, &links, current, &matters, question);
        Work { links, current, life }
    };
    for first in about_subject {
        let work = work_of(*first);
        // R120: who speaks in the matter for this subject.
        let speaker = matters.of_chain(*first).filter(|matter| matter.state().is_none()).and_then(|matter| {
            matter.chains.iter().copied().find(|chain| matches!(work_of(*chain).life, Life::Known(_)))
        });
        let same_as = speaker.filter(|speaker| speaker != first);
        answer.chains.insert(*first, chain_of(all, *first, &work, same_as, &matters, question));
        shown.insert(*first, work);
    }
}

fn chain_of(
    all: &Decoded,
    first: StatementId,
    work: &Work<'_>,
    same_as: Option<StatementId>,
    matters: &Matters,
    question: &Question,
) -> Chain {
    let (links, current) = (&work.links, work.current);
    let reason_of = |leaf: &&Leaf| match effect_at(leaf, question) {
        Effect::Stands => matters.silenced.get(&leaf.place).copied(),
        effect => effect.reason(),
    };
    let red = current.and_then(Leaf::listing).is_some_and(|body| body.list == List::Red);
    let beyond_complete = first.city != question.viewer && !red && is_beyond_complete(all, links);
    let stale = is_stale(all, first.city, question);
    let mut chain = Chain {
        id: first,
        links: links.iter().map(|leaf| (leaf.place, reason_of(leaf))).collect(),
        current: current.map(|leaf| leaf.place),
        names_subject: links.iter().filter_map(|leaf| leaf.listing()).any(|body| body.subject.id == question.subject),
        rooted: links.first().is_some_and(|first| first.is(Kind::Entry)),
        state: State::Listed,
        why: None,
        ended: false,
        ended_by: None,
        same_as: None,
        counts: false,
        objections: BTreeSet::new(),
        resting: BTreeSet::new(),
        filings: Vec::new(),
        suspended_by: None,
        answered_by: None,
        is_public: false,
        declined_by: declined_by(all, links, question),
        rule: rule_for(all, first.city, question).map(|(id, _)| id).filter(|_| first.city != question.viewer),
        starts_at: None,
        ends_at: None,
        public_until: None,
        over: BTreeSet::new(),
        regional: false,
        listed_here_on: None,
        lacks: Vec::new(),
        shows_content: false,
        beyond_complete,
        stale,
        confirm: false,
        measures: Vec::new(),
    };
    let known = match &work.life {
        Life::Known(known) => Some(known),
        _ => None,
    };
    let other_subject = current.and_then(Leaf::listing).is_some_and(|body| body.subject.id != question.subject);
    let ending = matters.of_chain(first).and_then(Matter::state);
    chain.shows_content = chain.rooted
        && current.and_then(Leaf::listing).is_some()
        && !other_subject
        && !matches!(ending, Some((State::Erased, _)));
    let content = current.and_then(Leaf::listing).filter(|_| chain.shows_content);
    let filings = filings(all, links, content, question);
    chain.filings.clone_from(&filings.open);
    if let Some(known) = known {
        chain.starts_at = Some(known.starts_at);
        chain.ends_at = known.ends_at;
        chain.public_until = known.public_until;
        chain.listed_here_on = known.listed_here_on;
        chain.lacks.clone_from(&known.lacks);
    }
    // R109: an Entry that came after the end of its ground has no effect, and no later act gives it one.
    let silenced = matters.silenced.contains_key(&first);
    if let Some((state, by)) = ending.filter(|_| !silenced) {
        (chain.state, chain.ended, chain.ended_by) = (state, true, Some(by));
        return chain;
    }
    let without = match &work.life {
        Life::Void(reason) => Some((State::Void, *reason)),
        Life::NotYet(reason) => Some((State::NotYet, *reason)),
        Life::Unknown(reason) => Some((State::Unknown, *reason)),
        Life::Known(_) => None,
    };
    if let Some((state, why)) = without {
        (chain.state, chain.why) = (state, Some(why));
        if why == ReasonCode::GroundEnded {
            // R109: what had ended before stays ended.
            (chain.ended, chain.ended_by) = (true, ground_ended_by(links, matters));
        }
        return chain;
    }
    if same_as.is_some() {
        (chain.state, chain.why, chain.same_as) = (State::Void, Some(ReasonCode::SameGround), same_as);
        return chain;
    }
    if let Some(known) = known {
        let suspended_by = matters.of_chain(first).and_then(|matter| matter.suspensions.first()).copied();
        chain.suspended_by = suspended_by.filter(|_| question.slip != Slip::IgnoresSuspensions);
        stand(all, &mut chain, work, known, &filings, question);
    }
    chain
}

/// The ending of the matter whose ground a silenced Entry carries (R109).
fn ground_ended_by(links: &[&Leaf], matters: &Matters) -> Option<StatementId> {
    let ground = links.first()?.header()?.ground?;
    let matter = matters.matters.iter().find(|matter| matter.grounds.contains(&ground))?;
    matter.state().map(|(_, by)| by)
}

/// An entry whose effect is known: its term, then the viewer.
fn stand(all: &Decoded, chain: &mut Chain, work: &Work<'_>, known: &Known<'_>, filings: &Filings, question: &Question) {
    let links = &work.links;
    let suspended_by = chain.suspended_by.take();
    if question.at < known.starts_at {
        (chain.state, chain.why) = (State::NotYet, Some(ReasonCode::NotYetEffective));
        return;
    }
    if known.ends_at.is_some_and(|end| question.at >= end) {
        (chain.state, chain.ended) = (State::Expired, true);
        return;
    }
    let marks = [(known.maximum_at, ReasonCode::MaximumReached), (known.public_until, ReasonCode::PublicationOver)];
    let over = marks.into_iter().filter(|(end, _)| end.is_some_and(|end| question.at >= end));
    chain.over = over.map(|(_, reason)| reason).collect();
    let own = chain.id.city == question.viewer;
    chain.regional = !own && known.is_regional();
    let rule = rule_for(all, chain.id.city, question).filter(|_| !own);
    if let Some(first) = links.first().filter(|_| !own) {
        chain.objections = objections(rule, known, first, question);
    }
    if chain.declined_by.is_some() {
        chain.objections.insert(ReasonCode::Declined);
    }
    // R132, R147, R172: what keeps it from counting for its own city too, or marks it.
    chain.suspended_by = suspended_by;
    chain.resting = filings.against(rule.is_some_and(|(_, rule)| rule.suspend_while_disputed));
    if suspended_by.is_some() {
        chain.resting.insert(ReasonCode::SuspendedByOrder);
    }
    if origin::is_over(all, known, question) {
        chain.resting.insert(ReasonCode::OriginEnded);
    }
    let frozen = all.cities.get(&chain.id.city).is_some_and(|log| log.frozen);
    let rests = |code| chain.resting.contains(&code);
    let suspended = frozen || rests(ReasonCode::SuspendedDisputed) || suspended_by.is_some();
    let disputed = rests(ReasonCode::Disputed);
    chain.state = match () {
        () if suspended => State::Suspended,
        () if disputed => State::Disputed,
        () => State::Listed,
    };
    chain.counts = chain.objections.is_empty() && !suspended && !rests(ReasonCode::OriginEnded);
    let public = |link: &&Leaf| link.header().is_some_and(|header| header.disclosure == Disclosure::Public);
    let published = known.public_until.is_none_or(|end| question.at < end);
    chain.is_public = !suspended && published && links.iter().all(public);
    let response = response(all, links, question).filter(|_| !own);
    chain.answered_by = response::place(response);
    chain.confirm = (chain.stale || chain.beyond_complete || known.link_unreadable) && known.body.list != List::Red;
    for code in &known.body.measures {
        let recognised =
            rule.and_then(|(_, rule)| rule.measures.as_ref()).is_none_or(|measures| measures.contains(code));
        let fault = measure_fault(known, code, question)
            .or_else(|| suspended_by.map(|_| ReasonCode::SuspendedByOrder))
            .or_else(|| frozen.then_some(ReasonCode::IssuerUnderReview))
            .or_else(|| (!chain.counts).then_some(ReasonCode::EntryNotCounting))
            .or_else(|| (!recognised).then_some(ReasonCode::MeasureNotRecognised))
            .or_else(|| response.and_then(|response| response::against(response, code, question)));
        chain.measures.push((code.clone(), fault.is_none(), fault));
    }
}

/// R137 and R138: over all entries of the subject.
fn gather(answer: &mut Resolution, shown: &BTreeMap<StatementId, Work<'_>>) {
    let known_of = |id: &StatementId| match &shown.get(id)?.life {
        Life::Known(known) => Some(known),
        _ => None,
    };
    let standing: Vec<Standing<'_>> = answer
        .chains
        .values()
        .filter(|chain| chain.state.stands())
        .filter_map(|chain| {
            let (known, work) = (known_of(&chain.id)?, shown.get(&chain.id)?);
            Some(Standing { id: chain.id, links: &work.links, known })
        })
        .collect();
    answer.groups = groups(&standing);
    let mut black_rests = false;
    for chain in answer.chains.values().filter(|chain| chain.counts) {
        let Some(known) = known_of(&chain.id) else { continue };
        black_rests |= known.body.list == List::Black && known.lacks.is_empty();
        let grouped = answer.groups.iter().find(|group| group.contains(&chain.id));
        let gravest = |id: &StatementId| {
            let list = known_of(id).map(|known| known.body.list);
            (answer.chains.get(id).filter(|chain| chain.counts).and(list).map_or(0, weight), std::cmp::Reverse(*id))
        };
        let speaks = grouped.is_none_or(|group| group.iter().max_by_key(|id| gravest(id)) == Some(&chain.id));
        if speaks {
            answer.counted[usize::from(known.body.list.number())] += 1;
        }
        for (code, holds, _) in &chain.measures {
            let Some(measure) = known.edition.measures().iter().find(|measure| measure.code == *code) else { continue };
            if *holds {
                let in_force = answer.in_force.entry((known.body.edition, code.clone())).or_insert_with(|| InForce {
                    kind: measure.kind,
                    entries: BTreeSet::new(),
                    suspended: false,
                    confirm: false,
                });
                in_force.entries.insert(chain.id);
                in_force.confirm |= chain.confirm;
            }
        }
    }
    // R138: what rests is an edition's own incentives.
    for chain in answer.chains.values_mut().filter(|chain| chain.counts && black_rests) {
        let Some(known) = known_of(&chain.id).filter(|known| known.edition.black_suspends_incentives()) else {
            continue;
        };
        for (code, holds, why) in chain.measures.iter_mut().filter(|(_, holds, _)| *holds) {
            if let Some(in_force) = answer.in_force.get_mut(&(known.body.edition, code.clone()))
                && in_force.kind == MeasureKind::Incentive
            {
                (*holds, *why, in_force.suspended) = (false, Some(ReasonCode::BlackSuspendsIncentives), true);
            }
        }
    }
}

/// R137: black, watch, red.
const fn weight(list: List) -> u8 {
    match list {
        List::Red => 1,
        List::Watch => 2,
        List::Black => 3,
    }
}
