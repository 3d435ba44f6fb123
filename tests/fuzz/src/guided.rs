//! All targets under libFuzzer, the one that `HUXIN_FUZZ_TARGET` names. `scripts/fuzz` builds and starts this.
#![no_main]
#![allow(clippy::panic, reason = "without a target there is nothing to go on with")]

use huxin_fuzz::Target;
use std::sync::OnceLock;

static TARGET: OnceLock<&'static Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("HUXIN_FUZZ_TARGET").unwrap_or_default();
        let Some(target) = Target::find(&name) else { panic!("HUXIN_FUZZ_TARGET names no target: {name:?}") };
        let seeds = huxin_fuzz::corpus::inputs("corpus", target.name).unwrap_or_default();
        // libFuzzer's own hook ends the process at any panic, also at one that our code catches. A panic that comes through
        // the target still ends it.
        drop(std::panic::take_hook());
        huxin_fuzz::hush();
        seeds.iter().for_each(|seed| target.run(&seed.bytes));
        target
    });
    target.judge(input);
});
