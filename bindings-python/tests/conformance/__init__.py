"""Runs the cases of `tests/conformance` through the blocking and the async clients of this package."""
