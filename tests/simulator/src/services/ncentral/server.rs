//! The server's own information.

use serde_json::json;

use crate::answer::Answer;
use crate::request::Call;
use crate::state::State;

/// Counts from a fixed start, so that a response depends on the test's clock and not on the day.
pub(super) fn health(state: &mut State, _: &Call<'_>) -> Answer {
    let seconds = state.clock.now().as_secs();
    let (day, hour) = (1 + seconds / 86_400 % 28, seconds / 3600 % 24);
    let (minute, second) = (seconds / 60 % 60, seconds % 60);
    Answer::ok(&json!({
        "startTime": "2026-01-01T00:00:00Z",
        "currentTime": format!("2026-01-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
    }))
}
