//! Reading: the file, then the environment over it, then every value into its field.

use crate::fault::{SettingsFault, SettingsFaults};
use crate::given::{Given, GivenValue};
use crate::key::Key;
use crate::keys::{KEYS, SECTIONS};
use crate::place::Place;
use crate::settings::Settings;
use huxin_protocol::ids::CityCode;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml_edit::Document;

/// Names further away than this share of their length are not proposed.
const NEARNESS: f64 = 0.6;

impl Settings {
    /// Reads `path` and lets `environment` override it (pass `std::env::vars_os()`). Relative paths come back
    /// resolved against the file's folder.
    pub fn load(
        path: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingsFaults> {
        Self::load_noting(path, environment).map(|(settings, _)| settings)
    }

    /// As [`Settings::load`], and beside the settings the variables that look like settings and are none.
    ///
    /// # Errors
    /// As for [`Settings::load`].
    pub fn load_noting(
        path: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, Vec<ForeignVariable>), SettingsFaults> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| SettingsFaults::new(SettingsFault::Unreadable { path: path.to_owned(), source }, []))?;
        Self::read_noting(path, &text, environment)
    }

    /// As [`Settings::load`], with the file's text handed in; `path` names it in faults and is where relative paths
    /// start.
    pub fn read(
        path: &Path,
        text: &str,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingsFaults> {
        Self::read_noting(path, text, environment).map(|(settings, _)| settings)
    }

    /// As [`Settings::load_noting`], with the file's text handed in.
    ///
    /// # Errors
    /// As for [`Settings::load`].
    pub fn read_noting(
        path: &Path,
        text: &str,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, Vec<ForeignVariable>), SettingsFaults> {
        let mut reading = Reading { path, faults: Vec::new(), given: BTreeMap::new(), foreign: Vec::new() };
        reading.take_file(text)?;
        for (name, value) in environment {
            reading.take_variable(&name, value);
        }
        let mut foreign = std::mem::take(&mut reading.foreign);
        foreign.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((reading.finish()?, foreign))
    }
}

/// A variable whose name begins like a setting and names none. A cluster that runs a service called `huxin-node` puts such
/// variables into every process; and a person may have mistyped a name. Nobody can tell the two apart, so the variable has no
/// effect, and whoever starts the program is told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignVariable {
    pub name: String,
    /// The variable that may have been meant.
    pub nearest: Option<String>,
}

struct Reading<'a> {
    path: &'a Path,
    faults: Vec<SettingsFault>,
    /// By position in [`KEYS`].
    given: BTreeMap<usize, Given>,
    foreign: Vec<ForeignVariable>,
}

impl Reading<'_> {
    fn take_file(&mut self, text: &str) -> Result<(), SettingsFaults> {
        let place = |offset| Place::at(self.path, text, offset);
        let document = Document::parse(text).map_err(|fault| {
            let place = place(fault.span().map_or(0, |span| span.start));
            // The library's first line; the rest of its text draws the line, which the place names already.
            let reason = fault.message().lines().next().unwrap_or("").to_owned();
            SettingsFaults::new(SettingsFault::NotToml { place, reason }, [])
        })?;
        for (section, item) in document.iter() {
            let at = document.as_table().key(section).and_then(toml_edit::Key::span).or_else(|| item.span());
            let section_place = place(at.map_or(0, |span| span.start));
            let table = match item.as_table_like() {
                Some(table) if SECTIONS.iter().any(|known| known.name == section) => table,
                Some(_) => {
                    let nearest =
                        nearest(section, SECTIONS.iter().map(|known| known.name)).map(|name| format!("[{name}]"));
                    let section = section.to_owned();
                    self.faults.push(SettingsFault::UnknownSection { place: section_place, section, nearest });
                    continue;
                }
                // A key above all sections: say where it belongs.
                None => {
                    let nearest = nearest_key(None, section);
                    self.faults.push(SettingsFault::UnknownKey {
                        place: section_place,
                        key: section.to_owned(),
                        nearest,
                    });
                    continue;
                }
            };
            for (name, item) in table.iter() {
                let at = table.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
                let place = place(at.map_or(0, |span| span.start));
                match KEYS.iter().position(|key| key.section == section && key.name == name) {
                    Some(index) => {
                        self.given.insert(index, Given { place, value: GivenValue::File(item.clone()) });
                    }
                    None => self.faults.push(SettingsFault::UnknownKey {
                        place,
                        key: format!("[{section}] {name}"),
                        nearest: nearest_key(Some(section), name),
                    }),
                }
            }
        }
        Ok(())
    }

    /// Variables of other programs, and those of huxin that are no settings (`HUXIN_PASSPHRASE`), are passed over; one
    /// that begins like a section and names no key is noted, see [`ForeignVariable`].
    fn take_variable(&mut self, name: &OsString, value: OsString) {
        let Some(name) = name.to_str().filter(|name| name.starts_with("HUXIN_")) else { return };
        if let Some(index) = KEYS.iter().position(|key| key.variable() == name) {
            let value = value.into_string().map_or(GivenValue::NotText, GivenValue::Environment);
            self.given.insert(index, Given { place: Place::Environment(name.to_owned()), value });
            return;
        }
        let begins = |section: &str| {
            name.strip_prefix("HUXIN_")
                .and_then(|rest| rest.strip_prefix(&section.to_uppercase()))
                .is_some_and(|rest| rest.starts_with('_'))
        };
        if SECTIONS.iter().any(|section| begins(section.name)) {
            let variables: Vec<String> = KEYS.iter().map(Key::variable).collect();
            let nearest = nearest(name, variables.iter().map(String::as_str)).map(str::to_owned);
            self.foreign.push(ForeignVariable { name: name.to_owned(), nearest });
        }
    }

    fn finish(mut self) -> Result<Settings, SettingsFaults> {
        // Until the city is read a stand-in keeps its place; it leaves this function only if it was replaced.
        let Ok(stand_in) = CityCode::new("00") else { return Err(self.missing_city()) };
        let mut settings = Settings::new(stand_in);
        let mut city_given = false;
        for (index, key) in KEYS.iter().enumerate() {
            if let Some(given) = self.given.get(&index) {
                city_given |= key.is_city();
                if let Err(fault) = given.set(key, &mut settings) {
                    self.faults.push(fault);
                }
            }
        }
        if !city_given {
            return Err(self.missing_city());
        }
        if settings.storage.low_mib < settings.storage.min_free_mib {
            self.faults.push(SettingsFault::Below {
                path: self.path.to_owned(),
                key: "[storage] low_mib",
                other: "[storage] min_free_mib",
                reason: "the warning would come after the stop",
            });
        }
        match in_order(self.faults) {
            Some(faults) => Err(faults),
            None => Ok(settings.resolved(&folder_of(self.path))),
        }
    }

    fn missing_city(mut self) -> SettingsFaults {
        for key in KEYS.iter().filter(|key| key.is_city()) {
            self.faults.push(SettingsFault::Missing { path: self.path.to_owned(), key });
        }
        in_order(self.faults).unwrap_or_else(|| {
            // Not reached: the registry has a city key.
            let place = Place::Line { file: self.path.to_owned(), line: 1 };
            SettingsFaults::new(SettingsFault::NotToml { place, reason: "no city".to_owned() }, [])
        })
    }
}

/// Faults by line, those of the environment and of the whole file last.
fn in_order(mut faults: Vec<SettingsFault>) -> Option<SettingsFaults> {
    faults.sort_by_key(|fault| match fault {
        SettingsFault::NotToml { place, .. }
        | SettingsFault::UnknownSection { place, .. }
        | SettingsFault::UnknownKey { place, .. }
        | SettingsFault::WrongType { place, .. }
        | SettingsFault::OutOfRange { place, .. }
        | SettingsFault::NotAllowed { place, .. } => match place {
            Place::Line { line, .. } => *line,
            Place::Environment(_) => usize::MAX - 1,
        },
        _ => usize::MAX,
    });
    let mut faults = faults.into_iter();
    faults.next().map(|first| SettingsFaults::new(first, faults))
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// `[section] key` nearest to what was written; the same name in another section comes first.
fn nearest_key(section: Option<&str>, name: &str) -> Option<String> {
    if let Some(key) = KEYS.iter().find(|key| key.name == name) {
        return Some(key.title());
    }
    let mut scored: Vec<(f64, &Key)> = KEYS
        .iter()
        .map(|key| {
            // A like name in the section that was written is the likelier one.
            let bonus = if section == Some(key.section) { 0.1 } else { 0.0 };
            (likeness(name, key.name) + bonus, key)
        })
        .filter(|(score, _)| *score >= NEARNESS)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.first().map(|(_, key)| key.title())
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut scored: Vec<(f64, &str)> =
        known.map(|known| (likeness(name, known), known)).filter(|(score, _)| *score >= NEARNESS).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.first().map(|(_, known)| *known)
}

/// 1 for equal names, 0 for names with nothing in common. Case and the sign between words do not count.
fn likeness(a: &str, b: &str) -> f64 {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    strsim::normalized_damerau_levenshtein(&plain(a), &plain(b))
}
