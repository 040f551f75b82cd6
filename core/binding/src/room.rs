//! A check for available threads, before a runtime is built.

use std::io;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::lock;

/// Starts a thread.
type Spawn = fn(Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>>;

/// Checks whether the system allows so many threads: starts them at the same time, and ends them again. A runtime that
/// cannot start one of its threads panics, or waits forever for the others.
///
/// # Errors
/// The system's error when it allows fewer.
pub fn room(threads: usize, spawn: Spawn) -> io::Result<()> {
    let barrier = Arc::new(Mutex::new(()));
    let held = lock(&barrier);
    let mut made = Vec::new();
    let mut all = Ok(());
    for _ in 0..threads {
        let barrier = barrier.clone();
        match spawn(Box::new(move || drop(lock(&barrier)))) {
            Ok(thread) => made.push(thread),
            Err(error) => {
                all = Err(error);
                break;
            }
        }
    }
    drop(held);
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
    fn a_refused_thread_is_an_error_and_the_others_end() {
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
