//! Durations as numbers, rounded to microseconds so that they are readable.

use std::time::Duration;

/// Seconds.
pub fn seconds(time: Duration) -> f64 {
    microseconds(time) / 1_000_000.0
}

/// Milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    microseconds(time) / 1000.0
}

#[allow(clippy::cast_precision_loss, reason = "exact for centuries")]
fn microseconds(time: Duration) -> f64 {
    time.as_micros() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_readable() {
        let time = Duration::from_nanos(9_538_417);
        assert_eq!(milliseconds(time).to_string(), "9.538");
        assert_eq!(seconds(time).to_string(), "0.009538");
        assert_eq!(milliseconds(Duration::from_nanos(9_538)).to_string(), "0.009");
    }
}
