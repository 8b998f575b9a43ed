"""Writes tests/vectors/attacks-v1.json: what the tests of the verifier try, and what it answers.

Every implementation of the verifier must answer the same. `python -m tools.attacks` writes the file,
`--check` fails where it is stale. The format is told in `tools.attacks.packing` and `recording`.
"""
