//! Lengths of time as options and servers give them.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// Longer times mean the same, and clocks overflow on some of them.
pub(crate) const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// Reads an optional number of seconds.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let Some(seconds) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
    Duration::try_from_secs_f64(seconds)
        .map(|time| Some(time.min(LONGEST)))
        .map_err(|_| serde::de::Error::custom("a time must be a number of seconds, 0 or more"))
}
