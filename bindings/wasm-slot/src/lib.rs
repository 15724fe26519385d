//! The slot of a key, in a WebAssembly module small enough to lie inside the script that calls it.
//!
//! There is no wasm-bindgen and nothing is allocated: the host writes the bytes of a key into the memory behind the
//! module's own, and gets a number.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(unsafe_code)] // memory that the host writes into, and names without a prefix

#[cfg(target_arch = "wasm32")]
mod module {
    use core::arch::wasm32::{memory_grow, memory_size, unreachable};

    use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

    /// Nothing allocates, but the crates that are linked could; the linker drops this again.
    #[global_allocator]
    static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

    /// A panic stops the instance: the call gives an error and no number.
    #[panic_handler]
    fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
        unreachable()
    }

    const PAGE: usize = 65536;

    unsafe extern "C" {
        /// Where the module's own memory ends; the linker defines it.
        static __heap_base: u8;
    }

    /// Where the host writes a key.
    #[unsafe(no_mangle)]
    extern "C" fn input() -> usize {
        (&raw const __heap_base).addr()
    }

    /// How many bytes it may write there.
    #[unsafe(no_mangle)]
    extern "C" fn capacity() -> usize {
        memory_size(0).saturating_mul(PAGE).saturating_sub(input())
    }

    /// Makes room for a key of `length` bytes, if there is that much memory.
    #[unsafe(no_mangle)]
    extern "C" fn reserve(length: usize) {
        memory_grow(0, length.saturating_sub(capacity()).div_ceil(PAGE));
    }

    /// The slot of the key of `length` bytes.
    #[unsafe(no_mangle)]
    extern "C" fn slot(length: usize) -> u32 {
        // SAFETY: from the end of the module's own memory to the end of all memory, which is initialised and which
        // nothing in here writes; the host writes between calls only.
        let key = unsafe { core::slice::from_raw_parts(&raw const __heap_base, length.min(capacity())) };
        u32::from(keyhome_bindings_common::slot(key))
    }
}
