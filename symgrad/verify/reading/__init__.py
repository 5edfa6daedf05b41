"""Reading what people write: from a text to its claims."""
