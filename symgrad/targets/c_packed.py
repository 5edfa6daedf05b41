"""C functions that take the parameters in a struct: each calls the one that takes them singly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symgrad.targets.c_body import wrapped

# What a function returns, and which text of the context declares its arguments.
_ROWS = {
    "value": ("{real}", "inputs"),
    "gradient": ("{params}", "inputs"),
    "value_and_gradient": ("{params}", "inputs_with_value"),
    "outputs": ("void", "inputs_with_out"),
    "residuals": ("void", "inputs_with_out"),
    "jacobian": ("void", "inputs_with_out"),
    "jacobian_sparse": ("void", "inputs_with_out"),
    "hessian": ("void", "inputs_with_out"),
    "hessian_sparse": ("void", "inputs_with_out"),
    "hvp": ("{params}", "inputs_with_direction"),
    "gauss_newton_product": ("{params}", "inputs_with_direction"),
    "update": ("{params}", "update_arguments"),
    "value_each": ("void", "each_value_arguments"),
    "gradient_each": ("void", "each_gradient_arguments"),
    "batch_value": ("{real}", "batch_arguments"),
    "batch_gradient": ("{params}", "batch_arguments"),
    "batch_value_and_gradient": ("{params}", "batch_with_value"),
    "batch_update": ("{params}", "batch_update_arguments"),
}

_WIDTH = 96


def packed_text(
    module: str, functions: Sequence[str], fields: Sequence[str], context: Mapping[str, str]
) -> str:
    """Return a function NAME_at for each of a file, for its header.

    `fields` are those of the struct, `context` holds the declared arguments.
    """
    kinds = {"real": "double", "params": f"{module}_params"}
    batch = "batch" in functions and context["has_data"]
    found: list[str] = []
    for kind, (result, key) in _ROWS.items():
        plain = kind.removeprefix("batch_")
        if plain not in functions or (plain != kind and not batch):
            continue
        declared = [text.strip() for text in context[key].split(",")]
        names = [_name(text) for text in declared]
        owned = [f"double {field}" for field in fields]
        others = [text for text in declared if text not in owned]
        passed = [
            f"params->{name}" if text in owned else name
            for text, name in zip(declared, names, strict=True)
        ]
        arguments = wrapped([f"const {module}_params *params", *others], "    ")
        back = "" if result == "void" else "return "
        head = f"static inline {result.format(**kinds)} {module}_{kind}_at("
        if arguments[0] != "\n" and len(head + arguments.partition("\n")[0]) > _WIDTH:
            arguments = f"\n    {arguments}"
        found.append(
            f"{head}{arguments}) {{\n    {back}{module}_{kind}({wrapped(passed, ' ' * 8)});\n}}\n"
        )
    return "\n".join(found)


def _name(declared: str) -> str:
    """Return what is declared.

    >>> _name("double (*f)(double)"), _name("const double *x"), _name("double sums[]")
    ('f', 'x', 'sums')
    """
    pointer = re.search(r"\(\*(\w+)\)", declared)
    return pointer[1] if pointer else re.findall(r"\w+", declared)[-1]
