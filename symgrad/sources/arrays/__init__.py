"""Vectors and matrices read: the graph language, index notation, NumPy functions."""
