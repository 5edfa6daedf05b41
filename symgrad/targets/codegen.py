"""From a program and a target to text: the files of a target, and the shipped templates."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.errors import Diagnostic, SymgradError, UnsupportedFunction
from symgrad.expression.collector import paused_collector
from symgrad.expression.letters import spelled_out
from symgrad.graph.arrays import refuse_arrays
from symgrad.graph.graph import Graph
from symgrad.program import passes as program_passes
from symgrad.program.optimizers import optimizer as optimizer_called
from symgrad.program.outputs import KINDS as OUTPUTS
from symgrad.program.outputs import asked, declared
from symgrad.program.program import Program, lower
from symgrad.program.second import KINDS as SECOND_ORDER
from symgrad.targets import EmittedFile, Options, Sheet, Target, target_names
from symgrad.targets import target as target_called
from symgrad.targets.arrays.emitting import LANGUAGES as ARRAY_LANGUAGES
from symgrad.targets.arrays.emitting import array_files
from symgrad.targets.choice import chosen, listed
from symgrad.targets.locate import templates_directory
from symgrad.targets.long_lines import folded
from symgrad.targets.long_python import folded_python
from symgrad.targets.printing import Inexpressible, expressible
from symgrad.targets.remarks import with_remarks
from symgrad.targets.templates import Renderer, TemplateFault

# What only data have a use for.
_SAMPLES = {"value_each", "gradient_each", "weights", "partial_sums"}

_MODULE = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def generate(  # noqa: PLR0913  (what a caller may choose, all of it by name)
    source: Derivation | Graph,
    target: str = "python",
    *,
    optimizer: str = "sgd",
    safe: bool = True,
    module: str = "model",
    templates: str | Path | None = None,
    only: Iterable[str] = (),
    include: Iterable[str] = (),
    encoding: str = "utf-8",
    **settings: str,
) -> str:
    """Return value, gradient and update step of a graph's objective as code.

    `target` is the name of a language, `optimizer` of an update rule; `safe=False` emits the
    formulas as written; `templates` is a folder whose templates come before the shipped ones;
    `only` names the functions that the file is to have, `include` further ones (such as
    "self_check"); `encoding="ascii"` writes comments in plain letters; `settings` are options of
    the target. A target of several files gives them one after the other; `emit` keeps them apart.
    Raises SymgradError for an unknown name, UnsupportedFunction for a function that the language
    cannot express, and TemplateFault for a template that cannot be used.

    >>> from symgrad.sources.text import parse
    >>> code = generate(parse("param a; data x; J = (a*x)^2"))
    >>> "def value_and_gradient(a: float, x: float) -> tuple[float, Gradient]:" in code
    True
    """
    files = emit(
        source,
        target,
        optimizer=optimizer,
        safe=safe,
        module=module,
        templates=templates,
        only=only,
        include=include,
        encoding=encoding,
        **settings,
    )
    return "\n".join(item.text for item in files)


def emit(  # noqa: PLR0913  (what a caller may choose, all of it by name)
    source: Derivation | Graph,
    target: str = "python",
    *,
    optimizer: str = "sgd",
    safe: bool = True,
    module: str = "model",
    templates: str | Path | None = None,
    only: Iterable[str] = (),
    include: Iterable[str] = (),
    encoding: str = "utf-8",
    **settings: str,
) -> tuple[EmittedFile, ...]:
    """Return the files of a target; the arguments are those of `generate`.

    `module` is the name of the files, without suffix, and must be an identifier.
    """
    language = target_called(target)
    optimizer_called(optimizer)
    unknown = sorted(set(settings) - set(language.settings))
    if unknown:
        known = ", ".join(f"`{name}`" for name in language.settings) or "none"
        raise SymgradError(
            f"the target `{target}` has no option `{unknown[0]}`", help=f"its options: {known}"
        )
    if not _MODULE.fullmatch(module):
        raise SymgradError(f"`{module}` cannot be the name of a module")
    derivation = derive(source) if isinstance(source, Graph) else source
    if isinstance(derivation, ArrayDerivation) and target in ARRAY_LANGUAGES:
        of = f"the target {target}"
        chosen(language.offered, language.optional, only=only, include=include, target=of)
        files = array_files(derivation, target, module, listed(include), settings)
        return _spelled(files, encoding)
    able = ", ".join(f"`{name}`" for name in ARRAY_LANGUAGES[:-1])
    hint = f"the targets {able} and `{ARRAY_LANGUAGES[-1]}` do"
    refuse_arrays(derivation.graph, f"the target `{target}`", hint)
    safe = safe and not language.as_derived
    functions, further = planned(derivation, language, only=only, include=include)
    options = Options(module, settings, functions, encoding)
    try:
        shares = language.shares(options)
        program = lower(derivation, safe=safe, optimizer=optimizer, shares=shares, further=further)
        return emit_program(program, language, options, templates)
    except Inexpressible as error:
        raise UnsupportedFunction(*_with_targets(error)) from None
    except Exception as error:
        if program_passes.STRICT or isinstance(error, SymgradError):
            raise
        found = f"{type(error).__name__}: {error}"
        warnings.warn(f"a fault of symgrad: the code is as derived ({found})", stacklevel=2)
    # The formulas as they were derived are better than no code at all.
    program = lower(derivation, safe=False, optimizer=optimizer, shares="nothing", further=further)
    return emit_program(program, language, options, templates)


def planned(
    derivation: Derivation, language: Target, *, only: Iterable[str] = (), include: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the functions of a file, and those among them that are programs of their own.

    Raises SymgradError for what the target or the graph does not have.
    """
    named = declared(derivation.graph) if isinstance(derivation, Derivation) else ()
    functions = chosen(
        (*language.offered, *(name for name in named if name in language.optional)),
        language.optional,
        only=only,
        include=include,
        target=f"the target {language.name}",
    )
    if not derivation.graph.data and not _SAMPLES.isdisjoint(functions):
        fault = f"`{derivation.graph.objective}` depends on no data"
        raise SymgradError(fault, help="there is a result for each sample of data only")
    for kind in dict.fromkeys((*listed(only), *listed(include))):
        if kind in OUTPUTS:
            asked(derivation, kind)
    return functions, tuple(k for k in (*SECOND_ORDER, *OUTPUTS) if k in functions)


def _with_targets(error: Inexpressible) -> list[Diagnostic]:
    """Return the faults of a function that cannot be written, with the targets that can."""
    able: list[str] = []
    for name in target_names():
        language = target_called(name)
        for settings in language.variants():
            if expressible(*error.asked, language.languages(settings), language.functions):
                able.append(
                    " ".join(["-t", name, *(f"--set {k}={v}" for k, v in settings.items())])
                )
                break
    shown = ", ".join(f"`{text}`" for text in able)
    help_ = f"targets that have it: {shown}" if able else "no target has it"
    return [item if item.help else replace(item, help=help_) for item in error.diagnostics]


def emit_program(
    program: Program, target: Target, options: Options, templates: str | Path | None = None
) -> tuple[EmittedFile, ...]:
    """Return the files in which a target says a program.

    Raises TemplateFault where a template cannot be used.
    """
    with paused_collector():
        sheet = Sheet(target, program, options)
        context = target.context(sheet)
    context = {
        "module": options.module,
        "functions": sheet.functions,
        "subject": sheet.subject,
    } | context
    renderer = Renderer(target.folder, templates)
    in_python = folded_python if target.suffix == ".py" else str
    laid_out = in_python if target.ends_with_line else folded

    def finished(text: str) -> str:
        return spelled_out(with_remarks(laid_out(text), sheet), options.encoding)

    return tuple(
        EmittedFile(name.format(module=options.module), finished(renderer.text(template, context)))
        for name, template in target.files(sheet)
    )


def _spelled(files: Iterable[EmittedFile], encoding: str) -> tuple[EmittedFile, ...]:
    """Return files in letters that an encoding has; only comments have others."""
    return tuple(EmittedFile(file.name, spelled_out(file.text, encoding)) for file in files)


def template_names() -> tuple[str, ...]:
    """Return the names of the shipped templates.

    >>> "python.py.j2" in template_names()
    True
    """
    return tuple(sorted(path.name for path in templates_directory().glob("*.j2")))


def template_text(name: str) -> str:
    """Return the text of a shipped template; raises SymgradError for a name that is none."""
    if name not in template_names():
        known = ", ".join(template_names())
        raise SymgradError(f"there is no template `{name}`", help=f"one of {known}")
    return (templates_directory() / name).read_text(encoding="utf-8")


__all__ = [
    "TemplateFault",
    "emit",
    "emit_program",
    "generate",
    "target_names",
    "template_names",
    "template_text",
]
