//! Durations in options and responses.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// Longer durations are reduced to this; some would overflow the clock.
pub(crate) const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// Reads an optional number of seconds.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let Some(seconds) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
    Duration::try_from_secs_f64(seconds)
        .map(|time| Some(time.min(LONGEST)))
        .map_err(|_| serde::de::Error::custom("a time must be a number of seconds, 0 or more"))
}
