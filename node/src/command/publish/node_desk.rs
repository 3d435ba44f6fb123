//! The running node as the desk of an import.

use crate::client::Client;
use crate::fault::Fault;
use huxin_api::model::{
    ActVerb, LiveRequest, RecordCommand, RecordOutcome, RecordState, RecordsRequest, ReferenceItem,
};
use huxin_profile::{Answer, Command, Desk, KnownRecord};

pub struct NodeDesk {
    pub client: Client,
}

fn known(item: ReferenceItem) -> KnownRecord {
    KnownRecord {
        record_ref: item.record_ref,
        id: item.id,
        is_live: item.state == RecordState::Live,
        listing: item.listing,
    }
}

impl Desk for NodeDesk {
    type Fault = Fault;

    fn known(&mut self, refs: &[String]) -> Result<Vec<KnownRecord>, Fault> {
        let reply = self.client.references(refs.to_vec())?;
        Ok(reply.known.into_iter().map(known).collect())
    }

    fn live(&mut self, prefix: &str) -> Result<Vec<KnownRecord>, Fault> {
        let mut live = Vec::new();
        let mut after = None;
        loop {
            let reply = self.client.live(&LiveRequest { prefix: prefix.to_owned(), after })?;
            live.extend(reply.live.into_iter().map(known));
            // A page that leads back to itself would be asked for for ever.
            if reply.next.is_none() || reply.next == after {
                return Ok(live);
            }
            after = reply.next;
        }
    }

    fn submit(&mut self, commands: &[Command], rehearse: bool) -> Result<Vec<Answer>, Fault> {
        let command = |command: &Command| match command.clone() {
            Command::List(entry) => RecordCommand::List { entry },
            Command::Amend(id, entry) => RecordCommand::Amend { id, entry },
            Command::Remove(id, act) => RecordCommand::Act { id, verb: ActVerb::Removal, act },
        };
        let commands = commands.iter().map(command).collect();
        let reply = self.client.records(&RecordsRequest { commands, rehearse })?;
        let answer = |outcome| match outcome {
            RecordOutcome::Ok { ids, warnings } => Answer::Done {
                id: ids.first().copied(),
                warnings: warnings.into_iter().map(|warning| (warning.code, warning.sentence)).collect(),
            },
            RecordOutcome::Refused(problem) => Answer::Refused(problem),
        };
        Ok(reply.outcomes.into_iter().map(answer).collect())
    }
}
