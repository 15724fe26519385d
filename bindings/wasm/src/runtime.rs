//! What std would bring: the memory allocator, and what a panic does.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

/// A panic stops the instance: the call ends as a `WebAssembly.RuntimeError`, and the package never calls this
/// instance again. No call that went wrong half-way can give a wrong home.
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
