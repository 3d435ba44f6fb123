//! What a lying node makes of its honest answers.

use huxin_engine::wire::{HeadSummary, Response};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{CityCode, Size};
use huxin_protocol::time::Millis;

#[derive(Clone, Copy, Debug)]
pub enum Lie {
    /// Never answers.
    Silence,
    /// Says that everything is equal: hides whatever is newer.
    Equal,
    /// Serves no pages.
    Withheld,
    /// Says to hold far more of one log than there is.
    Boast(CityCode),
    /// Says to hold another history of one log.
    Pretence(CityCode),
    /// Changes one bit of every page, body, proof and evidence.
    Garbage,
    /// Puts everybody off, again and again.
    Busy,
    /// Says that it is 1970.
    Time,
}

impl Lie {
    pub const KINDS: u64 = 8;

    #[must_use]
    pub const fn by(number: u64, log: CityCode) -> Self {
        match number {
            0 => Self::Silence,
            1 => Self::Equal,
            2 => Self::Withheld,
            3 => Self::Boast(log),
            4 => Self::Pretence(log),
            5 => Self::Garbage,
            6 => Self::Busy,
            _ => Self::Time,
        }
    }

    /// What is answered in place of `honest`; nothing where the asker waits in vain.
    #[must_use]
    pub fn tell(self, honest: Response) -> Option<Response> {
        Some(match (self, honest) {
            (Self::Silence, _) => return None,
            (Self::Equal, Response::Heads(_)) => Response::Same,
            (Self::Withheld, Response::Segment(_)) => Response::Nothing,
            (Self::Boast(log), Response::Heads(heads)) => {
                let size = Size(1 << 40);
                changed(heads, log, |head| (head.size, head.proved, head.root) = (size, size, TreeHash([0x5a; 32])))
            }
            (Self::Pretence(log), Response::Heads(heads)) => {
                changed(heads, log, |head| (head.root, head.witnesses) = (TreeHash([0x5a; 32]), Digest([0x5a; 32])))
            }
            (Self::Garbage, Response::Segment(bytes)) => Response::Segment(bit_flipped(bytes)),
            (Self::Garbage, Response::Bodies(bodies)) => {
                Response::Bodies(bodies.into_iter().map(|(id, body)| (id, bit_flipped(body))).collect())
            }
            (Self::Garbage, Response::History { root, proof, checkpoint }) => {
                Response::History { root: TreeHash(root.0.map(|byte| byte ^ 1)), proof, checkpoint }
            }
            (Self::Garbage, Response::Evidence(objects)) => {
                Response::Evidence(objects.into_iter().map(bit_flipped).collect())
            }
            (Self::Time, Response::Time(_)) => Response::Time(Millis(0)),
            (Self::Busy, _) => Response::Busy { retry_after_ms: 0 },
            (_, honest) => honest,
        })
    }
}

fn changed(mut heads: Vec<HeadSummary>, log: CityCode, change: impl Fn(&mut HeadSummary)) -> Response {
    heads.iter_mut().filter(|head| head.city == log).for_each(change);
    Response::Heads(heads)
}

fn bit_flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 0x10;
    }
    bytes
}
