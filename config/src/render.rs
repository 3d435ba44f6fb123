//! Writing: the file that `huxin init` leaves, with every key, its value and what it means in English and Chinese.

use crate::edition_choice::EditionChoice;
use crate::keys::{KEYS, SECTIONS};
use crate::multiaddress::Multiaddress;
use crate::settings::{Language, PassphrasePlace, Settings};
use huxin_protocol::ids::CityCode;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

const HEAD: &str = "\
# Settings of a huxin node. Every key is here with its value; a key that is left out has its default.
# HUXIN_<SECTION>_<KEY> in the environment overrides a key (lists with commas). Relative paths start from this folder.
# 互信节点设置。所有键及其取值均列于此;省略的键取默认值。
# 环境变量 HUXIN_<节>_<键> 优先于本文件(列表以逗号分隔)。相对路径以本文件所在目录为起点。
";

/// What `huxin init` asks or is told; the rest are defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitChoices {
    pub city: CityCode,
    pub language: Language,
    pub passphrase: PassphrasePlace,
    pub data: PathBuf,
    pub keys: PathBuf,
    pub genesis: PathBuf,
    pub token: PathBuf,
    pub read_token: PathBuf,
    pub p2p: Vec<Multiaddress>,
    pub api: SocketAddr,
    pub dial: Vec<Multiaddress>,
    pub editions: Vec<EditionChoice>,
}

impl InitChoices {
    /// The defaults of a city.
    #[must_use]
    pub fn new(city: CityCode) -> Self {
        let Settings { node, listen, network, catalogue, .. } = Settings::new(city);
        Self {
            city,
            language: node.language,
            passphrase: node.passphrase,
            data: node.data,
            keys: node.keys,
            genesis: node.genesis,
            token: listen.token,
            read_token: listen.read_token,
            p2p: listen.p2p,
            api: listen.api,
            dial: network.dial,
            editions: catalogue.editions,
        }
    }

    /// The settings that these choices make, with paths as they stand in the file.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.city);
        let choices = self.clone();
        settings.node.language = choices.language;
        settings.node.passphrase = choices.passphrase;
        settings.node.data = choices.data;
        settings.node.keys = choices.keys;
        settings.node.genesis = choices.genesis;
        settings.listen.token = choices.token;
        settings.listen.read_token = choices.read_token;
        settings.listen.p2p = choices.p2p;
        settings.listen.api = choices.api;
        settings.network.dial = choices.dial;
        settings.catalogue.editions = choices.editions;
        settings
    }
}

/// The commented file for a new node.
#[must_use]
pub fn commented_default(choices: &InitChoices) -> String {
    commented(&choices.settings())
}

/// The commented file with the values of `settings`. A key without a value stands there as a comment.
#[must_use]
pub fn commented(settings: &Settings) -> String {
    let mut out = HEAD.to_owned();
    let mut settings = settings.clone();
    for section in SECTIONS {
        // Writing to a text cannot fail.
        let _ = write!(out, "\n[{}]\n", section.name);
        for key in KEYS.iter().filter(|key| key.section == section.name) {
            let _ = write!(out, "# {}\n# {}\n", key.english, key.chinese);
            let _ = match key.show(&mut settings) {
                Some(value) => writeln!(out, "{} = {value}", key.name),
                None => writeln!(out, "# {} = {}", key.name, key.example),
            };
        }
    }
    out
}
