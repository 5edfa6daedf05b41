"""The generator: targets found by name, templates, options; a fifth language from outside."""

import importlib.util
import re
import sys

import pytest
from jinja2 import Environment, meta

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError, UnsupportedFunction
from symgrad.expression.functions import ELEMENTARY
from symgrad.expression.tree import Call, Var
from symgrad.program.program import lower
from symgrad.sources.text import parse
from symgrad.targets import Options, Sheet, register, target, target_names
from symgrad.targets.codegen import TemplateFault, emit, generate, template_names, template_text

GRAPH = "param a, λ; data x, y; J = λ*(a*x - y)^2"

LUA_MODULE = """
from pathlib import Path

from symgrad.targets import Target
from symgrad.targets.printing import Spelling


class Lua(Target):
    name = "lua"
    suffix = ".lua"
    comment = "--"
    assignment = "local %s = %s"
    templates = (("{module}.lua", "lua.j2"),)
    keywords = frozenset({"end", "local", "nil", "function"})
    functions = {"exp": Spelling("math.exp({0})")}
    folder = Path(__file__).parent

    def context(self, sheet):
        return {
            "head": "\\n".join(sheet.head()),
            "arguments": ", ".join(sheet.identifiers(sheet.program.inputs)),
            "lines": tuple(sheet.lines(sheet.program.both)),
            "results": ", ".join(sheet.results(sheet.program.both)),
        }


TARGET = Lua()
"""

LUA_TEMPLATE = """\
{{ head }}
local function value_and_gradient({{ arguments }})
{% for line in lines %}
  {{ line }}
{% endfor %}
  return {{ results }}
end
return value_and_gradient
"""


@pytest.fixture
def lua(tmp_path, monkeypatch):
    """Add a fifth language with two new files, as a user would."""
    (tmp_path / "lua_target.py").write_text(LUA_MODULE)
    (tmp_path / "lua.j2").write_text(LUA_TEMPLATE)
    spec = importlib.util.spec_from_file_location("lua_target", tmp_path / "lua_target.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "lua_target", module)
    monkeypatch.setattr("symgrad.targets._registered", {})
    spec.loader.exec_module(module)
    register(module.TARGET)
    return module.TARGET


@pytest.mark.usefixtures("lua")
def test_fifth_language_is_two_new_files():
    code = generate(parse(GRAPH), "lua", safe=False)
    assert "lua" in target_names()
    assert "local function value_and_gradient(a, lam, x, y)\n" in code
    assert "  local J = t2*t1\n" in code
    assert code.endswith("end\nreturn value_and_gradient\n")
    assert "-- Made by symgrad" in code


@pytest.mark.usefixtures("lua")
def test_function_that_a_language_lacks_is_written_through_its_definition():
    code = generate(parse("param x; J = sigmoid(x)"), "lua", safe=False)
    assert "1.0/(1.0 + math.exp(-x))" in code


@pytest.mark.parametrize("name", target_names())
def test_functions_stand_in_each_other(name):
    # logsumexp, whose text in C holds braces, inside of every function of one or two arguments.
    printer = target(name).printer(target(name).functions)
    printer.languages = target(name).languages({})
    inner = Call("logsumexp", (Var("x"), Var("y"), Var("z")))
    alone = printer.expression(inner)
    for row in ELEMENTARY:
        if row.name in {"polygamma", "where", "stop_gradient"}:
            continue
        arguments = (inner, Var("x"))[: max(1, row.min_arity)]
        assert alone in printer.expression(Call(row.name, arguments)), row.name


@pytest.mark.usefixtures("lua")
def test_function_without_a_definition_is_refused():
    with pytest.raises(UnsupportedFunction, match="`lgamma` cannot be expressed in lua"):
        generate(parse("param x; J = lgamma(x)"), "lua")


def test_target_of_a_shipped_name_cannot_be_registered():
    with pytest.raises(SymgradError, match="has a target `python` already"):
        register(target("python"))


def test_unknown_target_names_the_nearest():
    with pytest.raises(SymgradError, match="did you mean `python`"):
        generate(parse(GRAPH), "pyton")


def test_unknown_option_is_named():
    with pytest.raises(SymgradError, match="the target `python` has no option `flaot`"):
        generate(parse(GRAPH), "python", flaot="double")


def test_unknown_optimizer_names_the_nearest():
    with pytest.raises(SymgradError, match="did you mean `adam`"):
        generate(parse(GRAPH), "python", optimizer="adma")


def test_module_name_must_be_an_identifier():
    with pytest.raises(SymgradError, match="cannot be the name of a module"):
        emit(parse(GRAPH), "python", module="../x")


def test_files_are_named_after_the_module():
    assert [file.name for file in emit(parse(GRAPH), "javascript", module="fit")] == ["fit.mjs"]


def test_no_two_targets_write_one_file():
    derivation = derive(parse(GRAPH))
    names = [file.name for name in ("python", "numpy", "c", "javascript")
             for file in emit(derivation, name)]  # fmt: skip
    assert len(names) == len(set(names))
    assert "model_numpy.py" in names


def test_templates_of_the_user_come_first(tmp_path):
    (tmp_path / "python.py.j2").write_text("{{ head }}\nmine = '{{ objective }}'\n")
    assert generate(parse(GRAPH), templates=tmp_path).endswith("\nmine = 'J'\n")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "{{ head.__class__.__mro__ }}",
            "access to attribute '__class__' of 'str' object is unsafe",
        ),
        ("{{ '{0.__class__}'.format(head) }}", "access to attribute '__class__' of 'str' object"),
        ("{{ hed }}", "'hed' is undefined"),
        ("{% for x in %}", "Expected an expression"),
        ("{{ head|nofilter }}", "No filter named 'nofilter'"),
        ("{{ 1/0 }}", "division by zero"),
        ("{{ 'x'*10**9 }}", "`*` gives more than a template may compute"),
        ("{{ 9**(9**9) }}", "`**` gives more than a template may compute"),
        ("{% for i in range(10**6) %}{% endfor %}", "Range too big"),
        ("{% include 'none.j2' %}", "there is no template `none.j2`"),
        ("{% include '../secret' %}", "there is no template `../secret`"),
    ],
)
def test_fault_in_a_template_is_told_with_its_line(tmp_path, line, fault):
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "python.py.j2").write_text(f"{{{{ head }}}}\n  {line}\n")
    with pytest.raises(TemplateFault) as caught:
        generate(parse(GRAPH), templates=folder)
    text = str(caught.value)
    assert fault in text
    assert f"--> {folder / 'python.py.j2'}:2:3" in text
    assert f"2 |   {line}" in text


def test_unknown_name_in_a_template_comes_with_the_nearest(tmp_path):
    (tmp_path / "python.py.j2").write_text("{{ hed }}")
    with pytest.raises(TemplateFault, match="did you mean `head`"):
        generate(parse(GRAPH), templates=tmp_path)


def test_template_that_is_not_text_is_an_error(tmp_path):
    (tmp_path / "python.py.j2").write_bytes(b"\xff")
    with pytest.raises(TemplateFault, match=r"`python\.py\.j2` is not UTF-8"):
        generate(parse(GRAPH), templates=tmp_path)


def test_products_of_moderate_size_are_computed(tmp_path):
    (tmp_path / "python.py.j2").write_text("{{ '-'*3 }} {{ 2**10 }} {{ 2.5*4 }}")
    assert generate(parse(GRAPH), templates=tmp_path) == "--- 1024 10.0"


def test_shipped_templates_can_be_read():
    assert {"python.py.j2", "javascript.mjs.j2"} <= set(template_names())
    assert "{{ head }}" in template_text("python.py.j2")


def test_unknown_template_is_an_error():
    with pytest.raises(SymgradError, match="there is no template"):
        template_text("../pyproject.toml")


def test_a_derivation_and_its_graph_give_the_same_code():
    graph = parse(examples.read("tanh_mlp"))
    assert generate(graph) == generate(derive(graph))


def test_gradient_by_some_inputs_only():
    code = generate(derive(parse("param a, b; data x; J = a*b*x"), wrt=["b"]))
    assert "class Gradient(NamedTuple):" in code
    assert code.count("    b: float\n") == 2
    assert "    a: float\n" not in code


@pytest.mark.parametrize("name", ["python", "numpy", "javascript", "c"])
def test_templates_say_what_they_receive(name):
    language = target(name)
    context = language.context(Sheet(language, lower(derive(parse(GRAPH))), Options()))
    shared = ["self_check.py.j2"] if language.suffix == ".py" else []
    for template in [*(template for _, template in language.templates), *shared]:
        comment, _, body = template_text(template).partition("#}\n")
        described = re.findall(r"^  (\w+): .", comment, re.MULTILINE)
        used = meta.find_undeclared_variables(Environment().parse(body))  # noqa: S701  (no HTML)
        assert set(described) == used
        assert used <= {"module", "functions", *context}
