"""The expression tree: what was written, and nothing else."""

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest
from hypothesis import given

from symgrad.expression.alike import orderless
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Div,
    Formula,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    formula_of,
    number,
    rebuild,
    substitute,
    variables,
    walk,
    with_children,
)
from tests.random_graphs import trees

A, B, C = map(Var, "abc")
WHERE = Call("where", (Logic("not", (Compare("<", A, B),)), Neg(C), Pow(A, number(2))))


@given(trees())
def test_parts_put_back_give_the_same_tree(tree):
    assert with_children(tree, children(tree)) == tree


@given(trees())
def test_rebuilding_changes_nothing(tree):
    assert rebuild(tree, lambda leaf: leaf) == tree


def test_substitution_keeps_what_is_shared():
    tree = A
    for _ in range(60):  # written out it has 2^60 names
        tree = Add((tree, tree))
    found = substitute(tree, {"a": B})
    assert found.terms[0] is found.terms[1]
    assert substitute(tree, {"c": B}) is tree


def mirrored(tree):
    """Return the tree with the terms and factors that may change places in reverse."""
    match tree:
        case Add(parts) | Mul(parts):
            return with_children(tree, tuple(map(mirrored, reversed(parts))))
        case Neg() | Div() | Call() | Pow(_, Number()):
            return with_children(tree, tuple(map(mirrored, children(tree))))
        case _:
            return tree


@given(trees())
def test_the_order_of_terms_and_factors_plays_no_part(tree):
    assert orderless(mirrored(tree)) == orderless(tree)


@given(trees())
def test_formula_and_back_is_the_same_tree(tree):
    formula = formula_of(tree)
    assert formula.expression == tree
    assert variables(formula.pattern) == tuple(range(len(formula.operands)))


def test_walk_goes_left_to_right_from_the_whole():
    assert [part for part in walk(WHERE) if isinstance(part, Var)] == [A, B, C, A]
    assert next(walk(WHERE)) is WHERE


def test_variables_stand_in_order_of_first_appearance():
    assert variables(Add((Mul((C, A)), B, C))) == ("c", "a", "b")


def test_substituting_simplifies_nothing():
    assert substitute(Add((A, B)), {"a": number(0), "b": C}) == Add((number(0), C))


def test_substitution_is_simultaneous():
    assert substitute(Div(A, B), {"a": B, "b": A}) == Div(B, A)


def test_equations_of_one_shape_share_a_pattern():
    first = formula_of(Add((Mul((A, A)), B)))
    second = formula_of(Add((Mul((C, C)), A)))
    assert first.pattern == second.pattern
    assert (first.operands, second.operands) == (("a", "b"), ("c", "a"))


def test_equations_of_different_shape_do_not():
    assert formula_of(Mul((A, A))).pattern != formula_of(Mul((A, B))).pattern


def test_trees_are_frozen():
    with pytest.raises(FrozenInstanceError):
        A.key = "b"


def test_equal_numbers_are_equal_keys():
    assert {Number(Fraction(1, 2)): 1}[number(Fraction(2, 4))] == 1


def test_formula_holds_a_tuple():
    assert isinstance(formula_of(A), Formula)
    assert formula_of(A).operands == ("a",)
