//! A member's node that says whatever a test puts into its mouth: the production network under a member's own transport
//! key, and a script instead of an engine.

use huxin_engine::wire::{HeadSummary, Request, Response};
use huxin_keys::KeyFolder;
use huxin_net::{NetEvent, NetHandle, NetSettings, PartnerNode, Verdict, start};
use huxin_protocol::digest::Digest;
use parking_lot::Mutex;
use prometheus_client::registry::Registry;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What the next question of each sort is answered with, once; otherwise `Same` to heads and `Nothing` to the rest.
#[derive(Default)]
struct Script {
    heads: Option<Vec<HeadSummary>>,
    segment: Option<Response>,
}

pub struct Hostile {
    net: NetHandle,
    script: Arc<Mutex<Script>>,
    gossips: Arc<AtomicBool>,
    tellings: AtomicU64,
}

impl Hostile {
    /// Joins as the city whose key folder this is, and dials `target`.
    pub fn join(keys: &Path, federation: Digest, target: PartnerNode, runtime: &tokio::runtime::Handle) -> Self {
        let settings = NetSettings {
            federation,
            secret: KeyFolder::open(keys, None).unwrap().transport().unwrap().seed(),
            listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
            members: vec![target],
            gossip: true,
        };
        let (net, mut events) = start(settings, runtime, &mut Registry::default()).unwrap();
        let hostile = Self { net, script: Arc::default(), gossips: Arc::default(), tellings: AtomicU64::new(0) };
        let (net, script, gossips) = (hostile.net.clone(), hostile.script.clone(), hostile.gossips.clone());
        runtime.spawn(async move {
            while let Some(event) = events.recv().await {
                match event {
                    NetEvent::Gossips { .. } => gossips.store(true, Ordering::Release),
                    NetEvent::Disconnected { .. } => gossips.store(false, Ordering::Release),
                    NetEvent::Gossip { token, .. } => drop(net.verdict(token, Verdict::Accept)),
                    NetEvent::Asked { request, token, .. } => {
                        let mut script = script.lock();
                        let answer = match request {
                            Request::Heads { .. } => script.heads.take().map_or(Response::Same, Response::Heads),
                            Request::Segment { .. } => script.segment.take().unwrap_or(Response::Nothing),
                            Request::Bodies { .. } | Request::History { .. } | Request::Evidence { .. } => {
                                Response::Nothing
                            }
                            Request::Time => Response::Time(huxin::runtime::clock::now()),
                        };
                        drop(net.answer(token, answer));
                    }
                    _ => {}
                }
            }
        });
        hostile
    }

    /// Whether the other side listens to our gossip.
    pub fn is_heard(&self) -> bool {
        self.gossips.load(Ordering::Acquire)
    }

    pub fn gossip(&self, bytes: Vec<u8>) {
        self.net.gossip(bytes).unwrap();
    }

    /// Tells of more than the other side holds, and answers its next question for a segment with `answer`. Each time it is
    /// another log by its root: a node does not ask again for what led to a bad answer, while nothing else has changed.
    pub fn tell(&self, mut head: HeadSummary, answer: Response) {
        head.root.0[..8].copy_from_slice(&self.tellings.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        *self.script.lock() = Script { heads: Some(vec![head]), segment: Some(answer) };
    }
}
