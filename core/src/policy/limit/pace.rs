//! How long an endpoint takes to answer, reckoned as TCP reckons round trips: a mean and how far answers stray from it.

use std::time::Duration;

/// No answer comes faster than this, whatever was measured: connections and busy machines take time as well.
const LEAST: Duration = Duration::from_millis(50);
/// How long a server may be at work on a write that was abandoned: at least, and where nothing was measured yet.
const BUSY_LEAST: Duration = Duration::from_secs(1);
const BUSY_UNMEASURED: Duration = Duration::from_secs(10);

/// What was learnt from the responses of an endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace(Option<Measured>);

#[derive(Debug, Clone, Copy)]
struct Measured {
    mean: Duration,
    stray: Duration,
}

impl Pace {
    pub(super) fn learn(&mut self, took: Duration) {
        self.0 = Some(match self.0 {
            None => Measured { mean: took, stray: took / 2 },
            Some(Measured { mean, stray }) => {
                Measured { mean: mean * 7 / 8 + took / 8, stray: stray * 3 / 4 + took.abs_diff(mean) / 4 }
            }
        });
    }

    /// What a response takes as a rule.
    pub(super) fn usual(self) -> Duration {
        self.0.map_or(LEAST, |Measured { mean, stray }| (mean + stray).max(LEAST))
    }

    /// How long after sending the server may still be at work on a call: on a write as long as answers can take, on a
    /// read as long as they usually do, since the worst that can come of it is a 429.
    pub(super) fn busy(self, write: bool) -> Duration {
        match self.0 {
            Some(Measured { mean, stray }) if write => ((mean + stray * 4) * 3).max(BUSY_LEAST),
            Some(Measured { mean, stray }) => mean + stray,
            None if write => BUSY_UNMEASURED,
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_take_is_learnt() {
        let ms = Duration::from_millis;
        let mut pace = Pace::default();
        assert_eq!(
            (pace.usual(), pace.busy(true), pace.busy(false)),
            (LEAST, BUSY_UNMEASURED, Duration::ZERO)
        );
        for _ in 0..50 {
            pace.learn(ms(200));
        }
        assert!(pace.usual() >= ms(199) && pace.usual() < ms(205), "{pace:?}");
        assert!(pace.busy(true) == BUSY_LEAST && pace.busy(false) < ms(205), "{pace:?}");
        pace.learn(ms(2000));
        assert!(
            pace.usual() > ms(400) && pace.busy(true) > ms(3000),
            "one late answer makes careful: {pace:?}"
        );
    }
}
