# The targets of the Node module; included by the Makefile.

NODE := bindings-node
NPM := cd $(NODE) && MSPKIT_PROFILE=release MSPKIT_SIM='$(BUILT)/debug/mspkit-sim' npm

.PHONY: node node-dist npm-packages demo-node test-node conformance-node soak-node lint-node

# npm ci only if the list of packages has changed.
$(NODE)/node_modules/installed.json: $(NODE)/package-lock.json | need-node
	$(call say,Installing the tools of the Node module)
	@cd $(NODE) && npm ci --silent
	@cp $(NODE)/package-lock.json $@

node: need-cargo need-compiler need-node $(NODE)/node_modules/installed.json
	$(call say,Building the Node module: $(NODE))
	@$(NPM) run --silent build

# What is the same on every platform: it needs no native module.
node-dist: need-node $(NODE)/node_modules/installed.json
	@$(NPM) run --silent build:ts

npm-packages: node ## the Node packages, into bindings-node/packed
	@$(NPM) run --silent pack:all

demo-node: node simulator ## the demo in TypeScript
	$(call say,Running the demo: $(NODE)/examples/onboard.ts)
	@$(NPM) run --silent build:tests
	@$(NPM) run --silent demo -- $(ARGS)

test-node: node simulator judge doc-examples need-python ## the Node module
	$(call say,The Node module: the packages as users install them)
	@$(NPM) test --silent
	$(call say,The JavaScript and TypeScript examples of the documentation)
	@$(NPM) run --silent pack:all
	@$(APART) '$(BUILT)/debug/mspkit-doc-examples' node --check '"$(CURDIR)/$(NODE)/scripts/doc-examples.sh" check "$$@"' \
	  --run 'PYTHON="$(PYTHON)" "$(CURDIR)/$(NODE)/scripts/doc-examples.sh" run "$$1"'
	@$(call surface,node)
	$(call say,Every operation: reachable in Node.js)
	@$(call reach,$(PYTHON),node $(NODE))

conformance-node: node judge ## the same cases in Node.js
	@$(NPM) run --silent build:tests
	@$(JUDGE) node $(NODE)/build/conformance/program.js

soak-node: node simulator judge
	$(call say,The Node module: long runs on newer versions of Node.js and on Bun and Deno)
	@$(NPM) run --silent soak

lint-node: node
	$(call say,TypeScript: biome and tsc)
	@$(NPM) run --silent lint
	@$(NODE)/node_modules/.bin/biome ci --config-path=$(NODE) docs/site/assets/operations.js
