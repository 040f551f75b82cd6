//! The server's own information.

use serde_json::json;

use crate::answer::Answer;
use crate::request::Call;
use crate::services::Service;
use crate::state::State;
use crate::state::names;

/// Counts from a fixed start, so that a response depends on the test's clock and not on the day.
pub(super) fn health(state: &mut State, _: &Call<'_>) -> Answer {
    Answer::ok(&json!({"startTime": names::time(0), "currentTime": names::time(seconds(state))}))
}

/// The time of `health` in the zone of the server, in which it is winter.
pub(super) fn time(state: &mut State, _: &Call<'_>) -> Answer {
    let local = names::time(seconds(state) - 5 * 3600);
    let time = format!("{}-05:00", local.trim_end_matches('Z'));
    let zone = json!({"serverTime": time, "timezone": "America/New_York", "utcOffset": "-05:00"});
    Service::NCentral.wrapped(&zone, false, &state.options)
}

fn seconds(state: &State) -> i64 {
    i64::try_from(state.clock.now().as_secs()).unwrap_or(i64::MAX / 2)
}
