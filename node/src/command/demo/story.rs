//! `huxin demo --story`: one entry from its listing to its repair, through five stand-in cities and their public interfaces alone. One city
//! lists; the next answers measure by measure; one does not recognise the field; the subject objects in a third city and applies for
//! repair in a fourth; a court lets the measures rest; and a fifth, which was away all the while, never shows what is over.
//!
//! After each step every city is asked what counts for the subject, and its answer is held against what is due there. So the story is
//! a test as well: with `--once` it ends with exit code 0 only if every city said at every step what it ought to.

mod said;
mod seen;
mod steps;

use super::processes::Nodes;
use super::{Stop, agree, cities, make_folders, ready, ruling};
use crate::command::Context;
use crate::fault::{Exit, Fault};
use crate::say;
use huxin_protocol::body::{List, RecognitionBody};
use huxin_protocol::ruling::State;
use huxin_protocol::time::Date;
use seen::{Seen, differences};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;
use steps::{STEPS, Scene};

/// How many cities tell the story; the last one is away until the end.
pub const CITIES: usize = 5;
/// The field of work in which the entry lies, and another one.
const FIELD: &str = "construction";
const OTHER_FIELD: &str = "taxation";

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Told {
    steps: Vec<ToldStep>,
    /// Whether every city said at every step what was due.
    as_due: bool,
}

#[derive(Debug, Serialize)]
struct ToldStep {
    number: usize,
    text_zh: &'static str,
    text_en: &'static str,
    /// What was signed by it.
    signed: Vec<String>,
    /// What every city then says.
    cities: Vec<Seen>,
    /// What is otherwise than due; empty where nothing is.
    differences: Vec<String>,
}

pub fn run(folder: &Path, once: bool, stop: &Stop, context: &Context) -> Result<(), Fault> {
    let stand_ins = cities::first(CITIES);
    let configs = make_folders(folder, &stand_ins)?;
    let mut nodes = Nodes::start(&configs, &stand_ins, stop)?;
    ready(&nodes.all, stop)?;
    recognise(&nodes)?;
    agree(&nodes.all, stop)?;
    // Its rule would let the entry count; then it is away until everything is over.
    nodes.take_away(CITIES - 1)?;

    let mut scene = Scene::new(crate::runtime::clock::now().date())?;
    let mut told = Told { steps: Vec::new(), as_due: true };
    for (at, step) in STEPS.iter().enumerate() {
        let signed = (step.act)(&mut scene, &nodes.all)?;
        agree(&nodes.all, stop)?;
        let cities = Seen::of_all(&nodes.all, &scene)?;
        let mut differences = differences(&cities, &step.due);
        differences.extend((step.also)(&scene, &nodes.all)?);
        let signed = signed.iter().map(ToString::to_string).collect();
        tell(
            &mut told,
            ToldStep { number: at + 1, text_zh: step.zh, text_en: step.en, signed, cities, differences },
            context,
        );
    }
    let last = come_back(&mut nodes, &configs[CITIES - 1], stand_ins[CITIES - 1], &scene, stop)?;
    tell(&mut told, ToldStep { number: STEPS.len() + 1, ..last }, context);
    if context.json {
        context.show(&told, |_| {})?;
    }
    if !told.as_due {
        let fault = Fault::new(Exit::Refused, "story_differs", "a city said something else than was due")
            .trying("look at the differences above, and at the node.log files with --folder");
        return Err(if context.json { fault.told() } else { fault });
    }
    if !once {
        if !context.json {
            super::screen::running(&configs, &nodes.all, context);
        }
        while !stop.asked() {
            nodes.check()?;
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    nodes.stop()
}

/// Everybody recognises everybody. The second city lets disputed entries rest, and the third recognises another field only.
fn recognise(nodes: &Nodes) -> Result<(), Fault> {
    let since = Date::new(2019, 1, 1).map_err(Fault::unexpected)?;
    for (at, node) in nodes.all.iter().enumerate() {
        for partner in nodes.all.iter().filter(|partner| partner.code != node.code) {
            let rule = RecognitionBody::without_limits(partner.code, List::ALL.to_vec(), since);
            node.client.recognise(&RecognitionBody {
                suspend_while_disputed: at == 1,
                fields: (at == 2).then(|| vec![OTHER_FIELD.to_owned()]),
                ..rule
            })?;
        }
    }
    Ok(())
}

/// The last city comes back and catches up. From its first answer to the last it is asked what counts: it never shows the entry in force.
fn come_back(
    nodes: &mut Nodes,
    config: &Path,
    stand_in: cities::StandIn,
    scene: &Scene,
    stop: &Stop,
) -> Result<ToldStep, Fault> {
    nodes.add(config, stand_in, &[], stop)?;
    let mut differences = Vec::new();
    let (late, other) = (&nodes.all[CITIES - 1].client, &nodes.all[0].client);
    stop.until("that the late city has caught up", || {
        let caught_up = late.heads()?.digest == other.heads()?.digest;
        let ruling = ruling(late, &scene.subject)?;
        if ruling.entries.iter().any(|entry| entry.counts) && differences.is_empty() {
            differences.push(format!("{} showed the entry in force", stand_in.code));
        }
        Ok(caught_up.then_some(()))
    })?;
    let cities = Seen::of_all(&nodes.all, scene)?;
    for seen in &cities {
        if seen.state != Some(State::Repaired) || seen.counts || seen.public_entries != 0 {
            differences.push(format!("{}: it should be repaired, and the public should see nothing", seen.city));
        }
    }
    Ok(ToldStep {
        number: 0,
        text_zh: "第五座城市此间一直离线，现在补齐日志；它从未显示该条目有效",
        text_en: "the fifth city was away all the while and catches up; it never showed the entry in force",
        signed: Vec::new(),
        cities,
        differences,
    })
}

fn tell(told: &mut Told, step: ToldStep, context: &Context) {
    told.as_due &= step.differences.is_empty();
    if !context.json {
        say!("{}", seen::screen(&step, context));
    }
    told.steps.push(step);
}
