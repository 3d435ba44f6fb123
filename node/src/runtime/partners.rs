//! Where partners are reached: the genesis says it first, the settings may add addresses, and a city's own announcement in
//! its log says it best.

use crate::fault::Fault;
use huxin_config::Settings;
use huxin_engine::gather;
use huxin_engine::ledger::LedgerRead;
use huxin_keys::peer_id_text;
use huxin_net::{NetHandle, PartnerNode};
use huxin_protocol::body::Body;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{CityCode, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::{CityRoster, Roster};
use std::collections::BTreeMap;

/// Members' nodes by the genesis, with the addresses that the settings add.
///
/// # Errors
/// An address of the settings names a peer that is no member's.
pub fn founding_nodes(genesis: &Genesis, settings: &Settings) -> Result<Vec<PartnerNode>, Fault> {
    let mut nodes: Vec<PartnerNode> = genesis
        .manifest()
        .members
        .iter()
        .map(|member| PartnerNode {
            city: member.code,
            peer_id: member.peer_id.clone(),
            addresses: member.addresses.clone(),
        })
        .collect();
    for address in &settings.network.dial {
        let named = nodes.iter_mut().find(|node| address.peer_id() == Some(peer_id_text(&node.peer_id).as_str()));
        match named {
            Some(node) => node.addresses.push(address.without_peer().to_owned()),
            None => {
                return Err(Fault::usage(
                    "dial_stranger",
                    format_args!("{} is the node of no member", address.as_str()),
                )
                .trying("compare [network] dial with `huxin federation show`"));
            }
        }
    }
    Ok(nodes)
}

/// The newest announcement that was taken up, by city.
#[derive(Debug, Default)]
pub struct Announcements {
    taken: BTreeMap<CityCode, Seq>,
}

impl Announcements {
    /// At the start: what stands in the store.
    pub fn take_all(&mut self, read: &dyn LedgerRead, roster: &Roster, net: &NetHandle) -> Result<(), Fault> {
        for member in roster.cities() {
            self.take(member.code, read, roster, net)?;
        }
        Ok(())
    }

    /// After something of `city` was admitted.
    pub fn take(
        &mut self,
        city: CityCode,
        read: &dyn LedgerRead,
        roster: &Roster,
        net: &NetHandle,
    ) -> Result<(), Fault> {
        let Some(member) = roster.city(city) else { return Ok(()) };
        let places = gather::trust_statements(read, city, Kind::NodeAnnouncement)?;
        let newest = places.into_iter().rfind(|seq| !member.is_voided(*seq));
        let Some(seq) = newest.filter(|seq| self.taken.get(&city).is_none_or(|taken| taken < seq)) else {
            return Ok(());
        };
        if let Some(node) = announced(member, seq, read, roster)? {
            tracing::info!(%city, addresses = ?node.addresses, "a node announcement was taken up");
            if let Err(fault) = net.set_partner(node) {
                tracing::warn!(%city, %fault, "the announced node was not taken up");
            }
            self.taken.insert(city, seq);
        }
        Ok(())
    }
}

fn announced(
    member: &CityRoster,
    seq: Seq,
    read: &dyn LedgerRead,
    roster: &Roster,
) -> Result<Option<PartnerNode>, Fault> {
    let id = StatementId { city: member.code, epoch: member.epoch_at(seq), seq };
    let Some((statement, Some(bytes))) = gather::statement(read, roster, id)? else { return Ok(None) };
    Ok(match Body::decode(statement.header.kind, statement.header.body_version, &bytes) {
        Ok(Body::NodeAnnouncement(body)) => {
            Some(PartnerNode { city: member.code, peer_id: body.peer_id, addresses: body.addresses })
        }
        _ => None,
    })
}
