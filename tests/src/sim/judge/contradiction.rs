//! No city key ever signs two histories, whatever backup its node starts from. The world writes down every checkpoint that
//! a node commits as its own; cities that were made to sign twice are not asked. A machine that goes back as a whole may be
//! unable to know: its partners are asked, half of them before it signs, and what only others heard, or nobody, is not seen.

use crate::sim::{Country, Gravity};
use huxin_protocol::ids::Size;

pub(super) fn look(country: &mut Country) {
    let twice: Vec<_> = country.world.signed_twice().to_vec();
    for (city, epoch, size) in twice {
        if country.diary.rolled_back.contains(&city) {
            // Counted and told, and from here on a fork like any other: known by evidence, or to nobody.
            if !country.diary.forked.contains_key(&city) {
                *country.figures.faults.entry("rollback that nobody could see").or_default() += 1;
                country.diary.forked(city, Size(size.0.saturating_sub(1)), epoch);
            }
        } else if !country.diary.forked.contains_key(&city) {
            let text = format!("{city} signed two roots for size {size} in epoch {epoch}");
            country.object("contradiction", Gravity::Correctness, text);
        }
    }
}
