//! The wasip1 reactor: the handler over linear memory.
//!
//! A host calls `_initialize` once for each instance, and then for each request:
//!
//! 1. `handler_alloc(len: u32) -> u32`: room for `len` bytes; answers its address,
//!    or 0 if there is no memory for it. Room given out before is taken back.
//! 2. It writes the request there, as [`crate::frame::encode_request`] lays it out.
//! 3. `handler_respond(ptr: u32, len: u32) -> u64`, with just that address and
//!    length: answers `address << 32 | length` of the response's frame
//!    ([`crate::frame::decode_response`]), which stays until the next call of either
//!    function. Nothing has to be freed.
//!
//! A frame that cannot be read gets a response with status 400. The memory may have
//! grown: a host looks its base up again after each call.

use std::sync::{Mutex, PoisonError};

use crate::frame;
use crate::{Response, respond};

/// Room for the request, and after it is answered, the response.
static REQUEST: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static RESPONSE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

// SAFETY: nothing else in this module has this name.
#[unsafe(no_mangle)]
extern "C" fn handler_alloc(len: u32) -> u32 {
    let mut room = REQUEST.lock().unwrap_or_else(PoisonError::into_inner);
    room.clear();
    // One byte at least, so that the address is a real one.
    let len = (len as usize).max(1);
    if room.try_reserve_exact(len).is_err() {
        return 0;
    }
    room.resize(len, 0);
    room.as_ptr() as u32
}

// SAFETY: nothing else in this module has this name.
#[unsafe(no_mangle)]
extern "C" fn handler_respond(ptr: u32, len: u32) -> u64 {
    let room = REQUEST.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = room
        .get(..len as usize)
        .filter(|bytes| bytes.as_ptr() as u32 == ptr);
    let response = match bytes.map(frame::decode_request) {
        Some(Ok(request)) => respond(&request),
        Some(Err(error)) => Response::error(400, &error.to_string()),
        None => Response::error(400, "the request is not where handler_alloc put it"),
    };
    let mut out = RESPONSE.lock().unwrap_or_else(PoisonError::into_inner);
    out.clear();
    frame::encode_response(&response, &mut out);
    u64::from(out.as_ptr() as u32) << 32 | out.len() as u64
}
