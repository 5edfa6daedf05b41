"""Graphs with arrays worked through with numbers."""
