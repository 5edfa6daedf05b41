"""From a derivation to straight lines of assignments, with no language in them."""
