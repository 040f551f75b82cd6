# The references of every language and the site of the pages, in docs of cargo's target directory; included by the Makefile.

DOCS := $(BUILT)/docs
DOCS_TOOLS := $(TOOLS)/docs
TYPEDOC := $(TOOLS)/typedoc/node_modules/.bin/typedoc
SITE_SCRIPTS := $(TOOLS)/site/node_modules
REFERENCE := $(BUILT)/reference
SITE = $(DOCS_TOOLS)/bin/python docs/site/build.py $(1) '$(BUILT)/site' '$(DOCS)' $(SITE_SCRIPTS) '$(REFERENCE)'

BROWSER_TOOLS := $(TOOLS)/browser
$(BROWSER_TOOLS)/installed.txt: tests/browser/requirements.txt

.PHONY: test-docs docs-check docs-browser need-chromium
.PHONY: docs docs-site docs-operations docs-serve docs-rust docs-python docs-node docs-c need-site need-docs-python

docs: docs-rust docs-python docs-node docs-c ## the reference of all four languages and the site, into CARGO_TARGET_DIR/docs
	@$(MAKE) docs-site

docs-site: need-site docs-operations ## the site of the pages alone, into CARGO_TARGET_DIR/docs
	$(call say,The site: docs)
	@$(call SITE,build)
	@echo 'open $(DOCS)/index.html'

docs-serve: need-site docs-operations ## the site on loopback, built again after every change of a page
	@$(call SITE,serve)

# The pages of the operations, and their index.
docs-operations: need-cargo need-compiler
	$(call say,The reference: every operation)
	@cargo run --quiet --locked -p mspkit-codegen -- --reference '$(REFERENCE)'

need-site: $(DOCS_TOOLS)/installed.txt $(SITE_SCRIPTS)/installed.json

ifeq ($(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null),True)
test-docs: docs-check
else
test-docs:
	@echo 'The site is not checked: its generator needs Python 3.11 or later'
endif

docs-check: docs-site ## links, anchors, search and what is loaded, in the site as it was built; part of make test
	$(call say,The site: every page is complete)
	@$(DOCS_TOOLS)/bin/python tests/browser/built.py '$(DOCS)'
	@$(DOCS_TOOLS)/bin/python tests/browser/built.py '$(DOCS)' --self-check

docs-browser: docs-check need-chromium $(BROWSER_TOOLS)/installed.txt ## the site in a headless Chromium, with screenshots; part of soak
	$(call say,The site in a headless Chromium)
	@$(BROWSER_TOOLS)/bin/python tests/browser/run.py '$(CHROMIUM)' '$(DOCS)'
	@$(BROWSER_TOOLS)/bin/python tests/browser/run.py '$(CHROMIUM)' '$(DOCS)' --self-check

# Another browser of this family than Debian's is named by CHROMIUM=...
ifdef CHROMIUM
need-chromium:
else
CHROMIUM := $(TOOLS)/debian-chromium
need-chromium: need-apt
	@tests/platforms/debian.sh $(CHROMIUM) chromium-headless-shell
endif

# Earlier documentation here would be in the index.
docs-rust: need-cargo need-compiler
	$(call say,The reference: Rust)
	@rm -rf '$(BUILT)/doc' '$(DOCS)/rust'
	@RUSTDOCFLAGS="-D warnings" cargo doc --locked --quiet --no-deps -p mspkit -p mspkit-data -p mspkit-onboarding --features mspkit-data/arrow,mspkit-data/blocking
	@mkdir -p '$(DOCS)'
	@mv '$(BUILT)/doc' '$(DOCS)/rust'

docs-python: wheel $(DOCS_TOOLS)/installed.txt
	$(call say,The reference: Python)
	@rm -rf '$(DOCS)/python'
	@$(DOCS_TOOLS)/bin/pip install --quiet --disable-pip-version-check --no-index --force-reinstall '$(WHEELS)'/*.whl
	@$(DOCS_TOOLS)/bin/python docs/python_reference.py '$(DOCS)/python'

docs-node: $(NODE)/node_modules/installed.json $(TYPEDOC)
	$(call say,The reference: Node.js)
	@rm -rf '$(DOCS)/node'
	@$(TYPEDOC) --options docs/typedoc/typedoc.json --out '$(DOCS)/node'

docs-c: docs/Doxyfile
	$(call say,The reference: C)
	@rm -rf '$(DOCS)/c'
	@mkdir -p '$(DOCS)'
	@MSPKIT_DOCS='$(DOCS)' docs/doxygen.sh $(TOOLS)/doxygen docs/Doxyfile

$(DOCS_TOOLS)/installed.txt: docs/requirements.txt | need-docs-python

need-docs-python: need-python
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  $(call missing,the documentation is made with Python 3.11 or later; set PYTHON=... to use another one)

$(SITE_SCRIPTS)/installed.json: docs/site/package-lock.json | need-node
	$(call say,Installing the scripts of the site into $(TOOLS)/site)
	@rm -rf $(TOOLS)/site
	@mkdir -p $(TOOLS)/site
	@cp docs/site/package.json docs/site/package-lock.json $(TOOLS)/site/
	@cd $(TOOLS)/site && npm ci --silent --no-audit --no-fund
	@cp docs/site/package-lock.json $@

$(TYPEDOC): docs/typedoc/package-lock.json | need-node
	$(call say,Installing TypeDoc into $(TOOLS)/typedoc)
	@rm -rf $(TOOLS)/typedoc
	@mkdir -p $(TOOLS)/typedoc
	@cp docs/typedoc/package.json docs/typedoc/package-lock.json $(TOOLS)/typedoc/
	@cd $(TOOLS)/typedoc && npm ci --silent --no-audit --no-fund
	@touch $@
