# What is built for Windows and tried in Wine; a part of the Makefile, which includes it.

WINDOWS := x86_64-pc-windows-gnu
WINDOWS_BUILT := $(BUILT)/$(WINDOWS)/debug
WINDOWS_IN := $(APART) BUILT='$(WINDOWS_BUILT)' WORK='$(BUILT)/windows'
WINDOWS_RUN := $(WINDOWS_IN) tests/platforms/windows.sh

.PHONY: test-windows windows-tools windows-built

soak: test-windows

windows-tools: need-python need-cargo $(TOOLS)/release/installed.txt
	@tests/platforms/windows-tools.sh
	@rustc --print target-libdir --target $(WINDOWS) | xargs test -d || rustup target add $(WINDOWS)

# Unoptimised: each program runs once.
windows-built: need-cargo need-compiler windows-tools
	$(call say,Building everything for Windows)
	@$(WINDOWS_IN) tests/platforms/windows-build.sh

test-windows: windows-built node-dist ## the cases and the tests of every language on Windows, in Wine
	@$(NPM) run --silent build:tests
	$(call say,Windows: in Wine)
	@$(WINDOWS_RUN) rust python node c
