//! A whole node within this process: its writer's handle is where entries are handed in without HTTP between.

use super::super::demo::cities::StandIn;
use super::super::demo::{cities, make_folders};
use crate::fault::Fault;
use crate::runtime::writer::Ordered;
use crate::runtime::{self, Running};
use crate::settings::{self, Settings};
use huxin_engine::{Draft, Outcome, Refusal};
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A running node with the runtime of its network.
pub struct Inner {
    pub running: Running,
    pub settings: Settings,
    pub runtime: Runtime,
}

/// The reply to a command, once it is durable.
pub type Reply = oneshot::Receiver<Result<Outcome, Refusal>>;

/// Makes the folder of a federation of one city. Answers its configuration file.
pub fn alone(folder: &Path) -> Result<PathBuf, Fault> {
    let stand_ins: Vec<StandIn> = cities::first(1);
    make_folders(folder, &stand_ins)?.into_iter().next().ok_or_else(|| Fault::unexpected("no city was made"))
}

impl Inner {
    /// Starts the node of a configuration; it signs without having heard a partner.
    pub fn start(config: &Path) -> Result<Self, Fault> {
        let mut settings = settings::load_plain(config)?;
        settings.publish.partners_before_signing = Some(0);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(super::machine::cores().clamp(2, 4))
            .enable_all()
            .build()
            .map_err(Fault::unexpected)?;
        let running = runtime::start(&settings, runtime.handle())?;
        Ok(Self { running, settings, runtime })
    }

    /// Hands drafts to the writer.
    pub fn publish(&self, drafts: Vec<Draft>) -> Result<Reply, Fault> {
        let (reply_in, reply) = oneshot::channel();
        let taken = self.running.writer.command(Ordered::Publish(drafts), Some(reply_in));
        taken.map_err(|not| Fault::unexpected(format_args!("the writer took no command: {not:?}")))?;
        Ok(reply)
    }

    /// Ends the node in order.
    pub fn stop(self) -> Result<(), Fault> {
        let outcome = self.running.stop();
        self.runtime.shutdown_timeout(std::time::Duration::from_secs(2));
        outcome
    }
}

/// Whether a reply is a receipt.
pub fn receipt(reply: Result<Result<Outcome, Refusal>, oneshot::error::RecvError>) -> Result<(), Fault> {
    match reply {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(refusal)) => Err(Fault::refused(refusal.code(), refusal)),
        Err(_) => Err(Fault::unexpected("the writer ended without a reply")),
    }
}
