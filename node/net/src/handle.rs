//! The node's end of the network: calls that never wait. Every queue behind them is bounded; a full one drops gossip
//! (anti-entropy brings it) and turns a question down, so that the writer never stands still for a slow peer.

use huxin_engine::input::{Asked, Peer};
use huxin_engine::wire::{Request, Response};
use huxin_protocol::limits::GOSSIP_BYTES;
use libp2p::PeerId;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{mpsc, watch};

use crate::counters::count;
use crate::{AnswerToken, GossipToken, NetCounters, NetFault, PartnerNode, PeerView, Verdict};

/// One call on its way to the driver.
#[derive(Debug)]
pub(crate) enum Call {
    Ask { peer: Peer, asked: Asked, request: Request },
    Answer { token: AnswerToken, response: Response },
    Verdict { token: GossipToken, verdict: Verdict },
    Blame { peer: Peer, code: &'static str },
    SetPartner(PartnerNode),
    DropPartner(Peer),
}

/// What the driver shows to readers on other threads.
pub(crate) type Board = Arc<RwLock<BTreeMap<PeerId, PeerView>>>;

/// The receiving ends of a handle, for the driver.
pub(crate) struct Calls {
    pub calls: mpsc::Receiver<Call>,
    pub gossip: mpsc::Receiver<Vec<u8>>,
    pub stop: watch::Receiver<bool>,
}

/// Clone it freely; it may be used from any thread, inside or outside the runtime. When all clones are dropped the
/// network stops as if [`NetHandle::shutdown`] had been called.
#[derive(Clone, Debug)]
pub struct NetHandle {
    calls: mpsc::Sender<Call>,
    gossip: mpsc::Sender<Vec<u8>>,
    stop: watch::Sender<bool>,
    board: Board,
    counters: Arc<NetCounters>,
    own: Peer,
}

impl NetHandle {
    pub(crate) fn new(own: Peer, board: Board, counters: Arc<NetCounters>) -> (Self, Calls) {
        let (calls_in, calls) = mpsc::channel(crate::settings::CALLS_WAITING);
        let (gossip_in, gossip) = mpsc::channel(crate::settings::GOSSIP_WAITING);
        let (stop_in, stop) = watch::channel(false);
        let handle = Self { calls: calls_in, gossip: gossip_in, stop: stop_in, board, counters, own };
        (handle, Calls { calls, gossip, stop })
    }

    pub(crate) fn board(&self) -> Board {
        Arc::clone(&self.board)
    }

    fn call(&self, call: Call) -> Result<(), NetFault> {
        self.calls.try_send(call).map_err(|full| match full {
            mpsc::error::TrySendError::Full(_) => NetFault::Busy,
            mpsc::error::TrySendError::Closed(_) => NetFault::Stopped,
        })
    }

    /// Spreads a message to everybody. Nothing promises that it arrives: anti-entropy does that.
    ///
    /// # Errors
    /// [`NetFault::GossipTooLong`] above [`GOSSIP_BYTES`]; [`NetFault::Busy`] (counted, the message is dropped);
    /// [`NetFault::Stopped`].
    pub fn gossip(&self, bytes: Vec<u8>) -> Result<(), NetFault> {
        if bytes.len() > GOSSIP_BYTES {
            count(&self.counters.gossip_too_long);
            return Err(NetFault::GossipTooLong { bytes: bytes.len(), limit: GOSSIP_BYTES });
        }
        self.gossip.try_send(bytes).map_err(|full| match full {
            mpsc::error::TrySendError::Full(_) => {
                count(&self.counters.gossip_queue_full);
                NetFault::Busy
            }
            mpsc::error::TrySendError::Closed(_) => NetFault::Stopped,
        })
    }

    /// Asks a partner. Where this answers `Ok`, exactly one [`crate::NetEvent::Answered`] follows, as long as the
    /// network runs; where too many questions wait for that peer it is `Ok(Response::Busy)` at once.
    ///
    /// # Errors
    /// [`NetFault::Busy`], [`NetFault::Stopped`]; then no event follows.
    pub fn ask(&self, peer: Peer, asked: Asked, request: Request) -> Result<(), NetFault> {
        self.call(Call::Ask { peer, asked, request })
    }

    /// Answers a partner's question.
    ///
    /// # Errors
    /// [`NetFault::Busy`], [`NetFault::Stopped`]; then the peer hears that there is no answer.
    pub fn answer(&self, token: AnswerToken, response: Response) -> Result<(), NetFault> {
        self.call(Call::Answer { token, response })
    }

    /// Says what becomes of a gossip message: passed on, left, or refused.
    ///
    /// # Errors
    /// [`NetFault::Busy`], [`NetFault::Stopped`]; then the message is not passed on.
    pub fn verdict(&self, token: GossipToken, verdict: Verdict) -> Result<(), NetFault> {
        self.call(Call::Verdict { token, verdict })
    }

    /// This peer did what only a broken or hostile node does. Blamed too often, it is cut off for a while.
    ///
    /// # Errors
    /// [`NetFault::Busy`], [`NetFault::Stopped`].
    pub fn blame(&self, peer: Peer, code: &'static str) -> Result<(), NetFault> {
        self.call(Call::Blame { peer, code })
    }

    /// Takes up a partner's node, or its new addresses, from a NodeAnnouncement: it may connect, and is dialled.
    ///
    /// # Errors
    /// [`NetFault::PeerId`], [`NetFault::Busy`], [`NetFault::Stopped`].
    pub fn set_partner(&self, partner: PartnerNode) -> Result<(), NetFault> {
        PeerId::from_bytes(&partner.peer_id).map_err(|_| NetFault::PeerId)?;
        self.call(Call::SetPartner(partner))
    }

    /// Forgets a partner's node: it is disconnected and may not come back.
    ///
    /// # Errors
    /// [`NetFault::Busy`], [`NetFault::Stopped`].
    pub fn drop_partner(&self, peer: Peer) -> Result<(), NetFault> {
        self.call(Call::DropPartner(peer))
    }

    /// All known partner nodes, sorted by city.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerView> {
        let board = self.board.read().unwrap_or_else(PoisonError::into_inner);
        let mut views: Vec<PeerView> = board.values().cloned().collect();
        views.sort_by_key(|view| view.city);
        views
    }

    #[must_use]
    pub fn counters(&self) -> &Arc<NetCounters> {
        &self.counters
    }

    /// The own peer id.
    #[must_use]
    pub const fn own_peer(&self) -> &Peer {
        &self.own
    }

    /// Closes every connection and ends the driver; then the event queue ends.
    pub fn shutdown(&self) {
        self.stop.send_replace(true);
    }
}
