//! The one way to leave a test out.

use std::io::Write as _;

/// Prints why `test` does not run on this machine.
///
/// # Panics
/// With `CI=true`, where everything is expected to be there.
#[allow(clippy::panic, reason = "a skip in CI is a failed test")]
pub fn skipped(test: &str, why: &str) {
    let line = line(test, why);
    if is_ci(std::env::var("CI").ok().as_deref()) {
        panic!("{line}; with CI=true that is a failure");
    }
    // Past the test's captured output, which nobody sees where everything passes.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn line(test: &str, why: &str) -> String {
    format!("skipped: {test}: {why}")
}

/// `CI=true`, as every CI service and `.ci/run` set it; anything else is somebody's own machine.
fn is_ci(value: Option<&str>) -> bool {
    value == Some("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ci_true_is_ci() {
        assert!(is_ci(Some("true")));
        for other in [None, Some(""), Some("1"), Some("false"), Some("TRUE")] {
            assert!(!is_ci(other), "{other:?}");
        }
    }

    #[test]
    fn the_line_names_the_test_and_the_reason() {
        assert_eq!(line("merkle", "no data folder"), "skipped: merkle: no data folder");
    }
}
