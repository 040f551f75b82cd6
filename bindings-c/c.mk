# The targets of the C library; included by the Makefile. bindings-c/Makefile builds and installs it.

.PHONY: test-c conformance-c soak-c header need-cxx

test-c: need-cargo need-compiler need-cxx need-python docs-operations ## the C library
	@$(MAKE) -C bindings-c check
	$(call say,The examples of the reference: they compile)
	@$(PYTHON) tests/spec/compiled.py '$(REFERENCE)' '$(BUILT)/bindings-c/reference'
	$(call say,Every operation: reachable in C and C++)
	@$(call reach,$(PYTHON),c '$(BUILT)/bindings-c/prefix/include')

conformance-c: judge ## the same cases in C
	@$(MAKE) -C bindings-c install PROFILE=debug PREFIX='$(BUILT)/bindings-c/prefix'
	@cd bindings-c && $(APART) tests/conformance.sh $(CONFORMANCE)

soak-c: need-cargo need-compiler need-cxx
	@$(MAKE) -C bindings-c soak

# The header comes from the sources, some of which are generated first.
header: need-cargo
	@$(MAKE) -C bindings-c header

need-cxx:
	@command -v c++ >/dev/null || $(call missing,a C++ compiler (c++) is missing; install g++ or clang)
