"""Judging hand derivations: reading claims, deciding equalities, explaining slips."""
