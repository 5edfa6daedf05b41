"""A graph worked through with numbers, step after step."""
