"""Expressions: the ordered tree, its algebra, functions, evaluation, print, bridge to SymPy."""
