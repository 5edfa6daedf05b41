"""PyTorch: functions on tensors, with the emitted gradient behind `backward`.

Data may be tensors of samples, and value and gradient are means over them then. `value` is an
`autograd.Function`: what autograd passes back through it is the emitted gradient.
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.targets.base import Sheet
from symgrad.targets.helper import Helper
from symgrad.targets.printing import Spelling
from symgrad.targets.tensors import POWERS, Dialect, TensorTarget

_NAMES = (
    "Any Callable NamedTuple Sequence START Tensor ValueError any ctx float functools grad int "
    "formula isinstance kept len max pull slope slopes state step t torch tuple zip"
)

SOFTPLUS = '''\
def _softplus(x: Tensor) -> Tensor:
    """Return log(1 + exp(x)), exact for large |x| too."""
    return torch.logaddexp(x, torch.zeros_like(x))
'''

NORMAL_PDF = '''\
def _normal_pdf(x: Tensor) -> Tensor:
    """Return the density of the standard normal distribution."""
    return 0.3989422804014327 * torch.exp(-0.5 * x * x)
'''

NORMAL_CDF = '''\
def _normal_cdf(x: Tensor) -> Tensor:
    """Return the distribution function of the standard normal distribution, to its far tail."""
    return 0.5 * torch.erfc(-0.7071067811865476 * x)
'''


# PyTorch's own of order 1 has nine digits only.
POLYGAMMA = '''\
def _polygamma(order: float, x: Tensor) -> Tensor:
    """Return the derivative of digamma of a whole order."""
    return torch.special.zeta(2.0, x) if order == 1.0 else torch.polygamma(int(order), x)
'''


class Torch(TensorTarget):
    """A module of functions for PyTorch."""

    name = "torch"
    templates = (("{module}_torch.py", "torch.py.j2"),)
    library = ("torch", "PyTorch")
    optional = ("outputs", "residuals", "jacobian", "hessian", "hvp")
    reserved = frozenset(_NAMES.split())
    functions: Mapping[str, Spelling] = {
        "pow": POWERS,
        "constant pi": Spelling("torch.pi"),
        "constant e": Spelling("torch.e"),
    }
    helpers: Mapping[str, Helper] = {
        "_softplus": Helper(SOFTPLUS),
        "_normal_pdf": Helper(NORMAL_PDF),
        "_normal_cdf": Helper(NORMAL_CDF),
        "_polygamma": Helper(POLYGAMMA),
    }
    series_lines = (
        'def {0}(t: Tensor) -> Tensor:\n    """{1}"""', "    {0}", "    return y",
    )  # fmt: skip
    dialect = Dialect(
        name="torch",
        array="Tensor",
        argument="Tensor | float",
        alone="torch.full_like({1}, {0})",
    )

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `torch.py.j2` receives."""
        context = super().context(sheet)
        applied = sheet.has("value") and sheet.has("gradient")
        abstract = ["Callable"] if applied or sheet.callables else []
        abstract += ["Sequence"] if context["hvp_body"] else []
        return {**context, "abstract": ", ".join(abstract)}


TARGET = Torch()
