# Other platforms than this machine's, by their packages; a part of the Makefile, which includes it.

PLATFORM_TOOLS := need-cargo need-node need-binutils need-apt judge doc-examples node-dist $(TOOLS)/release/installed.txt
on-platform = PATH='$(CURDIR)/$(TOOLS)/release/bin':"$$PATH" $(APART) tests/platforms/try.sh

.PHONY: test-arm test-musl check-macos need-apt

test-arm: $(PLATFORM_TOOLS) ## the packages for Arm (aarch64) and the conformance cases, under qemu-user
	@$(on-platform) linux-arm64-gnu

test-musl: $(PLATFORM_TOOLS) ## the packages for musl and the conformance cases
	@$(on-platform) linux-x64-musl

# Nothing of macOS can be linked or run elsewhere. Zig compiles the C sources among the dependencies.
check-macos: need-cargo $(TOOLS)/release/installed.txt ## compile for macOS, without linking
	$(call say,macOS: cargo check)
	@rustc --print target-libdir --target aarch64-apple-darwin | xargs test -d || rustup target add aarch64-apple-darwin
	@PATH='$(CURDIR)/$(TOOLS)/release/bin':"$$PATH" cargo-zigbuild check --quiet --locked --target aarch64-apple-darwin --workspace

need-apt:
	@command -v apt-get >/dev/null && command -v dpkg >/dev/null || $(call missing,apt-get and dpkg are missing: other platforms are tried with Debian packages)
