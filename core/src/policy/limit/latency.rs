//! The response time of an endpoint, estimated as TCP estimates round trips: a mean and a deviation.

use std::time::Duration;

/// The lowest estimate, whatever was measured: connections and busy machines take time as well.
const MIN_USUAL: Duration = Duration::from_millis(50);
/// How long a server may work on an abandoned write: the minimum, and the value before anything was measured.
const MIN_BUSY: Duration = Duration::from_secs(1);
const BUSY_UNMEASURED: Duration = Duration::from_secs(10);

/// The estimate for an endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Latency(Option<Measured>);

#[derive(Debug, Clone, Copy)]
struct Measured {
    mean: Duration,
    deviation: Duration,
}

impl Latency {
    pub(super) fn learn(&mut self, took: Duration) {
        self.0 = Some(match self.0 {
            None => Measured { mean: took, deviation: took / 2 },
            Some(Measured { mean, deviation }) => Measured {
                mean: mean * 7 / 8 + took / 8,
                deviation: deviation * 3 / 4 + took.abs_diff(mean) / 4,
            },
        });
    }

    /// The usual response time.
    pub(super) fn usual(self) -> Duration {
        self.0.map_or(MIN_USUAL, |Measured { mean, deviation }| (mean + deviation).max(MIN_USUAL))
    }

    /// How long after sending the server may still be working on a call: for a write the longest likely response time, for
    /// a read the usual one, since a wrong guess costs a 429 at worst.
    pub(super) fn busy(self, write: bool) -> Duration {
        match self.0 {
            Some(Measured { mean, deviation }) if write => ((mean + deviation * 4) * 3).max(MIN_BUSY),
            Some(Measured { mean, deviation }) => mean + deviation,
            None if write => BUSY_UNMEASURED,
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_times_are_estimated() {
        let ms = Duration::from_millis;
        let mut latency = Latency::default();
        assert_eq!(
            (latency.usual(), latency.busy(true), latency.busy(false)),
            (MIN_USUAL, BUSY_UNMEASURED, Duration::ZERO)
        );
        for _ in 0..50 {
            latency.learn(ms(200));
        }
        assert!(latency.usual() >= ms(199) && latency.usual() < ms(205), "{latency:?}");
        assert!(latency.busy(true) == MIN_BUSY && latency.busy(false) < ms(205), "{latency:?}");
        latency.learn(ms(2000));
        assert!(
            latency.usual() > ms(400) && latency.busy(true) > ms(3000),
            "one late response raises the estimate: {latency:?}"
        );
    }
}
