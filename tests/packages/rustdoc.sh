#!/bin/sh
# rustdoc that takes unstable options. Only rustdoc is told: what cargo and build scripts see would make them build all anew.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
