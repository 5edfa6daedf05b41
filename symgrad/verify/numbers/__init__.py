"""Numeric claims: printed numbers against certified values, digit by digit."""
