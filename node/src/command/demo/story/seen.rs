//! What each city says of the subject, and how that differs from what is due.

use super::super::processes::Node;
use super::steps::Scene;
use super::{ToldStep, ruling};
use crate::chinese::wrapped;
use crate::command::Context;
use crate::fault::Fault;
use huxin_api::model::{BindingsQuery, StatusQuery};
use huxin_protocol::ids::CityCode;
use huxin_protocol::ruling::{ReasonCode, State};
use serde::Serialize;

/// What one city says.
#[derive(Debug, Serialize)]
pub struct Seen {
    pub city: CityCode,
    pub name: String,
    /// Absent where the city knows of no entry.
    pub state: Option<State>,
    pub counts: bool,
    /// The measures that hold there.
    pub measures: Vec<String>,
    pub reasons: Vec<ReasonCode>,
    /// What is filed and waits, with the last day of its clock.
    pub filings: Vec<String>,
    /// Whether its list of what binds there names the entry; the city that listed has none of itself.
    pub binds: bool,
    /// How many entries anybody may see.
    pub public_entries: usize,
}

/// What is due in one city.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    pub state: State,
    pub counts: bool,
    pub measures: &'static [&'static str],
}

impl Due {
    pub const fn counts(state: State, measures: &'static [&'static str]) -> Self {
        Self { state, counts: true, measures }
    }
    pub const fn rests(state: State) -> Self {
        Self { state, counts: false, measures: &[] }
    }
}

impl Seen {
    /// Asks every city, by its status, its public status and its list of what binds there.
    pub fn of_all(nodes: &[Node], scene: &Scene) -> Result<Vec<Self>, Fault> {
        let lister = nodes[0].code;
        let ask = |node: &Node| {
            let ruling = ruling(&node.client, &scene.subject)?;
            let query = StatusQuery { public: true, ..StatusQuery::default() };
            let public = node.client.status(&scene.subject, &query)?;
            let bindings = BindingsQuery { partner: lister, list: None, field: None, after: None };
            let bindings = node.client.bindings(&bindings)?.bindings;
            let entry = ruling.entries.iter().find(|entry| Some(entry.id) == scene.entry);
            let filing = |filing: &huxin_protocol::ruling::Filing| {
                let until = filing.until.map(|until| until.to_string()).unwrap_or_default();
                format!("{} {until}", filing.id)
            };
            Ok(Self {
                city: node.code,
                name: node.name.clone(),
                state: entry.map(|entry| entry.state),
                counts: entry.is_some_and(|entry| entry.counts),
                measures: ruling.measures.iter().map(|measure| measure.code.clone()).collect(),
                reasons: entry.iter().flat_map(|entry| entry.reasons.iter().map(|reason| reason.code)).collect(),
                filings: entry.iter().flat_map(|entry| entry.filings.iter().map(filing)).collect(),
                binds: bindings.iter().any(|binding| Some(binding.id) == scene.entry),
                public_entries: public["entries"].as_array().map_or(0, Vec::len),
            })
        };
        nodes.iter().map(ask).collect()
    }
}

/// What is otherwise than due, city by city.
pub fn differences(seen: &[Seen], due: &[Due]) -> Vec<String> {
    let mut out = Vec::new();
    for (seen, due) in seen.iter().zip(due) {
        let said = (seen.state, seen.counts, seen.measures.iter().map(String::as_str).collect::<Vec<_>>());
        let ought = (Some(due.state), due.counts, due.measures.to_vec());
        if said != ought {
            out.push(format!("{}: it says {said:?} where {ought:?} is due", seen.city));
        }
        if seen.binds != due.counts {
            out.push(format!("{}: its list of what binds says otherwise than its status", seen.city));
        }
        // The public sees what stands and does not rest.
        if (due.state == State::Suspended || due.state.is_ended()) && seen.public_entries > 0 {
            out.push(format!("{}: the public sees what it should not", seen.city));
        }
    }
    out
}

/// A step as people see it.
pub fn screen(step: &ToldStep, context: &Context) -> String {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    let mut lines = vec![wrapped(&format!("{}. {}", step.number, step.text_zh), 80), wrapped(step.text_en, 80)];
    if !step.signed.is_empty() {
        lines.push(wrapped(&format!("{} {}", say("signed:", "签署："), step.signed.join(" ")), 80));
    }
    let mut table = crate::command::table(&[
        say("city", "城市"),
        say("state", "状态"),
        say("counts", "作数"),
        say("measures", "措施"),
        say("waits", "待答复"),
    ]);
    for seen in &step.cities {
        let state = seen.state.map(|state| say(state.text().0, state.text().1)).unwrap_or_default();
        table.add_row([
            format!("{} {}", seen.city, seen.name).as_str(),
            state,
            if seen.counts { say("yes", "是") } else { say("no", "否") },
            &seen.measures.join(" "),
            &seen.filings.join("\n"),
        ]);
    }
    lines.push(table.to_string());
    lines.extend(step.differences.iter().map(|difference| wrapped(&format!("!! {difference}"), 80)));
    lines.join("\n")
}
