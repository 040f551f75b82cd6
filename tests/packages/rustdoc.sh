#!/bin/sh
# rustdoc with unstable options enabled. Only rustdoc sees them: cargo and build scripts would
# rebuild everything.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
