"""Deciding an equality over the reals: a proof, a counterexample, or neither."""
