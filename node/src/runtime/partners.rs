//! Where partners are reached: the genesis says it first, the settings may add addresses, and a city's own announcement in
//! its log says it best.

use crate::fault::Fault;
use huxin_config::Settings;
use huxin_engine::gather;
use huxin_engine::input::Peer;
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

/// Which node a city has: the one of the genesis, and beside it at most one that it announced itself. A peer that is another
/// city's node is never taken up.
#[derive(Debug)]
pub struct Announcements {
    founding: BTreeMap<CityCode, PartnerNode>,
    /// The newest announcement that was looked at, by city, and the node that the city announced last and may have.
    taken: BTreeMap<CityCode, (Seq, Option<PartnerNode>)>,
}

/// What the network has to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Set(PartnerNode),
    Drop(Vec<u8>),
}

impl Announcements {
    #[must_use]
    pub fn new(founding: Vec<PartnerNode>) -> Self {
        Self { founding: founding.into_iter().map(|node| (node.city, node)).collect(), taken: BTreeMap::new() }
    }

    /// At the start: what stands in the store.
    pub fn take_all(&mut self, read: &dyn LedgerRead, roster: &Roster, net: &NetHandle) -> Result<(), Fault> {
        for member in roster.cities() {
            self.take(member.code, read, roster, net)?;
        }
        Ok(())
    }

    /// After something of `city` was admitted, or left its log.
    pub fn take(
        &mut self,
        city: CityCode,
        read: &dyn LedgerRead,
        roster: &Roster,
        net: &NetHandle,
    ) -> Result<(), Fault> {
        let Some(member) = roster.city(city) else { return Ok(()) };
        let known = self.taken.get(&city).map(|(seq, _)| *seq);
        let changes = match newest_place(read, member, known)? {
            None => self.withdrawn(city),
            Some(seq) if self.taken.get(&city).is_some_and(|(taken, _)| *taken == seq) => Vec::new(),
            // Without its body it is looked at again with the next statement.
            Some(seq) => announced(member, seq, read, roster)?.map_or_else(Vec::new, |node| self.newest(seq, node)),
        };
        for change in changes {
            let told = match change {
                Change::Set(node) => {
                    tracing::info!(%city, addresses = ?node.addresses, "a city's node was taken up");
                    net.set_partner(node)
                }
                Change::Drop(peer_id) => net.drop_partner(Peer(peer_id)),
            };
            if let Err(fault) = told {
                tracing::warn!(%city, %fault, "the network did not take up a city's node");
            }
        }
        Ok(())
    }

    /// A city announces a node.
    fn newest(&mut self, seq: Seq, node: PartnerNode) -> Vec<Change> {
        let city = node.city;
        let before = self.taken.remove(&city).and_then(|(_, node)| node);
        if let Some(owner) = self.owner_beside(city, &node.peer_id) {
            tracing::warn!(%city, %owner, peer = peer_id_text(&node.peer_id), "a city announced another city's node; left out");
            self.taken.insert(city, (seq, before));
            return Vec::new();
        }
        let mut changes: Vec<Change> = self.no_longer(city, before, Some(&node)).into_iter().collect();
        changes.push(Change::Set(node.clone()));
        self.taken.insert(city, (seq, Some(node)));
        changes
    }

    /// No announcement of a city stands any more: the genesis says where its node is.
    fn withdrawn(&mut self, city: CityCode) -> Vec<Change> {
        let Some((_, Some(before))) = self.taken.remove(&city) else { return Vec::new() };
        let mut changes: Vec<Change> = self.no_longer(city, Some(before), None).into_iter().collect();
        changes.extend(self.founding.get(&city).cloned().map(Change::Set));
        changes
    }

    /// The node that a city announced before goes, unless it is the founding one or stays under new addresses.
    fn no_longer(&self, city: CityCode, before: Option<PartnerNode>, now: Option<&PartnerNode>) -> Option<Change> {
        let stays = |peer: &[u8]| {
            now.is_some_and(|node| node.peer_id == peer)
                || self.founding.get(&city).is_some_and(|node| node.peer_id == peer)
        };
        before.filter(|node| !stays(&node.peer_id)).map(|node| Change::Drop(node.peer_id))
    }

    /// The other city whose node this peer is.
    fn owner_beside(&self, city: CityCode, peer: &[u8]) -> Option<CityCode> {
        let announced = self.taken.values().filter_map(|(_, node)| node.as_ref());
        let mut others = self.founding.values().chain(announced).filter(|node| node.city != city);
        others.find(|node| node.peer_id == peer).map(|node| node.city)
    }
}

/// Where the newest announcement of a city stands that no record voided. `known` is one that was looked at: those before it are only
/// read where it and all behind it have gone, so that a city that announces itself a thousand times costs no more than one that does so
/// once.
fn newest_place(read: &dyn LedgerRead, member: &CityRoster, known: Option<Seq>) -> Result<Option<Seq>, Fault> {
    for from in known.into_iter().chain([Seq(0)]) {
        let places = gather::trust_statements_from(read, member.code, Kind::NodeAnnouncement, from)?;
        let newest = places.into_iter().rfind(|seq| !member.is_voided(*seq));
        if newest.is_some() {
            return Ok(newest);
        }
    }
    Ok(None)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use huxin_engine::ledger::{Family, ReadFault};

    fn node(city: &str, peer: u8) -> PartnerNode {
        PartnerNode {
            city: CityCode::new(city).unwrap(),
            peer_id: vec![peer; 4],
            addresses: vec![format!("at {peer}")],
        }
    }
    fn announcements() -> Announcements {
        Announcements::new(vec![node("c01", 1), node("c02", 2)])
    }
    fn dropped(peer: u8) -> Change {
        Change::Drop(vec![peer; 4])
    }

    #[test]
    fn a_city_has_one_announced_node_beside_the_founding_one() {
        let mut all = announcements();
        assert_eq!(all.newest(Seq(5), node("c01", 7)), [Change::Set(node("c01", 7))]);
        assert_eq!(all.newest(Seq(6), node("c01", 8)), [dropped(7), Change::Set(node("c01", 8))]);
        let mut moved = node("c01", 8);
        moved.addresses = vec!["elsewhere".to_owned()];
        assert_eq!(all.newest(Seq(7), moved.clone()), [Change::Set(moved)]);
        // Back to the founding one, under whatever addresses; it is never dropped.
        assert_eq!(all.newest(Seq(8), node("c01", 1)), [dropped(8), Change::Set(node("c01", 1))]);
        assert_eq!(all.newest(Seq(9), node("c01", 7)), [Change::Set(node("c01", 7))]);
    }

    #[test]
    fn another_citys_node_is_not_taken_up() {
        let mut all = announcements();
        assert_eq!(all.newest(Seq(1), node("c02", 1)), [], "the founding node of the first city");
        all.newest(Seq(3), node("c01", 9));
        all.newest(Seq(4), node("c02", 6));
        assert_eq!(all.newest(Seq(5), node("c02", 9)), [], "the announced one");
        // What the second city announced before stays, and goes with the next.
        assert_eq!(all.newest(Seq(6), node("c02", 5)), [dropped(6), Change::Set(node("c02", 5))]);
        // Once given up it is free.
        all.newest(Seq(7), node("c01", 8));
        assert_eq!(all.newest(Seq(8), node("c02", 9)), [dropped(5), Change::Set(node("c02", 9))]);
    }

    /// Announcements at the positions below `count`, and how many rows are passed by.
    struct Rows {
        count: u64,
        passed: std::cell::Cell<u64>,
    }

    impl LedgerRead for Rows {
        fn get(&self, _: Family, _: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
            Ok(None)
        }
        fn scan(
            &self,
            _: Family,
            start: &[u8],
            end: &[u8],
            visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
        ) -> Result<(), ReadFault> {
            for seq in 0..self.count {
                let key = [&start[..start.len() - 8], &seq.to_be_bytes()].concat();
                if (start..end).contains(&key.as_slice()) {
                    self.passed.set(self.passed.get() + 1);
                    visit(&key, &[]);
                }
            }
            Ok(())
        }
    }

    #[test]
    fn only_what_came_after_the_last_look_is_read() {
        let vector: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/vectors/genesis/of-three-cities.json")).unwrap();
        let genesis = Genesis::decode(&hex::decode(vector["bytes"].as_str().unwrap()).unwrap()).unwrap();
        let roster = Roster::new(&genesis);
        let member = roster.cities().next().unwrap();
        let rows = Rows { count: 5_000, passed: std::cell::Cell::new(0) };
        for (known, newest, passed) in [
            (None, Some(Seq(4_999)), 5_000),
            (Some(Seq(4_998)), Some(Seq(4_999)), 2),
            (Some(Seq(4_999)), Some(Seq(4_999)), 1),
            // What was known has gone with all behind it.
            (Some(Seq(5_007)), Some(Seq(4_999)), 5_000),
        ] {
            rows.passed.set(0);
            assert_eq!(newest_place(&rows, member, known).unwrap(), newest, "{known:?}");
            assert_eq!(rows.passed.get(), passed, "{known:?}");
        }
        let none = Rows { count: 0, passed: std::cell::Cell::new(0) };
        assert_eq!(newest_place(&none, member, Some(Seq(3))).unwrap(), None);
    }

    #[test]
    fn an_announcement_that_a_record_cut_off_is_undone() {
        let mut all = announcements();
        assert_eq!(all.withdrawn(CityCode::new("c01").unwrap()), []);
        all.newest(Seq(5), node("c01", 7));
        assert_eq!(all.withdrawn(CityCode::new("c01").unwrap()), [dropped(7), Change::Set(node("c01", 1))]);
        assert_eq!(all.withdrawn(CityCode::new("c01").unwrap()), []);
    }
}
