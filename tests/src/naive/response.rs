//! What the viewer has answered to an entry, measure by measure (R149).

use super::decoded::{Content, Decoded, Leaf};
use super::effect::{Effect, effect_at};
use super::{Question, Slip};
use huxin_protocol::body::Answer;
use huxin_protocol::ids::StatementId;
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::ReasonCode;

/// The viewer's last Response about any link. Leaves stand in order of place.
pub(super) fn response<'a>(all: &'a Decoded, links: &[&Leaf], question: &Question) -> Option<&'a Leaf> {
    let about_chain = |leaf: &&Leaf| {
        leaf.is(Kind::Response)
            && effect_at(leaf, question) == Effect::Stands
            && links.iter().any(|link| leaf.about() == Some(link.place))
    };
    all.log(question.viewer).iter().rfind(about_chain).filter(|_| question.slip != Slip::IgnoresResponses)
}

/// Why a measure does not hold by it.
pub(super) fn against(response: &Leaf, code: &str, question: &Question) -> Option<ReasonCode> {
    let Content::Response(body) = &response.content else { return Some(ReasonCode::ResponseUnreadable) };
    let said = body.answers.iter().find(|said| said.measure == code)?;
    match said.answer {
        Answer::Declined => Some(ReasonCode::MeasureDeclined),
        Answer::NotApplicable => Some(ReasonCode::MeasureNotApplicable),
        Answer::Applies => said.from.filter(|from| from.start() > question.at).map(|_| ReasonCode::MeasureFromLaterDay),
    }
}

/// The place of a Response, to be shown.
pub(super) fn place(response: Option<&Leaf>) -> Option<StatementId> {
    response.map(|leaf| leaf.place)
}
