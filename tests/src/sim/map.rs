//! Where cities lie. The prefecture-level cities of the data folder, by their GB/T 2260 codes, or a made-up country of the
//! same extent where that file is absent.

use crate::data::data_folder;
use crate::world::{Chance, Place};
use huxin_protocol::ids::CityCode;

/// `count` cities with their places: those of the real file in its order, spread over the whole of it, where there is one and
/// it has so many.
///
/// # Panics
/// For more cities than six digits can name.
#[must_use]
pub fn cities(count: usize) -> Vec<(CityCode, Place)> {
    let real = real();
    if real.len() >= count && count > 0 {
        return (0..count).map(|n| real[n * real.len() / count]).collect();
    }
    synthetic(count)
}

/// A country made up from numbers: places between 98° and 122° east, 22° and 45° north.
#[must_use]
pub fn synthetic(count: usize) -> Vec<(CityCode, Place)> {
    let mut chance = Chance::new(2260);
    (0..count)
        .map(|n| {
            let code = CityCode::new(&format!("{}", 900_000 + n)).expect("six digits are a code");
            let east = 98_000 + chance.below(24_000) as i64;
            (code, Place { east, north: 22_000 + chance.below(23_000) as i64 })
        })
        .collect()
}

fn real() -> Vec<(CityCode, Place)> {
    let Some(text) =
        data_folder().and_then(|folder| std::fs::read_to_string(folder.join("divisions/prefecture_cities.csv")).ok())
    else {
        return Vec::new();
    };
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| head.iter().position(|title| title.trim() == name);
    let (Some(code), Some(east), Some(north)) = (column("code"), column("lon"), column("lat")) else {
        return Vec::new();
    };
    let thousandths = |text: &str| text.trim().parse::<f64>().ok().map(|degrees| (degrees * 1000.0) as i64);
    let mut cities: Vec<(CityCode, Place)> = lines
        .filter_map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let code = CityCode::new(cells.get(code)?.trim()).ok()?;
            // One city has no coordinates: the middle of the country will do.
            let place = cells.get(east).and_then(|e| thousandths(e)).zip(cells.get(north).and_then(|n| thousandths(n)));
            let (east, north) = place.unwrap_or((104_000, 35_000));
            Some((code, Place { east, north }))
        })
        .collect();
    cities.sort_by_key(|(code, _)| *code);
    cities.dedup_by_key(|(code, _)| *code);
    cities
}
