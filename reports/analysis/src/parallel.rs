//! The rows of a run by themselves, each on whichever processor is free.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What `of` gives for each number below `count`, in their order, by as many threads as there are
/// processors for them: one, where no other can be had.
pub(crate) fn map<T: Send>(count: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || {
        let mine = std::iter::from_fn(|| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            (number < count).then(|| (number, of(number)))
        });
        mine.collect::<Vec<(usize, T)>>()
    };
    let mut all = thread::scope(|scope| {
        // A limit of threads that is met costs time, and nothing else.
        let helped = (1..processors.min(count))
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok());
        let helpers: Vec<_> = helped.collect();
        let mut all = work();
        for helper in helpers {
            match helper.join() {
                Ok(others) => all.extend(others),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, given)| given).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_thread_has_made_them_they_are_in_their_order() {
        for count in [0, 1, 2, 1_000] {
            let squares: Vec<usize> = (0..count).map(|number| number * number).collect();
            assert_eq!(map(count, |number| number * number), squares);
        }
    }
}
