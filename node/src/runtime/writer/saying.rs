//! What a durable group has to say: replies, gossip, questions, blame, and what the log of the process tells.

use super::Writer;
use crate::fault::Fault;
use huxin_engine::input::Answer;
use huxin_engine::{Effect, Event, Input, Outcome, Refusal, SigningState, Ticket};
use huxin_net::NetFault;

impl Writer {
    /// Lets the effects leave: replies first, since somebody waits for them.
    pub(super) fn say(&mut self, effects: Vec<Effect>) -> Result<(), Fault> {
        if effects.is_empty() {
            return Ok(());
        }
        let mut effects = effects.into_iter().peekable();
        if matches!(effects.peek(), Some(Effect::Reply { .. })) {
            self.failpoint.pass("before_reply");
            while let Some(Effect::Reply { ticket, outcome }) =
                effects.next_if(|effect| matches!(effect, Effect::Reply { .. }))
            {
                self.reply(ticket, outcome);
            }
            self.failpoint.pass("after_reply");
        }
        if effects.peek().is_some_and(|effect| !matches!(effect, Effect::Event(_))) {
            self.failpoint.pass("before_announce");
        }
        for effect in effects {
            match effect {
                Effect::Reply { ticket, outcome } => self.reply(ticket, outcome),
                Effect::Gossip(bytes) => self.lost("gossip", self.net.gossip(bytes)),
                Effect::Blame { peer, code } => {
                    tracing::warn!(?peer, code, "a peer is blamed");
                    self.metrics.blamed.with_label_values(&[code]).inc();
                    self.lost("blame", self.net.blame(peer, code));
                }
                Effect::Ask { peer, asked, request } => {
                    if let Err(fault) = self.net.ask(peer.clone(), asked, request) {
                        self.metrics.net_calls_lost.with_label_values(&["ask"]).inc();
                        let answer = match fault {
                            NetFault::Busy => Answer::Busy { retry_after_ms: crate::runtime::serving::BUSY_RETRY_MS },
                            other => Answer::Failed { code: other.code() },
                        };
                        self.unasked.push(Input::Answered { peer, asked, answer });
                    }
                }
                Effect::Event(event) => self.event(&event)?,
            }
        }
        Ok(())
    }

    fn reply(&mut self, ticket: Ticket, outcome: Result<Outcome, Refusal>) {
        match self.tickets.remove(&ticket) {
            // A client that went away meanwhile does not hear what is durable all the same.
            Some(reply) => drop(reply.send(outcome)),
            None => {
                if let Err(refusal) = outcome {
                    tracing::warn!(code = refusal.code(), %refusal, "an own key record was not taken");
                }
            }
        }
    }

    fn lost(&self, call: &'static str, taken: Result<(), NetFault>) {
        if let Err(fault) = taken {
            tracing::debug!(call, code = fault.code(), "the network did not take a call");
            self.metrics.net_calls_lost.with_label_values(&[call]).inc();
        }
    }

    fn event(&mut self, event: &Event) -> Result<(), Fault> {
        self.metrics.event(event);
        match event {
            Event::SigningChanged { state } => {
                let next = state.next_step().map(|next| format!("; next: {next}")).unwrap_or_default();
                match state {
                    SigningState::Closed(_) => tracing::warn!(code = state.code(), "signing: {state}{next}"),
                    _ => tracing::info!(code = state.code(), "signing: {state}{next}"),
                }
            }
            Event::EpochOpened { city, epoch } => {
                tracing::info!(%city, epoch = epoch.0, "a key record opened an epoch")
            }
            Event::EvidenceFound { city, epoch } => {
                tracing::error!(%city, epoch = epoch.0, "a contradiction in a city's log was found");
            }
            Event::Abandoned { city, count } => {
                tracing::warn!(%city, count, "a key record left statements outside the log");
                self.announcements.take(*city, &*self.store, self.engine.roster(), &self.net)?;
            }
            // Where signing is closed the store is an older one or another machine's, and the rotation was finished long ago: there is
            // nothing to resume, and the signing state says what to do.
            Event::RecordLeft { continues_at, size } => match self.engine.signing() {
                state @ SigningState::Closed(_) => tracing::warn!(
                    continues_at = continues_at.0,
                    size = size.0,
                    "the newest key record in the key folder begins where the log here does not reach yet, and was left where it is; \
                     next: {}",
                    state.next_step().unwrap_or_default()
                ),
                _ => tracing::error!(
                    continues_at = continues_at.0,
                    size = size.0,
                    "a rotation was not finished: the key record in the key folder does not continue the log as it stands, and was left \
                     where it is; nothing was abandoned. Run `huxin keys rotate --resume`, or `huxin keys rotate --cancel`"
                ),
            },
            Event::OnlyEndings { begins: true } => tracing::error!(
                "less than [storage] min_free_mib is free: only endings of this city are signed, and nothing of others is taken; make room"
            ),
            Event::OnlyEndings { begins: false } => {
                tracing::info!("the disk has room again; everything is signed and taken")
            }
            Event::SlowedBy { partner, begins } => {
                *self.board.slowed_by.write() = self.engine.slowed_by().clone();
                if *begins {
                    tracing::warn!(
                        %partner,
                        "this city's log is over its quota with a partner, which fetches it slowly and shows \"confirm\" with our entries; \
                         talk to its operator about [limits] member_statements and member_mib there"
                    );
                } else {
                    tracing::info!(%partner, "a partner fetches this city's log at full speed again");
                }
            }
            Event::ClockCompared { view } if view.differs() => tracing::warn!(
                ahead_seconds = view.ahead_ms.unwrap_or(0) / 1000,
                partners = view.partners,
                "this machine's clock differs from those of its partners (median; below 0 it is behind): set it right (timedatectl). \
                 More than 300 s ahead, nothing but repairs, removals, annulments and erasures is signed"
            ),
            Event::ClockCompared { view } => {
                tracing::info!(
                    partners = view.partners,
                    "this machine's clock agrees with those of its partners again"
                );
            }
            Event::SignedAhead { until } => tracing::error!(
                until = until.text(),
                "this city has signed at a time that lies ahead, when its clock was wrong: until then partners call it stale, and it \
                 signs no sign of life. With the clock right, run `huxin keys rotate`, and it is fresh again"
            ),
            Event::Refused { road, code } => tracing::debug!(road, code, "a segment was refused"),
            Event::Admitted { city, .. } => {
                self.announcements.take(*city, &*self.store, self.engine.roster(), &self.net)?;
            }
            _ => {}
        }
        Ok(())
    }
}
