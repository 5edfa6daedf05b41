"""How loops are spelled in Python, JavaScript and C."""

from __future__ import annotations

from symgrad.targets import printing
from symgrad.targets.arrays.loop_lines import Spelling

PYTHON = Spelling(
    name="python",
    square="({0})**2",
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
    library="math.",
    functions={"relu": printing.Spelling("max({0}, 0.0)")},
)

JAVASCRIPT = Spelling(
    name="javascript",
    square="(({0})**2)",
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
)

C = Spelling(
    name="c",
    square="square({0})",
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
)
