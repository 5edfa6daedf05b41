"""Emitted JAX: beside 50 digits, beside what JAX derives itself, under jit, vmap and grad."""

import pickle

import pytest

import symgrad as sg
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from tests.frameworks import FUNCTIONS, GRAPHS, OUTPUTS, arguments, derived, missing, module

needs_jax = pytest.mark.skipif(missing("jax"), reason="JAX is not installed here")


@needs_jax
@pytest.mark.parametrize("text", [FUNCTIONS, OUTPUTS])
def test_every_function_is_exact(text):
    derivation = derive(parse(text))
    files = emit(derivation, "jax", include=["hessian", "hvp"], optimizer="adam", safe=False)
    report = check(derivation, "jax", files, optimizer="adam", points=6)
    assert report.points == 6
    assert report.ok, report.text


@needs_jax
@pytest.mark.parametrize("name", GRAPHS)
def test_the_gradient_is_what_jax_derives_of_the_value(name):
    import jax  # noqa: PLC0415

    derivation = derived(name)
    code, given = module(derivation, "jax"), arguments(derivation)
    places = tuple(range(len(derivation.wrt)))
    value, slopes = jax.jit(jax.value_and_grad(code.value, places))(*given)
    found, gradient = jax.jit(code.value_and_gradient)(*given)
    assert float(found) == pytest.approx(float(value), rel=1e-12)
    assert [float(g) for g in gradient] == pytest.approx([float(g) for g in slopes], rel=1e-10)
    assert [float(g) for g in code.gradient(*given)] == pytest.approx([float(g) for g in gradient])


@needs_jax
def test_vmap_gives_results_for_each_sample_and_each_parameter():
    import jax  # noqa: PLC0415

    code = module(derive(parse("param a; data x; J = exp(a*x) + a^2")), "jax")
    xs, many = [0.5, 1.0, -2.0], jax.numpy.array([0.1, 0.2])
    each = jax.vmap(code.gradient, (None, 0))(0.1, jax.numpy.array(xs)).a
    assert each.tolist() == pytest.approx([float(code.gradient(0.1, x).a) for x in xs])
    both = jax.vmap(lambda a: code.value(a, jax.numpy.array(xs)))(many)
    assert both.tolist() == pytest.approx([float(code.value(a, xs)) for a in many])


@needs_jax
@pytest.mark.parametrize("name", ["kinks", "article"])
def test_a_custom_vjp_passes_slopes_to_all_inputs(name):
    import jax  # noqa: PLC0415

    derivation = derived(name)
    given = [jax.numpy.asarray(number) for number in arguments(derivation)]
    own, plain = (module(derivation, "jax", include=kinds) for kinds in (["custom_vjp"], []))
    places = tuple(range(len(given)))
    found = jax.jit(jax.grad(lambda *xs: own.value(*xs) ** 2, places))(*given)
    for mine, theirs in zip(
        found, jax.grad(lambda *xs: plain.value(*xs) ** 2, places)(*given), strict=True
    ):
        assert mine.tolist() == pytest.approx(theirs.tolist(), rel=1e-10)
    assert "custom_vjp" in str(jax.make_jaxpr(own.value)(*given))


@needs_jax
def test_compiled_modules_and_their_results_travel():
    code = sg.compile(parse("param a, b; data x; J = (a*x + b)^2"), "jax")
    assert repr(code) == "<jax code of J and its gradient by a, b>"
    found = code.gradient(1.0, 2.0, [3.0, 1.0])
    again = pickle.loads(pickle.dumps(code))  # noqa: S301  (made a line ago)
    assert again.gradient(1.0, 2.0, [3.0, 1.0]) == found
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301


@needs_jax
def test_parameters_are_single_numbers():
    code = sg.compile(parse("param a; data x; J = a*x"), "jax")
    with pytest.raises(ValueError, match=r"`a` must be one number, not an array \(2,\)"):
        code.value([1.0, 2.0], 1.0)


def test_doubles_are_asked_for_unless_left_to_others():
    graph = parse("param a; data x; J = a*x")
    assert 'jax.config.update("jax_enable_x64", True)' in generate(graph, "jax")
    assert "config" not in generate(graph, "jax", precision="ambient")


def test_a_custom_vjp_takes_no_functions():
    graph = parse("function f\nparam a; J = f(a)")
    assert "f_prime: Callable[[Array], Array]" in generate(graph, "jax")
    with pytest.raises(SymgradError, match="`custom_vjp` takes no functions as arguments"):
        generate(graph, "jax", include=["custom_vjp"])


def test_a_formula_of_two_arguments_is_a_function_with_two():
    text = "param a, b; J = (lgamma(a + b) - lgamma(a))/b"
    for target, kind in (("jax", "Array"), ("torch", "Tensor")):
        code = generate(parse(text), target)
        assert f"def _local1(t: {kind}, u: {kind}) -> {kind}:" in code
