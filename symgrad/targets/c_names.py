"""Names that an author's names must not be spelled as in C, nor in C++, which reads the header."""

from __future__ import annotations

KEYWORDS = frozenset(
    "alignas alignof asm auto bool break case char class complex const constexpr continue default "
    "delete do double else enum explicit export extern false float for friend goto if imaginary "
    "inline int long mutable namespace new noreturn nullptr operator private protected public "
    "register restrict return short signed sizeof static static_assert struct switch template this "
    "thread_local throw true try typedef typeof union unsigned using virtual void volatile while"
    "".split()
)
# Macros of the headers and of compilers, and what the template itself declares.
LOCAL = frozenset(
    "BLOCK CHUNKS EOF FLT_MAX HUGE_VAL INFINITY LANES M_E M_PI NAN NULL PARTS SUMS acc add_chunk "
    "add_part add_sample back batch careful_sums carry chunk count errno finite first grad half "
    "item lane last length linux mean_sums memset out part parts rest share size_t start state "
    "step step_from sum sums total unix".split()
)
_PUBLIC = (
    "value gradient value_and_gradient update batch_value batch_gradient batch_value_and_gradient "
    "batch_update params state".split()
)


def guard(module: str) -> str:
    """Return the include guard of a module.

    >>> guard("fit")
    'FIT_H'
    """
    return f"{module.upper()}_H"


def public_names(module: str) -> frozenset[str]:
    """Return the functions, the types and the include guard of a module.

    >>> "fit_batch_value" in public_names("fit")
    True
    """
    return frozenset({guard(module), *(f"{module}_{name}" for name in _PUBLIC)})
