//! No city key ever signs two histories, whatever backup its node starts from. The world writes down every checkpoint that
//! a node commits as its own; cities that were made to sign twice are not asked.

use crate::sim::{Country, Gravity};

pub(super) fn look(country: &mut Country) {
    let twice: Vec<_> = country.world.signed_twice().to_vec();
    for (city, epoch, size) in twice {
        if !country.diary.forked.contains_key(&city) {
            let text = format!("{city} signed two roots for size {size} in epoch {epoch}");
            country.object("contradiction", Gravity::Correctness, text);
        }
    }
}
