"""C whose products call a CBLAS: `generate -t c --set blas=cblas`.

Products of matrices and vectors and sums of products go to the library. An outer product stays a
loop: it writes each entry once, and cblas_dger, which adds to a matrix of zeros, writes it twice.
"""

from __future__ import annotations

from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.tree import Array
from symgrad.targets.arrays.c_loops import CLoops
from symgrad.targets.arrays.loop_helpers_c import C as PLAIN
from symgrad.targets.helper import Helper

INCLUDE = "#include <cblas.h>"
_MACROS = ("I", "complex", "imaginary")  # of complex.h, which a cblas.h may bring along
_HELPERS = {
    "matmul": Helper("""
/* The product of an m-by-k and a k-by-n matrix; ta and tb tell that a transpose is meant. */
static void matmul(size_t m, size_t k, size_t n, const double *a, int ta, const double *b, int tb,
                   double *out)
{
    const int high = (int)m, deep = (int)k, wide = (int)n;
    if (m == 0 || n == 0) return;
    if (k == 0) {
        for (size_t i = 0; i < m*n; i++) out[i] = 0.0;
    } else if (n == 1) {
        cblas_dgemv(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, ta ? deep : high,
                    ta ? high : deep, 1.0, a, ta ? high : deep, b, 1, 0.0, out, 1);
    } else if (m == 1) {
        cblas_dgemv(CblasRowMajor, tb ? CblasNoTrans : CblasTrans, tb ? wide : deep,
                    tb ? deep : wide, 1.0, b, tb ? deep : wide, a, 1, 0.0, out, 1);
    } else {
        cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans,
                    high, wide, deep, 1.0, a, ta ? high : deep, b, tb ? deep : wide,
                    0.0, out, wide);
    }
}
"""),
    "sum_of_products": Helper("""
/* The sum of the products of two arrays of n numbers, in parts whose length is an int. */
static double sum_of_products(size_t n, const double *a, const double *b)
{
    const size_t most = 1073741824;
    double total = 0.0;
    for (size_t i = 0; i < n; i += most) {
        total += cblas_ddot((int)(n - i < most ? n - i : most), a + i, 1, b + i, 1);
    }
    return total;
}
"""),
}
HELPERS = PLAIN | _HELPERS


def note(module: str) -> list[str]:
    """Return what the head of a file says about the library."""
    return [
        "Products call a CBLAS, such as OpenBLAS: link with -lopenblas, -lcblas or -lblas,",
        f"as in `cc -O3 -march=native -c {module}.c` and `cc … {module}.o -lopenblas -lm`.",
        "Every size is below 2^31: the library takes int.",
        "",
    ]


def included(words: list[str]) -> str:
    """Return the lines that include the library; macros that `words` of the graph are go again."""
    undone = [f"#undef {word}" for word in _MACROS if word in words]
    return "\n".join([INCLUDE, *undone])


class BlasLoops(CLoops):
    """Loops in which sums of products of two arrays are calls, too."""

    def _sum_value(self, x: Array) -> str:
        inner = self.prepared(x.args[0])
        pair = _pair(inner)
        if pair is None:
            return super()._sum_value(Array("sum", (inner,), None, ()))
        return self.helped("sum_of_products", self.length(inner.shape), *map(identifier, pair))


def _pair(x: Array) -> tuple[str, str] | None:
    """Return the names of two arrays whose product of each entry is meant, or None."""
    square = x.op == "pow" and x.args[1] == leaves.TWO
    parts = (x.args[0], x.args[0]) if square else x.args if x.op == "mul" else ()
    if len(parts) != 2 or any(p.op != "name" or p.shape != x.shape for p in parts):
        return None
    return parts[0].text, parts[1].text
