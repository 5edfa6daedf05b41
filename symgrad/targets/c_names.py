"""Names that an author's names must not be spelled as in C, nor in C++, which reads the header."""

from __future__ import annotations

KEYWORDS = frozenset(
    "alignas alignof and and_eq asm auto bitand bitor bool break case char char16_t char32_t "
    "char8_t class co_await co_return co_yield compl complex concept const const_cast consteval "
    "constexpr constinit continue decltype default delete do double dynamic_cast else enum "
    "explicit export extern false float for friend goto if imaginary inline int long mutable "
    "namespace new noexcept noreturn not not_eq nullptr operator or or_eq private protected "
    "public register reinterpret_cast requires restrict return short signed sizeof static "
    "static_assert static_cast struct switch template this thread_local throw true try typedef "
    "typeid typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t "
    "while xor xor_eq".split()
)
# Macros of the headers and of compilers, and what the template itself declares.
LOCAL = frozenset(
    "BLOCK CHUNKS EOF FLT_MAX HUGE_VAL INFINITY LANES M_E M_PI NAN NULL PART PARTS SUMS acc "
    "add_chunk add_part add_sample back batch careful_sums carry chunk count direction errno "
    "finite first grad half item lane last length linux mean_sums means memset out params part "
    "parts rest share size_t start state step step_from sum sums total total_sums unix "
    "weights".split()
)
_PUBLIC = (
    "value gradient value_and_gradient update batch_value batch_gradient batch_value_and_gradient "
    "batch_update params state outputs residuals jacobian jacobian_sparse jacobian_columns "
    "jacobian_starts hessian hessian_sparse hessian_columns hessian_starts hvp "
    "gauss_newton_product value_each gradient_each partial_sums combine_sums".split()
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
    macros = {guard(module), f"{module.upper()}_SUMS"}
    names = (*_PUBLIC, *(f"{name}_at" for name in _PUBLIC))
    return frozenset({*macros, *(f"{module}_{name}" for name in names)})
