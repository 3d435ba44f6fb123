//! Listings: an Entry, or an Amendment with the whole corrected entry.

use super::{DraftFault, Drafter, World, meant_where_unstated, statement};
use huxin_api::model::{EntryRequest, Warning};
use huxin_engine::{Draft, gather};
use huxin_keys::{GroundInput, ground_tag};
use huxin_protocol::body::{Body, EntryBody};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{Edition, Issue};
use huxin_protocol::fold::{MatterState, Viewpoint, rule};
use huxin_protocol::header::{About, Disclosure};
use huxin_protocol::ids::StatementId;
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::State;
use huxin_protocol::time::Date;

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

    /// A correction is about the same subject on the same kind of list as the link that speaks now. Under another one a firm
    /// would leave its list and another take its place, as one step that nobody sees.
    fn check_successor(
        &self,
        id: StatementId,
        body: &EntryBody,
        (read, roster, now): World<'_>,
    ) -> Result<(), DraftFault> {
        let MatterState::Standing { current, .. } = gather::matter_state(read, roster, id, &|_| None)? else {
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

    /// An edition by name or digest; unstated, the one that is meant then.
    fn edition(&self, named: Option<&str>, day: Date) -> Result<&Edition, DraftFault> {
        if let Some(named) = named {
            let by_digest = named.parse::<Digest>().ok().and_then(|digest| self.editions.get(&digest));
            let by_name = || self.editions.values().find(|edition| edition.name() == named);
            return by_digest.or_else(by_name).ok_or_else(|| DraftFault::NoSuchEdition(named.to_owned()));
        }
        meant_where_unstated(&self.editions, self.city, day).ok_or(DraftFault::EditionUnstated)
    }
}
