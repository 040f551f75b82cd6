//! Tokens that the simulator has issued, and when they expire.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The maximum of sessions; beyond it the oldest end, as after a reboot.
const KEPT: usize = 10_000;

#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) access_seconds: u64,
    pub(crate) refresh_seconds: u64,
}

#[derive(Debug)]
struct Session {
    access: String,
    refresh: String,
    access_ends: Duration,
    refresh_ends: Duration,
}

/// N-central's sessions and Cloudmore's tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    /// Distinguishes the tokens of one reset from those of the next.
    epoch: u64,
    given: u64,
    sessions: Vec<Session>,
    cloudmore: HashMap<String, Duration>,
}

impl Tokens {
    pub(crate) fn new(epoch: u64) -> Self {
        Self { epoch, given: 0, sessions: Vec::new(), cloudmore: HashMap::new() }
    }

    pub(crate) fn count(&self) -> usize {
        self.sessions.len() + self.cloudmore.len()
    }

    fn make(&mut self, kind: &str) -> String {
        self.given += 1;
        let payload = format!(r#"{{"sub":"{kind}","jti":"{}-{}"}}"#, self.epoch, self.given);
        let mut rng = fastrand::Rng::with_seed((self.epoch << 32) ^ self.given);
        let signature: Vec<u8> = (0..32).map(|_| rng.u8(..)).collect();
        let [payload, signature] = [payload.as_bytes(), &signature].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}")
    }

    /// Opens an N-central session.
    pub(crate) fn open(&mut self, now: Duration, access_seconds: u64, refresh_seconds: u64) -> Pair {
        self.sessions.retain(|session| session.refresh_ends > now || session.access_ends > now);
        if self.sessions.len() >= KEPT {
            self.sessions.remove(0);
        }
        let (access, refresh) = (self.make("access"), self.make("refresh"));
        self.sessions.push(Session {
            access: access.clone(),
            refresh: refresh.clone(),
            access_ends: now.saturating_add(Duration::from_secs(access_seconds)),
            refresh_ends: now.saturating_add(Duration::from_secs(refresh_seconds)),
        });
        Pair { access, refresh, access_seconds, refresh_seconds }
    }

    /// Whether this is a valid access token.
    pub(crate) fn admits(&self, now: Duration, access: &str) -> bool {
        let mut newest_first = self.sessions.iter().rev();
        newest_first.any(|session| session.access == access && session.access_ends > now)
    }

    /// Uses a refresh token up. Its access token stays valid until it expires, so that calls in flight are not cut.
    pub(crate) fn use_refresh(&mut self, now: Duration, refresh: &str) -> bool {
        let found = self.sessions.iter_mut().find(|session| session.refresh == refresh);
        let Some(session) = found.filter(|session| session.refresh_ends > now) else { return false };
        session.refresh.clear();
        session.refresh_ends = Duration::ZERO;
        true
    }

    /// Ends the session of an access token, including its refresh token.
    pub(crate) fn log_out(&mut self, access: &str) {
        self.sessions.retain(|session| session.access != access);
    }

    /// Issues a Cloudmore token.
    pub(crate) fn grant(&mut self, now: Duration, seconds: u64) -> String {
        self.cloudmore.retain(|_, ends| *ends > now);
        if self.cloudmore.len() >= KEPT {
            self.cloudmore.clear();
        }
        let token = self.make("cloudmore");
        self.cloudmore.insert(token.clone(), now.saturating_add(Duration::from_secs(seconds)));
        token
    }

    /// Whether this is a valid Cloudmore token.
    pub(crate) fn granted(&self, now: Duration, token: &str) -> bool {
        self.cloudmore.get(token).is_some_and(|ends| *ends > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn a_session_ends_by_the_clock() {
        let mut tokens = Tokens::new(1);
        let pair = tokens.open(NOW, 10, 20);
        assert!(tokens.admits(Duration::from_secs(9), &pair.access));
        assert!(!tokens.admits(Duration::from_secs(10), &pair.access));
        assert!(!tokens.admits(NOW, &pair.refresh));
        assert!(!tokens.use_refresh(Duration::from_secs(20), &pair.refresh));
    }

    #[test]
    fn a_refresh_token_works_once() {
        let mut tokens = Tokens::new(1);
        let pair = tokens.open(NOW, 10, 20);
        assert!(tokens.use_refresh(NOW, &pair.refresh));
        assert!(!tokens.use_refresh(NOW, &pair.refresh));
        assert!(tokens.admits(NOW, &pair.access));
    }

    #[test]
    fn logout_ends_both_tokens() {
        let mut tokens = Tokens::new(1);
        let pair = tokens.open(NOW, 10, 20);
        tokens.log_out(&pair.access);
        assert!(!tokens.admits(NOW, &pair.access) && !tokens.use_refresh(NOW, &pair.refresh));
    }

    #[test]
    fn no_token_outlives_a_reset() {
        let pair = Tokens::new(1).open(NOW, 10, 20);
        let mut next = Tokens::new(2);
        next.open(NOW, 10, 20);
        assert!(!next.admits(NOW, &pair.access));
    }

    #[test]
    fn an_empty_refresh_token_is_refused() {
        let mut tokens = Tokens::new(1);
        let pair = tokens.open(NOW, 10, 20);
        assert!(tokens.use_refresh(NOW, &pair.refresh));
        assert!(!tokens.use_refresh(NOW, ""));
    }
}
