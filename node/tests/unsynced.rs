//! Power cuts over a layer that keeps only what was synced (`tests/unsynced`): of every file its content at its last sync,
//! of every folder its names at its last sync, and nothing else of what the process wrote. What was answered must be there.
//! A lying layer, which keeps nothing and says it did, shows that the tests would see a loss.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
mod lone;

use federation::{Federation, HEZHOU, LANZHOU, ZHOUSHAN};
use huxin::runtime::failpoint::{NAMES, VARIABLE};
use lone::{alone, entry, fsck, lost, publish, start};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

const ENTRIES: usize = 64;
const PASSING: u32 = 5;

/// The layer over one folder, from the moment at which everything in it is taken to be on the disk.
struct Layer {
    root: PathBuf,
    kept: tempfile::TempDir,
}

impl Layer {
    fn over(root: &Path) -> Self {
        let layer = Self { root: root.canonicalize().unwrap(), kept: tempfile::tempdir().unwrap() };
        for folder in ["content", "names"] {
            fs::create_dir(layer.kept.path().join(folder)).unwrap();
        }
        layer.take_in(&layer.root);
        layer
    }

    fn content(&self, inode: &str) -> PathBuf {
        self.kept.path().join("content").join(inode)
    }
    fn names(&self, inode: &str) -> PathBuf {
        self.kept.path().join("names").join(inode)
    }

    /// Everything as it is now.
    fn take_in(&self, folder: &Path) {
        let mut lines = String::new();
        for found in fs::read_dir(folder).unwrap() {
            let (path, inode) = {
                let found = found.unwrap();
                (found.path(), found.metadata().unwrap().ino())
            };
            let sort = if path.is_dir() { 'd' } else { 'f' };
            lines.push_str(&format!("{inode} {sort} {}\n", path.file_name().unwrap().to_str().unwrap()));
            if path.is_dir() {
                self.take_in(&path);
            } else {
                fs::copy(&path, self.content(&inode.to_string())).unwrap();
            }
        }
        fs::write(self.names(&fs::metadata(folder).unwrap().ino().to_string()), lines).unwrap();
    }

    /// Puts the layer under a process that is to be started.
    fn arm(&self, command: &mut Command, lies: bool) {
        let library = std::env::current_exe().unwrap().with_file_name("libhuxin_unsynced.so");
        assert!(library.is_file(), "{} is built with this test", library.display());
        command.env("LD_PRELOAD", library);
        command.env("HUXIN_UNSYNCED_ROOT", &self.root).env("HUXIN_UNSYNCED_KEPT", self.kept.path());
        if lies {
            command.env("HUXIN_UNSYNCED_LIE", "1");
        }
    }

    /// The power goes: what was not kept is gone. The process must have ended. Answers how many bytes that were.
    fn cut(self) -> u64 {
        let before = sizes(&self.root);
        let inode = fs::metadata(&self.root).unwrap().ino().to_string();
        for found in fs::read_dir(&self.root).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        self.put_back(&self.root, &inode);
        let after = sizes(&self.root);
        before.iter().map(|(path, size)| size.saturating_sub(after.get(path).copied().unwrap_or(0))).sum()
    }

    fn put_back(&self, folder: &Path, inode: &str) {
        // A folder that was made and never synced is there, since its parent says so, and empty.
        for line in fs::read_to_string(self.names(inode)).unwrap_or_default().lines() {
            let mut parts = line.splitn(3, ' ');
            let (inode, sort, name) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            let path = folder.join(name);
            if sort == "d" {
                fs::create_dir(&path).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
                self.put_back(&path, inode);
            } else if self.content(inode).exists() {
                fs::copy(self.content(inode), &path).unwrap();
            } else {
                fs::write(&path, b"").unwrap();
            }
        }
    }
}

fn sizes(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut sizes = BTreeMap::new();
    for found in fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        if path.is_dir() {
            sizes.extend(self::sizes(&path));
        } else {
            sizes.insert(path.clone(), fs::metadata(&path).unwrap().len());
        }
    }
    sizes
}

#[test]
fn what_was_answered_was_synced_at_every_place() {
    let mut all = 0;
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let config = alone(folder.path());
        let layer = Layer::over(folder.path());
        let (mut child, client) = start(&config, |command| {
            layer.arm(command, false);
            command.env(VARIABLE, format!("{name}:{PASSING}"));
        });
        let answered = client.map(|client| publish(&client, ENTRIES)).unwrap_or_default();
        let _ = child.kill();
        child.wait().unwrap();
        let gone = layer.cut();
        all += answered.len();

        let (mut child, client) = start(&config, |_| {});
        let client = client.unwrap_or_else(|| panic!("{name}: the node does not start after the cut"));
        assert_eq!(lost(&client, &answered), [], "{name}: these were answered");
        let size = client.heads().unwrap().heads[0].size.0;
        assert!((answered.len() as u64..=answered.len() as u64 + 1).contains(&size), "{name}: {size}");
        assert_eq!(client.publish(&entry(ENTRIES)).unwrap().ids[0].seq.0, size, "{name}: the log goes on");
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success(), "{name}");
        fsck(&config);
        println!("{name}: {} answered, {gone} bytes were not synced", answered.len());
    }
    assert!(all > ENTRIES, "too few were answered to show anything: {all}");
}

/// If this one fails, the layer is not under the node, and the others show nothing.
#[test]
fn a_disk_that_lies_loses_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let config = alone(folder.path());
    // The store is made honestly; only what is published later meets the lie.
    let (mut child, client) = start(&config, |_| {});
    client.unwrap().publish(&entry(ENTRIES)).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());

    let layer = Layer::over(folder.path());
    let (mut child, client) = start(&config, |command| layer.arm(command, true));
    let answered = publish(&client.unwrap(), ENTRIES);
    assert_eq!(answered.len(), ENTRIES);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(layer.cut() > 0, "bytes were lost");

    let (mut child, client) = start(&config, |_| {});
    assert_eq!(lost(&client.unwrap(), &answered).len(), ENTRIES, "all that was answered on a lie is gone");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn after_a_cut_all_heads_become_equal() {
    let mut federation = Federation::started();
    federation.kill(ZHOUSHAN);
    let mut answered = Vec::new();
    // Late enough that the node is up and publishes, and that the last announcements have left before some of the cuts.
    for (round, place) in ["after_commit:60", "before_announce:60", "before_commit:60"].into_iter().enumerate() {
        let layer = Layer::over(&federation.folder(ZHOUSHAN));
        federation.start_with(ZHOUSHAN, |command| {
            layer.arm(command, false);
            command.env(VARIABLE, place);
        });
        let client = federation.client(ZHOUSHAN);
        let numbers = round * ENTRIES * 2..(round + 1) * ENTRIES * 2;
        let died = numbers.clone().find(|number| match client.publish(&entry(*number)) {
            Ok(reply) => {
                answered.push((*number, reply.ids[0]));
                false
            }
            Err(fault) => {
                assert_eq!(fault.code, "unreachable", "{place}: {fault}");
                true
            }
        });
        // Only groups that speak pass the last place, and one may speak for many.
        assert!(died.is_some() || place.starts_with("before_announce"), "{place}: the failpoint was never passed");
        federation.kill(ZHOUSHAN);
        layer.cut();
    }
    federation.start(ZHOUSHAN);
    federation.until_equal();
    assert!(answered.len() > 10, "too few were answered to show anything: {}", answered.len());
    assert_eq!(lost(&federation.client(ZHOUSHAN), &answered), []);
    for city in [HEZHOU, LANZHOU] {
        for (_, id) in &answered {
            assert_eq!(federation.client(city).entry(*id).unwrap().id, *id, "{city} holds what was answered");
        }
    }
    federation.end_and_check();
}
