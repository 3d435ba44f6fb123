//! A desk in each city that publishes through whatever happens, and writes down what was answered. In the calm all of that
//! must be there: what was answered was promised.

use super::chance::Chance;
use super::country::{API, Country};
use super::federation::Seat as _;
use super::host::Host;
use super::lone::entry;
use huxin::client::Client;
use huxin_protocol::ids::StatementId;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Numbers asked about at once; the interface takes no more.
const ASKED: usize = 1000;
/// Milliseconds between two publications: enough to be in the middle of one when the node dies, and few enough that five
/// nodes on two cores keep up.
const PAUSE: (u64, u64) = (20, 80);

/// What one city's desk was answered.
#[derive(Debug, Default)]
pub struct Answers {
    /// Number and id of each entry that was answered.
    pub taken: Vec<(usize, StatementId)>,
    /// How often a running node said that it could not sign now, by code.
    pub refused: BTreeMap<String, usize>,
    /// How often nobody answered: the node was dead, or died meanwhile.
    pub unanswered: usize,
}

pub struct Desk {
    host: Host,
    token: String,
    chance: Chance,
}

impl Desk {
    pub fn of(country: &Country, code: &str, chance: Chance) -> Self {
        let authorization = country.federation.client(code).authorization().to_owned();
        let token = authorization.trim_start_matches("Bearer ").to_owned();
        Self { host: country.host(code), token, chance }
    }

    /// Publishes until it is told that it is over. A number is used once, answered or not.
    pub fn publish(mut self, over: &AtomicBool) -> Answers {
        let mut answers = Answers::default();
        self.host.clone().within(|| {
            let mut client = Client::new(API, &self.token);
            for number in 0.. {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                match client.publish(&entry(number)) {
                    Ok(reply) => answers.taken.push((number, reply.ids[0])),
                    Err(fault) if ["unreachable", "answer_cut"].contains(&fault.code.as_str()) => {
                        answers.unanswered += 1;
                        client = Client::new(API, &self.token);
                    }
                    Err(fault) => *answers.refused.entry(fault.code).or_default() += 1,
                }
                std::thread::park_timeout(Duration::from_millis(self.chance.within(PAUSE.0, PAUSE.1)));
            }
        });
        answers
    }
}

impl Answers {
    /// Those that the city's own node does not hold under their id.
    pub fn lost(&self, country: &Country, code: &str) -> Vec<StatementId> {
        let mut lost = Vec::new();
        for asked in self.taken.chunks(ASKED) {
            let references = asked.iter().map(|(number, _)| number.to_string()).collect();
            let known = country.federation.ask(code, |client| client.references(references)).unwrap().known;
            let known: BTreeMap<_, _> = known.into_iter().map(|item| (item.record_ref, item.id)).collect();
            let held = |number: &usize, id: &StatementId| known.get(&number.to_string()) == Some(id);
            lost.extend(asked.iter().filter(|(number, id)| !held(number, id)).map(|(_, id)| *id));
        }
        lost
    }
}
