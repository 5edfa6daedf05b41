"""The derivatives that a claim speaks of, each of them one letter in what the parser reads.

Read are `∂L/∂W`, `∂L/∂W_{ij}`, `∂z_i/∂x_j`, `dL/dW`, `∇_W L`, `∇J(w)`, `∇²f`, `∂²J/∂w²`,
`∂²f/∂x_i∂x_j`, `∂/∂X tr(AXB)`, and the chain `∂L/∂z ∂z/∂W`, which is what one path brings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from symgrad.derivation.arrays.jacobian import (
    HigherOrder,
    adjoints,
    derivative,
    hessian,
    jacobian,
    matrix_of,
)
from symgrad.errors import SymgradError
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.entries import slopes
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import shortest
from symgrad.expression.arrays.tree import Array
from symgrad.expression.brackets import behind_bracket
from symgrad.sources.arrays.calls import is_function
from symgrad.sources.arrays.tokens import index_letters
from symgrad.verify.arrays.scope import FIRST_MARK, NAME, Names, NotTold

_FIRST = re.compile(
    rf"(?<![\w∂])(?P<sign>∂|d)\s*(?P<top>{NAME})\s*/\s*(?:∂|d)\s*(?P<bottom>{NAME})"
    rf"(?P<turned>['′’ᵀ])?(?![²^])"
)
_CHAIN = re.compile(rf"∂\s*{NAME}\s*/\s*∂\s*{NAME}(?:\s*[·*@]?\s*∂\s*{NAME}\s*/\s*∂\s*{NAME})+")
_LINK = re.compile(rf"∂\s*(?P<top>{NAME})\s*/\s*∂\s*(?P<bottom>{NAME})")
_SUMMED = re.compile(
    r"∑_\{?(?P<by>[^\W\d_])(?:=1:(?P<last>\w+))?\}?(?P<front>(?:[^+\-−=,;∑()]|\([^()]*\))*?)"
    r"∂\s*(?P<top>[^\W\d_][^\W_]*_\{?(?P=by)\}?)\s*/\s*∂\s*(?P<bottom>" + NAME + ")"
)
_SUMMED_NABLA = re.compile(
    r"(?P<sum>∑_(?:\{[^{}]*\}|\w)\s*(?:\([^()]*\)\s*)?)∇_(?:\{(?P<braced>[^{}]*)\}|(?P<plain>\w))\s*"
    r"(?P<top>[^\W\d_][^\W_]*_(?:\{\w\}|\w)(?!\w))"
)
_SECOND = re.compile(
    rf"(?<![\w∂])(?:∂²|∂\^2|d²|d\^2)\s*(?P<top>{NAME})\s*/\s*\(?(?:∂|d)\s*(?P<bottom>{NAME})"
    rf"(?:²|\^2|\s*(?:∂|d)\s*(?P<other>{NAME}))['′’ᵀ]?\)?"
)
_BY = r"_(?:\{(?P<braced>[^{}]*)\}|(?P<plain>\w))"
_NABLA = re.compile(
    rf"∇(?P<square>²|\^2)?\s*(?:{_BY})?(?P<late>²|\^2)?\s*(?P<top>{NAME})?(?:\((?P<of>[^()]*)\))?"
)
_OF_TEXT = re.compile(rf"∂⟦(?P<inner>[^⟦⟧]*)⟧\s*/\s*∂\s*(?P<bottom>{NAME})")
_OPERATOR = re.compile(
    rf"∂\s*/\s*∂\s*(?P<bottom>{NAME})\s*|∇_(?:\{{(?P<braced>[^{{}}]*)\}}|(?P<plain>\w))\s*(?=[(\[‖]|tr\b|log\b)"
)
_LINE = re.compile(r"[:·]")  # in Z_{n·}: a row, or a column, as a whole
_SLOPE = re.compile(rf"(?<![\w\\])(?P<name>{NAME})\s?['′’](?=\()")
_FUNCTION = re.compile(rf"(?<![\w\\])(?P<name>{NAME})\((?P<arguments>[^()=]*)\)")


@dataclass
class Scope(Names):
    """The names in force where a claim stands, and the derivatives that it speaks of.

    `value_of` reads a piece of text; it is asked for what stands behind `∂/∂X`.
    """

    numerator: bool = False
    denominator: bool = False
    lines: str = "rows"
    met_line: bool = False
    value_of: Callable[[str], tuple[Array, tuple[str, ...]]] | None = None
    _by_key: dict[tuple[object, ...], str] = field(default_factory=dict)
    _adjoints: dict[str, dict[str, Array]] = field(default_factory=dict)

    def marked(self, text: str) -> str:
        """Return a text in which every derivative is one letter of its own."""
        text = _FUNCTION.sub(self._function, self._slopes(text))
        text = _OF_TEXT.sub(self._of_text, _operators(text))
        text = _SUMMED_NABLA.sub(
            lambda f: f"{f['sum']}∂{f['top']}/∂{f['braced'] or f['plain']}", text
        )
        text = _SUMMED.sub(self._summed, text)
        text = _CHAIN.sub(self._chain, text)
        text = _NABLA.sub(self._nabla, text)
        text = _SECOND.sub(self._second, text)
        return _FIRST.sub(self._first, text)

    def _slopes(self, text: str) -> str:
        """Return a text in which relu′(z), the slope of each entry, is one letter."""
        found = _SLOPE.search(text)
        if found is None or self.value_of is None:
            return text
        end = behind_bracket(text, found.end())
        inner = text[found.end() + 1 : end - 1]
        if self.resolve(found["name"]) is not None or not is_function(found["name"]):
            return text[:end] + self._slopes(text[end:])
        tree, letters = self.value_of(f"{found['name']}({inner})")
        slope = slopes(tree) if tree.op == "fn" else ()
        if isinstance(slope, Array) or len(slope) != 1 or slope[0] is None:
            raise NotTold(f"the slope of `{found['name']}` is not known here")
        tail = f"_{{{','.join(letters)}}}" if letters else ""
        mark = self._letter(("slope", found["name"], inner), slope[0])
        return text[: found.start()] + mark + tail + self._slopes(text[end:])

    def _function(self, found: re.Match[str]) -> str:
        """Return f for f(x, y), where f is defined by an equation that its arguments go into."""
        node = self.resolve(found["name"])
        if node is None or self.graph.index[node].formula is None:
            return found[0]
        words = [word.strip() for word in re.split(r"[,;]", found["arguments"])]
        arguments = [self.resolve(word) for word in words if word]
        below = _below(self, node)
        if not arguments or any(name is None or name not in below for name in arguments):
            return found[0]
        return f"{found['name']} "

    def _of_text(self, found: re.Match[str]) -> str:
        inner = found["inner"].strip()
        base = base_of(self, found["bottom"])
        bottom = self.resolve(base)
        if bottom is None or self.value_of is None:
            raise NotTold(f"`{found['bottom']}` is no node")
        if re.fullmatch(NAME, inner) and self.resolve(base_of(self, inner)) is not None:
            return f"∂{inner}/∂{found['bottom']}"
        value, letters = self.value_of(inner)
        if len(value.shape) + len(self.graph.shape_of[bottom]) > 2:
            raise NotTold(f"`∂({inner})/∂{bottom}` has too many axes")
        if value.shape:
            tree = matrix_of(self.graph, value, bottom, inner)
        else:
            tree = derivative(self.graph, value, bottom)
            tree = build.transposed(tree) if self.numerator else tree
        letters = (*letters, *index_letters(found["bottom"][len(base) :].lstrip("_")))
        tail = f"_{{{','.join(letters)}}}" if letters else ""
        return self._letter((inner, bottom), tree) + tail

    def _chain(self, found: re.Match[str]) -> str:
        """Return what one path brings: ∂L/∂z ∂z/∂W is the adjoint of z, pulled back to W."""
        links = [(m["top"], m["bottom"]) for m in _LINK.finditer(found[0])]
        nodes = [self.resolve(links[0][0]), *(self.resolve(bottom) for _, bottom in links)]
        tops = [self.resolve(top) for top, _ in links]
        known = [node for node in nodes if node is not None]
        if len(known) < len(nodes) or tops != nodes[:-1] or self.graph.shape_of[known[0]]:
            return found[0]
        tree = leaves.ONE
        for top, bottom in pairwise(known):
            pulled = adjoints(self.graph, top, tree).get(bottom)
            tree = leaves.zeros(self.graph.shape_of[bottom]) if pulled is None else pulled
        tree = build.transposed(tree) if self.numerator else tree
        return self._letter(tuple(known), tree)

    def _summed(self, found: re.Match[str]) -> str:
        """Return Σ_k v_k ∂z_k/∂W_{ij}, which is v pulled back through z to W, as an entry of that.

        The derivative alone has three axes.
        """
        over, base = base_of(self, found["top"]), base_of(self, found["bottom"])
        node, below = self.resolve(over), self.resolve(base)
        letters = index_letters(found["bottom"][len(base) :].lstrip("_"))
        summed = index_letters(found["top"][len(over) :].lstrip("_"))
        if node is None or below is None or summed != (found["by"],) or self.value_of is None:
            return found[0]
        shape, own = self.graph.shape_of[node], self.graph.shape_of[below]
        if len(shape) != 1 or len(letters) not in {0, len(own)} or found["by"] in letters:
            return found[0]
        if len(own) != 2 and letters:
            return found[0]  # a Jacobian has an entry for it
        if found["last"] not in {None, str(shape[0])}:
            return found[0]
        front = found["front"].strip()
        weights, free = self.value_of(front) if front else (build.filled(leaves.ONE, shape), summed)
        if free != summed or weights.shape != shape:
            return found[0]
        pulled = adjoints(self.graph, node, weights).get(below, leaves.zeros(own))
        mark = self._letter(("summed", found[0]), pulled)
        return f"{mark}_{{{','.join(letters)}}}" if letters else f"{mark} "

    def _nabla(self, found: re.Match[str]) -> str:
        below = found["braced"] or found["plain"] or found["of"]
        half = below[: len(below) // 2] if below else ""
        if found["square"] and half and half * 2 == below and self.resolve(half) is not None:
            below = half  # ∇²_{xx}
        row = below and self._of_matrix(below)  # ∇_{w_k}: by a row of W
        if row and row != below and self.resolve(base_of(self, row)) is not None:
            top = found["top"] or self.graph.objective
            return found[0] if self.resolve(top) is None else self._mark(top, row, second=False)
        if below is None or self.resolve(below) is None:
            below = self.graph.parameters[0] if len(self.graph.parameters) == 1 else ""
        top = found["top"] or self.graph.objective
        if self.resolve(below) is None or self.resolve(base_of(self, top)) is None:
            return found[0]
        tail = f"({found['of']})" if found["of"] and self.resolve(found["of"]) is None else ""
        return self._mark(top, below, second=bool(found["square"] or found["late"])) + tail

    def _second(self, found: re.Match[str]) -> str:
        other, bottom = found["other"], found["bottom"]
        base = base_of(self, bottom)
        if other is not None and self.resolve(base_of(self, other)) != self.resolve(base):
            raise NotTold("a mixed second derivative")
        more = bottom[len(base) :] if other is None else other[len(base_of(self, other)) :]
        return self._mark(found["top"], bottom, second=True, more=more)

    def _first(self, found: re.Match[str]) -> str:
        top, bottom = found["top"], found["bottom"]
        if found["sign"] == "d" and (
            self.resolve(base_of(self, top)) is None or self.resolve(base_of(self, bottom)) is None
        ):
            return found[0]
        turned = found["turned"] or ""
        # By a row, as in ∂y/∂xᵀ, the derivative of a vector is J[i,j] = ∂y_i/∂x_j.
        node = self.resolve(base_of(self, top))
        jacobian_of = turned and node is not None and self.graph.shape_of[node]
        mark = self._mark(top, bottom, second=False, rows=bool(jacobian_of))
        return mark if jacobian_of else mark + turned

    def _mark(
        self, top: str, bottom: str, *, second: bool, more: str = "", rows: bool = False
    ) -> str:
        top, bottom = self._of_matrix(top, entries=True), self._of_matrix(bottom)
        over, base = base_of(self, top), base_of(self, bottom)
        node, below = self.resolve(over), self.resolve(base)
        if node is None or below is None:
            missing = top if node is None else base
            raise NotTold(f"`∂{top}/∂{bottom}`: `{missing}` is no node")
        entries = top[len(over) :], bottom[len(base) :], more
        letters = [letter for entry in entries for letter in index_letters(entry.lstrip("_"))]
        entered = bool(entries[0]) or rows
        tree = self.derivative(node, below, second=second, entries=entered)
        tail = f"_{{{','.join(letters)}}}" if letters else ""
        if _LINE.search(entries[1]):
            tail = entries[1]
        elif entries[0] and len(letters) == 1 and len(tree.shape) == 2 and letters[0].isalpha():
            tail = f"_{{{letters[0]}:}}"  # ∂z_i/∂w, a row of the Jacobian
        return self._letter((node, below, second, entered), tree) + tail

    def _of_matrix(self, word: str, *, entries: bool = False) -> str:
        """Return W_{ij} for w_{ij}, and for w_j or W_j the row or the column of W that it is.

        With `entries` a row or a column stays as it is.
        """
        head, _, tail = word.rpartition("_")
        own = self.resolve(head) if head and self.resolve(word) is None else None
        name = head if own is not None else head.upper()
        matrix = self.resolve(name) if head and self.resolve(word) is None else None
        letters = index_letters(tail)
        if matrix is None or len(self.graph.shape_of[matrix]) < 2 or _LINE.search(tail):
            return word
        if len(letters) != 1 or letters[0].isdigit():
            return f"{name}_{tail}"
        if entries:
            return word
        self.met_line = True
        place = f"{letters[0]}:" if self.lines == "rows" else f":{letters[0]}"
        return f"{name}_{{{place}}}"

    def _letter(self, key: tuple[object, ...], tree: Array) -> str:
        """Return the letter of a derivative, with a space around it."""
        if key not in self._by_key:
            mark = chr(FIRST_MARK + len(self._by_key))
            self._by_key[key] = mark
            self.marks[mark] = tree
        return f" {self._by_key[key]}"

    def derivative(self, top: str, bottom: str, *, second: bool, entries: bool) -> Array:
        """Return the total derivative of one node by another, in names of nodes.

        That of a vector by a vector is J[i,j] = ∂y_i/∂x_j, or its transpose where the layout is
        that of the denominator and no `entries` are named. Raises NotTold where it has three axes.
        """
        if self.graph.shape_of[top]:
            if second:
                raise NotTold(f"`{top}` is an array: its second derivative has too many axes")
            try:
                matrix = jacobian(self.graph, top, bottom)
            except SymgradError as problem:
                raise NotTold(problem.diagnostics[0].message) from None
            return build.transposed(matrix) if self.denominator and not entries else matrix
        if top not in self._adjoints:
            self._adjoints[top] = adjoints(self.graph, top, leaves.ONE)
        found = self._adjoints[top].get(bottom)
        tree = leaves.zeros(self.graph.shape_of[bottom]) if found is None else found
        if second:
            try:
                fold = Folding((self.graph.variables[n], t) for n, t in self.graph.values).fold
                return hessian(self.graph, shortest(tree, fold), bottom)
            except (HigherOrder, SymgradError) as problem:
                raise NotTold(problem.diagnostics[0].message) from None
        return build.transposed(tree) if self.numerator else tree


def _operators(text: str) -> str:
    """Return a text in which `∂/∂X tr(AXB)` is `∂⟦tr(AXB)⟧/∂X`: the term that follows."""
    found = _OPERATOR.search(text)
    if found is None:
        return text
    end, depth, bars = found.end(), 0, False
    while end < len(text):
        depth += (text[end] in "([{") - (text[end] in ")]}")
        if text[end] in "‖|":
            bars, depth = not bars, depth + (-1 if bars else 1)
        if depth < 0 or (not depth and text[end] in "+-−=,"):
            break
        end += 1
    inner = text[found.end() : end].strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    bottom = found["bottom"] or found["braced"] or found["plain"]
    head = f"{text[: found.start()]}∂⟦{inner}⟧/∂{bottom} "
    return head + _operators(text[end:])


def _below(names: Names, node: str) -> set[str]:
    """Return the nodes that an equation depends on."""
    found: set[str] = set()
    stack = [node]
    while stack:
        formula = names.graph.index[stack.pop()].formula
        for operand in formula.operands if formula is not None else ():
            if operand not in found:
                found.add(str(operand))
                stack.append(str(operand))
    return found


def base_of(names: Names, word: str) -> str:
    """Return a name without its indices: W of W_{ij}; W_2 stays as it is where it is a node."""
    if names.resolve(word) is not None:
        return word
    head, _, tail = word.rpartition("_")
    if head and names.resolve(head) is not None and index_letters(tail):
        return head
    return word
