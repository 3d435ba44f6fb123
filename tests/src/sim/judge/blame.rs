//! Nobody is blamed for what he did not do: only nodes that lied are ever cut off, whatever their city signed.

use crate::sim::{Canary, Country, Gravity};

pub(super) fn look(country: &mut Country) {
    for blame in std::mem::take(&mut country.world.blames) {
        let lied = country.diary.liars.contains(&blame.of) && country.plan.canary != Some(Canary::Blame);
        if !lied {
            let text = format!("{} blames {}, which is honest ({})", blame.by, blame.of, blame.code);
            country.object("blame", Gravity::Correctness, text);
        }
    }
}
