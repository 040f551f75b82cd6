# The benchmark: mspkit side by side with what users would pick instead. A part of the Makefile, which includes it.

BENCH := tests/bench

.PHONY: bench-peers bench-smoke

# Rows of bindings that are not built, and of tools that are missing, are skipped with a line that says so.
bench-peers: need-cargo need-compiler need-python wheel
	$(call say,Benchmarks beside other clients: $(BENCH))
	@$(APART) $(PYTHON) $(BENCH)/bench.py $(ARGS)

# Tiny sizes and debug builds: that all rows run and read the same, not how fast.
bench-smoke: need-cargo need-compiler need-python
	$(call say,The benchmark with tiny sizes: every peer reads the same)
	@$(APART) $(PYTHON) $(BENCH)/bench.py --smoke
