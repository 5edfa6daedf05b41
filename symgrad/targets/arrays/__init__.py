"""Code for graphs with vectors and matrices."""
