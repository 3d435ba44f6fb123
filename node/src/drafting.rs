//! Drafted: the first station in the life of an entry. What an officer asked for becomes a statement that only lacks its
//! place and its signature: edition found, code checked, body in its canonical bytes, commitment and ground tag made.
//!
//! Strictness belongs to the moment of signing. Shape, code and person rules are checked here, where a request can still
//! be answered to its sender; basis and catalogue are checked by the engine, which sees the whole log.

use axum::http::StatusCode;
use huxin_api::model::{ActRequest, ActVerb, DeclineRequest, EntryRequest, Warning};
use huxin_api::{Problem, ProblemItem};
use huxin_config::{AddressFault, Multiaddress};
use huxin_engine::Draft;
use huxin_engine::gather;
use huxin_engine::ledger::{LedgerRead, ReadFault};
use huxin_keys::{GroundInput, GroundSecret, ground_tag};
use huxin_protocol::body::{
    Body, BodyFault, DeclineBody, EntryBody, List, NodeAnnouncementBody, RecognitionBody, RepairConditions, Salt,
    commitment,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{Edition, Issue, IssueFault, in_force};
use huxin_protocol::fold::{MatterState, Viewpoint, rule};
use huxin_protocol::header::{AGENCY_BYTES, About, BODY_VERSION, Disclosure};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::limits::READERS;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::State;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::text::check_text;
use huxin_protocol::time::{Date, Millis};
use std::collections::{BTreeMap, BTreeSet};

/// Why a request did not become a draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftFault {
    /// Everything that the moment of issue refuses of a listing, at least one thing.
    #[error("{}", sentences(.0))]
    Listing(Vec<IssueFault>),
    #[error("the decision date {0} lies in the future")]
    DecidedInFuture(Date),
    #[error("the term of {0} is over, and a correction never brings an entry back")]
    Expired(StatementId),
    #[error("the entry is about {standing} and the correction about {asked}: that is another entry and no correction")]
    SubjectChanged { standing: SubjectId, asked: SubjectId },
    #[error(
        "the entry stands on a {standing:?} list and the correction names a {asked:?} one: that is another entry and no correction"
    )]
    ListChanged { standing: List, asked: List },
    #[error("there is no catalogue edition {0:?} here")]
    NoSuchEdition(String),
    #[error("the entry names no catalogue edition, and of those that this node has loaded not one alone can be meant")]
    EditionUnstated,
    #[error(
        "measure {0} stands in no catalogue edition that this node has loaded; a rule that names it would recognise less than it says"
    )]
    RuleMeasure(String),
    #[error("the agency's name is empty or longer than {AGENCY_BYTES} bytes")]
    Agency,
    #[error("a named disclosure lists 1 to {READERS} member cities")]
    Readers,
    #[error("{0} is no member of this federation")]
    NotAMember(CityCode),
    #[error("{0:?} is no address: {1}")]
    Address(String, AddressFault),
    #[error("an address that means every interface tells others nothing")]
    AnyHost,
    #[error("a city does not recognise itself; its own entries count where it lists them")]
    OwnCity,
    #[error("there is no statement {0} in the logs held here")]
    NoSuchStatement(StatementId),
    #[error("the reason must not be empty")]
    Reason,
    #[error("the body cannot be signed: {0}")]
    Body(#[from] BodyFault),
    #[error("{0}")]
    Repair(IssueFault),
    #[error("the operating system gave no random bytes")]
    Random,
    #[error(transparent)]
    Read(#[from] ReadFault),
}

impl DraftFault {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Listing(faults) => match faults.first() {
                Some(fault) => fault.code(),
                None => "listing",
            },
            Self::DecidedInFuture(_) => "decided_in_future",
            Self::Expired(_) => "expired",
            Self::SubjectChanged { .. } => "subject_changed",
            Self::ListChanged { .. } => "list_changed",
            Self::NoSuchEdition(_) => "unknown_edition",
            Self::EditionUnstated => "edition_unstated",
            Self::Agency => "agency",
            Self::Readers => "readers",
            Self::NotAMember(_) => "no_such_city",
            Self::Address(_, fault) => fault.code(),
            Self::AnyHost => "address_any_host",
            Self::RuleMeasure(_) => "measure_unknown",
            Self::OwnCity => "own_city",
            Self::NoSuchStatement(_) => "no_such_statement",
            Self::Reason => "reason_missing",
            Self::Body(fault) => fault.code(),
            Self::Repair(fault) => fault.code(),
            Self::Random => "random",
            Self::Read(_) => "store",
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Listing(faults) => match faults.first() {
                Some(IssueFault::CodeCheck(_)) => {
                    "check the code with `huxin codes check`; where the certificate shows it like this, confirm it with confirm_code"
                }
                Some(IssueFault::NaturalPerson) => "set [rights] allow_natural_persons if the city's rules permit it",
                Some(IssueFault::PersonDisclosure) => "state the readers: {\"named\": [\"330900\", …]}",
                _ => "complete the entry by the rules of its catalogue edition",
            },
            Self::DecidedInFuture(_) => "give the day on which it was decided",
            Self::Expired(_) => "where there is a new decision, publish it as a new entry",
            Self::SubjectChanged { .. } | Self::ListChanged { .. } => {
                "annul the wrong entry (`huxin annul`), and publish the right one as a new entry"
            }
            Self::NoSuchEdition(_) | Self::EditionUnstated => {
                "name an edition that `GET /v1/info` lists, or load one: [catalogue] editions in the settings"
            }
            Self::RuleMeasure(_) => {
                "check the code of the measure against the edition's text; of an edition that is not loaded, load it first"
            }
            Self::NotAMember(_) | Self::Readers => "see the members with `huxin federation show`",
            Self::NoSuchStatement(_) => "check the id, and `huxin peers` for how far the logs are held",
            Self::Body(BodyFault::TooLong) => "shorten the summary; the decision itself stays with the authority",
            Self::Body(BodyFault::Text { .. } | BodyFault::PersonalNumber { .. }) => {
                "take out what the sentence names, and send the request again"
            }
            Self::Body(_) => {
                "keep the lengths in bytes: summary 8192, reason 8192, ground and law 4096, names 512, codes 128; a measure stands once"
            }
            Self::Agency => "shorten the agency's name, or leave it out",
            Self::Address(..) | Self::AnyHost => {
                "write an address as partners reach it: /dns4/node.example.cn/tcp/7651 or /ip4/192.0.2.7/tcp/7651"
            }
            Self::OwnCity => "name the partner whose entries are to count here",
            Self::Reason => "say why in `reason`: it is signed and shown to partners",
            Self::Repair(_) => "complete what the refusal names, by the conditions of the listing's rules",
            Self::Random => "look at the machine's log, and send the request again",
            Self::Read(_) => "stop the node and run `huxin fsck`",
        }
    }
}

impl From<DraftFault> for Problem {
    fn from(fault: DraftFault) -> Self {
        let status = match &fault {
            DraftFault::Read(_) | DraftFault::Random => StatusCode::INTERNAL_SERVER_ERROR,
            DraftFault::NoSuchStatement(_) | DraftFault::NotAMember(_) => StatusCode::NOT_FOUND,
            DraftFault::Body(BodyFault::TooLong) => StatusCode::PAYLOAD_TOO_LARGE,
            DraftFault::Listing(faults) if faults.contains(&IssueFault::NaturalPerson) => StatusCode::FORBIDDEN,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut problem = Self::new(status, fault.code(), fault.to_string()).trying(fault.next_step());
        if let DraftFault::Listing(faults) = &fault {
            problem.faults = faults.iter().map(ProblemItem::from).collect();
        }
        problem
    }
}

fn sentences(faults: &[IssueFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What the moment of drafting adds: the ledger, the members, and the time.
pub type World<'a> = (&'a dyn LedgerRead, &'a Roster, Millis);

/// What drafting needs to know; the same for the whole life of the process.
pub struct Drafter {
    pub federation: Digest,
    pub city: CityCode,
    pub ground: GroundSecret,
    pub editions: BTreeMap<Digest, Edition>,
    pub allow_natural_persons: bool,
    /// Names that mean this city itself: an entry that names one of them as its source is its own list (R152).
    pub own_names: Vec<String>,
}

impl Drafter {
    /// An Entry, or with `about` an Amendment: the whole corrected entry.
    ///
    /// # Errors
    /// See [`DraftFault`].
    pub fn listing(
        &self,
        request: EntryRequest,
        about: Option<StatementId>,
        (read, roster, now): World<'_>,
        (warnings, index): (&mut Vec<Warning>, usize),
    ) -> Result<Draft, DraftFault> {
        let confirmed_code = request.confirm_code;
        let chosen = request.disclosure.clone();
        let edition = self.edition(request.edition.as_deref(), now.date())?;
        let derived_from = match request.derived_from {
            Some(id) => Some(About { id, digest: statement(read, roster, id)?.0 }),
            None => None,
        };
        let agency = request.agency.clone();
        let mut body = request.into_body(edition.digest(), derived_from);
        edition.name_list(&mut body);
        let disclosure = chosen.map_or_else(|| edition.default_disclosure(&body), Disclosure::from);
        let disclosure = self.disclosure(disclosure, roster)?;
        if let Some(id) = about {
            self.check_successor(id, &body, (read, roster, now))?;
        }
        let issue = Issue {
            day: now.date(),
            city: Some(self.city),
            disclosure: &disclosure,
            allow_natural_persons: self.allow_natural_persons,
            confirmed_code,
            own_names: &self.own_names,
            editions: &self.editions,
        };
        let faults = edition.check_listing(&body, &issue);
        if !faults.is_empty() {
            return Err(DraftFault::Listing(faults));
        }
        if let Err(fault) = body.subject.id.check_code() {
            warnings.push(Warning { index, code: "code_check".to_owned(), sentence: fault.to_string() });
        }
        let ground = ground_tag(&self.ground, &GroundInput::of(&body));
        let kind = if about.is_some() { Kind::Amendment } else { Kind::Entry };
        let mut draft = self.seal(kind, Body::Listing(Box::new(body)), agency, disclosure)?;
        draft.about = about;
        draft.ground = Some(ground);
        Ok(draft)
    }

    /// An ending or a reinstatement. It is disclosed as its target is: whoever reads that an entry stands must read that it
    /// no longer does.
    ///
    /// # Errors
    /// See [`DraftFault`]; for a repair also what the entry's edition says against it (DOMAIN rules 3 and 4).
    pub fn act(
        &self,
        id: StatementId,
        verb: ActVerb,
        request: ActRequest,
        (read, roster, now): World<'_>,
    ) -> Result<Draft, DraftFault> {
        if request.reason.trim().is_empty() {
            return Err(DraftFault::Reason);
        }
        let (_, disclosure, _) = statement(read, roster, id)?;
        if let Some(ahead) = request.decided_on.filter(|decided| *decided > now.date()) {
            return Err(DraftFault::DecidedInFuture(ahead));
        }
        if verb == ActVerb::Repair {
            self.check_repair(id, request.conditions.unwrap_or_default(), (read, roster, now))?;
        }
        let (body, agency) = request.into_body();
        let mut draft = self.seal(verb.kind(), Body::Act(body), agency, disclosure)?;
        draft.about = Some(id);
        Ok(draft)
    }

    /// A correction is about the same subject on the same kind of list as the link that speaks now. Under another one a firm
    /// would leave its list and another take its place, as one step that nobody sees.
    fn check_successor(
        &self,
        id: StatementId,
        body: &EntryBody,
        (read, roster, now): World<'_>,
    ) -> Result<(), DraftFault> {
        let MatterState::Standing { current } = gather::matter_state(read, roster, id, &|_| None)? else {
            return Ok(());
        };
        let (_, _, Some(Body::Listing(standing))) = statement(read, roster, current)? else { return Ok(()) };
        let (subject, asked) = (&standing.subject.id, &body.subject.id);
        if subject != asked {
            return Err(DraftFault::SubjectChanged { standing: subject.clone(), asked: asked.clone() });
        }
        if standing.list != body.list {
            return Err(DraftFault::ListChanged { standing: standing.list, asked: body.list });
        }
        // What is over stays over, whichever of its dates a correction moves; a word in it may still be put right.
        let term = |entry: &EntryBody| (entry.from, entry.until, entry.severity, entry.edition);
        let days = |entry: &EntryBody| (entry.basis.decided_on, entry.basis.effective_on);
        if term(&standing) == term(body) && days(&standing) == days(body) {
            return Ok(());
        }
        let view = Viewpoint { federation: self.federation, viewer: self.city, at: now, now: true, crosswalk: None };
        let case = gather::case_file(read, roster, &self.editions, subject, view)?;
        if rule(&case).entry(current).is_some_and(|entry| entry.state == State::Expired) {
            return Err(DraftFault::Expired(current));
        }
        Ok(())
    }

    /// A repair is judged by the link that speaks now, and its time counts from the earliest decision of any link that can be
    /// read: amending a day renews no term (DOMAIN rules 3 and 4).
    fn check_repair(
        &self,
        id: StatementId,
        conditions: RepairConditions,
        (read, roster, now): World<'_>,
    ) -> Result<(), DraftFault> {
        let links = gather::chain_listings(read, roster, id)?;
        let current = match gather::matter_state(read, roster, id, &|_| None)? {
            MatterState::Standing { current } => current,
            // The engine says what is wrong with acting on it.
            MatterState::Ended { .. } | MatterState::Void => return Ok(()),
        };
        let Some((_, entry)) = links.iter().find(|(link, _)| *link == current) else { return Ok(()) };
        let Some(edition) = self.editions.get(&entry.edition) else { return Ok(()) };
        let all: Vec<&EntryBody> = links.iter().map(|(_, entry)| entry).collect();
        match edition.check_repair(entry, &all, conditions, now.date()).into_iter().next() {
            Some(fault) => Err(DraftFault::Repair(fault)),
            None => Ok(()),
        }
    }

    /// A reasoned opt-out from another city's entry. Who may read the entry may read why it does not count here, and so may the city
    /// that listed it; nobody else (R46).
    ///
    /// # Errors
    /// See [`DraftFault`].
    pub fn decline(
        &self,
        id: StatementId,
        request: DeclineRequest,
        (read, roster, _): World<'_>,
    ) -> Result<Draft, DraftFault> {
        if request.reason.trim().is_empty() {
            return Err(DraftFault::Reason);
        }
        let disclosure = match statement(read, roster, id)?.1 {
            Disclosure::Named(readers) => {
                let others: BTreeSet<CityCode> =
                    readers.into_iter().chain([id.city]).filter(|reader| *reader != self.city).collect();
                if others.len() > READERS {
                    return Err(DraftFault::Readers);
                }
                Disclosure::Named(others.into_iter().collect())
            }
            open => open,
        };
        let body = Body::Decline(DeclineBody { reason: request.reason });
        let mut draft = self.seal(Kind::Decline, body, request.agency, disclosure)?;
        draft.about = Some(id);
        Ok(draft)
    }

    /// The rule for one partner.
    ///
    /// # Errors
    /// See [`DraftFault`].
    pub fn recognition(&self, mut rule: RecognitionBody, roster: &Roster) -> Result<Draft, DraftFault> {
        if rule.partner == self.city {
            return Err(DraftFault::OwnCity);
        }
        if roster.city(rule.partner).is_none() {
            return Err(DraftFault::NotAMember(rule.partner));
        }
        let unknown = |code: &&String| !self.editions.values().any(|edition| edition.measure(code).is_some());
        if let Some(code) = rule.measures.iter().flatten().find(unknown) {
            return Err(DraftFault::RuleMeasure(code.clone()));
        }
        rule.lists.sort_unstable();
        rule.lists.dedup();
        self.seal(Kind::Recognition, Body::Recognition(rule), None, Disclosure::Public)
    }

    /// Where this city's node is reached: addresses that mean something elsewhere.
    ///
    /// # Errors
    /// See [`DraftFault`].
    pub fn announcement(&self, peer_id: Vec<u8>, addresses: &[String]) -> Result<Draft, DraftFault> {
        let read = |text: &String| {
            let address: Multiaddress = text.parse().map_err(|fault| DraftFault::Address(text.clone(), fault))?;
            if address.is_any_host() { Err(DraftFault::AnyHost) } else { Ok(address.without_peer().to_owned()) }
        };
        let addresses = addresses.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let body = NodeAnnouncementBody { peer_id, addresses, valid_until: None };
        self.seal(Kind::NodeAnnouncement, Body::NodeAnnouncement(body), None, Disclosure::Public)
    }

    fn disclosure(&self, disclosure: Disclosure, roster: &Roster) -> Result<Disclosure, DraftFault> {
        if let Disclosure::Named(cities) = &disclosure {
            if cities.is_empty() || cities.len() > READERS {
                return Err(DraftFault::Readers);
            }
            if let Some(stranger) = cities.iter().find(|city| roster.city(**city).is_none()) {
                return Err(DraftFault::NotAMember(*stranger));
            }
        }
        Ok(disclosure)
    }

    /// An edition by name or digest; unstated, the one in force for this city of the only catalogue there is beside `mdb`, which
    /// is for imported lists.
    fn edition(&self, named: Option<&str>, day: Date) -> Result<&Edition, DraftFault> {
        if let Some(named) = named {
            let by_digest = named.parse::<Digest>().ok().and_then(|digest| self.editions.get(&digest));
            let by_name = || self.editions.values().find(|edition| edition.name() == named);
            return by_digest.or_else(by_name).ok_or_else(|| DraftFault::NoSuchEdition(named.to_owned()));
        }
        let own: Vec<&Edition> = self.editions.values().filter(|edition| edition.line() != "mdb").collect();
        match own.as_slice() {
            [only] => Ok(only),
            [first, others @ ..] if others.iter().all(|other| other.line() == first.line()) => {
                in_force(&self.editions, first.line(), Some(self.city), day).ok_or(DraftFault::EditionUnstated)
            }
            _ => Err(DraftFault::EditionUnstated),
        }
    }

    fn seal(
        &self,
        kind: Kind,
        body: Body,
        agency: Option<String>,
        disclosure: Disclosure,
    ) -> Result<Draft, DraftFault> {
        if agency.as_ref().is_some_and(|agency| agency.trim().is_empty() || agency.len() > AGENCY_BYTES) {
            return Err(DraftFault::Agency);
        }
        if let Some(agency) = &agency {
            check_text(agency).map_err(|fault| BodyFault::Text { field: "agency", fault })?;
        }
        let mut salt = Salt::default();
        getrandom::fill(&mut salt).map_err(|_| DraftFault::Random)?;
        let body_bytes = body.seal(kind, &salt)?;
        let commitment = commitment(&self.federation, self.city, kind, BODY_VERSION, &body_bytes);
        Ok(Draft { kind, agency, disclosure, about: None, ground: None, body, body_bytes, commitment })
    }
}

/// Digest, disclosure and, where it is held and readable, body of a statement.
fn statement(
    read: &dyn LedgerRead,
    roster: &Roster,
    id: StatementId,
) -> Result<(Digest, Disclosure, Option<Body>), DraftFault> {
    let (statement, bytes) = gather::statement(read, roster, id)?.ok_or(DraftFault::NoSuchStatement(id))?;
    let header = statement.header;
    let body = bytes.and_then(|bytes| Body::decode(header.kind, header.body_version, &bytes).ok());
    Ok((statement.digest, header.disclosure, body))
}

#[cfg(test)]
mod tests;
