"""The limits on what is read: every one of them, and why.

Text from outside is never trusted. All limits are far above any real graph, and low enough that
reading stops long before memory, time or the recursion limit run out.
"""

from __future__ import annotations

MAX_SOURCE_BYTES = 8 * 2**20  # one source file
MAX_EXPRESSION = 2**20  # characters of one expression
MAX_NAME = 200  # characters of one name
MAX_DEPTH = 100  # nested parentheses, signs and powers (a call counts twice); levels of a tree
MAX_DIGITS = 60  # digits of one number
MAX_DECIMAL_EXPONENT = 400  # the 400 of 1e400: above the largest binary64 number
MAX_BITS = 8192  # numerator or denominator of arithmetic on plain numbers: refuses 9^9^9
MAX_EXPONENT = 10**6  # absolute value of an exponent that is a plain number
MAX_TERMS = 20_000  # terms of one sum, factors of one product, arguments of one call
MAX_PYTHON_OPERATORS = 100_000  # of one file: beyond 200,000 the parser of Python 3.10 can crash
MAX_EQUATIONS = 100_000
MAX_INPUTS = 200_000
MAX_SHOWN = 20  # errors shown for one source; the others are counted
MAX_FAULTS = 1000  # errors after which reading stops
