"""Derivatives with symbolic sizes: the pullback of each operation, the sweep, the derivation."""
