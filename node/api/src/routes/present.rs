//! The present as this city sees it: one state of the ledger, and rulings over it.

use crate::backend::{Backend, Sources};
use crate::problem::Problem;
use huxin_engine::gather::case_file_under;
use huxin_engine::ledger::LedgerRead;
use huxin_protocol::fold::{Viewpoint, rule_under};
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::Ruling;
use huxin_protocol::subject::SubjectId;
use std::sync::Arc;

pub struct Present<'a> {
    pub backend: &'a dyn Backend,
    pub roster: Arc<Roster>,
    pub read: Box<dyn LedgerRead + Send + Sync + 'a>,
    sources: Arc<Sources>,
    own_log_known: bool,
}

impl<'a> Present<'a> {
    pub fn open(backend: &'a dyn Backend) -> Result<Self, Problem> {
        // What is read last is never older than what was asked before it.
        let (roster, own_log_known, sources) = (backend.roster(), backend.own_log_known(), backend.sources()?);
        Ok(Self { roster, own_log_known, sources, read: backend.read(), backend })
    }

    pub fn rule(&self, subject: &SubjectId) -> Result<Ruling, Problem> {
        let view = Viewpoint {
            federation: self.roster.federation(),
            viewer: self.backend.city(),
            at: self.backend.now(),
            now: true,
            crosswalk: self.backend.crosswalk(),
        };
        let editions = self.backend.editions();
        let case = case_file_under(&*self.read, &self.roster, editions, subject, view, self.sources.facts.clone())?;
        let mut ruling = rule_under(&case, self.sources.log_digest);
        if !self.own_log_known {
            ruling.doubt_own_log();
        }
        Ok(ruling)
    }
}
