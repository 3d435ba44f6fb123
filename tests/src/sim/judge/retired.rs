//! Keys that are over stay over: whatever a node counts as a sign of life or as a witness holds under the key that is in force by
//! its own records.

use crate::sim::{Country, Gravity};
use huxin_engine::gather;
use huxin_engine::ledger::CosignatureRow;
use huxin_protocol::checkpoint::{Checkpoint, Origin};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::ids::CityCode;

pub(super) fn ask(country: &mut Country, node: CityCode) {
    let city = country.world.city(node);
    let roster = city.roster();
    let Ok(sources) = gather::sources(&*city.store, &roster) else { return };
    let mut found = Vec::new();
    for (log, source) in &sources {
        let own = source.freshness.map(|_| *log);
        for cosigner in source.witnesses.keys().copied().chain(own) {
            let holds = CosignatureRow::read(&*city.store, *log, cosigner).ok().flatten().is_some_and(|row| {
                let origin = Origin { federation: country.federation, city: *log, epoch: row.epoch };
                let checkpoint = Checkpoint { origin, size: row.size, root: row.root };
                let key = roster.city(cosigner).map(|member| &member.current().cosigner);
                key.is_some_and(|key| Cosignature::verify(&row.line, &checkpoint, key).is_ok())
            });
            if !holds {
                found
                    .push(format!("{node} counts a line of {cosigner} about {log} that the key in force did not make"));
            }
        }
    }
    for text in found {
        country.object("retired", Gravity::Correctness, text);
    }
}
