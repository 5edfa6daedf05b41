"""Shorter adjoints by what the graph's own equations say."""
from __future__ import annotations
class Relations:
    def __init__(self, graph): self.useful=False; self.applied=False; self.notes=()
    refine=None
