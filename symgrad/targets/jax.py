"""JAX: pure functions over arrays, for `jit`, `vmap` and `grad`; in doubles.

Data may be arrays of samples, and value and gradient are means over them then. With `custom_vjp`
the derivative that JAX takes of `value` is the emitted gradient.
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.errors import SymgradError
from symgrad.targets.base import Sheet
from symgrad.targets.helper import Helper
from symgrad.targets.numpy_helpers import HELPERS as NUMPY
from symgrad.targets.printing import Spelling
from symgrad.targets.tensors import POWERS, Dialect, TensorTarget

_NAMES = (
    "Array ArrayLike Callable NamedTuple Sequence START ValueError enumerate factorial float "
    "formula given grad int jax jnp kept len pull range slope slopes special state step t tuple zip"
)


def _of_numpy(name: str, *needs: str) -> Helper:
    """Return a helper that NumPy files have, in JAX's words."""
    return Helper(NUMPY[name].text.replace("np.", "jnp."), needs)


ATANH = '''\
def _atanh(x: Array) -> Array:
    """Return the inverse of tanh, to the last digits."""
    size = jnp.abs(x)
    return jnp.copysign(0.5 * jnp.log1p(2.0 * size / (1.0 - size)), x)
'''

NORMAL_PDF = '''\
def _normal_pdf(x: Array) -> Array:
    """Return the density of the standard normal distribution."""
    return 0.3989422804014327 * jnp.exp(-0.5 * x * x)
'''

POLYGAMMA = NUMPY["_polygamma"].text.replace("np.", "jnp.").replace(
    "int(jnp.ravel(order)[0])", "int(order)"
).replace("_digamma(x)", "special.digamma(x)")  # fmt: skip


class Jax(TensorTarget):
    """A module of functions for JAX."""

    name = "jax"
    templates = (("{module}_jax.py", "jax.py.j2"),)
    settings: Mapping[str, tuple[str, ...]] = {"precision": ("double", "ambient")}
    library = ("jax", "JAX")
    optional = ("outputs", "residuals", "jacobian", "hessian", "hvp", "custom_vjp")
    reserved = frozenset(_NAMES.split())
    functions: Mapping[str, Spelling] = {
        "pow": POWERS,
        "constant pi": Spelling("jnp.pi"),
        "constant e": Spelling("jnp.e"),
    }
    helpers: Mapping[str, Helper] = {
        "_atanh": Helper(ATANH),
        "_normal_pdf": Helper(NORMAL_PDF),
        "_polynomial": _of_numpy("_polynomial"),
        "_cot_pi": _of_numpy("_cot_pi"),
        "_polygamma": Helper(POLYGAMMA, ("_cot_pi", "_polynomial", "factorial", "special")),
    }
    series_lines = (
        'def {0}(t: Array) -> Array:\n    """{1}"""', "    {0}", "    return y",
    )  # fmt: skip
    dialect = Dialect(
        name="jnp",
        array="Array",
        argument="ArrayLike",
        alone="jnp.asarray({0})",
    )

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `jax.py.j2` receives."""
        if sheet.has("custom_vjp") and sheet.callables:
            fault = "`custom_vjp` takes no functions as arguments"
            raise SymgradError(fault, help="give them a body, or leave it out")
        ambient = sheet.setting("precision") == "ambient"
        abstract = ["Callable"] if sheet.callables else []
        context = super().context(sheet)
        abstract += (
            ["Sequence"] if context["hvp_body"] or "Sequence" in str(context["helpers"]) else []
        )
        loose = "Any, " if "Any" in str(context["helpers"]) else ""
        return {
            **context,
            "double": "" if ambient else "yes",
            "abstract": ", ".join(abstract),
            "typing": f"{loose}NamedTuple",
        }


TARGET = Jax()
