# The benchmark: mspkit compared with other clients; included by the Makefile.

BENCH := tests/bench

.PHONY: bench-peers bench-smoke

# Rows of bindings that are not built, and of tools that are missing, are skipped with a message.
bench-peers: need-cargo need-compiler need-python wheel
	$(call say,Benchmarks beside other clients: $(BENCH))
	@$(APART) $(PYTHON) $(BENCH)/bench.py $(ARGS)

# Tiny sizes and debug builds: checks that all rows run and read the same, not how fast.
bench-smoke: need-cargo need-compiler need-python
	$(call say,The benchmark with tiny sizes: every peer reads the same)
	@$(APART) $(PYTHON) $(BENCH)/bench.py --smoke
