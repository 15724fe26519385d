//! Objects that the host holds by their addresses.
#![allow(unsafe_code)] // an address is all that the host can hold

use alloc::boxed::Box;

use keyhome_bindings_common::{ErrorKind, Failure};

/// Gives an object to the host.
pub(crate) fn give<T>(object: T) -> usize {
    Box::into_raw(Box::new(object)) as usize
}

/// The object at an address.
///
/// # Safety
/// The address is 0 or one that [`give`] gave for a `T`, which was not taken back, and nobody else uses the object now:
/// the host keeps address and kind together, and has one thread.
pub(crate) unsafe fn at<'o, T>(address: usize) -> Result<&'o mut T, Failure> {
    // SAFETY: as the caller vouches.
    let object = unsafe { (address as *mut T).as_mut() };
    object.ok_or_else(|| Failure::new(ErrorKind::EngineFailure, "there is no such object"))
}

/// The object at an address, which is only looked at: two addresses may be one.
///
/// # Safety
/// As for [`at`], but that others may look at it too.
pub(crate) unsafe fn look_at<'o, T>(address: usize) -> Result<&'o T, Failure> {
    // SAFETY: as the caller vouches.
    let object = unsafe { (address as *const T).as_ref() };
    object.ok_or_else(|| Failure::new(ErrorKind::EngineFailure, "there is no such object"))
}

/// Takes an object back, and drops it.
///
/// # Safety
/// As for [`at`]; and the host forgets the address.
pub(crate) unsafe fn take_back<T>(address: usize) {
    if address != 0 {
        // SAFETY: `give` made the box.
        drop(unsafe { Box::from_raw(address as *mut T) });
    }
}
