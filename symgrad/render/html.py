"""One self-contained HTML page about a graph: no network, no file beside it.

Everything from outside is escaped by the template (autoescape is on), numbers come to the script as
JSON in which no markup can stand, and the page's own policy allows no script but the two in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symgrad import __version__
from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.derive import derive
from symgrad.graph.graph import Graph
from symgrad.render.arrays.page import array_content
from symgrad.render.files import write_file
from symgrad.render.html_assets import assets, page_script
from symgrad.render.html_content import Content, command_for, content
from symgrad.render.html_rows import Edge, quantities
from symgrad.targets.locate import templates_directory
from symgrad.trace.arrays.plan import ArrayPlan, planned
from symgrad.trace.trace import Plan, make_plan

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

MARKER = "Made by symgrad"
TEMPLATE = "report.html.j2"


def report(  # noqa: PLR0913  (options, keyword-only)
    graph: Graph,
    path: str | Path | None = None,
    *,
    values: Mapping[str, object] | None = None,
    data: Iterable[Mapping[str, object]] | None = None,
    steps: int | None = None,
    rate: object = None,
    optimizer: str = "sgd",
    wrt: Iterable[str] | None = None,
    force: bool = False,
) -> str:
    """Write one self-contained HTML page about a graph, and return its text.

    Without a `path` nothing is written. `values`, `data`, `steps`, `rate` and `optimizer` are those
    of `symgrad.trace.trace`; a graph whose inputs have no values gets a page without steps.

    Raises SymgradError where `path` exists and was not made by symgrad, unless `force` is set.
    """
    d = derive(graph, wrt)
    if isinstance(d, ArrayDerivation):
        text = array_page(
            d, planned(d, values, data, rate=rate, steps=steps, optimizer=optimizer)
        )  # fmt: skip
    else:
        plan = make_plan(d, values, data, rate=rate, steps=steps, optimizer=optimizer)
        text = page(plan)
    if path is not None:
        write_file(Path(path), text, force=force)
    return text


def page(plan: Plan, *, module: str = "model", arguments: tuple[str, ...] = ()) -> str:
    """Return the page about a plan; `arguments` are those of the command that makes it again."""
    shown = content(plan, module=module, command=command_for(plan.derivation.graph, arguments))
    return _rendered(shown)


def array_page(
    d: ArrayDerivation,
    plan: ArrayPlan | None,
    *,
    module: str = "model",
    arguments: tuple[str, ...] = (),
) -> str:
    """Return the page about a graph with arrays; without a plan, as of Jacobians, without steps."""
    command = command_for(d.graph, arguments)
    reason = "" if plan else "an array is returned: there is nothing to descend."
    return _rendered(array_content(d, plan, module=module, command=command, reason=reason))


def _rendered(shown: Content) -> str:
    places = {quantity: i for i, quantity in enumerate(quantities(shown.blocks))}
    return self_contained(
        TEMPLATE, page_script("report.js"),
        page=shown, marker=MARKER, svg=shown.svg, data=as_json(shown.data), place=places.get,
    )  # fmt: skip


def self_contained(template: str, script: str, **shown: object) -> str:
    """Return a page that carries a script, the style and KaTeX in itself."""
    inlined = assets(script)
    names = ("style", "katex_style", "katex_script", "script", "licence", "hashes")
    carried = {name: getattr(inlined, name) for name in names}
    return environment().get_template(template).render(version=__version__, **carried, **shown)


@cache  # it keeps the templates that it has read
def environment() -> Environment:
    """Return what fills the templates of pages: everything from outside is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    made = Environment(
        loader=FileSystemLoader(str(templates_directory())),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )
    made.filters["edges"] = edges_text
    made.filters["ticked"] = ticked
    return made


def edges_text(edges: Iterable[Edge]) -> str:
    """Return edges as the page's script reads them: operand,node with spaces between."""
    return " ".join(f"{source},{target}" for source, target in edges)


def ticked(text: str) -> Markup:
    """Return a sentence as markup, what it has between backticks set as code."""
    from markupsafe import Markup  # noqa: PLC0415  (with jinja2, which is loaded as late)

    parts = text.split("`")
    plain, code = Markup("{}"), Markup("<code>{}</code>")
    if len(parts) % 2 == 0:
        return plain.format(text)
    return Markup().join((code if i % 2 else plain).format(part) for i, part in enumerate(parts))


def as_json(value: Any) -> str:  # noqa: ANN401  (any plain data)
    """Return JSON that can stand inside a script element: no `<`, `>` or `&` is left in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
