//! What the lines carried: how many messages arrived, and how many bytes they had on the wire before any compression.
//! Set back by whoever wants to know a stretch of time ([`super::World::meter`] is public).

use huxin_engine::wire::{Request, Response};
use huxin_protocol::ids::CityCode;
use std::collections::BTreeMap;

/// Messages and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub messages: u64,
    pub bytes: u64,
}

impl Count {
    fn add(&mut self, bytes: usize) {
        self.messages += 1;
        self.bytes += bytes as u64;
    }
}

/// What arrived, copies and all.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// By the kind of question.
    pub questions: BTreeMap<&'static str, Count>,
    /// By the kind of answer.
    pub answers: BTreeMap<&'static str, Count>,
    pub gossip: Count,
    /// Questions by who asked.
    pub asked_by: BTreeMap<CityCode, u64>,
}

impl Meter {
    pub(super) fn question(&mut self, asker: CityCode, request: &Request) {
        let kind = match request {
            Request::Heads { .. } => "heads",
            Request::Segment { .. } => "segment",
            Request::Bodies { .. } => "bodies",
            Request::History { .. } => "history",
            Request::Evidence { .. } => "evidence",
            Request::Time => "time",
        };
        self.questions.entry(kind).or_default().add(request.encode().len());
        *self.asked_by.entry(asker).or_default() += 1;
    }

    pub(super) fn answer(&mut self, response: &Response) {
        let (kind, bytes) = match response {
            // The envelope of a segment is a few bytes; encoding a page to count it would copy it.
            Response::Segment(segment) => ("segment", segment.len() + 8),
            Response::Same => ("same", response.encode().len()),
            Response::Heads(_) => ("heads", response.encode().len()),
            Response::Bodies(_) => ("bodies", response.encode().len()),
            Response::History { .. } => ("history", response.encode().len()),
            Response::Evidence(_) => ("evidence", response.encode().len()),
            Response::Time(_) => ("time", response.encode().len()),
            Response::Nothing | Response::Busy { .. } | Response::Refused { .. } => {
                ("nothing", response.encode().len())
            }
        };
        self.answers.entry(kind).or_default().add(bytes);
    }

    pub(super) fn gossip(&mut self, bytes: usize) {
        self.gossip.add(bytes);
    }

    /// Bytes of all questions, answers and gossip.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.gossip.bytes + self.questions.values().chain(self.answers.values()).map(|count| count.bytes).sum::<u64>()
    }

    /// Questions of one kind.
    #[must_use]
    pub fn asked(&self, kind: &str) -> u64 {
        self.questions.get(kind).map_or(0, |count| count.messages)
    }

    /// All questions.
    #[must_use]
    pub fn all_asked(&self) -> u64 {
        self.questions.values().map(|count| count.messages).sum()
    }
}
