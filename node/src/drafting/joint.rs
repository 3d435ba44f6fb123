//! Joint action: answers to other cities' entries, what was done with a measure, what is filed for a subject, and how the city
//! that listed handles it. The engine says whether it may be said of this statement at all; here is said what an officer can still
//! put right: measures that the entry does not carry, days that have not come, reasons that are blank.

mod fault;

pub use fault::JointFault;

use super::{DraftFault, Drafter, World, statement};
use huxin_api::model::{
    ActRequest, ActVerb, CarriedOutBy, FeedbackRequest, JointRequest, ResponseRequest, RulingRequest, StepRequest,
    Warning,
};
use huxin_engine::index::{acts_of, chain};
use huxin_engine::{Draft, gather};
use huxin_protocol::body::{Answer, Body, Department, Done, EntryBody, RepairConditions, RulingResult, Stage};
use huxin_protocol::fold::MatterState;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::StatementId;
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Date;

impl Drafter {
    /// The drafts of one command, in the order in which they are signed.
    ///
    /// # Errors
    /// See [`DraftFault`].
    pub fn joint(
        &self,
        id: StatementId,
        request: JointRequest,
        world: World<'_>,
        (warnings, index): (&mut Vec<Warning>, usize),
    ) -> Result<Vec<Draft>, DraftFault> {
        let mut drafts = Vec::new();
        let today = world.2.date();
        let disclosure = match &request {
            JointRequest::Response(response) => {
                let disclosure = self.check_response(id, response, world)?;
                warnings.extend(self.unsaid(id, response, world, index)?);
                disclosure
            }
            JointRequest::Feedback(feedback) => self.check_feedback(id, feedback, world)?,
            JointRequest::Application(application) => {
                check_filing(id, &application.reason, application.filed_on, world)?;
                self.foresee(id, application.conditions, world, (warnings, index))?;
                Disclosure::Named(vec![id.city])
            }
            JointRequest::Objection(objection) => {
                check_filing(id, &objection.reason, objection.filed_on, world)?;
                Disclosure::Named(vec![id.city])
            }
            JointRequest::Step(step) => {
                check_step(step, today)?;
                self.answer_to(id, world)?.1
            }
            JointRequest::Ruling(ruling) => {
                check_ruling(ruling, today)?;
                let (entry, disclosure) = self.answer_to(id, world)?;
                drafts.extend(self.carried_out(entry, ruling, world, (warnings, index))?);
                disclosure
            }
        };
        let kind = request.kind();
        let (body, agency) = request.into_body();
        let mut draft = self.seal(kind, body, agency, disclosure)?;
        draft.about = Some(id);
        drafts.push(draft);
        Ok(drafts)
    }

    fn check_response(
        &self,
        id: StatementId,
        response: &ResponseRequest,
        (read, roster, _): World<'_>,
    ) -> Result<Disclosure, DraftFault> {
        let answers = &response.answers;
        if answers.is_empty() {
            return Err(JointFault::NoAnswer.into());
        }
        for (at, said) in answers.iter().enumerate() {
            let measure = || said.measure.clone();
            if answers[..at].iter().any(|before| before.measure == said.measure) {
                return Err(JointFault::MeasureRepeated(measure()).into());
            }
            if said.answer == Answer::Declined && is_blank(said.reason.as_deref()) {
                return Err(JointFault::DeclinedWithoutReason(measure()).into());
            }
            if said.answer != Answer::Applies && said.from.is_some() {
                return Err(JointFault::DayOfNothing(measure()).into());
            }
        }
        let (_, disclosure, _) = statement(read, roster, id)?;
        // What has ended or never had an effect, or is no listing, is the engine's to refuse.
        if let MatterState::Standing { current, .. } = gather::matter_state(read, roster, id, &|_| None)? {
            let (_, _, Some(Body::Listing(entry))) = statement(read, roster, current)? else {
                return Err(JointFault::EntryUnreadable(current).into());
            };
            for said in answers {
                self.check_carried(&said.measure, current, &[&*entry])?;
            }
        }
        self.disclosed_as(disclosure, &[id.city])
    }

    /// A Response stands for all before it (R149): what this city answered earlier and leaves out now is said no more.
    fn unsaid(
        &self,
        id: StatementId,
        response: &ResponseRequest,
        (read, roster, _): World<'_>,
        index: usize,
    ) -> Result<Option<Warning>, DraftFault> {
        let Some(member) = roster.city(self.city) else { return Ok(None) };
        let mut last = None;
        for link in chain(read, id.city, id.seq)? {
            let said = acts_of(read, (id.city, link), Kind::Response, self.city)?;
            last = last.max(said.into_iter().filter(|seq| !member.is_voided(*seq)).max());
        }
        let Some(seq) = last else { return Ok(None) };
        let before = StatementId { city: self.city, epoch: member.epoch_at(seq), seq };
        let (_, _, Some(Body::Response(said))) = statement(read, roster, before)? else { return Ok(None) };
        let named = |measure: &str| response.answers.iter().any(|answer| answer.measure == measure);
        let unsaid = said.answers.iter().map(|answer| answer.measure.as_str()).filter(|measure| !named(measure));
        let unsaid = unsaid.collect::<Vec<_>>().join(", ");
        let sentence =
            format!("{before} answered {unsaid} too; this answer stands for all of it, so that is said no more");
        Ok((!unsaid.is_empty()).then(|| Warning { index, code: "answer_replaced".to_owned(), sentence }))
    }

    fn check_feedback(
        &self,
        id: StatementId,
        feedback: &FeedbackRequest,
        (read, roster, now): World<'_>,
    ) -> Result<Disclosure, DraftFault> {
        not_ahead("on", feedback.on, now.date())?;
        in_order(feedback.from, feedback.until)?;
        check_department(&feedback.department)?;
        let (_, disclosure, _) = statement(read, roster, id)?;
        // A measure that a correction took away is lifted all the same, so every link is looked at.
        let links = gather::chain_listings(read, roster, id)?;
        let links: Vec<&EntryBody> = links.iter().map(|(_, entry)| entry).collect();
        match gather::matter_state(read, roster, id, &|_| None)? {
            MatterState::Void => {}
            // Of what has ended the text may be gone, and what was applied is to be lifted.
            _ if links.is_empty() && feedback.done != Done::Applied => {}
            _ if links.is_empty() => return Err(JointFault::EntryUnreadable(id).into()),
            _ => self.check_carried(&feedback.measure, id, &links)?,
        }
        self.disclosed_as(disclosure, &[id.city])
    }

    fn check_carried(&self, measure: &str, entry: StatementId, links: &[&EntryBody]) -> Result<(), JointFault> {
        if links.iter().any(|link| link.measures.iter().any(|code| code == measure)) {
            return Ok(());
        }
        let mut editions = links.iter().filter_map(|link| self.editions.get(&link.edition)).peekable();
        if editions.peek().is_some() && editions.all(|edition| edition.measure(measure).is_none()) {
            return Err(JointFault::MeasureUnknown(measure.to_owned()));
        }
        Err(JointFault::MeasureNotCarried { entry, measure: measure.to_owned() })
    }

    /// What the authority will hold against an application by the entry's edition. It decides, so these are warnings.
    fn foresee(
        &self,
        id: StatementId,
        conditions: RepairConditions,
        (read, roster, now): World<'_>,
        (warnings, index): (&mut Vec<Warning>, usize),
    ) -> Result<(), DraftFault> {
        let links = gather::chain_listings(read, roster, id)?;
        let MatterState::Standing { current, .. } = gather::matter_state(read, roster, id, &|_| None)? else {
            return Ok(());
        };
        let Some((_, entry)) = links.iter().find(|(link, _)| *link == current) else { return Ok(()) };
        let Some(edition) = self.editions.get(&entry.edition) else { return Ok(()) };
        let all: Vec<&EntryBody> = links.iter().map(|(_, entry)| entry).collect();
        let faults = edition.check_repair(entry, &all, conditions, now.date());
        let warning = |code: &str, sentence| Warning { index, code: code.to_owned(), sentence };
        warnings.extend(faults.into_iter().map(|fault| warning(fault.code(), fault.to_string())));
        Ok(())
    }

    /// The entry that a filing is about, and who reads the answer. What is no filing is the engine's to refuse.
    fn answer_to(
        &self,
        filing: StatementId,
        (read, roster, _): World<'_>,
    ) -> Result<(Option<StatementId>, Disclosure), DraftFault> {
        let (filed, _) = gather::statement(read, roster, filing)?.ok_or(DraftFault::NoSuchStatement(filing))?;
        let entry = filed.header.about.map(|about| about.id).filter(|_| filed.header.kind.is_filing());
        let Some(entry) = entry else { return Ok((None, filed.header.disclosure)) };
        let (_, disclosure, _) = statement(read, roster, entry)?;
        Ok((Some(entry), self.disclosed_as(disclosure, &[entry.city, filing.city])?))
    }

    /// The ending or amendment that an upheld filing demands. It says what the ruling says.
    fn carried_out(
        &self,
        entry: Option<StatementId>,
        request: &RulingRequest,
        world: World<'_>,
        warnings: (&mut Vec<Warning>, usize),
    ) -> Result<Option<Draft>, DraftFault> {
        let Some(by) = &request.carried_out_by else { return Ok(None) };
        if request.decision == RulingResult::Rejected {
            return Err(JointFault::RejectedCarriedOut.into());
        }
        let Some(entry) = entry else { return Ok(None) };
        let (verb, conditions) = match by {
            CarriedOutBy::Amendment(corrected) => {
                return self.listing((**corrected).clone(), Some(entry), world, warnings).map(Some);
            }
            CarriedOutBy::Repair(conditions) => (ActVerb::Repair, Some(*conditions)),
            CarriedOutBy::Annulment => (ActVerb::Annulment, None),
            CarriedOutBy::Removal => (ActVerb::Removal, None),
        };
        let act = ActRequest {
            reason: request.reason.clone(),
            document_number: request.document_number.clone(),
            authority: request.authority.clone(),
            decided_on: Some(request.decided_on),
            conditions,
            agency: request.agency.clone(),
            ..ActRequest::default()
        };
        self.act(entry, verb, act, world, warnings).map(Some)
    }
}

/// What every filing needs: an entry, a reason, and a day that has come.
fn check_filing(id: StatementId, reason: &str, on: Date, (read, roster, now): World<'_>) -> Result<(), DraftFault> {
    if is_blank(Some(reason)) {
        return Err(DraftFault::Reason);
    }
    not_ahead("filed_on", on, now.date())?;
    statement(read, roster, id).map(|_| ())
}

fn check_step(step: &StepRequest, today: Date) -> Result<(), DraftFault> {
    not_ahead("on", step.on, today)?;
    in_order(Some(step.on), step.until)?;
    let silent = is_blank(step.reason.as_deref());
    match step.stage {
        Stage::SupplementAsked if silent => Err(JointFault::SupplementUnnamed.into()),
        Stage::Extended if silent || step.until.is_none() => Err(JointFault::ExtensionIncomplete.into()),
        _ if silent && step.reason.is_some() => Err(DraftFault::Reason),
        _ => Ok(()),
    }
}

fn check_ruling(ruling: &RulingRequest, today: Date) -> Result<(), DraftFault> {
    if is_blank(Some(&ruling.reason)) {
        return Err(DraftFault::Reason);
    }
    Ok(not_ahead("decided_on", ruling.decided_on, today)?)
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

fn not_ahead(field: &'static str, day: Date, today: Date) -> Result<(), JointFault> {
    if day > today { Err(JointFault::FutureDay { field, day }) } else { Ok(()) }
}

fn in_order(from: Option<Date>, until: Option<Date>) -> Result<(), JointFault> {
    match (from, until) {
        (Some(from), Some(until)) if until < from => Err(JointFault::EndsBeforeStart { from, until }),
        _ => Ok(()),
    }
}

fn check_department(department: &Department) -> Result<(), JointFault> {
    if is_blank(Some(&department.name)) {
        return Err(JointFault::DepartmentUnnamed);
    }
    let Some(code) = &department.uscc else { return Ok(()) };
    let id = SubjectId::new(SubjectId::USCC, code).map_err(JointFault::DepartmentCode)?;
    id.check_code().map_err(JointFault::DepartmentCode)
}
