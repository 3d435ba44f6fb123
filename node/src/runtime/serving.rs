//! Serving: partners' questions are answered from snapshots, on threads of their own, while the writer writes.

use super::clock::now;
use super::writer::WriterHandle;
use crate::metrics::Metrics;
use crossbeam_channel::{Receiver, Sender, TrySendError};
use huxin_engine::serve::serve;
use huxin_engine::wire::{Request, Response};
use huxin_net::{AnswerToken, NetHandle};
use huxin_protocol::ids::CityCode;
use huxin_store::Store;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

/// Threads that answer. A page is read and encoded in about 2 ms, so two fill a line of several gigabit.
const THREADS: usize = 2;
/// After which time a partner that found no room should ask again: several times what the queue holds.
pub const BUSY_RETRY_MS: u32 = 500;
/// Questions that wait: about 60 ms of work. Beyond, partners are asked to come again.
const WAITING: usize = 64;

struct Question {
    city: CityCode,
    request: Request,
    token: AnswerToken,
}

/// The entrance to the serving threads.
pub struct Serving {
    questions: Sender<Question>,
    net: NetHandle,
    metrics: Arc<Metrics>,
}

impl Serving {
    /// Takes a question, or answers that there is too much at once.
    pub fn take(&self, city: CityCode, request: Request, token: AnswerToken) {
        let question = Question { city, request, token };
        if let Err(TrySendError::Full(late) | TrySendError::Disconnected(late)) = self.questions.try_send(question) {
            self.metrics.requests_served.with_label_values(&["busy"]).inc();
            let _ = self.net.answer(late.token, Response::Busy { retry_after_ms: BUSY_RETRY_MS });
        }
    }
}

/// Starts the threads. They end when [`Serving`] is dropped.
///
/// # Errors
/// A thread could not be started.
pub fn start(
    store: &Arc<dyn Store>,
    writer: &WriterHandle,
    net: &NetHandle,
    metrics: &Arc<Metrics>,
) -> std::io::Result<(Serving, Vec<JoinHandle<()>>)> {
    let (questions_in, questions) = crossbeam_channel::bounded(WAITING);
    let mut threads = Vec::new();
    for number in 0..THREADS {
        let (store, writer, net, metrics) = (store.clone(), writer.clone(), net.clone(), metrics.clone());
        let questions = questions.clone();
        let answer = move || run(&questions, &*store, &writer, &net, &metrics);
        threads.push(Builder::new().name(format!("serving-{number}")).spawn(answer)?);
    }
    Ok((Serving { questions: questions_in, net: net.clone(), metrics: metrics.clone() }, threads))
}

fn run(questions: &Receiver<Question>, store: &dyn Store, writer: &WriterHandle, net: &NetHandle, metrics: &Metrics) {
    for Question { city, request, token } in questions {
        let response = serve(&*store.snapshot(), &writer.roster(), &writer.heads(), city, &request, now())
            .unwrap_or_else(|fault| {
                tracing::error!(%fault, "a partner's question could not be answered");
                Response::Refused { code: "store".to_owned() }
            });
        metrics.requests_served.with_label_values(&[name(&response)]).inc();
        if let Err(fault) = net.answer(token, response) {
            tracing::debug!(%fault, "an answer did not leave");
        }
    }
}

const fn name(response: &Response) -> &'static str {
    match response {
        Response::Same => "same",
        Response::Heads(_) => "heads",
        Response::Segment(_) => "segment",
        Response::Bodies(_) => "bodies",
        Response::History { .. } => "history",
        Response::Evidence(_) => "evidence",
        Response::Time(_) => "time",
        Response::Nothing => "nothing",
        Response::Busy { .. } => "busy",
        Response::Refused { .. } => "refused",
    }
}
