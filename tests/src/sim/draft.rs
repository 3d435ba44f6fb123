//! What simulated cities say: drafts about synthetic companies.

use crate::world::{Chance, Secrets, draft, entry_body};
use huxin_engine::input::Draft;
use huxin_protocol::body::{ActBody, Body, DeclineBody, EntryBody, List, RecognitionBody, Severity};
use huxin_protocol::digest::Digest;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Date;

/// Whose words these are, and in which federation.
#[derive(Clone, Copy)]
pub struct Speaker<'a> {
    pub secrets: &'a Secrets,
    pub federation: &'a Digest,
}

impl Speaker<'_> {
    fn say(&self, kind: Kind, about: Option<StatementId>, body: Body, disclosure: Disclosure) -> Draft {
        draft(self.secrets, self.federation, kind, about, body, disclosure)
    }

    /// A listing of the `number`th company by the `decision`th decision. Its validity ends with `until`, where given.
    #[must_use]
    pub fn listing(&self, entry: EntryBody, about: Option<StatementId>, disclosure: Disclosure) -> Draft {
        let kind = if about.is_some() { Kind::Amendment } else { Kind::Entry };
        self.say(kind, about, Body::Listing(Box::new(entry)), disclosure)
    }
    #[must_use]
    pub fn act(&self, kind: Kind, about: StatementId) -> Draft {
        let body = Body::Act(ActBody { reason: format!("synthetic {}", kind.name()), ..ActBody::default() });
        self.say(kind, Some(about), body, Disclosure::Public)
    }
    #[must_use]
    pub fn about(&self, kind: Kind, about: StatementId, body: Body) -> Draft {
        self.say(kind, Some(about), body, Disclosure::Public)
    }
    #[must_use]
    pub fn decline(&self, about: StatementId) -> Draft {
        let body = Body::Decline(DeclineBody { reason: "synthetic reason".to_owned() });
        self.say(Kind::Decline, Some(about), body, Disclosure::Public)
    }
    #[must_use]
    pub fn recognition(&self, partner: CityCode, lists: Vec<List>, minimum_severity: Option<Severity>) -> Draft {
        let body = Body::Recognition(RecognitionBody {
            minimum_severity,
            ..RecognitionBody::without_limits(partner, lists, Date::new(2020, 1, 1).expect("a date"))
        });
        self.say(Kind::Recognition, None, body, Disclosure::Public)
    }
}

/// What a listing says of the `number`th company.
#[must_use]
pub fn entry(number: u64, decision: u64, today: Date, chance: &mut Chance) -> EntryBody {
    let mut body = entry_body(number, &format!("Decision {decision}"));
    body.severity = Some(match chance.below(3) {
        0 => Severity::Minor,
        1 => Severity::General,
        _ => Severity::Serious,
    });
    if chance.hits(250) {
        // It runs out while the simulation goes on.
        body.until = Some(today.add_days(1 + chance.below(20) as i32));
    }
    body
}
