//! Reading, refusing, overriding and writing settings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_config::{
    EditionChoice, InitChoices, KEYS, Language, LogFormat, LogLevel, PassphrasePlace, SECTIONS, Settings,
    SettingsFaults, commented, commented_default,
};
use huxin_protocol::ids::CityCode;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

const FILE: &str = "/etc/huxin/huxin.toml";
const PEER: &str = "12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2";

fn city() -> CityCode {
    CityCode::new("330900").unwrap()
}
fn read_with(text: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsFaults> {
    Settings::read(Path::new(FILE), text, environment.iter().map(|(name, value)| (name.into(), value.into())))
}
fn read(text: &str) -> Result<Settings, SettingsFaults> {
    read_with(text, &[])
}
/// A file with the city and `rest`; `rest` begins on line 3.
fn with_city(rest: &str) -> String {
    format!("[node]\ncity = \"330900\"\n{rest}")
}
/// Code and text of the only fault.
#[track_caller]
fn fault(result: Result<Settings, SettingsFaults>) -> (&'static str, String) {
    let faults = result.unwrap_err();
    assert_eq!(faults.iter().count(), 1, "{faults}");
    assert!(!faults.next_step().is_empty());
    (faults.code(), faults.to_string())
}
#[track_caller]
fn assert_fault(result: Result<Settings, SettingsFaults>, code: &str, parts: &[&str]) {
    let (found, text) = fault(result);
    assert_eq!(found, code, "{text}");
    for part in parts {
        assert!(text.contains(part), "{text:?} lacks {part:?}");
    }
}

#[test]
fn the_file_of_init_reads_back_as_the_defaults() {
    let text = commented_default(&InitChoices::new(city()));
    assert_eq!(read(&text).unwrap(), Settings::new(city()).resolved(Path::new("/etc/huxin")));
    // And so does the shortest file.
    assert_eq!(read(&with_city("")).unwrap(), read(&text).unwrap());
}

#[test]
fn the_choices_of_init_stand_in_its_file() {
    let mut choices = InitChoices::new(city());
    choices.language = Language::English;
    choices.passphrase = PassphrasePlace::File("secret \"quoted\" 口令".into());
    choices.data = "/var/lib/huxin".into();
    choices.p2p = vec!["/ip6/::/tcp/9000".parse().unwrap(), "/ip4/127.0.0.1/tcp/9000".parse().unwrap()];
    choices.api = "[::1]:9001".parse().unwrap();
    choices.dial = vec![format!("/dns4/node.example.cn/tcp/1/p2p/{PEER}").parse().unwrap()];
    let settings = read(&commented_default(&choices)).unwrap();
    assert_eq!(settings, choices.settings().resolved(Path::new("/etc/huxin")));
    assert_eq!(settings.node.data, PathBuf::from("/var/lib/huxin"));
    assert_eq!(settings.node.passphrase, PassphrasePlace::File("/etc/huxin/secret \"quoted\" 口令".into()));
}

/// Every field of [`Settings`] has a key and every key a field; each stands in the written file with its explanation
/// in both languages.
#[test]
fn every_field_has_a_key_and_every_key_is_written_and_explained() {
    let mut settings = Settings::new(city());
    settings.catalogue.crosswalk = Some("c".into());
    settings.publish.partners_before_signing = Some(1);
    settings.storage.cache_mib = Some(64);
    let table = toml::Table::try_from(&settings).unwrap();
    let fields: BTreeSet<(String, String)> = table
        .iter()
        .flat_map(|(section, keys)| keys.as_table().unwrap().keys().map(|key| (section.clone(), key.clone())))
        .collect();
    let keys: BTreeSet<(String, String)> = KEYS.iter().map(|key| (key.section.into(), key.name.into())).collect();
    assert_eq!(fields, keys);
    assert_eq!(KEYS.len(), keys.len(), "no key twice");
    let sections: BTreeSet<&str> = SECTIONS.iter().map(|section| section.name).collect();
    assert_eq!(sections, table.keys().map(String::as_str).collect());

    let text = commented_default(&InitChoices::new(city()));
    for key in KEYS {
        let explained = format!("# {}\n# {}\n", key.english, key.chinese);
        let at = text.find(&explained).unwrap_or_else(|| panic!("{} is not explained", key.title()));
        let line = text[at + explained.len()..].lines().next().unwrap().trim_start_matches("# ");
        assert!(line.starts_with(&format!("{} = ", key.name)), "{line}");
        assert!(!key.chinese.is_ascii(), "{}", key.title());
    }
}

/// Writing shows the values and not the defaults: every key changed, written and read again.
#[test]
fn every_changed_value_is_written_and_read() {
    let mut settings = Settings::new(city());
    settings.node.keys = "/k".into();
    settings.node.genesis = "/g".into();
    settings.node.passphrase = PassphrasePlace::Systemd;
    settings.listen.token = "/t".into();
    settings.listen.read_token = "/r".into();
    settings.listen.p2p.clear();
    settings.network.gossip = false;
    settings.network.anti_entropy = false;
    settings.network.sync_seconds = 1;
    settings.network.heartbeat_seconds = 2;
    settings.publish.partners_before_signing = Some(0);
    settings.publish.batch_max = 3;
    settings.limits.writer_queue = 16;
    settings.limits.request_kib = 64;
    settings.storage.cache_mib = Some(8);
    settings.storage.max_open_files = 64;
    settings.storage.low_mib = 17;
    settings.storage.min_free_mib = 16;
    settings.rights.allow_natural_persons = true;
    let file = format!("/e/zj-2026.json#{}", "ab".repeat(32));
    settings.catalogue.editions = vec![EditionChoice::built_in("demo"), file.parse().unwrap()];
    settings.catalogue.crosswalk = Some("/c".into());
    settings.log.level = LogLevel::Trace;
    settings.log.format = LogFormat::Json;
    settings.node.data = "/d".into();
    assert_eq!(read(&commented(&settings)).unwrap(), settings);
}

/// The examples that faults show are themselves good.
#[test]
fn every_example_is_accepted() {
    for key in KEYS {
        let mut text = format!("[{}]\n{} = {}\n", key.section, key.name, key.example);
        if (key.section, key.name) != ("node", "city") {
            text =
                if key.section == "node" { text + "city = \"330900\"\n" } else { text + "[node]\ncity = \"330900\"\n" };
        }
        assert!(read(&text).is_ok(), "{text}: {}", read(&text).unwrap_err());
    }
}

#[test]
fn paths_start_from_the_folder_of_the_file() {
    let settings =
        read(&with_city("data = \"store\"\nkeys = \"/k\"\n[catalogue]\neditions = [\"demo\", \"e.json\"]\n")).unwrap();
    assert_eq!(settings.node.data, PathBuf::from("/etc/huxin/store"));
    assert_eq!(settings.node.keys, PathBuf::from("/k"));
    assert_eq!(settings.node.genesis, PathBuf::from("/etc/huxin/genesis.cbor"));
    assert_eq!(settings.listen.token, PathBuf::from("/etc/huxin/api-token"));
    let file = EditionChoice::File { path: "/etc/huxin/e.json".into(), digest: None };
    assert_eq!(settings.catalogue.editions, [EditionChoice::built_in("demo"), file]);
    assert_eq!(settings.catalogue.crosswalk, None);
}

#[test]
fn load_reads_from_disk_and_names_a_missing_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huxin.toml");
    assert_fault(Settings::load(&path, []), "settings_unreadable", &["huxin.toml"]);
    std::fs::write(&path, with_city("")).unwrap();
    assert_eq!(Settings::load(&path, []).unwrap().node.data, folder.path().join("data"));
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_name_and_the_line() {
    for (text, parts) in [
        (
            with_city("langauge = \"en\"\n"),
            &["/etc/huxin/huxin.toml:3", "[node] langauge", "mean [node] language?"][..],
        ),
        (with_city("[network]\nsync_second = 5\n"), &[":4:", "mean [network] sync_seconds?"]),
        (with_city("[network]\nsync-seconds = 5\n"), &["mean [network] sync_seconds?"]),
        // The right name in the wrong section.
        (with_city("[network]\nbatch_max = 5\n"), &["[network] batch_max", "mean [publish] batch_max?"]),
        // A name above all sections.
        (format!("gossip = true\n{}", with_city("")), &["huxin.toml:1:", "no key gossip", "mean [network] gossip?"]),
    ] {
        assert_fault(read(&text), "settings_unknown_key", parts);
    }
    let (_, text) = fault(read(&with_city("quux = 1\n")));
    assert!(!text.contains("mean"), "nothing is proposed where nothing is near: {text}");
}

#[test]
fn an_unknown_section_is_refused_with_the_nearest_name() {
    assert_fault(
        read(&with_city("[netwrok]\ngossip = true\n")),
        "settings_unknown_section",
        &["huxin.toml:3", "[netwrok]", "mean [network]?"],
    );
    // A value in the place of a section: it is a key above all sections, and the city is still missing.
    let faults = read("node = \"330900\"\n").unwrap_err();
    assert_eq!(
        faults.iter().map(huxin_config::SettingsFault::code).collect::<Vec<_>>(),
        ["settings_unknown_key", "settings_missing"]
    );
    assert!(faults.to_string().contains("huxin.toml:1: there is no key node"), "{faults}");
}

#[test]
fn a_wrong_type_names_what_was_found_what_is_due_and_an_example() {
    for (rest, parts) in [
        (
            "[network]\nsync_seconds = \"30\"\n",
            &[":4:", "the text \"30\"", "a whole number from 1 to 3600", "sync_seconds = 30"][..],
        ),
        ("[network]\nsync_seconds = 1.5\n", &["the fraction 1.5", "sync_seconds = 30"]),
        ("[network]\ngossip = \"yes\"\n", &["the text \"yes\"", "true or false", "gossip = true"]),
        ("[network]\ngossip = 1\n", &["the number 1"]),
        ("data = true\n", &[":3:", "is true;", "a path in quotation marks", "data = \"data\""]),
        ("data = 2026-11-22\n", &["the date 2026-11-22"]),
        ("[listen]\np2p = \"/ip4/0.0.0.0/tcp/1\"\n", &["a list of addresses", "p2p = [\"/ip4"]),
        ("[listen]\np2p = [1]\n", &["a list of other things", "a list of addresses"]),
        ("[log]\nlevel = { a = 1 }\n", &["a table", "error, warn, info, debug or trace"]),
    ] {
        assert_fault(read(&with_city(rest)), "settings_wrong_type", parts);
    }
    // A long text, perhaps a secret pasted by accident, is not repeated in full.
    let (_, text) = fault(read(&with_city(&format!("[network]\ngossip = \"{}\"\n", "s".repeat(500)))));
    assert!(text.contains('…') && text.len() < 300, "{text}");
}

#[test]
fn a_number_out_of_range_names_the_range() {
    for (rest, parts) in [
        ("[network]\nsync_seconds = 0\n", &["[network] sync_seconds is 0", "allowed is 1 to 3600"][..]),
        ("[network]\nsync_seconds = 3601\n", &["3601"]),
        ("[network]\nsync_seconds = -1\n", &["is -1"]),
        ("[storage]\ncache_mib = 99999999999\n", &["99999999999", "8 to 65536"]),
    ] {
        assert_fault(read(&with_city(rest)), "settings_out_of_range", parts);
    }
    for edge in [1, 3600] {
        let settings = read(&with_city(&format!("[network]\nsync_seconds = {edge}\n"))).unwrap();
        assert_eq!(settings.network.sync_every().as_secs(), edge);
    }
}

#[test]
fn a_value_that_is_not_allowed_names_the_reason() {
    let no_peer = "[network]\ndial = [\"/ip4/192.0.2.7/tcp/7651\"]\n";
    for (rest, parts) in [
        (
            "[listen]\napi = \"0.0.0.0:7650\"\n",
            &[":4:", "listens on this machine only", "api = \"127.0.0.1:7650\""][..],
        ),
        ("[listen]\napi = \"192.0.2.7:7650\"\n", &["put a proxy with TLS before it"]),
        ("[listen]\napi = \"[::]:7650\"\n", &["this machine only"]),
        ("[listen]\napi = \"localhost:7650\"\n", &["host in numbers"]),
        ("[listen]\np2p = [\"0.0.0.0:7651\"]\n", &["0.0.0.0:7651", "begins with /ip4/"]),
        (no_peer, &["must end in /p2p/"]),
        ("[log]\nlevel = \"loud\"\n", &["loud", "error, warn"]),
        ("[log]\nformat = \"xml\"\n", &["text or json"]),
        ("language = \"zh\"\n", &["zh-CN or en"]),
        ("passphrase = \"geheim\"\n", &["prompt, environment, systemd"]),
        ("passphrase = \"file:\"\n", &["file:PATH"]),
        ("data = \"\"\n", &["a path is not empty"]),
    ] {
        assert_fault(read(&with_city(rest)), "settings_not_allowed", parts);
    }
    assert_fault(read("[node]\ncity = \"Zhoushan\"\n"), "settings_not_allowed", &["2 to 16 lower-case"]);
    for loopback in ["127.0.0.1:1", "127.9.9.9:0", "[::1]:65535"] {
        read(&with_city(&format!("[listen]\napi = \"{loopback}\"\n"))).unwrap();
    }
}

#[test]
fn the_warning_of_a_full_disk_comes_before_the_stop() {
    assert_fault(
        read(&with_city("[storage]\nlow_mib = 100\nmin_free_mib = 200\n")),
        "settings_below",
        &["[storage] low_mib is below [storage] min_free_mib"],
    );
}

#[test]
fn a_missing_city_and_a_file_that_is_not_toml_are_told() {
    assert_fault(read(""), "settings_missing", &[FILE, "[node] city is missing", "city = \"330900\"", "under [node]"]);
    assert_fault(read("[node\ncity = 1\n"), "settings_not_toml", &["huxin.toml:1: the file is not TOML"]);
    assert_fault(read("[node]\ncity = \"330900\"\ncity = \"330901\"\n"), "settings_not_toml", &["huxin.toml:3:"]);
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = "[node]\ncitty = \"330900\"\n[network]\nsync_seconds = 0\ngossip = 3\n[lgo]\nlevel = \"info\"\n";
    let faults = read_with(text, &[("HUXIN_LOG_LEVEL", "loud")]).unwrap_err();
    let text = faults.to_string();
    let lines: Vec<&str> = text.lines().collect();
    let due = ["huxin.toml:2", "huxin.toml:4", "huxin.toml:5", "huxin.toml:6", "HUXIN_LOG_LEVEL", "city is missing"];
    assert_eq!(lines.len(), due.len(), "{text}");
    for (line, due) in lines.iter().zip(due) {
        assert!(line.contains(due), "{line} lacks {due}");
    }
    assert_eq!(faults.code(), "settings_unknown_key");
}

#[test]
fn the_environment_overrides_the_file() {
    let file = with_city("[network]\nsync_seconds = 5\ngossip = true\n");
    let two = format!("/ip4/192.0.2.7/tcp/1/p2p/{PEER}, /ip4/192.0.2.8/tcp/1/p2p/{PEER}");
    let settings = read_with(
        &file,
        &[
            ("HUXIN_NETWORK_SYNC_SECONDS", "7"),
            ("HUXIN_NETWORK_GOSSIP", "false"),
            ("HUXIN_NETWORK_DIAL", &two),
            ("HUXIN_LISTEN_P2P", ""),
            ("HUXIN_NODE_CITY", "330901"),
            ("HUXIN_NODE_DATA", "elsewhere"),
            ("HUXIN_LISTEN_API", "127.0.0.1:0"),
            // No settings: other programs', and huxin's own variables.
            ("PATH", "/bin"),
            ("HUXIN_PASSPHRASE", "geheim"),
            ("HUXIN_CONFIG", "x"),
        ],
    )
    .unwrap();
    assert_eq!(settings.network.sync_seconds, 7);
    assert!(!settings.network.gossip);
    assert_eq!(settings.network.dial.len(), 2);
    assert!(settings.listen.p2p.is_empty());
    assert_eq!(settings.node.city.as_str(), "330901");
    assert_eq!(settings.node.data, PathBuf::from("/etc/huxin/elsewhere"));
    // A city by environment alone is enough.
    assert_eq!(read_with("", &[("HUXIN_NODE_CITY", "330900")]).unwrap().node.city, city());
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    let file = with_city("");
    for (name, value, code, parts) in [
        (
            "HUXIN_NETWORK_SYNC_SECONDS",
            "seven",
            "settings_wrong_type",
            &["environment variable HUXIN_NETWORK_SYNC_SECONDS", "\"seven\""][..],
        ),
        ("HUXIN_NETWORK_SYNC_SECONDS", "0", "settings_out_of_range", &["1 to 3600"]),
        ("HUXIN_NETWORK_GOSSIP", "yes", "settings_wrong_type", &["true or false"]),
        ("HUXIN_LISTEN_API", "0.0.0.0:1", "settings_not_allowed", &["HUXIN_LISTEN_API", "this machine only"]),
    ] {
        assert_fault(read_with(&file, &[(name, value)]), code, parts);
    }
    let bytes = (OsString::from("HUXIN_LOG_LEVEL"), OsString::from_vec(vec![0xff]));
    assert_fault(Settings::read(Path::new(FILE), &file, [bytes]), "settings_wrong_type", &["not readable as text"]);
}

#[test]
fn variables_that_only_look_like_settings_have_no_effect_and_are_noted() {
    let file = with_city("");
    // What a cluster gives every process beside a service called huxin-node, huxin-storage or huxin-log; and a slip of the hand.
    let given = [
        ("HUXIN_NODE_PORT", "tcp://10.0.0.1:7651", None),
        ("HUXIN_NODE_SERVICE_HOST", "10.0.0.1", None),
        ("HUXIN_NODE_SERVICE_PORT", "7651", None),
        ("HUXIN_NODE_SERVICE_PORT_P2P", "7651", None),
        ("HUXIN_NODE_PORT_7651_TCP_ADDR", "10.0.0.1", None),
        ("HUXIN_STORAGE_PORT", "tcp://10.0.0.1:1", None),
        ("HUXIN_LOG_SERVICE_HOST", "10.0.0.1", None),
        ("HUXIN_LISTEN_", "", None),
        ("HUXIN_NETWORK_SYNC_SECOND", "7", Some("HUXIN_NETWORK_SYNC_SECONDS")),
    ];
    let variables = given.map(|(name, value, _)| (OsString::from(name), OsString::from(value)));
    let (settings, foreign) = Settings::read_noting(Path::new(FILE), &file, variables).unwrap();
    assert_eq!(settings.network, read(&file).unwrap().network);
    assert_eq!(settings.node.city, city());
    let mut names: Vec<&str> = given.iter().map(|(name, ..)| *name).collect();
    names.sort_unstable();
    assert_eq!(foreign.iter().map(|variable| variable.name.as_str()).collect::<Vec<_>>(), names);
    for (name, _, meant) in given {
        let noted = foreign.iter().find(|variable| variable.name == name).unwrap();
        assert!(meant.is_none_or(|meant| noted.nearest.as_deref() == Some(meant)), "{noted:?}");
    }
}
