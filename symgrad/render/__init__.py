"""What people look at: printed formulas, documents, pictures."""
