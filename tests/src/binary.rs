//! The program under test. `make test` builds it first; a test never builds it.

use std::path::PathBuf;

/// Where the binary `huxin` of this build is: what `HUXIN_BINARY` names, or the one beside the running test's folder.
///
/// # Panics
/// If it is not there: build it with `make build`.
#[must_use]
#[allow(clippy::panic, reason = "without its subject no end-to-end test can go on")]
pub fn huxin() -> PathBuf {
    let named = std::env::var_os("HUXIN_BINARY").filter(|value| !value.is_empty()).map(PathBuf::from);
    // A test runs as target/debug/deps/<test>-<digest>.
    let beside = std::env::current_exe().ok().and_then(|test| Some(test.parent()?.parent()?.join("huxin")));
    match named.or(beside) {
        Some(path) if path.is_file() => path,
        other => panic!("there is no binary at {other:?}; `make build` makes it"),
    }
}
