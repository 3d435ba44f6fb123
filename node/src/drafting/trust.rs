//! What partners rely on: the rule for one of them, and where this city's node is reached.

use super::{DraftFault, Drafter};
use huxin_config::Multiaddress;
use huxin_engine::Draft;
use huxin_protocol::body::{Body, NodeAnnouncementBody, RecognitionBody};
use huxin_protocol::header::Disclosure;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;

impl Drafter {
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
}
