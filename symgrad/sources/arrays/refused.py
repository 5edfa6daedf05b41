"""Functions that have no derivative in closed form, with what is to be said of each."""

from __future__ import annotations

REFUSED = {
    "expm": "the matrix exponential has no derivative in closed form here; "
    "`exp(M)` is that of each entry",
    "eig": "eigenvalues have no derivative in closed form here",
    "eigvals": "eigenvalues have no derivative in closed form here",
    "eigh": "eigenvalues have no derivative in closed form here",
    "svd": "singular values have no derivative in closed form here",
    "cholesky": "a Cholesky factor has no derivative in closed form here",
    "qr": "a QR factorisation has no derivative in closed form here",
    "logm": "the matrix logarithm has no derivative in closed form here",
    "sqrtm": "the matrix square root has no derivative in closed form here",
    "matrix_rank": "a rank has no derivative",
    "argmax": "it is flat between its jumps", "argmin": "it is flat between its jumps",
    "sort": "a sorted vector has no derivative in closed form here",
    "kron": "a Kronecker product has four axes", "cross": "write the three entries out",
    "prod": "a product of entries is `exp(sum(log(x)))` where they are positive",
    "cumsum": "a running sum is a product with a triangular matrix of ones",
    "cond": "a condition number has no derivative in closed form here",
    "pinv": "write the inverse out: `inv(A.T @ A) @ A.T`",
}  # fmt: skip
