//! A value as somebody gave it, and its reading into the form that a key has.

use crate::edition_choice::EditionChoice;
use crate::fault::SettingsFault;
use crate::key::{Form, Key};
use crate::multiaddress::Multiaddress;
use crate::place::Place;
use crate::settings::Settings;
use std::path::PathBuf;
use toml_edit::{Item, Value};

/// A value and where it came from.
pub struct Given {
    pub place: Place,
    pub value: GivenValue,
}

pub enum GivenValue {
    File(Item),
    /// Lists are separated by commas.
    Environment(String),
    /// A variable whose bytes are no text.
    NotText,
}

impl Given {
    /// Puts the value into its field.
    pub fn set(&self, key: &'static Key, settings: &mut Settings) -> Result<(), SettingsFault> {
        match key.form {
            Form::Number { least, most, at } => *at(settings) = self.number(key, least, most)?,
            Form::OptionalNumber { least, most, at } => *at(settings) = Some(self.number(key, least, most)?),
            Form::Flag { at } => *at(settings) = self.flag(key)?,
            Form::Path { at } => *at(settings) = self.path(key)?,
            Form::OptionalPath { at } => *at(settings) = Some(self.path(key)?),
            Form::Text { set, .. } => {
                let text = self.text(key)?;
                set(settings, &text).map_err(|reason| self.not_allowed(key, text, reason))?;
            }
            Form::Addresses { peer_due, at } => *at(settings) = self.addresses(key, peer_due)?,
            Form::Editions { at } => *at(settings) = self.editions(key)?,
        }
        Ok(())
    }

    fn number(&self, key: &'static Key, least: u32, most: u32) -> Result<u32, SettingsFault> {
        let number = match &self.value {
            GivenValue::File(item) => item.as_integer(),
            GivenValue::Environment(text) => text.trim().parse().ok(),
            GivenValue::NotText => None,
        };
        let value = number.ok_or_else(|| self.wrong_type(key))?;
        u32::try_from(value)
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| SettingsFault::OutOfRange { place: self.place.clone(), key, value, least, most })
    }

    fn flag(&self, key: &'static Key) -> Result<bool, SettingsFault> {
        match &self.value {
            GivenValue::File(item) => item.as_bool(),
            GivenValue::Environment(text) => text.trim().parse().ok(),
            GivenValue::NotText => None,
        }
        .ok_or_else(|| self.wrong_type(key))
    }

    fn text(&self, key: &'static Key) -> Result<String, SettingsFault> {
        match &self.value {
            GivenValue::File(item) => item.as_str().map(str::to_owned),
            GivenValue::Environment(text) => Some(text.clone()),
            GivenValue::NotText => None,
        }
        .ok_or_else(|| self.wrong_type(key))
    }

    fn path(&self, key: &'static Key) -> Result<PathBuf, SettingsFault> {
        let text = self.text(key)?;
        if text.is_empty() {
            return Err(self.not_allowed(key, text, "a path is not empty"));
        }
        Ok(PathBuf::from(text))
    }

    fn editions(&self, key: &'static Key) -> Result<Vec<EditionChoice>, SettingsFault> {
        let read = |text: String| text.parse().map_err(|reason| self.not_allowed(key, text, reason));
        self.texts(key)?.into_iter().map(read).collect()
    }

    /// A list of texts.
    fn texts(&self, key: &'static Key) -> Result<Vec<String>, SettingsFault> {
        match &self.value {
            GivenValue::File(item) => item
                .as_array()
                .and_then(|array| array.iter().map(|one| one.as_str().map(str::to_owned)).collect())
                .ok_or_else(|| self.wrong_type(key)),
            GivenValue::Environment(text) => {
                Ok(text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect())
            }
            GivenValue::NotText => Err(self.wrong_type(key)),
        }
    }

    fn addresses(&self, key: &'static Key, peer_due: bool) -> Result<Vec<Multiaddress>, SettingsFault> {
        let mut addresses = Vec::new();
        for text in self.texts(key)? {
            match text.parse::<Multiaddress>() {
                Err(fault) => return Err(self.not_allowed(key, text, fault.reason())),
                Ok(address) if peer_due && address.peer_id().is_none() => {
                    let reason = "it must end in /p2p/ and the peer id, for only known peers are let in";
                    return Err(self.not_allowed(key, text, reason));
                }
                Ok(address) => addresses.push(address),
            }
        }
        Ok(addresses)
    }

    fn not_allowed(&self, key: &'static Key, value: String, reason: &'static str) -> SettingsFault {
        SettingsFault::NotAllowed { place: self.place.clone(), key, value, reason }
    }

    fn wrong_type(&self, key: &'static Key) -> SettingsFault {
        SettingsFault::WrongType { place: self.place.clone(), key, found: self.described() }
    }

    /// The value in words; long ones are cut, for they may be pasted by accident.
    fn described(&self) -> String {
        let (kind, text) = match &self.value {
            GivenValue::NotText => return "not readable as text".to_owned(),
            GivenValue::Environment(text) => ("the text ", format!("{text:?}")),
            GivenValue::File(item) => match item {
                Item::Value(Value::String(text)) => ("the text ", format!("{:?}", text.value())),
                Item::Value(Value::Integer(number)) => ("the number ", number.value().to_string()),
                Item::Value(Value::Float(number)) => ("the fraction ", number.value().to_string()),
                Item::Value(Value::Boolean(flag)) => ("", flag.value().to_string()),
                Item::Value(Value::Datetime(date)) => ("the date ", date.value().to_string()),
                Item::Value(Value::Array(_)) => ("a list of other things", String::new()),
                Item::Value(Value::InlineTable(_)) | Item::Table(_) | Item::ArrayOfTables(_) => {
                    ("a table", String::new())
                }
                Item::None => ("nothing", String::new()),
            },
        };
        let short: String = text.chars().take(60).collect();
        let cut = if short.len() < text.len() { "…" } else { "" };
        format!("{kind}{short}{cut}")
    }
}
