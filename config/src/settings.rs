//! The settings as checked types, with their defaults.

use crate::edition_choice::EditionChoice;
use crate::multiaddress::Multiaddress;
use huxin_protocol::ids::CityCode;
use serde::{Serialize, Serializer};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything that one node is started with. What each key means stands in [`crate::KEYS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    pub node: NodeSettings,
    pub listen: ListenSettings,
    pub network: NetworkSettings,
    pub publish: PublishSettings,
    pub limits: LimitSettings,
    pub storage: StorageSettings,
    pub rights: RightsSettings,
    pub catalogue: CatalogueSettings,
    pub log: LogSettings,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeSettings {
    pub city: CityCode,
    pub data: PathBuf,
    pub keys: PathBuf,
    pub genesis: PathBuf,
    pub passphrase: PassphrasePlace,
    pub language: Language,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListenSettings {
    /// May be empty: a node that only dials.
    pub p2p: Vec<Multiaddress>,
    /// Always a loopback address in this release.
    pub api: SocketAddr,
    pub token: PathBuf,
    pub read_token: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NetworkSettings {
    pub gossip: bool,
    pub anti_entropy: bool,
    pub sync_seconds: u32,
    pub heartbeat_seconds: u32,
    /// Each with a peer id.
    pub dial: Vec<Multiaddress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishSettings {
    /// Partners that must have confirmed the own log before the first signature after a start, where the operator says so.
    pub partners_before_signing: Option<u32>,
    pub batch_max: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitSettings {
    pub writer_queue: u32,
    pub request_kib: u32,
    /// How long another member's log may be before it is fetched slowly: at the founding, and more with every day.
    pub member_statements: u32,
    pub member_statements_per_day: u32,
    pub member_mib: u32,
    pub member_mib_per_day: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StorageSettings {
    /// Where the operator says so; else the node takes a share of the machine's memory.
    pub cache_mib: Option<u32>,
    pub max_open_files: u32,
    pub low_mib: u32,
    pub min_free_mib: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RightsSettings {
    pub allow_natural_persons: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueSettings {
    /// Empty: this node judges no entry of anybody.
    pub editions: Vec<EditionChoice>,
    pub crosswalk: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogSettings {
    pub level: LogLevel,
    pub format: LogFormat,
}

/// Where the passphrase of the key folder comes from; huxin-keys does the reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassphrasePlace {
    Prompt,
    Environment,
    Systemd,
    File(PathBuf),
    None,
}

/// A closed choice: its texts, and both ways between text and value.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant),+ }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            /// The value that `text` names.
            #[must_use]
            pub fn of(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
choice!(
    /// Language of messages and pages.
    Language { Chinese = "zh-CN", English = "en" }
);
choice!(LogLevel { Error = "error", Warn = "warn", Info = "info", Debug = "debug", Trace = "trace" });
choice!(LogFormat { Text = "text", Json = "json" });

impl Settings {
    /// The defaults, with paths as they stand in the file: relative to its folder.
    #[must_use]
    pub fn new(city: CityCode) -> Self {
        Self {
            node: NodeSettings {
                city,
                data: PathBuf::from("data"),
                keys: PathBuf::from("keys"),
                genesis: PathBuf::from("genesis.cbor"),
                passphrase: PassphrasePlace::Prompt,
                language: Language::Chinese,
            },
            listen: ListenSettings {
                p2p: "/ip4/0.0.0.0/tcp/7651".parse().into_iter().collect(),
                api: SocketAddr::from((Ipv4Addr::LOCALHOST, 7650)),
                token: PathBuf::from("api-token"),
                read_token: PathBuf::from("api-token-read"),
            },
            network: NetworkSettings {
                gossip: true,
                anti_entropy: true,
                sync_seconds: 30,
                heartbeat_seconds: 60,
                dial: Vec::new(),
            },
            publish: PublishSettings { partners_before_signing: None, batch_max: 256 },
            limits: LimitSettings {
                writer_queue: 1024,
                request_kib: 1024,
                member_statements: 5_000_000,
                member_statements_per_day: 100_000,
                member_mib: 16_384,
                member_mib_per_day: 256,
            },
            storage: StorageSettings { cache_mib: None, max_open_files: 512, low_mib: 1024, min_free_mib: 256 },
            rights: RightsSettings { allow_natural_persons: false },
            catalogue: CatalogueSettings { editions: CatalogueSettings::default_editions(), crosswalk: None },
            log: LogSettings { level: LogLevel::Info, format: LogFormat::Text },
        }
    }

    /// The same settings with every relative path meant from `folder`.
    #[must_use]
    pub fn resolved(mut self, folder: &Path) -> Self {
        for key in crate::KEYS {
            key.resolve(&mut self, folder);
        }
        if let PassphrasePlace::File(path) = &mut self.node.passphrase {
            *path = folder.join(&*path);
        }
        self
    }
}

impl CatalogueSettings {
    /// Imported lists only: nothing that a city lists itself binds before somebody chose it.
    pub(crate) fn default_editions() -> Vec<EditionChoice> {
        vec![EditionChoice::built_in("mdb")]
    }
}

impl NetworkSettings {
    /// Time between rounds of anti-entropy with a peer.
    #[must_use]
    pub const fn sync_every(&self) -> Duration {
        Duration::from_secs(self.sync_seconds as u64)
    }
    /// Time between own cosignatures on a quiet log.
    #[must_use]
    pub const fn heartbeat_every(&self) -> Duration {
        Duration::from_secs(self.heartbeat_seconds as u64)
    }
}

impl LimitSettings {
    #[must_use]
    pub const fn request_bytes(&self) -> usize {
        self.request_kib as usize * 1024
    }
}

impl StorageSettings {
    #[must_use]
    pub const fn low_bytes(&self) -> u64 {
        self.low_mib as u64 * 1024 * 1024
    }
    #[must_use]
    pub const fn min_free_bytes(&self) -> u64 {
        self.min_free_mib as u64 * 1024 * 1024
    }
}

impl PassphrasePlace {
    pub(crate) fn of(text: &str) -> Option<Self> {
        match text {
            "prompt" => Some(Self::Prompt),
            "environment" => Some(Self::Environment),
            "systemd" => Some(Self::Systemd),
            "none" => Some(Self::None),
            _ => text.strip_prefix("file:").filter(|path| !path.is_empty()).map(|path| Self::File(path.into())),
        }
    }
}

/// The same text that huxin-keys' `PassphraseSource` reads.
impl fmt::Display for PassphrasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prompt => f.write_str("prompt"),
            Self::Environment => f.write_str("environment"),
            Self::Systemd => f.write_str("systemd"),
            Self::None => f.write_str("none"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}
impl Serialize for PassphrasePlace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
