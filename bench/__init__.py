"""Benchmarks: what Troth costs beside the least that the same work can cost, on the machine at hand."""
