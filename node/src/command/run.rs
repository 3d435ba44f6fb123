//! `huxin run`: the node in the foreground, until SIGTERM or SIGINT.

use super::Context;
use crate::fault::Fault;
use crate::runtime;
use crate::say;
use crate::settings::{self, Settings};
use crossbeam_channel::{Receiver, after, never, select};
use huxin_config::LogFormat;
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::time::Duration;

/// Threads of the network: with the writer and the workers beside them more do not help on small machines.
const RUNTIME_THREADS: usize = 4;
/// How often a node that is up looks whether it can do its work.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  huxin run --config /etc/huxin/huxin.toml\n\nIt prints one line of JSON with its addresses once it is up, and one with \"ready\": true as soon as it can do all of its work."
)]
pub struct Args {
    /// End when standard input ends: for programs that start a node and may be killed themselves
    #[arg(long, hide = true)]
    pub end_with_input: bool,
}

/// How much the network's library may say. Where a peer decides how often something happens, only errors: a line for each
/// stream or message that it turns away would let any member fill the disk. What happened is counted.
const LIBRARY: &str = "libp2p=warn,libp2p_swarm=warn,libp2p_core=error,libp2p_gossipsub=error,\
                       libp2p_request_response=error,libp2p_yamux=error,multistream_select=error,yamux=error";

/// The line that says that the node is up, and the one that says that it can do its work. The first comes once: partners, the API and
/// imports are served from then on. The second comes when `/readyz` first says so, which may take until a partner has confirmed that it
/// holds nothing newer of the own log.
#[derive(Debug, Serialize)]
struct Said<'a> {
    up: bool,
    ready: bool,
    /// What is missing, as `/readyz` says it.
    missing: Vec<String>,
    city: String,
    api: String,
    p2p: &'a [String],
    pid: u32,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let settings = settings::load(&context.config)?;
    start_log(&settings);
    let signals = signals(args.end_with_input)?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, RUNTIME_THREADS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .thread_name("runtime")
        .build()
        .map_err(Fault::unexpected)?;
    let node = runtime::start(&settings, runtime.handle())?;
    let say = |missing: Vec<String>| -> Result<bool, Fault> {
        let ready = missing.is_empty();
        let said = Said {
            up: true,
            ready,
            missing,
            city: node.city.to_string(),
            api: node.api.to_string(),
            p2p: &node.p2p,
            pid: std::process::id(),
        };
        // Whoever started the node may not read any more; the node goes on.
        say!("{}", crate::screen::json_line(&said).map_err(Fault::unexpected)?);
        Ok(ready)
    };
    let mut ready = say(node.missing())?;
    loop {
        let look_again = if ready { never() } else { after(LOOK_AGAIN) };
        select! {
            recv(signals) -> signal => {
                tracing::info!(signal = signal.unwrap_or_default(), "stopping");
                break;
            }
            recv(node.ended()) -> outcome => {
                // The writer ends by itself only for a fault; nothing unsent is left to say.
                return outcome.unwrap_or_else(|_| Err(Fault::unexpected("the writer ended without a word")));
            }
            recv(look_again) -> _ => {
                if node.missing().is_empty() {
                    tracing::info!("the node can do all of its work");
                    ready = say(Vec::new())?;
                }
            }
        }
    }
    node.stop()?;
    runtime.shutdown_timeout(Duration::from_secs(2));
    tracing::info!("stopped");
    Ok(())
}

/// The first SIGTERM or SIGINT stops the node in order; the second ends the process.
fn signals(end_with_input: bool) -> Result<Receiver<i32>, Fault> {
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(Fault::unexpected)?;
    let (signal_in, signal) = crossbeam_channel::bounded(2);
    if end_with_input {
        let ended_in = signal_in.clone();
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = ended_in.send(SIGTERM);
        });
    }
    std::thread::spawn(move || {
        for (number, received) in signals.forever().enumerate() {
            if number > 0 {
                std::process::exit(128 + received);
            }
            let _ = signal_in.send(received);
        }
    });
    Ok(signal)
}

/// Logs go to standard error; `HUXIN_LOG` overrides the settings with a filter such as `huxin=debug,libp2p=info`.
fn start_log(settings: &Settings) {
    use crate::screen::LogLines;
    use tracing_subscriber::EnvFilter;
    let level = settings.log.level.as_str();
    let filter = std::env::var("HUXIN_LOG").unwrap_or_else(|_| format!("{level},{LIBRARY}"));
    let log =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_ansi(false).with_writer(|| LogLines);
    let started = match settings.log.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    // A second start within one process (tests) keeps the first.
    drop(started);
}
