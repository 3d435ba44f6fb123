//! What the viewer's own Response says of the measures of an entry (R149). It narrows what recognition gives and adds nothing.

use super::case::BodyState;
use crate::body::{Answer, Body};
use crate::ruling::{Reason, ReasonCode};
use crate::time::Millis;

/// Why a measure does not hold by the viewer's last Response to its entry, if it does not.
pub(super) fn against(response: &BodyState, measure: &str, at: Millis) -> Option<Reason> {
    let BodyState::Held(Body::Response(body)) = response else {
        // It said something about some measures. Which ones cannot be read, so none is held against the subject.
        return Some(ReasonCode::ResponseUnreadable.into());
    };
    let said = body.answers.iter().find(|said| said.measure == measure)?;
    let with = |code| match said.reason.as_deref() {
        Some(reason) => Reason::with(code, reason, reason),
        None => code.into(),
    };
    match said.answer {
        Answer::Declined => Some(with(ReasonCode::MeasureDeclined)),
        Answer::NotApplicable => Some(with(ReasonCode::MeasureNotApplicable)),
        Answer::Applies => {
            let from = said.from.filter(|from| at < from.start())?.to_string();
            Some(Reason::with(ReasonCode::MeasureFromLaterDay, &from, &from))
        }
    }
}
