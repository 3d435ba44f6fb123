//! How much of the machine's memory the store's cache takes where the settings do not say it.

use crate::settings::Settings;
use std::fs;
use std::path::Path;

/// One part in so many of the memory that this process may use.
const SHARE: u64 = 16;
const LEAST_MIB: u64 = 64;
const MOST_MIB: u64 = 1024;

/// Size of the block cache in MiB: what the settings say, or a sixteenth of the memory, at least 64 and at most 1,024.
pub fn cache_mib(settings: &Settings) -> usize {
    match settings.storage.cache_mib {
        Some(mib) => mib as usize,
        None => share(usable_mib()),
    }
}

fn share(usable_mib: Option<u64>) -> usize {
    // Both bounds fit any usize.
    usable_mib.map_or(LEAST_MIB, |mib| (mib / SHARE).clamp(LEAST_MIB, MOST_MIB)) as usize
}

/// The machine's memory, or what the control groups of this process leave of it.
fn usable_mib() -> Option<u64> {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let machine = meminfo_total(&text("/proc/meminfo"));
    let group = own_group(&text("/proc/self/cgroup")).and_then(|group| {
        // A limit of any group above this one holds as well.
        let limits = Path::new(&group).ancestors().filter_map(|group| {
            let group = group.strip_prefix("/").unwrap_or(group);
            let limit = fs::read_to_string(Path::new("/sys/fs/cgroup").join(group).join("memory.max")).ok()?;
            limit.trim().parse::<u64>().ok()
        });
        limits.min()
    });
    let bytes = match (machine, group) {
        (Some(machine), Some(group)) => Some(machine.min(group)),
        (known, None) | (None, known) => known,
    };
    bytes.map(|bytes| bytes >> 20)
}

/// Bytes by the line `MemTotal:  N kB`.
fn meminfo_total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib.saturating_mul(1024))
}

/// The path of this process in the unified hierarchy, by the line `0::PATH`.
fn own_group(text: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix("0::")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_share_is_bounded_on_both_sides() {
        for (memory, cache) in
            [(None, 64), (Some(512), 64), (Some(2_048), 128), (Some(8_192), 512), (Some(65_536), 1024)]
        {
            assert_eq!(share(memory), cache, "{memory:?}");
        }
    }

    #[test]
    fn the_settings_come_first() {
        let mut settings = Settings::new("330900".parse().unwrap());
        settings.storage.cache_mib = Some(9);
        assert_eq!(cache_mib(&settings), 9);
        settings.storage.cache_mib = None;
        assert!((64..=1024).contains(&cache_mib(&settings)));
    }

    #[test]
    fn the_files_of_the_kernel_are_read() {
        assert_eq!(meminfo_total("MemTotal:       24683520 kB\nMemFree: 1 kB\n"), Some(24_683_520 * 1024));
        assert_eq!(meminfo_total("MemTotal: many\n"), None);
        assert_eq!(
            own_group("1:name=x:/y\n0::/system.slice/huxin.service\n").as_deref(),
            Some("/system.slice/huxin.service")
        );
        assert_eq!(own_group("1:name=x:/y\n"), None);
        assert!(usable_mib().is_some_and(|mib| mib > 0), "this machine has memory");
    }
}
