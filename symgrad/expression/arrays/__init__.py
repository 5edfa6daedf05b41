"""Vectors and matrices: trees with shapes, their algebra, and derivatives with symbolic sizes."""
