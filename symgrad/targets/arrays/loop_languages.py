"""How loops are spelled in Python, JavaScript and C."""

from __future__ import annotations

from symgrad.targets.arrays.loops import Spelling

_SAME = "sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh log1p expm1"


def _called(form: str, names: str, **more: str) -> dict[str, str]:
    return {name: form.format(name) + "({0})" for name in names.split()} | more


PYTHON = Spelling(
    name="Python",
    loop="for {i} in range({n}):",
    close="",
    scalar="{name} = {value}",
    assign="{left} = {right}",
    array="{name} = [0.0] * ({n})",
    choice="{a} if {c} else {b}",
    power="({0})**({1})",
    both=" and ",
    either=" or ",
    opposite="not {0}",
    size="{0}",
    call="_{name}({arguments})",
    functions=_called(
        "math.{0}", f"{_SAME} erf erfc lgamma",
        exp="_exp({0})", log="_log({0})", sqrt="math.sqrt({0})", abs="abs({0})",
        max="max({0}, {1})", min="min({0}, {1})", square="({0})**2",
        sign="math.copysign(1.0, {0})*(({0}) != 0)", sigmoid="_sigmoid({0})",
        softplus="_softplus({0})", relu="max({0}, 0.0)", silu="({0})*_sigmoid({0})",
        normal_cdf="math.erfc(-({0})/math.sqrt(2.0))/2.0",
        normal_pdf="math.exp(-({0})**2/2.0)/math.sqrt(2.0*math.pi)",
        gelu="({0})*math.erfc(-({0})/math.sqrt(2.0))/2.0", atan2="math.atan2({0}, {1})",
    ),
)  # fmt: skip

JAVASCRIPT = Spelling(
    name="JavaScript",
    loop="for (let {i} = 0; {i} < {n}; {i}++) {{",
    close="}",
    scalar="let {name} = {value};",
    assign="{left} = {right};",
    array="const {name} = new Float64Array({n});",
    choice="{c} ? {a} : {b}",
    power="(({0})**({1}))",
    both=" && ",
    either=" || ",
    opposite="!{0}",
    size="{0}",
    call="{name}({arguments})",
    equal="===",
    unequal="!==",
    functions=_called(
        "Math.{0}", f"{_SAME} exp log sqrt cbrt sign abs",
        max="Math.max({0}, {1})", min="Math.min({0}, {1})", square="(({0})**2)",
        sigmoid="(1/(1 + Math.exp(-({0}))))", softplus="softplus({0})", relu="Math.max({0}, 0)",
        silu="({0})/(1 + Math.exp(-({0})))", atan2="Math.atan2({0}, {1})",
        normal_pdf="Math.exp(-(({0})**2)/2)/Math.sqrt(2*Math.PI)", erf="_erf({0})",
        erfc="_erfc({0})", normal_cdf="_normal_cdf({0})", gelu="({0})*_normal_cdf({0})",
    ),
)  # fmt: skip

C = Spelling(
    name="C",
    loop="for (size_t {i} = 0; {i} < {n}; {i}++) {{",
    close="}",
    scalar="double {name} = {value};",
    assign="{left} = {right};",
    array="",
    choice="{c} ? {a} : {b}",
    power="pow({0}, {1})",
    both=" && ",
    either=" || ",
    opposite="!{0}",
    size="(double){0}",
    call="{name}({arguments})",
    functions=_called(
        "{0}", f"{_SAME} exp log sqrt cbrt erf erfc lgamma square sign",
        abs="fabs({0})", max="fmax({0}, {1})", min="fmin({0}, {1})",
        sigmoid="(1.0/(1.0 + exp(-({0}))))", relu="fmax({0}, 0.0)", atan2="atan2({0}, {1})",
        softplus="(fmax({0}, 0.0) + log1p(exp(-fabs({0}))))", silu="({0})/(1.0 + exp(-({0})))",
        normal_cdf="(erfc(-({0})/sqrt(2.0))/2.0)", gelu="({0})*(erfc(-({0})/sqrt(2.0))/2.0)",
        normal_pdf="(exp(-square({0})/2.0)/sqrt(2.0*3.141592653589793))",
    ),
)  # fmt: skip
