# Other platforms than this machine's, by their packages; a part of the Makefile, which includes it.

PLATFORM_TOOLS := need-cargo need-node need-binutils need-apt judge doc-examples node $(TOOLS)/release/installed.txt
on-platform = PATH='$(CURDIR)/$(TOOLS)/release/bin':"$$PATH" $(APART) tests/platforms/try.sh

.PHONY: test-arm test-musl check-macos need-apt

test-arm: $(PLATFORM_TOOLS) ## the packages for Arm (aarch64) and the conformance cases, under qemu-user
	@$(on-platform) linux-arm64-gnu

test-musl: $(PLATFORM_TOOLS) ## the packages for musl and the conformance cases
	@$(on-platform) linux-x64-musl

# Nothing of macOS can be linked or run elsewhere. ring compiles C, for which a compiler without macOS's headers is enough.
check-macos: need-cargo ## compile for macOS, without linking
	$(call say,macOS: cargo check)
	@rustup target add aarch64-apple-darwin
	@cargo check --quiet --locked --target aarch64-apple-darwin --workspace

need-apt:
	@command -v apt-get >/dev/null && command -v dpkg >/dev/null || $(call missing,apt-get and dpkg are missing: other platforms are tried with Debian packages)
