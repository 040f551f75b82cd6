//! The library that this code is part of, which a program may load and unload.

/// Keeps the library loaded for as long as the process runs: threads that it has started still run its code. On other
/// systems than Windows the linker's flag does so.
#[cfg(windows)]
#[allow(unsafe_code, reason = "the address of a function says which library it is in")]
pub(crate) fn keep_loaded() {
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };

    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let own: fn() = keep_loaded;
        let mut module = std::ptr::null_mut();
        let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
        // SAFETY: the address is that of a function of this library, and the handle is written to a place of this frame.
        unsafe { GetModuleHandleExW(flags, own as *const u16, &raw mut module) };
    });
}

#[cfg(not(windows))]
pub(crate) fn keep_loaded() {}
