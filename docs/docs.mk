# The reference of every language and the pages as HTML, in docs of cargo's target directory; included by the Makefile.

DOCS := $(BUILT)/docs
DOCS_TOOLS := $(TOOLS)/docs
TYPEDOC := $(TOOLS)/typedoc/node_modules/.bin/typedoc

.PHONY: docs docs-rust docs-python docs-node docs-c

docs: docs-rust docs-python docs-node docs-c ## the reference of all four languages and the pages, into CARGO_TARGET_DIR/docs
	$(call say,The pages of docs)
	@$(DOCS_TOOLS)/bin/python docs/render.py '$(DOCS)'
	@echo 'open $(DOCS)/index.html'

# Earlier documentation here would be in the index.
docs-rust: need-cargo need-compiler
	$(call say,The reference: Rust)
	@rm -rf '$(BUILT)/doc' '$(DOCS)/rust'
	@RUSTDOCFLAGS="-D warnings" cargo doc --locked --quiet --no-deps -p mspkit -p mspkit-data -p mspkit-onboarding --features mspkit-data/arrow
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

$(DOCS_TOOLS)/installed.txt: docs/requirements.txt

$(TYPEDOC): docs/typedoc/package-lock.json | need-node
	$(call say,Installing TypeDoc into $(TOOLS)/typedoc)
	@rm -rf $(TOOLS)/typedoc
	@mkdir -p $(TOOLS)/typedoc
	@cp docs/typedoc/package.json docs/typedoc/package-lock.json $(TOOLS)/typedoc/
	@cd $(TOOLS)/typedoc && npm ci --silent --no-audit --no-fund
	@touch $@
