//! The command `repeat`: how long one more instance takes in a warm process.

use anyhow::Result;
use labrun_protocol::Grants;

use crate::clock::now_ns;
use crate::event_loop::EventLoop;
use crate::runtime::Module;

/// Instantiates `module` `times` times. Each span holds what the phase
/// `instantiate` holds: store, WASI context and instance. What was made is
/// dropped after the span, before the next one begins.
pub(crate) fn repeat<M: Module>(module: &M, times: u32, grants: &Grants) -> Result<Vec<u64>> {
    // All that is stored is reserved first: the spans allocate nothing of ours.
    let mut spans = Vec::with_capacity(times as usize);
    if module.is_handler() {
        return EventLoop::new()?.run(async {
            for _ in 0..times {
                let begin = now_ns();
                let instance = module.instantiate_handler(grants).await?;
                spans.push(now_ns() - begin);
                drop(instance);
            }
            Ok(spans)
        });
    }
    for _ in 0..times {
        let begin = now_ns();
        let instance = module.instantiate(grants)?;
        spans.push(now_ns() - begin);
        drop(instance);
    }
    Ok(spans)
}
