"""What went wrong in a refuted claim, in one sentence, and the right form."""
