//! Adding one value to a settings file that a person wrote: every comment and every other line stays as it is.

use toml_edit::{Array, DocumentMut, Item, Table, TomlError, Value};

/// The text of a settings file with one more edition in `[catalogue] editions`, as [`crate::EditionChoice`] writes it. An edition of
/// the same name or path gives way: a node takes one digest of each.
///
/// # Errors
/// The text is not TOML.
pub fn with_edition(text: &str, choice: &str) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let table = document.entry("catalogue").or_insert_with(|| Item::Table(Table::new()));
    let editions = table.as_table_like_mut().map(|table| {
        // Left out, the key has its default, which an addition does not take away.
        let default = crate::settings::CatalogueSettings::default_editions();
        table
            .entry("editions")
            .or_insert_with(|| Item::Value(Value::Array(default.iter().map(ToString::to_string).collect::<Array>())))
    });
    if let Some(array) = editions.and_then(|item| item.as_array_mut()) {
        let name = |text: &str| text.split('#').next().unwrap_or_default().to_owned();
        array.retain(|value| value.as_str().is_none_or(|other| name(other) != name(choice)));
        array.push(choice);
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Each row: the file before, and after.
    #[test]
    fn an_edition_is_added_and_everything_else_stays() {
        let rows = [
            ("", "[catalogue]\neditions = [\"mdb\", \"zj#1\"]\n"),
            ("[catalogue]\n", "[catalogue]\neditions = [\"mdb\", \"zj#1\"]\n"),
            (
                "# 甲\n[catalogue]\n# 乙\neditions = [\"cn-2026\"] # 丙\n",
                "# 甲\n[catalogue]\n# 乙\neditions = [\"cn-2026\", \"zj#1\"] # 丙\n",
            ),
            ("[catalogue]\neditions = [\"zj#0\", \"mdb\"]\n", "[catalogue]\neditions = [ \"mdb\", \"zj#1\"]\n"),
            (
                "[catalogue]\neditions = []\n[log]\nlevel = \"warn\"\n",
                "[catalogue]\neditions = [\"zj#1\"]\n[log]\nlevel = \"warn\"\n",
            ),
        ];
        for (before, after) in rows {
            assert_eq!(with_edition(before, "zj#1").unwrap(), after);
        }
        assert!(with_edition("[catalogue", "zj#1").is_err());
    }
}
