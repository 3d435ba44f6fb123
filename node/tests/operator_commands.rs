//! What an operator meets beside the straight road of docs/operators.md: ports that are held, variables of a cluster, proxies, closed pipes, files that
//! were cut, backups that were damaged, tokens that only read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lone;

use huxin::Exit;
use huxin::client::Client;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A city alone, its node at work.
struct City {
    folder: tempfile::TempDir,
    config: PathBuf,
    node: Child,
    client: Client,
}

impl City {
    fn started() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = lone::alone(&folder.path().join("city"));
        let (node, client) = lone::start(&config, |_| {});
        Self { folder, config, node, client: client.unwrap() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
        let api = self.client.base().strip_prefix("http://").unwrap();
        command.arg("--config").arg(&self.config).args(args).env("HUXIN_LISTEN_API", api);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn until_ready(&self) {
        while !self.client.ready().unwrap().ready {
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
    }

    fn stop(&mut self) {
        drop(self.node.stdin.take());
        assert!(self.node.wait().unwrap().success());
    }
}

impl Drop for City {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

fn code(output: &Output) -> (Option<i32>, String) {
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), json["error"].as_str().unwrap_or_default().to_owned())
}

fn due(exit: Exit, code: &str) -> (Option<i32>, String) {
    (Some(exit as i32), code.to_owned())
}

#[test]
fn variables_of_a_cluster_are_named_once_and_have_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let config = lone::alone(folder.path());
    let done = Command::new(env!("CARGO_BIN_EXE_huxin"))
        .arg("--config")
        .arg(&config)
        .args(["federation", "show"])
        .env("HUXIN_NODE_PORT", "tcp://10.0.0.1:7651")
        .env("HUXIN_NODE_SERVICE_HOST", "10.0.0.1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    assert_eq!(told.matches("warning:").count(), 1, "{told}");
    assert!(told.contains("HUXIN_NODE_PORT") && told.contains("HUXIN_NODE_SERVICE_HOST"), "{told}");
}

#[test]
fn what_is_held_or_not_there_yet_ends_with_the_code_that_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = lone::alone(folder.path());
    let held = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    held.set_reuse_address(true).unwrap();
    held.set_reuse_port(true).unwrap();
    held.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    held.listen(1).unwrap();
    let port = held.local_addr().unwrap().as_socket().unwrap().port();
    let genesis = config.with_file_name("genesis.cbor");
    let run = |variable: &str, value: &str| {
        let done = Command::new(env!("CARGO_BIN_EXE_huxin"))
            .arg("--json")
            .arg("--config")
            .arg(&config)
            .arg("run")
            .env(variable, value)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        code(&done)
    };
    assert_eq!(run("HUXIN_LISTEN_P2P", &format!("/ip4/127.0.0.1/tcp/{port}")), due(Exit::NotYet, "address_in_use"));
    assert_eq!(run("HUXIN_LISTEN_API", &format!("127.0.0.1:{port}")), due(Exit::NotYet, "address_in_use"));
    assert_eq!(run("HUXIN_LISTEN_P2P", "/ip4/192.0.2.7/tcp/7651"), due(Exit::NotYet, "address_not_there"));
    assert_eq!(run("HUXIN_NODE_PASSPHRASE", "file:/nowhere/passphrase"), due(Exit::NotYet, "passphrase_file"));
    assert_eq!(run("HUXIN_NODE_GENESIS", "/nowhere/genesis.cbor"), due(Exit::NotYet, "genesis_missing"));
    assert_eq!(run("HUXIN_STORAGE_CACHE_MIB", "nothing"), due(Exit::Usage, "settings_wrong_type"));
    assert!(genesis.exists());
    // Few file handles: told at once, with both numbers.
    let few =
        format!("ulimit -n 64; exec '{}' --json --config '{}' run", env!("CARGO_BIN_EXE_huxin"), config.display());
    let done = Command::new("bash").args(["-c", &few]).output().unwrap();
    assert_eq!(code(&done), due(Exit::Usage, "few_file_handles"), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_proxy_a_closed_pipe_and_a_full_device_are_met_calmly() {
    let city = City::started();
    let mut proxied = city.command(&["--json", "peers"]);
    for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        proxied.env(variable, "http://127.0.0.1:1");
    }
    assert!(proxied.output().unwrap().status.success());

    // Nobody reads: what was asked is done, and it ends well and without a word.
    city.until_ready();
    for args in [&["peers"][..], &["--json", "peers"], &["announce", "/ip4/192.0.2.7/tcp/7651"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done =
            city.command(args).stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&done.stderr), "", "{args:?}");
    }
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let done =
        city.command(&["peers"]).stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(Exit::Unexpected as i32));
    assert!(String::from_utf8_lossy(&done.stderr).contains("error[output]"));
}

#[test]
fn files_are_brought_twice_cut_and_changed() {
    let mut city = City::started();
    city.until_ready();
    lone::publish(&city.client, 3);
    let (whole, other) = (city.file("all.huxin-log"), city.file("piped.huxin-log"));
    assert!(city.run(&["export", "-o", &whole]).status.success());
    assert_eq!(fs::metadata(&whole).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(code(&city.run(&["--json", "export", "-o", &whole])), due(Exit::Usage, "file_exists"));
    assert!(city.run(&["export", "-o", &whole, "--force"]).status.success());
    let piped = city.run(&["export", "-o", "-"]);
    assert_eq!(piped.stdout, fs::read(&whole).unwrap(), "nothing but the file goes to standard output");

    let bytes = fs::read(&whole).unwrap();
    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let cases = [
        ("whole", bytes.clone(), (Some(0), String::new())),
        ("twice", bytes.clone(), (Some(0), String::new())),
        ("without its mark", bytes[..bytes.len() - 44].to_vec(), due(Exit::Rejects, "file_cut")),
        ("half", bytes[..middle].to_vec(), due(Exit::Refused, "file_cut")),
        ("nothing", Vec::new(), due(Exit::Refused, "file_cut")),
        ("another file", b"PK\x03\x04 something else".to_vec(), due(Exit::Refused, "file_shape")),
        ("with something behind", [&bytes[..], b"\xff\xff\xff\xff"].concat(), due(Exit::Rejects, "file_damaged")),
    ];
    for (what, bytes, due) in cases {
        fs::write(&other, bytes).unwrap();
        assert_eq!(code(&city.run(&["--json", "import", &other])), due, "{what}");
    }
    fs::write(&other, damaged).unwrap();
    let (exit, _) = code(&city.run(&["--json", "import", &other]));
    assert!(exit == Some(Exit::Refused as i32) || exit == Some(Exit::Rejects as i32), "{exit:?}");
    city.stop();
    assert_eq!(code(&city.run(&["--json", "import", &whole])), due(Exit::Unreachable, "unreachable"));
}

#[test]
fn a_bundle_says_about_whom_and_what_it_cannot_show() {
    let city = City::started();
    city.until_ready();
    let id = lone::publish(&city.client, 1)[0].1.to_string();
    let bundle = city.file("entry.huxin");
    assert!(city.run(&["prove", &id, "-o", &bundle]).status.success());
    assert_eq!(fs::metadata(&bundle).unwrap().permissions().mode() & 0o777, 0o600);
    let genesis = city.config.with_file_name("genesis.cbor").to_str().unwrap().to_owned();
    for (language, parts) in [
        (
            "en",
            &[
                "示例有限公司（合成） (uscc:91990099MA00000156)",
                "测试名单（合成） (red list)",
                "not ended according to 330900",
                "no file can show",
            ][..],
        ),
        (
            "zh-CN",
            &["对象  示例有限公司（合成）", "名单  测试名单（合成）(红名单)", "未终止(在列)", "任何文件都不能证明"],
        ),
    ] {
        let done = city.run(&["--language", language, "verify", &bundle, "--federation", &genesis]);
        let told = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{told}");
        for part in parts {
            assert!(told.contains(part), "{language}: {part} is missing in\n{told}");
        }
    }
    let done = city.run(&["--json", "verify", &bundle, "--federation", &genesis]);
    let json: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(json["listing"]["subject"], "uscc:91990099MA00000156");
    assert_eq!(json["end"], "stood");
}

#[test]
fn the_second_token_reads_and_the_metrics_want_one() {
    let city = City::started();
    city.until_ready();
    let token = |name: &str| fs::read_to_string(city.config.with_file_name(name)).unwrap();
    let address = city.client.base().strip_prefix("http://").unwrap().to_owned();
    let reads = Client::new(&address, &token("api-token-read"));
    assert!(reads.metrics().unwrap().contains("huxin_signing_ready"));
    reads.heads().unwrap();
    assert_eq!(reads.publish(&lone::entry(1)).unwrap_err().code, "token_only_reads");
    assert_eq!(Client::new(&address, "other").metrics().unwrap_err().code, "no_token");
}

#[test]
fn a_backup_is_proved_and_a_restored_store_signs_nothing_until_a_rotation() {
    let mut city = City::started();
    city.until_ready();
    lone::publish(&city.client, 2);
    let (backup, keys) = (city.file("backup"), city.file("keys-copy"));
    assert!(city.run(&["backup", &backup, "--keys", &keys]).status.success());
    assert_eq!(code(&city.run(&["--json", "backup", &backup])), due(Exit::Usage, "file_exists"));
    assert!(city.run(&["backup", "verify", &backup]).status.success());
    assert!(!Path::new(&keys).join("marker.json").exists());
    assert!(!Path::new(&backup).join("keys").exists());
    city.client.publish(&lone::entry(7)).unwrap();

    // Changed, cut or incomplete copies are found.
    let changes: [(&str, &dyn Fn(&Path)); 3] = [
        ("no description", &|folder| fs::remove_file(folder.join("backup.json")).unwrap()),
        ("a log is missing", &|folder| {
            for file in fs::read_dir(folder.join("store")).unwrap().flatten() {
                let name = file.file_name().to_string_lossy().into_owned();
                if name.ends_with(".log") || name.ends_with(".sst") {
                    fs::remove_file(file.path()).unwrap();
                }
            }
        }),
        ("a byte is changed", &|folder| {
            for file in fs::read_dir(folder.join("store")).unwrap().flatten() {
                let name = file.file_name().to_string_lossy().into_owned();
                if name.ends_with(".log") || name.ends_with(".sst") {
                    let mut bytes = fs::read(file.path()).unwrap();
                    if let Some(byte) = bytes.get_mut(100) {
                        *byte ^= 0x40;
                    }
                    fs::write(file.path(), bytes).unwrap();
                }
            }
        }),
    ];
    for (number, (what, change)) in changes.iter().enumerate() {
        let copy = city.file(&format!("copy-{number}"));
        assert!(Command::new("cp").args(["-r", &backup, &copy]).status().unwrap().success());
        change(Path::new(&copy));
        let (exit, found) = code(&city.run(&["--json", "backup", "verify", &copy]));
        assert_ne!(exit, Some(0), "{what}: {found}");
        assert!(!found.is_empty(), "{what}");
    }

    // Data and keys of one moment agree with each other; the restore breaks that.
    assert_eq!(code(&city.run(&["--json", "restore", &backup])), due(Exit::Refused, "store_exists"));
    city.stop();
    let place = city.config.parent().unwrap().to_owned();
    fs::rename(place.join("data"), place.join("data-before")).unwrap();
    fs::rename(place.join("keys"), place.join("keys-before")).unwrap();
    assert!(Command::new("cp").args(["-r", &keys]).arg(place.join("keys")).status().unwrap().success());
    let done = city.run(&["restore", &backup]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (node, client) = lone::start(&city.config, |_| {});
    (city.node, city.client) = (node, client.unwrap());
    let refused = city.client.publish(&lone::entry(9)).unwrap_err();
    assert_eq!(refused.exit, Exit::Refused, "{refused}");
    assert!(city.client.ready().unwrap().missing.contains(&"not_signing".to_owned()));
}
