//! Makes the linker leave Node's own symbols to the process that loads the module.

fn main() {
    napi_build::setup();
}
