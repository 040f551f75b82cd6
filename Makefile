# One target per task. Every target documents itself, installs what it needs into .tools, and stops with one line if the
# machine lacks a tool. Nothing outside of this folder is changed, except cargo's own cache.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

TOOLS := .tools
PYTHON ?= python3
FUZZ_SECONDS ?= 60
PROPERTY_CASES ?= 100000
ONBOARDING_KILLS ?= 200
CARGO_FUZZ := 0.13.1
FUZZ_TARGETS := $(patsubst core/fuzz/fuzz_targets/%.rs,%,$(sort $(wildcard core/fuzz/fuzz_targets/*.rs)))

# Where cargo builds: CARGO_TARGET_DIR if it is set. Every part of this Makefile and its scripts uses it; it must be
# absolute, since some of them run in other folders.
export CARGO_TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(if $(filter /%,$(firstword $(CARGO_TARGET_DIR))),,$(CURDIR)/)$(CARGO_TARGET_DIR),$(CURDIR)/target)
BUILT := $(CARGO_TARGET_DIR)

# Tests use simulators only; the shell's settings for real servers and proxies are removed.
SERVERS := NCENTRAL_URL NCENTRAL_JWT CLOUDMORE_URL CLOUDMORE_USERNAME CLOUDMORE_PASSWORD CLOUDMORE_CLIENT_SECRET \
  CLOUDMORE_RESELLER_ID CLOUDMORE_SELLER_ID WIV_URL WIV_API_KEY
PROXIES := HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy
APART := env $(SERVERS:%=-u %) $(PROXIES:%=-u %)

# Runs the judge of the conformance cases on a program; ONLY selects cases, ARGS are further options.
CONFORMANCE = $(if $(ONLY),--only '$(ONLY)') $(ARGS)
JUDGE = $(APART) '$(BUILT)/debug/mspkit-conformance' $(CONFORMANCE) --

# Proves that every operation can be called, in a language's own list; each part keeps its counts for the table of `make test`.
REACH := tests/reach/reach.py
reach = $(APART) $(1) $(REACH) $(2) --counts '$(BUILT)/reach' && $(APART) $(1) $(REACH) $(2) --self-check

say = @printf '\n== %s\n' "$(1)"
missing = { echo "mspkit: $(1)" >&2; exit 1; }

.PHONY: help demo demo-rust test test-rust judge conformance-rust browser soak soak-rust vocabulary contract bench bench-core generate schema lint clean
.PHONY: need-cargo need-clippy need-compiler need-java need-node need-python need-rustfmt

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

include tests/platforms/windows.mk
include bindings-python/python.mk
include bindings-node/node.mk
include bindings-c/c.mk
include tests/bench/bench.mk
include docs/docs.mk
include tests/packages/packages.mk
include tests/platforms/platforms.mk

demo: demo-python ## the demo in Python; options of the script: make demo ARGS="--write"

demo-rust: need-cargo need-compiler ## the demo in Rust
	$(call say,Building the demo: core/examples/onboard)
	@cargo build --locked -p mspkit --example onboard
	$(call say,Running it)
	@cargo run --quiet --locked -p mspkit --example onboard -- $(ARGS)

test: test-packages test-rust test-docs test-python test-node test-c bench-smoke ## every check that fits into 25 minutes
	$(call say,Every operation in every language)
	@$(PYTHON) $(REACH) table '$(BUILT)/reach'

test-rust: need-cargo need-rustfmt need-compiler $(TOOLS)/spec/installed.txt ## documents, generated sources, the Rust crates
	$(call say,The API documents: valid OpenAPI 3.1 whose examples match their schemas)
	@$(TOOLS)/spec/bin/python tests/spec/validate.py
	@$(TOOLS)/spec/bin/python tests/spec/validate.py --self-check
	$(call say,The conformance cases: complete and well formed)
	@$(TOOLS)/spec/bin/python tests/conformance/check.py --require-schema
	$(call say,The schema of an onboarding's file: it accepts and refuses what the reader does)
	@$(TOOLS)/spec/bin/python tests/spec/onboarding.py
	$(call say,The pages: links and tables are up to date)
	@$(TOOLS)/spec/bin/python tests/spec/docs.py
	@$(TOOLS)/spec/bin/python tests/spec/docs.py --self-check
	$(call say,The site: every page has its tabs and anchors, and the chart its bars)
	@$(TOOLS)/spec/bin/python tests/spec/site.py
	@$(TOOLS)/spec/bin/python tests/spec/site.py --self-check
	@$(TOOLS)/spec/bin/python tests/spec/bench_chart.py
	@$(TOOLS)/spec/bin/python tests/spec/bench_chart.py --self-check
	$(call say,The generated sources: up to date with core/api)
	@cargo build --locked -p mspkit-codegen
	@cargo run --quiet --locked -p mspkit-codegen -- --check
	$(call say,The reference: every operation has its entry)
	@cargo run --quiet --locked -p mspkit-codegen -- --reference '$(REFERENCE)'
	@$(TOOLS)/spec/bin/python tests/spec/operations.py '$(REFERENCE)'
	@$(TOOLS)/spec/bin/python tests/spec/operations.py '$(REFERENCE)' --self-check
	$(call say,The demo: its output is as expected)
	@cargo build --locked -p mspkit --example onboard
	@$(APART) cargo run --quiet --locked -p mspkit --example onboard | $(TOOLS)/spec/bin/python tests/demo.py
	$(call say,The Rust tests of the whole workspace)
	@$(APART) cargo test --workspace --locked
	$(call say,The public surface of the crate: as listed in api)
	@$(call surface,rust)
	$(call say,Every operation: reachable in Rust and with a case that succeeds)
	@$(call reach,$(PYTHON),rust api/rust.txt)
	@$(call reach,$(PYTHON),cases)

# Runs the conformance cases in each language and compares the outcomes.
ifndef PREBUILT
judge: need-cargo need-compiler
	@cargo build --locked -p mspkit-conformance
endif

conformance-rust: need-cargo need-compiler ## the conformance cases, or some: make conformance-rust ONLY=scroll.json
	@$(APART) cargo test --quiet --locked -p mspkit --test conformance -- $(CONFORMANCE)

soak: deny vocabulary browser docs-browser soak-rust soak-python soak-node soak-c test-arm test-musl test-windows check-macos ## long runs, contract checks, fuzzing, every Python and Node.js, other platforms

vocabulary: need-cargo need-rustfmt need-compiler need-node ## every construct of the documents, in every language; part of soak
	$(call say,The vocabulary of the documents: rendered, built and called)
	@core/codegen/tests/vocabulary/every.sh

browser: need-cargo need-python need-chromium docs-site ## the HTML report of two lists and the table of operations in a headless Chromium; part of soak
	$(call say,The table of operations in a headless Chromium)
	@$(PYTHON) tests/spec/filter.py '$(CHROMIUM)' '$(DOCS)' '$(REFERENCE)' '$(BUILT)/browser'
	$(call say,The HTML report in a headless Chromium)
	@cargo build --quiet --locked -p mspkit-reconcile --example report
	@$(PYTHON) tests/reconcile/browser.py '$(CHROMIUM)' '$(BUILT)/debug/examples/report' '$(BUILT)/report'

# Optimised, but linked fast: each of these programs runs once.
soak-rust: export CARGO_PROFILE_RELEASE_LTO := off
soak-rust: export CARGO_PROFILE_RELEASE_CODEGEN_UNITS := 16
soak-rust: need-cargo need-compiler contract ## the Rust part of soak
	$(call say,Properties: $(PROPERTY_CASES) cases of each)
	@$(APART) PROPTEST_CASES=$(PROPERTY_CASES) cargo test --release --locked -p mspkit --lib
	$(call say,Lists of $(PROPERTY_CASES) servers that contradict themselves)
	@$(APART) PROPTEST_CASES=$(PROPERTY_CASES) cargo test --release --locked -p mspkit --test whole -- --nocapture
	$(call say,Thousands of simulated networks that fail)
	@$(APART) cargo test --release --locked -p mspkit --test simulation -- --ignored --nocapture
	$(call say,An onboarding that is killed $(ONBOARDING_KILLS) times)
	@$(APART) MSPKIT_KILLS=$(ONBOARDING_KILLS) cargo test --release --locked -p mspkit-onboarding --test killed
	$(call say,Batches of creates that share a deadline)
	@$(APART) cargo test --release --locked -p mspkit --test writes -- --ignored --nocapture
	$(call say,Lists of 50,000 names against each other)
	@$(APART) cargo test --release --locked -p mspkit-reconcile --test fast -- --ignored --nocapture
ifneq ($(FUZZ_TARGETS),)
	$(call say,Fuzzing the parsers for $(FUZZ_SECONDS) s each: $(FUZZ_TARGETS))
	@$(TOOLS)/cargo/bin/cargo-fuzz --version 2>/dev/null | grep -qx 'cargo-fuzz $(CARGO_FUZZ)' || \
	  cargo install --quiet --locked --root $(TOOLS)/cargo --version $(CARGO_FUZZ) cargo-fuzz
	@for target in $(FUZZ_TARGETS); do echo "-- $$target"; PATH="$(CURDIR)/$(TOOLS)/cargo/bin:$$PATH" RUSTC_BOOTSTRAP=1 \
	  cargo fuzz run --fuzz-dir core/fuzz "$$target" -- -max_total_time=$(FUZZ_SECONDS); done
endif

schema: need-cargo need-compiler ## write the JSON Schema of an onboarding's file, and the table of its kinds
	$(call say,Rendering core/onboarding/onboarding.schema.json and the table in docs/onboarding.md)
	@MSPKIT_WRITE=1 cargo test --quiet --locked -p mspkit-onboarding --test cases repository

contract: need-cargo need-compiler need-node need-python ## checks requests and responses against core/api with outside tools
	$(call say,Schemathesis: the simulator responds as the API documents say)
	@tests/contract/with-simulator.sh tests/contract/schemathesis.sh
	$(call say,Prism: the clients send what the API documents say)
	@$(APART) cargo test --quiet --locked -p mspkit --test prism --no-run
	@$(APART) tests/contract/prism.sh cargo test --locked -p mspkit --test prism -- --ignored

bench: bench-core bench-peers ## benchmarks against other clients

bench-core: need-cargo need-compiler ## how fast the core and the simulator are
	$(call say,The simulator alone: its share of the measurements)
	@cargo run --quiet --release --locked -p mspkit-sim --example speed
	$(call say,The core)
	@$(APART) cargo bench --quiet --locked -p mspkit --bench core
	$(call say,Matching lists)
	@$(APART) cargo bench --quiet --locked -p mspkit-reconcile --bench reconcile

generate: need-cargo need-rustfmt ## write the sources generated from core/api
	$(call say,Rendering the generated sources from core/api)
	@cargo run --quiet --locked -p mspkit-codegen
	@$(MAKE) header licenses

lint: lint-node lint-workflows need-cargo need-rustfmt need-clippy need-compiler $(TOOLS)/lint/installed.txt ## formatting, lints, documentation, types
	$(call say,Rust: formatting)
	@cargo fmt --all --check
	$(call say,Rust: clippy)
	@cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	@cargo clippy -p mspkit --no-default-features --locked --quiet -- -D warnings
	$(call say,Rust: documentation)
	@RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
	$(call say,Python: ruff and mypy)
	@$(TOOLS)/lint/bin/ruff check --quiet --no-cache tests bindings-python
	@$(TOOLS)/lint/bin/ruff check --quiet --no-cache --config tests/ruff.toml docs
	@$(TOOLS)/lint/bin/ruff format --quiet --no-cache --check bindings-python
	@$(TOOLS)/lint/bin/ruff format --quiet --no-cache --config tests/ruff.toml --check docs tests/browser $(addprefix tests/spec/,bench_chart.py compiled.py docs.py filter.py noticed.py operations.py shown.py site.py)
	@for part in tests/*.py tests/spec tests/conformance tests/packages tests/platforms tests/reach tests/browser tests/reconcile tests/workers tests/doc-examples tests/contract/schemathesis docs; do \
	  MYPYPATH=$(PY)/python:docs/site:tests/bench:tests/browser:tests/reconcile $(TOOLS)/lint/bin/mypy --no-incremental --config-file tests/mypy.ini "$$part"; done

clean: need-cargo ## remove what was built and installed here
	$(call say,Removing target and .tools)
	@cargo clean --quiet
	@rm -rf $(TOOLS) $(DIST) bindings-node/{build,dist,hooks,node_modules,packed,*.node}

# A virtual environment per purpose, rebuilt when its list changes.
$(TOOLS)/wheel/installed.txt: bindings-python/requirements.txt
$(TOOLS)/python/installed.txt: bindings-python/tests/requirements.txt
$(TOOLS)/spec/installed.txt: tests/spec/requirements.txt
$(TOOLS)/workers/installed.txt: tests/workers/requirements.txt
$(TOOLS)/lint/installed.txt: tests/lint/requirements.txt tests/spec/requirements.txt tests/browser/requirements.txt tests/contract/schemathesis/requirements.txt

$(TOOLS)/%/installed.txt: | need-python
	$(call say,Installing the Python packages of $< into $(TOOLS)/$*)
	@rm -rf $(TOOLS)/$*
	@$(PYTHON) -m venv $(TOOLS)/$* || $(call missing,cannot create a virtual environment; install Python's venv module)
	@$(TOOLS)/$*/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@cp $< $@

need-cargo:
	@cargo --version >/dev/null 2>&1 || $(call missing,cargo is missing; install Rust 1.88 or later)

need-rustfmt:
	@cargo fmt --version >/dev/null 2>&1 || $(call missing,rustfmt is missing; run: rustup component add rustfmt)

need-clippy:
	@cargo clippy --version >/dev/null 2>&1 || $(call missing,clippy is missing; run: rustup component add clippy)

need-compiler:
	@command -v cc >/dev/null || $(call missing,a C compiler (cc) is missing; install gcc or clang)

need-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || \
	  $(call missing,Python 3.10 or later is missing; set PYTHON=... to use another one)

need-java:
	@test "$$(java -XshowSettings:properties -version 2>&1 | sed -n 's/.*java\.specification\.version = //p')" -ge 17 2>/dev/null || \
	  $(call missing,Java 17 or later is missing: Spark runs on it)

need-node:
	@node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null && command -v npm >/dev/null || \
	  $(call missing,Node.js 20 or later with npm is missing)
