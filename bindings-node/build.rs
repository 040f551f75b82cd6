//! Tells the linker that Node's own symbols come from the process that loads the module.

fn main() {
    napi_build::setup();
}
