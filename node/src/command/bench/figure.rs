//! One figure: what was measured, the limit of the machine beside it, and the goal.

use serde::Serialize;

/// What is asked of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// At least this share of the limit.
    Share(f64),
    /// At most so much.
    AtMost(f64),
    /// Less than so much.
    Below(f64),
    /// Told, not judged.
    None,
}

/// A measured value. `limit` is of the same unit, from the same run.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub name: &'static str,
    pub unit: &'static str,
    pub value: f64,
    pub limit: Option<f64>,
    /// What the limit is.
    pub limit_is: Option<&'static str>,
    /// Value by limit.
    pub ratio: Option<f64>,
    pub goal: Option<String>,
    pub met: Option<bool>,
}

impl Figure {
    /// A figure beside the limit of the machine.
    #[must_use]
    pub fn beside(name: &'static str, unit: &'static str, value: f64, limit: (&'static str, f64), goal: Goal) -> Self {
        let ratio = (limit.1 > 0.0).then(|| value / limit.1);
        Self { limit: Some(limit.1), limit_is: Some(limit.0), ratio, ..Self::alone(name, unit, value, Goal::None) }
            .judged(goal)
    }

    /// A figure that has no limit but its goal.
    #[must_use]
    pub fn alone(name: &'static str, unit: &'static str, value: f64, goal: Goal) -> Self {
        Self { name, unit, value, limit: None, limit_is: None, ratio: None, goal: None, met: None }.judged(goal)
    }

    fn judged(mut self, goal: Goal) -> Self {
        (self.goal, self.met) = match goal {
            Goal::Share(share) => {
                (Some(format!("{share} of the limit")), Some(self.ratio.is_some_and(|ratio| ratio >= share)))
            }
            Goal::AtMost(most) => (Some(format!("at most {most}")), Some(self.value <= most)),
            Goal::Below(border) => (Some(format!("below {border}")), Some(self.value < border)),
            Goal::None => (None, None),
        };
        self
    }

    /// The row of the table for people.
    #[must_use]
    pub fn row(&self) -> [String; 6] {
        let dash = || "–".to_owned();
        let limit = match (self.limit, self.limit_is) {
            (Some(limit), Some(what)) => format!("{} ({what})", number(limit)),
            _ => dash(),
        };
        [
            format!("{} [{}]", self.name, self.unit),
            number(self.value),
            limit,
            self.ratio.map_or_else(dash, |ratio| format!("{ratio:.2}")),
            self.goal.clone().unwrap_or_else(dash),
            self.met.map_or_else(dash, |met| if met { "yes" } else { "no" }.to_owned()),
        ]
    }
}

/// Three figures that matter.
fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_judged_on_their_own_side() {
        let met = |goal| Figure::beside("x", "/s", 60.0, ("y", 100.0), goal).met;
        assert_eq!(met(Goal::Share(0.6)), Some(true));
        assert_eq!(met(Goal::Share(0.61)), Some(false));
        assert_eq!(Figure::alone("x", "ms", 2.0, Goal::Below(2.0)).met, Some(false));
        assert_eq!(Figure::alone("x", "ms", 2.0, Goal::AtMost(2.0)).met, Some(true));
        assert_eq!(Figure::alone("x", "ms", 2.0, Goal::None).met, None);
        assert_eq!(Figure::beside("x", "/s", 60.0, ("y", 0.0), Goal::Share(0.6)).met, Some(false));
    }
}
