//! Named places between "submitted" and "announced" at which a test lets the process die, as a power cut would.
//! `HUXIN_FAILPOINT=before_commit:3` kills it at the third passing of `before_commit`. Builds without debug assertions do not
//! look at the variable.

/// Name of the variable.
pub const VARIABLE: &str = "HUXIN_FAILPOINT";

/// Every place, in the order in which a group passes them.
pub const NAMES: [&str; 8] = [
    "after_drain",
    "after_handle",
    "after_seal",
    "before_commit",
    "after_commit",
    "before_reply",
    "after_reply",
    "before_announce",
];

/// The place in `huxin keys rotate` at which the node has taken the record up and the key folder does not say so yet. The
/// places before it are those of [`huxin_keys::Step`].
pub const ROTATION_TAKEN: &str = "rotation_taken";

/// The place before the shredder rewrites files for the sake of erased texts.
pub const BEFORE_SHREDDING: &str = "before_shredding";

/// The one failpoint that is armed, if any.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Failpoint {
    armed: Option<(String, u64)>,
}

impl Failpoint {
    /// Reads the variable; an unknown name or number arms nothing and says so.
    #[must_use]
    pub fn from_environment() -> Self {
        if !cfg!(debug_assertions) {
            return Self::default();
        }
        let Ok(text) = std::env::var(VARIABLE) else { return Self::default() };
        let failpoint = Self::parse(&text);
        if failpoint.armed.is_none() {
            tracing::warn!(text, "no such failpoint; nothing is armed");
        }
        failpoint
    }

    fn parse(text: &str) -> Self {
        let (name, count) = text.split_once(':').unwrap_or((text, "1"));
        let count = count.parse().ok().filter(|count| *count > 0);
        let known = NAMES.contains(&name)
            || [ROTATION_TAKEN, BEFORE_SHREDDING].contains(&name)
            || huxin_keys::Step::ALL.iter().any(|step| step.name() == name);
        Self { armed: count.filter(|_| known).map(|count| (name.to_owned(), count)) }
    }

    /// Passes a place; where the count runs out the process ends at once, without any destructor.
    pub fn pass(&mut self, name: &str) {
        if self.count_down(name) {
            eprintln!("failpoint {name}");
            let _ = signal_hook::low_level::raise(signal_hook::consts::SIGKILL);
            // Not reached where the signal could be sent.
            std::process::abort();
        }
    }

    fn count_down(&mut self, name: &str) -> bool {
        match &mut self.armed {
            Some((armed, count)) if armed == name => {
                *count -= 1;
                *count == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_passing_is_the_last() {
        let mut failpoint = Failpoint::parse("before_commit:3");
        assert!(!failpoint.count_down("after_commit"));
        assert!(!failpoint.count_down("before_commit"));
        assert!(!failpoint.count_down("before_commit"));
        assert!(failpoint.count_down("before_commit"));
    }

    #[test]
    fn what_is_not_a_place_arms_nothing() {
        for text in ["", "x:1", "before_commit:0", "before_commit:x"] {
            assert_eq!(Failpoint::parse(text), Failpoint::default(), "{text}");
        }
        assert_ne!(Failpoint::parse("after_reply"), Failpoint::default());
    }
}
