//! Judges: each knows one promise and nothing of how it is kept.

mod acknowledged;
mod agreement;
mod blame;
mod bounds;
mod contradiction;
mod model;
mod prefix;
mod reach;
mod resurrection;

use super::Country;

/// What judges remember between their looks.
#[derive(Default)]
pub struct Watch {
    /// Judges that have objected already.
    pub looks: u64,
}

/// During the first act.
pub fn look(country: &mut Country) {
    country.watch.looks += 1;
    bounds::look(country);
    resurrection::look(country);
    contradiction::look(country);
    blame::look(country);
}

/// At the end of the calm.
pub fn last(country: &mut Country, agreed: bool) {
    bounds::look(country);
    contradiction::look(country);
    blame::look(country);
    resurrection::last(country);
    reach::last(country);
    if agreed {
        prefix::last(country);
        acknowledged::last(country);
        agreement::last(country);
        model::last(country);
    }
}
