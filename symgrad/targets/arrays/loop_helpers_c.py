"""The helpers that files of loops in C bring along: no allocation, what they need is passed in."""

from __future__ import annotations

from symgrad.targets.helper import Helper

C = {
    "tile": Helper("""
enum { COLUMNS = 16, DEPTH = 256 };

/* Eight rows of A times a packed panel of 16 columns of B: sums that stay in registers where the
   compiler may use all that the machine has (-O3 -march=native). */
static void tile(size_t deep, const double *const rows[8], size_t along,
                 double panel[DEPTH][COLUMNS], double sums[8][COLUMNS])
{
    const double *a0 = rows[0], *a1 = rows[1], *a2 = rows[2], *a3 = rows[3];
    const double *a4 = rows[4], *a5 = rows[5], *a6 = rows[6], *a7 = rows[7];
    double s0[COLUMNS] = {0.0}, s1[COLUMNS] = {0.0}, s2[COLUMNS] = {0.0}, s3[COLUMNS] = {0.0};
    double s4[COLUMNS] = {0.0}, s5[COLUMNS] = {0.0}, s6[COLUMNS] = {0.0}, s7[COLUMNS] = {0.0};
    for (size_t p = 0; p < deep; p++) {
        const double f0 = a0[p*along], f1 = a1[p*along], f2 = a2[p*along], f3 = a3[p*along];
        const double f4 = a4[p*along], f5 = a5[p*along], f6 = a6[p*along], f7 = a7[p*along];
        const double *b = panel[p];
        for (size_t j = 0; j < COLUMNS; j++) {
            s0[j] += f0*b[j];
            s1[j] += f1*b[j];
            s2[j] += f2*b[j];
            s3[j] += f3*b[j];
            s4[j] += f4*b[j];
            s5[j] += f5*b[j];
            s6[j] += f6*b[j];
            s7[j] += f7*b[j];
        }
    }
    for (size_t j = 0; j < COLUMNS; j++) {
        sums[0][j] = s0[j];
        sums[1][j] = s1[j];
        sums[2][j] = s2[j];
        sums[3][j] = s3[j];
        sums[4][j] = s4[j];
        sums[5][j] = s5[j];
        sums[6][j] = s6[j];
        sums[7][j] = s7[j];
    }
}
"""),
    "matvec": Helper("""
/* Adds the product of an m-by-k matrix, or of the transpose of a k-by-m one, and a vector to out:
   rows in sums that stand side by side, which the compiler may vectorise, columns one by one. */
static void matvec(size_t m, size_t k, const double *a, int ta, const double *b, double *out)
{
    if (ta) {
        for (size_t p = 0; p < k; p++) {
            const double f = b[p];
            for (size_t i = 0; i < m; i++) out[i] += a[p*m + i]*f;
        }
        return;
    }
    for (size_t i = 0; i < m; i++) {
        double sums[16] = {0.0};
        for (size_t p = 0; p < k/16*16; p += 16) {
            for (size_t u = 0; u < 16; u++) sums[u] += a[i*k + p + u]*b[p + u];
        }
        for (size_t u = 0; u < 16; u++) out[i] += sums[u];
        for (size_t p = k/16*16; p < k; p++) out[i] += a[i*k + p]*b[p];
    }
}
"""),
    "matmul": Helper(
        """
/* The product of an m-by-k and a k-by-n matrix; ta and tb tell that a transpose is meant. */
static void matmul(size_t m, size_t k, size_t n, const double *a, int ta, const double *b, int tb,
                   double *out)
{
    double panel[DEPTH][COLUMNS], sums[8][COLUMNS];
    const size_t down = ta ? 1 : k, along = ta ? m : 1;
    for (size_t i = 0; i < m*n; i++) out[i] = 0.0;
    if (n == 1) {
        matvec(m, k, a, ta, b, out);
        return;
    }
    if (m == 1) {
        matvec(n, k, b, !tb, a, out);
        return;
    }
    for (size_t j0 = 0; j0 < n; j0 += COLUMNS) {
        const size_t wide = n - j0 < COLUMNS ? n - j0 : (size_t)COLUMNS;
        for (size_t p0 = 0; p0 < k; p0 += DEPTH) {
            const size_t deep = k - p0 < DEPTH ? k - p0 : (size_t)DEPTH;
            for (size_t p = 0; p < deep; p++) {
                for (size_t j = 0; j < COLUMNS; j++) {
                    const size_t at = tb ? (j0 + j)*k + p0 + p : (p0 + p)*n + j0 + j;
                    panel[p][j] = j < wide ? b[at] : 0.0;
                }
            }
            for (size_t i0 = 0; i0 < m; i0 += 8) {
                const size_t high = m - i0 < 8 ? m - i0 : 8;
                const double *rows[8];
                for (size_t r = 0; r < 8; r++) {
                    rows[r] = a + (i0 + (r < high ? r : 0))*down + p0*along;
                }
                tile(deep, rows, along, panel, sums);
                for (size_t r = 0; r < high; r++) {
                    for (size_t j = 0; j < wide; j++) out[(i0 + r)*n + j0 + j] += sums[r][j];
                }
            }
        }
    }
}
""",
        ("tile", "matvec"),
    ),
    "cholesky": Helper("""
/* Writes L with A = L L^T below the diagonal of l and on it; returns 0 where there is none. */
static int cholesky(size_t n, const double *a, double *l)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (a[i*n + j] < a[j*n + i] || a[i*n + j] > a[j*n + i]) return 0;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double rest = a[i*n + j];
            for (size_t p = 0; p < j; p++) rest -= l[i*n + p]*l[j*n + p];
            if (i == j) {
                if (!(rest > 0.0)) return 0;
                l[i*n + i] = sqrt(rest);
            } else {
                l[i*n + j] = rest/l[j*n + j];
            }
        }
    }
    return 1;
}
"""),
    "factor": Helper("""
/* Writes U and the multipliers of elimination into lu, and carries the rows of x along;
   returns the sign of the exchanges. */
static double factor(size_t n, const double *a, int ta, double *lu, size_t columns, double *x)
{
    double sign = 1.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) lu[i*n + j] = ta ? a[j*n + i] : a[i*n + j];
    }
    for (size_t c = 0; c < n; c++) {
        size_t best = c;
        for (size_t r = c + 1; r < n; r++) {
            if (fabs(lu[r*n + c]) > fabs(lu[best*n + c])) best = r;
        }
        if (best != c) {
            sign = -sign;
            for (size_t j = 0; j < n; j++) {
                const double held = lu[c*n + j];
                lu[c*n + j] = lu[best*n + j];
                lu[best*n + j] = held;
            }
            for (size_t j = 0; j < columns; j++) {
                const double held = x[c*columns + j];
                x[c*columns + j] = x[best*columns + j];
                x[best*columns + j] = held;
            }
        }
        for (size_t r = c + 1; r < n; r++) {
            const double f = lu[r*n + c]/lu[c*n + c];
            for (size_t j = c; j < n; j++) lu[r*n + j] -= f*lu[c*n + j];
            for (size_t j = 0; j < columns; j++) x[r*columns + j] -= f*x[c*columns + j];
        }
    }
    return sign;
}
"""),
    "solve": Helper(
        """
/* Writes the solution of A X = B; by Cholesky where A has a factor L, by elimination else. */
static void solve(size_t n, size_t columns, const double *a, int ta, const double *b, double *lu,
                  double *out)
{
    for (size_t i = 0; i < n*columns; i++) out[i] = b[i];
    const int lower = cholesky(n, a, lu);
    if (lower) {
        for (size_t i = 0; i < n; i++) {
            for (size_t c = 0; c < columns; c++) {
                double rest = out[i*columns + c];
                for (size_t j = 0; j < i; j++) rest -= lu[i*n + j]*out[j*columns + c];
                out[i*columns + c] = rest/lu[i*n + i];
            }
        }
    } else {
        factor(n, a, ta, lu, columns, out);
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t c = 0; c < columns; c++) {
            double rest = out[i*columns + c];
            for (size_t j = i + 1; j < n; j++) {
                rest -= (lower ? lu[j*n + i] : lu[i*n + j])*out[j*columns + c];
            }
            out[i*columns + c] = rest/lu[i*n + i];
        }
    }
}
""",
        ("cholesky", "factor"),
    ),
    "det": Helper(
        """
static double det(size_t n, const double *a, double *lu)
{
    double value = factor(n, a, 0, lu, 0, lu);
    for (size_t i = 0; i < n; i++) value *= lu[i*n + i];
    return value;
}
""",
        ("factor",),
    ),
    "logdet": Helper(
        """
/* The logarithm of the determinant, NaN where that is not above zero. */
static double logdet(size_t n, const double *a, double *lu)
{
    double total = 0.0;
    if (cholesky(n, a, lu)) {
        for (size_t i = 0; i < n; i++) total += 2.0*log(lu[i*n + i]);
        return total;
    }
    double sign = factor(n, a, 0, lu, 0, lu);
    for (size_t i = 0; i < n; i++) {
        if (lu[i*n + i] < 0.0) sign = -sign;
        total += log(fabs(lu[i*n + i]));
    }
    return sign > 0.0 ? total : log(-1.0);
}
""",
        ("cholesky", "factor"),
    ),
    "softmax": Helper("""
/* Writes exp(x)/sum(exp(x)) of every row, or of every column. */
static void softmax(size_t count, size_t length, int by_row, const double *x, double *out)
{
    const size_t step = by_row ? 1 : count;
    for (size_t i = 0; i < count; i++) {
        const size_t first = by_row ? i*length : i;
        double top = x[first], total = 0.0;
        for (size_t p = 1; p < length; p++) top = fmax(top, x[first + p*step]);
        for (size_t p = 0; p < length; p++) {
            out[first + p*step] = exp(x[first + p*step] - top);
            total += out[first + p*step];
        }
        for (size_t p = 0; p < length; p++) out[first + p*step] /= total;
    }
}
"""),
    "logsumexp": Helper("""
/* Writes log(sum(exp(x))) of every row, or of every column. */
static void logsumexp(size_t count, size_t length, int by_row, const double *x, double *out)
{
    const size_t step = by_row ? 1 : count;
    for (size_t i = 0; i < count; i++) {
        const size_t first = by_row ? i*length : i;
        double top = x[first], total = 0.0;
        for (size_t p = 1; p < length; p++) top = fmax(top, x[first + p*step]);
        for (size_t p = 0; p < length; p++) total += exp(x[first + p*step] - top);
        out[i] = top + log(total);
    }
}
"""),
    "square": Helper("""
static double square(double x)
{
    return x*x;
}
"""),
}
