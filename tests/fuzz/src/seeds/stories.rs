//! Seeds of scripts: chance bytes from fixed numbers, long enough that stories get somewhere.

use super::Seeds;
use crate::scene::city;
use huxin_protocol::body::Body;
use huxin_tests::world::{Chance, entry_body};

fn chance_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut chance = Chance::new(seed);
    (0..length).map(|_| chance.next() as u8).collect()
}

pub fn add(seeds: &mut Seeds) {
    for seed in 1..=8 {
        let name = format!("chance-{seed}");
        seeds.add("inclusion", &name, chance_bytes(seed, 24 + 32 * (seed as usize % 3)));
        seeds.add("consistency", &name, chance_bytes(100 + seed, 24 + 32 * (seed as usize % 3)));
        seeds.add("ledger", &name, chance_bytes(200 + seed, 48));
    }
    for seed in 1..=24 {
        seeds.add("engine", &format!("chance-{seed}"), chance_bytes(300 + seed, 120 + 40 * (seed as usize % 8)));
    }
    // A story whose drafts carry whole bodies, with dates at the calendar's edges.
    let mut body = entry_body(1, "Decision 1");
    body.basis.decided_on = Some("1900-01-01".parse().unwrap());
    body.until = Some("9998-12-31".parse().unwrap());
    body.derived_from = Some(huxin_protocol::header::About {
        id: huxin_tests::world::at(city(2), 3),
        digest: huxin_protocol::digest::Digest([1; 32]),
    });
    let body = Body::Listing(Box::new(body)).encode(&[5; 16]);
    let mut story = vec![6, 255, 255, 255];
    for _ in 0..4 {
        // Publish one draft: an entry without a target, the body as it stands here, public.
        story.extend([4, 0, 0, 255, 0]);
        story.extend((body.len() as u16).to_be_bytes());
        story.extend(&body);
        story.extend([3, 0]);
    }
    story.extend(chance_bytes(400, 64));
    seeds.add("engine", "whole-bodies", story);
}
