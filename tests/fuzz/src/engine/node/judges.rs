//! What must hold of the node, whatever the story was.

use super::Node;
use crate::scene::scene;
use huxin_engine::fsck::{Finding, check};
use huxin_engine::{Effect, Engine, Event, gather};
use huxin_protocol::checkpoint::UnverifiedCheckpoint;
use huxin_protocol::ids::Size;
use huxin_protocol::limits::GOSSIP_BYTES;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::{Blame, Segment};

impl Node {
    /// The own log only grows, unless its own root cuts it.
    pub(super) fn judge_growth(&mut self, effects: &[Effect], cut: Option<Size>) {
        let me = self.me;
        let abandoned =
            effects.iter().any(|effect| matches!(effect, Effect::Event(Event::Abandoned { city, .. }) if *city == me));
        let now = self.own_head();
        let (before, root) = std::mem::replace(&mut self.held, now);
        if abandoned {
            let Some(size) = cut else { panic!("leaves left the own log without a record of its root") };
            self.forget_from(size);
        } else {
            assert!(before <= self.held.0, "the own log shrank from {before} to {}", self.held.0);
            assert!(
                before == Size(0) || self.root_of(self.me, before) == Some(root),
                "the own log was rewritten below {before}"
            );
        }
    }

    /// What goes out to everybody decodes, holds, and never contradicts what went out before.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        let segment = match Segment::decode(bytes, GOSSIP_BYTES) {
            Ok(segment) => segment,
            Err(fault) => panic!("gossip that nobody decodes: {fault}"),
        };
        let Ok(parsed) = UnverifiedCheckpoint::parse(&segment.checkpoint) else {
            panic!("gossip without a checkpoint")
        };
        let says = parsed.checkpoint;
        if says.origin.city == self.me {
            let before = self.spoken.insert((says.origin.epoch, says.size), says.root);
            assert!(before.is_none_or(|root| root == says.root), "two roots for {says:?}");
        }
        let Some(roster) = self.engine.as_ref().map(Engine::roster) else { return };
        let read = segment.read(&scene().federation).and_then(|read| read.authenticate(roster));
        match read {
            Ok(authentic) => assert_eq!(authentic.refused_lines, 0, "a cosignature of the node's own does not hold"),
            // A record later in the same group may have closed or moved what an earlier input of it spoke of.
            Err(fault) => assert_ne!(fault.blame(), Blame::Sender, "gossip that does not hold: {fault}"),
        }
    }

    /// The end of the story: everything that was acknowledged is there, the ledger is clean, and a node starts on it.
    pub fn end(mut self) {
        let roster = self.roster();
        for id in &self.acknowledged {
            match gather::statement(&self.store, &roster, *id) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{id} was acknowledged and is gone"),
                Err(fault) => panic!("{id} cannot be read: {fault}"),
            }
        }
        self.stop();
        self.start();
        let report = check(&self.store, Roster::new(&scene().genesis), self.me, false, &mut |_| {});
        let explained = |finding: &&Finding| {
            finding.code() == "epoch_root" && finding.city.is_some_and(|city| self.misled.contains(&city))
        };
        let findings: Vec<String> =
            report.findings.iter().filter(|finding| !explained(finding)).map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}
