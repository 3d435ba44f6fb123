//! huxin-config: the settings of one node, as checked types.
//!
//! One TOML file per node. Every key stands in one registry ([`KEYS`]) with its form, its example and a line of
//! explanation in English and Chinese; reading, refusing, overriding by environment and writing the commented file of
//! `huxin init` all follow from it, so that no key can be read and not explained, or offered and not read.
//!
//! A mistake in the file is never passed over: an unknown key is refused with the nearest known name, a wrong type
//! with the line, what is due and an example, a value out of range with the range; and all mistakes are told at once.
//! `HUXIN_<SECTION>_<KEY>` in the environment overrides the file; a variable that only looks like one has no effect and is noted. Relative paths are meant from the file's folder.

mod add;
mod edition_choice;
mod fault;
mod given;
mod key;
mod keys;
mod load;
mod multiaddress;
mod place;
mod render;
mod settings;

pub use add::with_edition;
pub use edition_choice::EditionChoice;
pub use fault::{SettingsFault, SettingsFaults};
pub use key::Key;
pub use keys::{KEYS, SECTIONS, Section};
pub use load::ForeignVariable;
pub use multiaddress::{AddressFault, Multiaddress};
pub use place::Place;
pub use render::{InitChoices, commented, commented_default};
pub use settings::{
    CatalogueSettings, Language, LimitSettings, ListenSettings, LogFormat, LogLevel, LogSettings, NetworkSettings,
    NodeSettings, PassphrasePlace, PublishSettings, RightsSettings, Settings, StorageSettings,
};
