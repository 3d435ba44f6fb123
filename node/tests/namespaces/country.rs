//! Up to five cities as as many hosts, each with one line to a switch that is a host as well. Addresses are private and exist in
//! these namespaces alone.

use super::federation::{Federation, Founder, found_at};
use super::host::{Host, LINE};
use super::line;
use super::relay::{Relay, Way};
use huxin::client::Client;
use huxin_api::model::{PeerItem, PublishReply};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

pub const ZHOUSHAN: &str = "330900";
pub const HEZHOU: &str = "451100";
pub const LANZHOU: &str = "620100";
pub const NINGBO: &str = "330200";
pub const CHENGDU: &str = "510100";
const FOUNDERS: [(&str, &str); 5] =
    [(ZHOUSHAN, "舟山市"), (HEZHOU, "贺州市"), (LANZHOU, "兰州市"), (NINGBO, "宁波市"), (CHENGDU, "成都市")];
/// Where every city's node listens.
const PORT: u16 = 7651;
/// Where every city's interface answers, each on the loopback of its own host.
pub const API: &str = "127.0.0.1:7650";
const BRIDGE: &str = "switch0";

pub struct Country {
    pub federation: Federation<Host>,
    /// What makes a line long where `netem` does not.
    relays: BTreeMap<&'static str, FarLine>,
    /// Which port of the switch a city's line is in.
    numbers: BTreeMap<&'static str, u8>,
    addresses: BTreeMap<&'static str, Ipv4Addr>,
    switch: Host,
}

/// Two hosts between a city's host and the switch. Inside, towards the city, stand the addresses of all others; outside, towards
/// the switch, stands the city's. So nobody's addresses change, and every connection passes the relay between the two.
struct FarLine {
    _relay: Relay,
    inside: Host,
    _outside: Host,
}

fn address(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, number)
}

fn port_of(number: u8) -> String {
    format!("port{number}")
}

impl Country {
    /// The first `cities` of the five, founded and not yet started.
    pub fn founded(cities: usize) -> Self {
        let switch = Host::make("switch").unwrap();
        switch.ip(&format!("link add name {BRIDGE} type bridge\nlink set {BRIDGE} up")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (mut founders, mut hosts) = (Vec::new(), Vec::new());
        let (mut numbers, mut addresses) = (BTreeMap::new(), BTreeMap::new());
        for ((code, name), number) in FOUNDERS.into_iter().zip(1..).take(cities) {
            let (host, port) = (Host::make(code).unwrap(), port_of(number));
            let lay = format!(
                "link add name {port} type veth peer name {LINE} netns {}\nlink set {port} master {BRIDGE} up",
                host.name()
            );
            switch.ip(&lay).unwrap();
            host.ip(&format!("addr add {}/24 dev {LINE}\nlink set {LINE} up", address(number))).unwrap();
            founders.push(Founder {
                code,
                name,
                // Every address of the host, so that it may move.
                listen: format!("/ip4/0.0.0.0/tcp/{PORT}"),
                announce: vec![multiaddress(address(number))],
                api: API.to_owned(),
            });
            hosts.push(host);
            numbers.insert(code, number);
            addresses.insert(code, address(number));
        }
        let configs = found_at(folder.path(), &founders);
        let codes = founders.iter().map(|founder| founder.code);
        let seats = codes.zip(hosts).zip(configs).map(|((code, host), config)| (code, host, config));
        Self { federation: Federation::seated(folder, seats), relays: BTreeMap::new(), numbers, addresses, switch }
    }

    /// The same, all running and able to do their work.
    pub fn started(cities: usize) -> Self {
        let mut country = Self::founded(cities);
        country.federation.start_all();
        country
    }

    pub fn cities(&self) -> Vec<&'static str> {
        self.federation.cities()
    }

    /// All but these.
    pub fn others(&self, without: &[&str]) -> Vec<&'static str> {
        self.cities().into_iter().filter(|code| !without.contains(code)).collect()
    }

    pub fn host(&self, code: &str) -> Host {
        self.federation.seat(code).clone()
    }

    /// Publishes one entry in a city, which must take it.
    pub fn publish(&self, code: &str, number: usize) -> PublishReply {
        self.federation.ask(code, |client| client.publish(&super::lone::entry(number))).unwrap()
    }

    /// How far a city holds another one's log.
    pub fn holds(&self, code: &str, log: &str) -> u64 {
        let heads = self.federation.ask(code, Client::heads).unwrap().heads;
        heads.iter().find(|head| head.city.as_str() == log).unwrap().size.0
    }

    /// What a city's node knows of another one's.
    pub fn known(&self, code: &str, other: &str) -> Option<PeerItem> {
        let peers = self.federation.ask(code, Client::peers).ok()?.peers;
        peers.into_iter().find(|peer| peer.city.as_str() == other)
    }

    /// Makes the line of a city narrow, both ways.
    pub fn narrow(&self, code: &str) {
        self.host(code).shape(LINE, line::ONE_MEGABIT).unwrap();
        self.switch.shape(&port_of(self.numbers[code]), line::ONE_MEGABIT).unwrap();
    }

    pub fn widen(&self, code: &str) {
        self.host(code).unshape(LINE);
        self.switch.unshape(&port_of(self.numbers[code]));
    }

    /// Makes the line of a city long: whatever passes it comes later by `delay`, either way. Says by what means.
    pub fn lengthen(&mut self, code: &'static str, delay: Duration) -> &'static str {
        let discipline = format!("netem delay {}ms limit 10000", delay.as_millis());
        let number = self.numbers[code];
        if self.host(code).shape(LINE, &discipline).is_ok() {
            self.switch.shape(&port_of(number), &discipline).unwrap();
            return "netem";
        }
        let (inside, outside) = (Host::make("inside").unwrap(), Host::make("outside").unwrap());
        let (port, far) = (port_of(number), format!("far{number}"));
        self.switch
            .ip(&format!(
                "link set {port} netns {}\n\
                 link add name {far} type veth peer name {LINE} netns {}\n\
                 link set {far} master {BRIDGE} up",
                inside.name(),
                outside.name()
            ))
            .unwrap();
        let own = self.addresses[code];
        let others: Vec<Ipv4Addr> = self.addresses.values().copied().filter(|other| *other != own).collect();
        for other in &others {
            inside.ip(&format!("addr add {other}/24 dev {port}")).unwrap();
        }
        inside.ip(&format!("link set {port} up")).unwrap();
        outside.ip(&format!("addr add {own}/24 dev {LINE}\nlink set {LINE} up")).unwrap();
        self.forget_neighbours();
        let way = |from: &Host, to: &Host, at: Ipv4Addr| Way {
            from: from.clone(),
            to: to.clone(),
            address: SocketAddr::from((at, PORT)),
        };
        let mut ways: Vec<Way> = others.iter().map(|other| way(&inside, &outside, *other)).collect();
        ways.push(way(&outside, &inside, own));
        let relay = Relay::start(ways, delay);
        self.relays.insert(code, FarLine { _relay: relay, inside, _outside: outside });
        "relay"
    }

    pub fn shorten(&mut self, code: &'static str) {
        let port = port_of(self.numbers[code]);
        let Some(far) = self.relays.remove(code) else {
            self.host(code).unshape(LINE);
            self.switch.unshape(&port);
            return;
        };
        far.inside.ip(&format!("link set {port} netns {}", self.switch.name())).unwrap();
        // The kernel takes its time over a namespace that goes; its line is taken away at once.
        let lines = format!("link del far{}\nlink set {port} master {BRIDGE} up", self.numbers[code]);
        self.switch.ip(&lines).unwrap();
        drop(far);
        self.forget_neighbours();
    }

    /// Gives a city's host another address in place of its own; the new one.
    pub fn move_away(&mut self, code: &'static str) -> String {
        let before = self.addresses[code];
        let after = address(before.octets()[3] + 10);
        let host = self.host(code);
        host.ip(&format!("addr del {before}/24 dev {LINE}\naddr add {after}/24 dev {LINE}")).unwrap();
        self.addresses.insert(code, after);
        self.forget_neighbours();
        multiaddress(after)
    }

    /// Addresses have changed places: who stands behind which is asked anew.
    fn forget_neighbours(&self) {
        for code in self.cities() {
            self.host(code).ip(&format!("neigh flush dev {LINE}")).unwrap();
        }
    }
}

fn multiaddress(address: Ipv4Addr) -> String {
    format!("/ip4/{address}/tcp/{PORT}")
}
