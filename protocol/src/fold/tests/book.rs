//! A federation of three cities whose logs are written by hand, one fact at a time.

use crate::body::{ActBody, Basis, Body, Decision, DeclineBody, EntryBody, List, RecognitionBody, Severity};
use crate::digest::{Context, Digest, TreeHash};
use crate::edition::{Edition, builtin};
use crate::fold::{BodyState, CaseFile, Fact, SourceFact, Viewpoint, rule};
use crate::header::{About, BODY_VERSION, Disclosure, Header, Issuer, SUITE_1};
use crate::ids::{CityCode, Epoch, Seq, Size, StatementId};
use crate::kind::Kind;
use crate::ruling::{EntryRuling, ReasonCode, Ruling};
use crate::subject::{Subject, SubjectClass, SubjectId};
use crate::time::{Date, Millis};
use std::collections::BTreeMap;
use std::sync::OnceLock;

pub fn city(code: &str) -> CityCode {
    CityCode::new(code).unwrap()
}
pub fn zhoushan() -> CityCode {
    city("330900")
}
pub fn ningbo() -> CityCode {
    city("330200")
}
pub fn hezhou() -> CityCode {
    city("451100")
}
pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}
pub fn subject() -> SubjectId {
    SubjectId::new("uscc", "91990099MA00000156").unwrap()
}
pub fn tag(text: &str) -> Digest {
    Context::Ground.digest(text.as_bytes())
}
/// The built-in editions, read once: the properties ask for them thousands of times.
fn editions() -> &'static BTreeMap<Digest, Edition> {
    static EDITIONS: OnceLock<BTreeMap<Digest, Edition>> = OnceLock::new();
    EDITIONS.get_or_init(builtin)
}
pub fn demo() -> Digest {
    *editions().iter().find(|(_, edition)| edition.name() == "demo").unwrap().0
}

/// Noon of the day on which most statements here are issued.
pub fn issue_time() -> Millis {
    Millis(day("2026-03-02").start().0 + 12 * 3_600_000)
}
/// The instant at which most rulings here are asked for.
pub fn today() -> Millis {
    Millis(day("2026-06-01").start().0 + 9 * 3_600_000)
}

/// A complete black entry under the demo edition: general, decided 2026-03-01, so it ends after 2027-03-01.
pub fn black() -> EntryBody {
    EntryBody {
        subject: Subject {
            id: subject(),
            class: SubjectClass::Enterprise,
            name: "示例海运有限公司".to_owned(),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "示例严重失信主体名单".to_owned(),
        field: "海运".to_owned(),
        ground_text: "示例事由".to_owned(),
        severity: Some(Severity::General),
        basis: Basis {
            law: Some("示例法第一条".to_owned()),
            document_number: Some("示例罚〔2026〕1号".to_owned()),
            authority: "示例市海事局".to_owned(),
            decided_on: Some(day("2026-03-01")),
            effective_on: Some(day("2026-03-01")),
        },
        measures: vec!["D-B-01".to_owned()],
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: demo(),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: "示例".to_owned(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
    }
}

pub fn red() -> EntryBody {
    let mut body = black();
    body.list = List::Red;
    body.list_name = "示例守信激励对象名单".to_owned();
    body.severity = None;
    body.basis.document_number = Some("示例奖〔2026〕7号".to_owned());
    body.measures = vec!["D-R-01".to_owned()];
    body
}

#[derive(Clone)]
pub struct Book {
    pub facts: Vec<Fact>,
    pub sources: BTreeMap<CityCode, SourceFact>,
    pub editions: BTreeMap<Digest, Edition>,
    pub subject: SubjectId,
    next: BTreeMap<CityCode, u64>,
}

impl Book {
    pub fn new() -> Self {
        let sources = [(zhoushan(), "舟山市"), (ningbo(), "宁波市"), (hezhou(), "贺州市")]
            .map(|(city, name)| {
                let source = SourceFact {
                    city,
                    name: name.to_owned(),
                    epoch: Epoch::FIRST,
                    size: Size(100),
                    root: TreeHash([7; 32]),
                    last_record: Digest([1; 32]),
                    abandoned_heads: Vec::new(),
                    frozen: false,
                    history_cut: false,
                    lacking: [].into(),
                    freshness: Some(Millis(today().0 - 60_000)),
                    witnesses: BTreeMap::new(),
                };
                (city, source)
            })
            .into_iter()
            .collect();
        Self { facts: Vec::new(), sources, editions: editions().clone(), subject: subject(), next: BTreeMap::new() }
    }

    /// A book in which Ningbo recognises all lists of Zhoushan.
    pub fn recognising() -> Self {
        let mut book = Self::new();
        book.recognise(ningbo(), zhoushan(), |_| {});
        book
    }

    /// Puts a statement at the end of a city's log; `edit` may spoil it.
    pub fn put(&mut self, city: CityCode, kind: Kind, body: BodyState, edit: impl FnOnce(&mut Fact)) -> About {
        let next = self.next.entry(city).or_insert(0);
        let id = StatementId { city, epoch: Epoch::FIRST, seq: Seq(*next) };
        *next += 1;
        let mut fact = Fact {
            id,
            digest: Context::Statement.digest(format!("{id} {}", kind.name()).as_bytes()),
            header: Header {
                suite: SUITE_1,
                city,
                epoch: id.epoch,
                seq: id.seq,
                issuer: Issuer { city, agency: None },
                issued_at: issue_time(),
                kind,
                body_version: BODY_VERSION,
                disclosure: Disclosure::Public,
                about: None,
                ground: None,
                commitment: Digest([0; 32]),
            },
            body,
            voided: false,
            abandoned: false,
        };
        edit(&mut fact);
        let about = About { id: fact.id, digest: fact.digest };
        self.facts.push(fact);
        about
    }

    pub fn list(&mut self, city: CityCode, ground: &str, body: EntryBody) -> About {
        self.put(city, Kind::Entry, listing(body), |fact| fact.header.ground = Some(tag(ground)))
    }

    pub fn amend(&mut self, about: About, ground: &str, body: EntryBody) -> About {
        self.put(about.id.city, Kind::Amendment, listing(body), |fact| {
            fact.header.about = Some(about);
            fact.header.ground = Some(tag(ground));
        })
    }

    /// An ending or reinstatement by the listing city.
    pub fn act(&mut self, kind: Kind, about: About) -> About {
        self.act_of(about.id.city, kind, about)
    }

    pub fn act_of(&mut self, city: CityCode, kind: Kind, about: About) -> About {
        let body = BodyState::Held(Body::Act(ActBody { reason: "示例".to_owned(), ..ActBody::default() }));
        self.put(city, kind, body, |fact| fact.header.about = Some(about))
    }

    pub fn decline(&mut self, city: CityCode, about: About) -> About {
        let body = BodyState::Held(Body::Decline(DeclineBody { reason: "依据不足".to_owned() }));
        self.put(city, Kind::Decline, body, |fact| fact.header.about = Some(about))
    }

    pub fn recognise(&mut self, viewer: CityCode, partner: CityCode, edit: impl FnOnce(&mut RecognitionBody)) -> About {
        let mut body =
            RecognitionBody::without_limits(partner, vec![List::Red, List::Black, List::Watch], day("2026-01-01"));
        edit(&mut body);
        self.put(viewer, Kind::Recognition, BodyState::Held(Body::Recognition(body)), |_| {})
    }

    pub fn source(&mut self, city: CityCode) -> &mut SourceFact {
        self.sources.get_mut(&city).unwrap()
    }

    pub fn last(&mut self) -> &mut Fact {
        self.facts.last_mut().unwrap()
    }

    pub fn case(&self, viewer: CityCode, at: Millis, now: bool) -> CaseFile<'_> {
        CaseFile {
            subject: self.subject.clone(),
            view: Viewpoint { federation: Digest([9; 32]), viewer, at, now, crosswalk: None },
            facts: self.facts.clone(),
            sources: self.sources.clone(),
            editions: &self.editions,
        }
    }

    /// The ruling for now.
    pub fn ask(&self, viewer: CityCode) -> Ruling {
        rule(&self.case(viewer, today(), true))
    }

    /// The ruling for a past or future instant.
    pub fn ask_at(&self, viewer: CityCode, at: Millis) -> Ruling {
        rule(&self.case(viewer, at, false))
    }

    /// Ningbo's view of the chain of a statement, now.
    pub fn entry(&self, about: About) -> EntryRuling {
        entry_of(&self.ask(ningbo()), about)
    }
}

pub fn listing(body: EntryBody) -> BodyState {
    BodyState::Held(Body::Listing(Box::new(body)))
}

pub fn entry_of(ruling: &Ruling, about: About) -> EntryRuling {
    ruling.entry(about.id).cloned().unwrap_or_else(|| panic!("no entry {}", about.id))
}

pub fn codes(entry: &EntryRuling) -> Vec<ReasonCode> {
    entry.reasons.iter().map(|reason| reason.code).collect()
}
