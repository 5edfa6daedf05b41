"""Emitted PyTorch: beside 50 digits, beside autograd, as an `autograd.Function`, under vmap."""

import pickle

import pytest

import symgrad as sg
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from tests.frameworks import FUNCTIONS, GRAPHS, OUTPUTS, arguments, derived, missing, module

needs_torch = pytest.mark.skipif(missing("torch"), reason="PyTorch is not installed here")


def tensors(derivation):
    import torch  # noqa: PLC0415

    double = {"dtype": torch.float64, "requires_grad": True}
    return [torch.tensor(number, **double) for number in arguments(derivation)]


@needs_torch
@pytest.mark.parametrize("text", [FUNCTIONS, OUTPUTS])
def test_every_function_is_exact(text):
    derivation = derive(parse(text))
    files = emit(derivation, "torch", include=["hessian", "hvp"], optimizer="adam", safe=False)
    report = check(derivation, "torch", files, optimizer="adam", points=6)
    assert report.points == 6
    assert report.ok, report.text


@needs_torch
@pytest.mark.parametrize("name", GRAPHS)
def test_the_gradient_is_what_autograd_derives(name):
    derivation = derived(name)
    given = tensors(derivation)
    # Without a gradient in the file autograd derives the formula itself.
    module(derivation, "torch", only=["value"]).value(*given).backward()
    expected = [tensor.grad.tolist() for tensor in given]
    gradient = module(derivation, "torch").gradient(*given)
    width = len(derivation.wrt)
    assert [float(g.detach()) for g in gradient] == pytest.approx(expected[:width], rel=1e-10)
    for tensor in given:
        tensor.grad = None
    module(derivation, "torch").value(*given).backward()
    for tensor, slopes in zip(given, expected, strict=True):
        assert tensor.grad.tolist() == pytest.approx(slopes, rel=1e-10)


@needs_torch
def test_what_goes_back_passes_gradcheck():
    import torch  # noqa: PLC0415

    derivation = derived("article")
    code = module(derivation, "torch")
    assert torch.autograd.gradcheck(code.value, tensors(derivation))
    assert code.value(*tensors(derivation)).grad_fn.name() == "ValueBackward"


@needs_torch
def test_vmap_gives_results_for_each_sample():
    import torch  # noqa: PLC0415

    code = module(derive(parse("param a; data x; J = exp(a*x) + a^2")), "torch")
    a, xs = torch.tensor(0.1, dtype=torch.float64), torch.tensor([0.5, 1.0], dtype=torch.float64)
    each = torch.func.vmap(torch.func.grad(code.value), (None, 0))(a, xs)
    assert each.tolist() == pytest.approx([float(code.gradient(a, x).a) for x in xs])


@needs_torch
def test_it_computes_in_the_precision_that_it_is_given():
    import torch  # noqa: PLC0415

    code = sg.compile(parse("param a; data x; J = a*x + 2"), "torch")
    assert code.value(0.1, 0.2).dtype == torch.float64
    assert code.value(torch.tensor(0.1), 0.2).dtype == torch.float32
    with pytest.raises(ValueError, match=r"`a` must be one number, not a tensor \(2,\)"):
        code.value(torch.ones(2), 0.2)


@needs_torch
def test_compiled_modules_and_their_results_travel():
    code = sg.compile(parse("param a, b; data x; J = (a*x + b)^2"), "torch")
    assert repr(code) == "<torch code of J and its gradient by a, b>"
    found = code.gradient(1.0, 2.0, 3.0)
    again = pickle.loads(pickle.dumps(code))  # noqa: S301  (made a line ago)
    assert again.gradient(1.0, 2.0, 3.0) == found
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301


def test_functions_without_a_body_are_arguments():
    code = generate(parse("function f\nparam a; data x; J = f(a*x)^2"), "torch")
    assert "f_prime: Callable[[Tensor], Tensor]" in code
    assert "f, f_prime = ctx.functions" in code


def test_a_value_alone_is_derived_by_autograd():
    code = generate(parse("param a; data x; J = (a*x)^2"), "torch", only=["value"])
    assert "autograd.Function" not in code
