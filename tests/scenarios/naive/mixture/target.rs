//! Which kind is said, and about what: mostly what the kind is meant for, now and then anything.

use super::{Mixture, Spice};
use huxin_protocol::digest::Digest;
use huxin_protocol::header::About;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::kind::Kind;

/// How often each kind is said, beside one another.
const SHARES: [(Kind, u64); 25] = [
    (Kind::Entry, 32),
    (Kind::Amendment, 12),
    (Kind::Annulment, 3),
    (Kind::Removal, 4),
    (Kind::Repair, 4),
    (Kind::Erasure, 4),
    (Kind::Reinstatement, 6),
    (Kind::Suspension, 7),
    (Kind::Resumption, 4),
    (Kind::Response, 7),
    (Kind::Feedback, 2),
    (Kind::RepairApplication, 6),
    (Kind::Objection, 9),
    (Kind::Ruling, 5),
    (Kind::Step, 1),
    (Kind::Withdrawal, 5),
    (Kind::Recognition, 10),
    (Kind::Decline, 4),
    (Kind::Commitment, 1),
    (Kind::Evaluation, 1),
    (Kind::BodyLost, 1),
    (Kind::Proposal, 1),
    (Kind::WitnessDigest, 1),
    (Kind::NodeAnnouncement, 1),
    (Kind::Unknown(99), 1),
];

impl Mixture {
    pub(super) fn kind(&mut self) -> Kind {
        let all: u64 = SHARES.iter().map(|(_, share)| share).sum();
        let mut left = self.chance.below(all);
        for (kind, share) in SHARES {
            if left < share {
                return kind;
            }
            left -= share;
        }
        Kind::Entry
    }

    /// What a statement acts on; `None` where there is nothing to act on yet.
    pub(super) fn about(&mut self, by: CityCode, kind: Kind) -> Option<Option<About>> {
        if !kind.needs_about() {
            // The about of a kind that is about nothing is not looked at.
            let idle = kind != Kind::Entry && self.wild(300);
            return Some(if idle { self.any_listing() } else { None });
        }
        if self.wild(15) {
            return Some(None);
        }
        // Who files, answers or declines often does so again.
        if !kind.is_listing() && self.chance.hits(250) {
            let log = &self.book.logs[&by].leaves;
            let said: Vec<About> = log.iter().filter(|leaf| leaf.kind == kind).filter_map(|leaf| leaf.about).collect();
            if !said.is_empty() {
                return Some(Some(self.one(&said)));
            }
        }
        let id = self.target(by, kind)?;
        let mut about = self.book.about(id);
        if self.wild(20) {
            about.digest = Digest([9; 32]);
        }
        if self.wild(20) {
            let city = self.some_city();
            let epoch = Epoch(1 + self.chance.below(2) as u32);
            about.id = StatementId { city, epoch, seq: Seq(self.chance.below(60)) };
        }
        Some(Some(about))
    }

    fn target(&mut self, by: CityCode, kind: Kind) -> Option<StatementId> {
        let foreign = match kind {
            Kind::Decline | Kind::Response | Kind::Objection | Kind::RepairApplication => !self.wild(100),
            Kind::Feedback => self.chance.hits(500),
            Kind::Ruling | Kind::Step => true,
            _ => self.wild(30),
        };
        // An erasure takes the text of an act as well.
        let of_act = kind == Kind::Erasure && self.chance.hits(400);
        let wanted = |of: Kind| match kind {
            Kind::Erasure if of_act => of.is_act(),
            Kind::Reinstatement => of.is_ending(),
            Kind::Resumption => of == Kind::Suspension,
            Kind::Ruling | Kind::Step => of.is_filing(),
            Kind::Withdrawal => of.is_filing() || of == Kind::Decline,
            _ => of.is_listing(),
        };
        let any_kind = self.wild(25);
        // A city answers what was filed about its own entries; a hasty one answers anything.
        let answers = matches!(kind, Kind::Ruling | Kind::Step) && !self.wild(150);
        let with_gone = self.chance.hits(400);
        let mut targets = Vec::new();
        for (code, log) in &self.book.logs {
            let gone = log.gone.iter().filter(|_| with_gone);
            for leaf in log.leaves.iter().chain(gone) {
                let due = !answers || leaf.about.is_some_and(|about| about.id.city == by);
                let here = (*code != by) == foreign || (kind == Kind::Ruling && self.spice != Spice::Plain);
                if here && due && (any_kind || wanted(leaf.kind)) {
                    targets.push(leaf.id);
                }
            }
        }
        if targets.is_empty() { None } else { Some(self.one(&targets)) }
    }

    pub(super) fn any_listing(&mut self) -> Option<About> {
        let listings: Vec<StatementId> = self
            .book
            .logs
            .values()
            .flat_map(|log| &log.leaves)
            .filter(|leaf| leaf.kind.is_listing())
            .map(|leaf| leaf.id)
            .collect();
        if listings.is_empty() {
            return None;
        }
        let id = self.one(&listings);
        Some(self.book.about(id))
    }
}
