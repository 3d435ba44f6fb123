//! The one place that looks at the clock. Everything below is handed its time.

use huxin_protocol::time::Millis;
use std::time::{SystemTime, UNIX_EPOCH};

/// The present, in milliseconds since 1970. A clock before that reads as 0.
#[must_use]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
