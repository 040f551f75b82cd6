# The targets of the Python wheels, mspkit and mspkit-sim; included by the Makefile.

PY := bindings-python
PY_TOOLS := $(TOOLS)/python
WHEELS := $(BUILT)/python
PY_SIM := $(BUILT)/debug/mspkit-sim
# Polars and the like, for the tests and pages that pass lists to them.
PY_FRAMES := $(TOOLS)/frames

# Compiled files and caches are kept out of the sources.
PYTEST = $(APART) MSPKIT_SIM='$(PY_SIM)' MSPKIT_DIST='$(WHEELS)' PYTHONDONTWRITEBYTECODE=1 \
  $(1)/bin/python -m pytest -p no:cacheprovider --rootdir $(PY) $(PY)/tests

# A test of a page is a separate file, and its output is checked; a service is started, called and stopped.
PAGE_PYTEST := -q -W error -p no:cacheprovider -c /dev/null --rootdir . -s
PAGE_PYTHON := "$(CURDIR)/$(PY_TOOLS)/bin/python"
PAGE_RUN := if grep -q "^def test_" "$$1"; then $(PAGE_PYTHON) -m pytest $(PAGE_PYTEST) "$$1"; \
  elif grep -q "^import uvicorn$$" "$$1"; then $(PAGE_PYTHON) "$(CURDIR)/tests/doc-examples/service.py" $(PAGE_PYTHON) -W error "$$1"; \
  else python -W error "$$1"; fi

# The packages: mspkit, and mspkit-sim, which its extra `sim` installs.
PY_CRATES := $(PY) tests/simulator

.PHONY: wheel sdist simulator doc-examples demo-python test-python conformance-python soak-python soak-workers

# With PREBUILT=1 these were built elsewhere, by another job of CI, and copied to where they are expected.
ifdef PREBUILT
wheel sdist simulator judge doc-examples:
	@ls '$(WHEELS)'/*.whl '$(WHEELS)'/*.tar.gz '$(BUILT)'/debug/mspkit-{sim,conformance,doc-examples} >/dev/null || \
	  $(call missing,PREBUILT is set but some of the prebuilt files are missing)
else
wheel: need-cargo need-compiler $(TOOLS)/wheel/installed.txt ## the Python packages, into CARGO_TARGET_DIR/python
	$(call say,Building the Python wheels: $(PY_CRATES))
	@rm -f '$(WHEELS)'/*.whl
	@for crate in $(PY_CRATES); do \
	  $(TOOLS)/wheel/bin/maturin build --release --locked --manifest-path $$crate/Cargo.toml --out '$(WHEELS)'; done

sdist: need-cargo $(TOOLS)/wheel/installed.txt
	@rm -f '$(WHEELS)'/*.tar.gz
	@for crate in $(PY_CRATES); do \
	  $(TOOLS)/wheel/bin/maturin sdist --manifest-path $$crate/Cargo.toml --out '$(WHEELS)'; done

simulator: need-cargo need-compiler
	@cargo build --locked -p mspkit-sim

# Runs the examples of the pages in one language.
doc-examples: need-cargo need-compiler
	@cargo build --locked -p mspkit-doc-examples
endif

# The example as a user would run it, in an environment that has only the two wheels.
demo-python: wheel
	$(call say,Running the demo: $(PY)/examples/onboard.py)
	@$(PYTHON) -m venv $(TOOLS)/demo
	@$(TOOLS)/demo/bin/pip install --quiet --disable-pip-version-check --no-index --force-reinstall '$(WHEELS)'/*.whl
	@$(TOOLS)/demo/bin/python $(PY)/tests/demo.py $(ARGS)

# Seen by an environment through a file of paths.
frames-in = echo '$(CURDIR)/$(PY_FRAMES)' > "$$($(1)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/frames.pth"

$(PY_FRAMES)/installed.txt: $(PY)/tests/frames/requirements.txt $(PY_TOOLS)/installed.txt
	$(call say,Installing the Python packages of $< into $(PY_FRAMES))
	@rm -rf '$(PY_FRAMES)'
	@$(PY_TOOLS)/bin/pip install --quiet --disable-pip-version-check --target '$(PY_FRAMES)' --requirement $<
	@cp $< $@

test-python: wheel sdist simulator judge doc-examples need-node $(PY_TOOLS)/installed.txt $(PY_FRAMES)/installed.txt ## the Python package
	$(call say,The Python package: the wheel as users install it)
	@$(PY_TOOLS)/bin/pip install --quiet --disable-pip-version-check --no-index --force-reinstall '$(WHEELS)'/*.whl
	@$(call frames-in,$(PY_TOOLS))
	@$(call PYTEST,$(PY_TOOLS))
	$(call say,The Python examples of the documentation)
	@$(PYTHON) -m venv --clear $(TOOLS)/doc-examples
	@$(call frames-in,$(TOOLS)/doc-examples)
	@$(APART) '$(BUILT)/debug/mspkit-doc-examples' python --path $(TOOLS)/doc-examples/bin \
	  --check '"$(CURDIR)/$(PY_TOOLS)/bin/mypy" --strict --no-incremental --disable-error-code import-untyped "$$@"' \
	  --run '$(PAGE_RUN)'
	@$(call surface,python)
	$(call say,Every operation: reachable in Python)
	@$(call reach,$(PY_TOOLS)/bin/python -I,python)

conformance-python: wheel judge $(PY_TOOLS)/installed.txt ## the same cases in Python
	@$(PY_TOOLS)/bin/pip install --quiet --disable-pip-version-check --no-index --force-reinstall '$(WHEELS)'/*.whl
	@$(JUDGE) $(PY_TOOLS)/bin/python $(PY)/tests/conformance/program.py

# The engines in an environment of their own: they are large, and need none of the other tools.
soak-workers: wheel simulator need-java $(TOOLS)/workers/installed.txt ## a million customers by the workers of Dask, Ray and Spark; part of soak
	$(call say,The programs of docs/workers.md)
	@$(TOOLS)/workers/bin/pip install --quiet --disable-pip-version-check --no-index --force-reinstall '$(WHEELS)'/*.whl
	@$(APART) MSPKIT_SIM='$(PY_SIM)' $(TOOLS)/workers/bin/python tests/workers/read.py

soak-python: wheel sdist simulator judge need-node soak-workers
	$(call say,The Python package: long runs on every interpreter of this machine)
	@$(PY)/tests/every.sh
