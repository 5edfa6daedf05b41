"""Derivations with arrays: documents, pages, what notebooks show."""
