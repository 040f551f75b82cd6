//! Whether the system gives threads, before a runtime is made of them.

use std::io;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::lock;

/// Starts a thread.
type Spawn = fn(Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>>;

/// Whether the system gives so many threads now: they are made, at the same time, and end again. A runtime panics when it
/// is refused one while it is made, or waits for ever for those that it got.
///
/// # Errors
/// The system's, when it gives fewer.
pub fn room(threads: usize, spawn: Spawn) -> io::Result<()> {
    let gate = Arc::new(Mutex::new(()));
    let shut = lock(&gate);
    let mut made = Vec::new();
    let mut all = Ok(());
    for _ in 0..threads {
        let gate = gate.clone();
        match spawn(Box::new(move || drop(lock(&gate)))) {
            Ok(thread) => made.push(thread),
            Err(error) => {
                all = Err(error);
                break;
            }
        }
    }
    drop(shut);
    for thread in made {
        let _ = thread.join();
    }
    all
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static LEFT: AtomicUsize = AtomicUsize::new(2);

    #[test]
    fn a_thread_that_is_refused_is_told_and_the_others_end() {
        let spawn: Spawn = |run| {
            let left = LEFT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            left.map_err(|_| io::ErrorKind::WouldBlock)?;
            Ok(std::thread::spawn(run))
        };
        assert_eq!(room(3, spawn).map_err(|error| error.kind()), Err(io::ErrorKind::WouldBlock));
        LEFT.store(2, Ordering::Relaxed);
        assert!(room(2, spawn).is_ok());
    }
}
