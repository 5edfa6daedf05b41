"""Ways of writing that mean what another way means: rewritten as text before a claim is parsed."""

from __future__ import annotations

import re
from functools import partial

from symgrad.expression.brackets import CLOSING, OPENING, behind_bracket
from symgrad.sources.arrays.calls import is_function
from symgrad.sources.arrays.tokens import index_letters
from symgrad.verify.arrays.scope import NAME, Names

_SUBSCRIPT = r"_(?:\{(?P<braced>(?:[^{}]|\{[^{}]*\})*)\}|(?P<plain>\w))"
_PARTIAL = re.compile(rf"∂{_SUBSCRIPT}\s*(?P<top>{NAME})(?!\s*/)")
_OF_TEXT = re.compile(r"∂\s*(?=[‖(|]|(?:tr|Tr|trace|log|logdet|det|exp|sum|norm)(?![a-z]))")
_GRAD = re.compile(rf"(?<![\w∇])grad(?:\s*{_SUBSCRIPT})?\s*(?=[^\W\d_])")
_GRAD_NAME = re.compile(rf"(?<![\w∇])grad_?(?P<name>{NAME})(?!\w|\s*[^\W\d_])")
_GRAD_OF = re.compile(rf"(?<![\w.])(?P<name>{NAME})\.grad\b")
_HESSIAN = re.compile(rf"(?<![\w∂])H_(?:\{{(?P<braced>{NAME})\}}|(?P<plain>\w))\s*(?=\()")
_HESSIAN_OF = re.compile(rf"(?<![\w∂])H\((?P<plain>{NAME})\)")
_JACOBIAN = re.compile(
    rf"(?<![\w∂])J_(?:\{{(?P<braced>{NAME})\}}|(?P<plain>\w))\s*\((?P<by>{NAME})\)"
)
_LABEL = re.compile(rf"(?P<name>{NAME})\^(?P<label>[^\W\d_]\w*)")
_INDICATOR = re.compile(r"(?<![\w.])(?:1|𝟙|I|𝕀)\s*_?\\?(?=[(\[{])")
_DELTA = re.compile(r"\s*([^\W\d_])\s*==?\s*([^\W\d_])\s*")
_RELATION = re.compile(r"[<>≤≥≠]|==?|!=")
_ONES = re.compile(r"(?<![\w.])(?:1|𝟙)_(?:\{(?P<braced>[^{}]*)\}|(?P<plain>[^\W\d_]))")
_LAYER = re.compile(
    r"(?P<name>[^\W\d_ᵀΣ∑²³]+)_\{(?P<layer>\w+?)(?:,\s*|(?<=\d)(?=[^\W\d_]))(?P<indices>[^{}]+)\}"
)
_SQUARED = re.compile(r"(?P<name>(?<![^\W\d_∂])[^\W\d_∂∇ᵀΣ∑]+)(?:²|\^2(?![\d.]))")
_UNDER = re.compile(
    r"(?<![\w∂∇])(?P<top>[^\W\d_ᵀΣ∑²³∂∇]+)_(?:\{(?P<braced>\w+)\}|(?P<plain>\w))(?![\w'(])"
)
_ONE_ONE = re.compile(r"(?<![\w.])11(?=ᵀ|\^T|'|\^\{T\})")
_TWICE = re.compile(r"∇(?P<by>_(?:\{[^{}]*\}|\w))?\s*∇(?:_(?:\{[^{}]*\}|\w))?ᵀ?")
_RAISED = re.compile(
    r"(?<![\w\\])(?P<name>[A-Za-z]+)(?:(?P<sign>[²³])|\^\{?(?P<digit>[2-9])\}?)\s*"
)
_RECIPROCAL = {"sech": "cosh", "csch": "sinh", "sec": "cos", "csc": "sin", "cot": "tan"}
_SECANTS = re.compile(
    r"(?<![\w\\])(?P<name>sech?|csch?|cot)\s*(?P<power>[²³]|\^\{?[2-9]\}?|)\s*(?=\()"
)
_DIGITS = str.maketrans("²³", "23")
_BRACKETED = re.compile(rf"(?<!\w)\((?P<name>{NAME})\)(?=_[\{{\w])")
_BY_VEC = re.compile(
    rf"∂\s*(?P<top>{NAME})\s*/\s*\(?∂\s*vec\s*\(?\s*(?P<by>{NAME})\s*\)?(?P<turned>ᵀ?)\)?"
)
_NABLA_VEC = re.compile(rf"∇_\{{vec\(?(?P<by>{NAME})\)?\}}\s*(?P<top>{NAME})?")
_VEC = re.compile(rf"(?<!\w)d\s*vec\s*\(?\s*({NAME})\s*\)?")
_MOST_STEPS = 9
_STEPS = re.compile(r"[Σ∑]_\{(?P<by>[^\W\d_])=(?P<low>\d):(?P<last>\d)\}\s*")
_ENTRY = re.compile(rf"(?<!\w)({NAME})(⁻¹ᵀ?|ᵀ)(?=_[\{{\w])")
_NUMPY = re.compile(
    r"(?<!\w)np\.|(?<!\w)axis\s*=|\.T\b[^=]*\*|\*[^=]*\.T\b|\.(?:sum|dot|mean|reshape)\(|\[[^\]]*\bNone\b"
)
_CODED = re.compile(r"\s*d[^\W_]\w*\s*=[^=⊙∘@\\ᵀΣ∑·'′^²∂.]*\*[^=⊙∘@\\ᵀΣ∑·'′^²∂.]*")  # dz = da * s
_MATLAB = re.compile(r"\.[*/^]|[\w)]'\s*\*|\*\s*\w+'")
_OTHERS = re.compile(r"[⊙∘@\\ᵀ]|\.T\b")
_METHOD = re.compile(r"\.(?P<name>sum|mean|dot)\(")
_ALONG = re.compile(r"(?<!\w)(?P<name>sum|mean)(?=\()")
_AXIS = re.compile(r",\s*axis\s*=\s*(?P<axis>-?\d)")
_KEPT = re.compile(r",\s*keepdims\s*=\s*(?:True|False)")


def rewritten(text: str, names: Names) -> str:
    """Return a claim in the one way of writing that is parsed.

    Rewritten are `tanh²(u)`, `sech(u)`, `∇∇ᵀf`, indicators (`1(z > 0)`, `1_{i=j}`), ones of a size
    (`1_N`), `∂_x f`, `grad f`, `H_f(x)`, an entry of a layer (`z_{2,j}`, `(W_2)_{ij}`), and the
    calls of NumPy.
    """
    text = _TWICE.sub(lambda found: f"∇²{found['by'] or ''}", _raised_functions(text, names))
    text = _SQUARED.sub(lambda found: _square(found, names), text)
    text = _UNDER.sub(lambda found: _under(found, names), text)
    text = _indicators(_ONE_ONE.sub("1 1", text))
    text = _ONES.sub(lambda found: _ones(found, names), text).replace("𝟙", "1")
    text = _BRACKETED.sub(lambda f: f["name"] if names.resolve(f["name"]) else f[0], text)
    text = _unrolled(text, names)
    text = _BY_VEC.sub(lambda f: f" vec(∂{f['top']}/∂{f['by']}){f['turned']}", text)
    text = _NABLA_VEC.sub(lambda f: f" vec(∇_{{{f['by']}}} {f['top'] or ''})", text)
    text = _VEC.sub(r"vec(d\1)", text)
    text = _ENTRY.sub(r"(\1\2)", text)
    text = _LAYER.sub(lambda found: _layer(found, names), text)
    text = _PARTIAL.sub(lambda f: f"∂{f['top']}/∂{f['braced'] or f['plain']}", text)
    text = _of_texts(text)
    text = _GRAD_OF.sub(lambda f: f"∂{names.graph.objective}/∂{f['name']}", text)
    if names.resolve("grad") is None:
        text = _GRAD_NAME.sub(lambda found: _gradient(found, names), text)
        text = _GRAD.sub(lambda found: f"∇{_subscript(found)}", text)
    text = _HESSIAN.sub(lambda found: _hessian(found, names), text)
    text = _HESSIAN_OF.sub(lambda found: _hessian_of(found, names), text)
    text = _JACOBIAN.sub(lambda found: _jacobian(found, names), text)
    text = _LABEL.sub(lambda found: _label(found, names), text)
    return _numpy(text) if is_numpy(text) else text


def is_matlab(text: str) -> bool:
    """Tell whether a claim is written as MATLAB writes: `A'*(B.*C)`."""
    return _MATLAB.search(text) is not None and _OTHERS.search(text) is None


def is_numpy(text: str) -> bool:
    """Tell whether a claim is written as NumPy code."""
    return _NUMPY.search(text) is not None or _CODED.fullmatch(text) is not None


def _unrolled(text: str, names: Names) -> str:
    """Return a sum over layers or steps term by term: Σ_{t=1}^2 δ_t h_{t−1}ᵀ has two."""
    found = _STEPS.search(text)
    if found is None or not 0 <= int(found["last"]) - int(found["low"]) < _MOST_STEPS:
        return text
    end, depth = found.end(), 0
    while end < len(text):
        depth += (text[end] in OPENING) - (text[end] in CLOSING)
        if depth < 0 or (not depth and text[end] in "+-−=,"):
            break
        end += 1
    body, by = text[found.end() : end], found["by"]
    words = re.findall(rf"([^\W\d_]+)_\{{?{by}(?!\w)", body)
    if not any(names.resolve(f"{w}_{found['last']}") and not names.resolve(w) for w in words):
        return text

    def numbered(found_index: re.Match[str], at: int) -> str:
        step = int(f"{found_index[1] or '+'}{found_index[2] or 0}")
        return f"_{at + step} "

    index = re.compile(rf"_\{{?{by}(?:\s*([+−-])\s*(\d))?\}}?(?![A-Za-z0-9_])")
    steps = range(int(found["low"]), int(found["last"]) + 1)
    terms = [index.sub(partial(numbered, at=at), body).strip() for at in steps]
    return f"{text[: found.start()]}({' + '.join(terms)}){_unrolled(text[end:], names)}"


def _of_texts(text: str) -> str:
    """Return a text in which `∂ tr(AX)/∂X` is `∂⟦tr(AX)⟧/∂X`: what is derived is a formula."""
    found = _OF_TEXT.search(text)
    if found is None:
        return text
    at, depth = found.end(), 0
    if text[at] == "‖":
        at = text.find("‖", at + 1) + 1 or len(text)
    while at < len(text) and not (not depth and text[at] == "/" and "∂" in text[at + 1 : at + 3]):
        depth += (text[at] in OPENING) - (text[at] in CLOSING)
        if depth < 0 or (not depth and text[at] in "+-−=,"):
            return text[: found.end()] + _of_texts(text[found.end() :])
        at += 1
    if at == len(text):
        return text
    inner = text[found.end() : at].strip()
    if inner[:1] == "(" and behind_bracket(inner, 0) == len(inner):
        inner = inner[1:-1]
    return f"{text[: found.start()]}∂⟦{inner}⟧{_of_texts(text[at:])}"


def _raised_functions(text: str, names: Names) -> str:
    """Return a text with (tanh(u) .^ 2) for tanh²(u), and (1/cosh(u)) for sech(u)."""
    text = _reciprocals(text, names)
    for found in _RAISED.finditer(text):
        if not is_function(found["name"]) or names.resolve(found["name"]) is not None:
            continue
        end = behind_bracket(text, found.end()) if text[found.end() : found.end() + 1] == "(" else 0
        word = re.match(NAME, text[found.end() :])
        end = end or (found.end() + word.end() if word else 0)
        if end:
            power = found["digit"] or found["sign"].translate(_DIGITS)
            inner = text[found.end() : end]
            inner = inner if inner.startswith("(") else f"({inner})"
            head = f"{text[: found.start()]}({found['name']}{inner} .^ {power})"
            return head + _raised_functions(text[end:], names)
    return text


def _reciprocals(text: str, names: Names) -> str:
    for found in _SECANTS.finditer(text):
        if names.resolve(found["name"]) is None:
            end = behind_bracket(text, found.end())
            inner, power = text[found.end() : end], found["power"].strip()
            raised = f" .^ {power.translate(_DIGITS).strip('^{}')}" if power else ""
            head = f"{text[: found.start()]}((1/{_RECIPROCAL[found['name']]}{inner}){raised})"
            return head + _reciprocals(text[end:], names)
    return text


def _square(found: re.Match[str], names: Names) -> str:
    """Return σ2 for σ², where that is the name of a variance and σ is none."""
    whole = f"{found['name']}2"
    if names.look_up(found["name"]) is not None or names.look_up(whole) is None:
        return found[0]
    return whole


def _under(found: re.Match[str], names: Names) -> str:
    """Return ∂V/∂u for V_u, where V is a number and u a node, and ∂²V/∂u² for V_{uu}."""
    below = _below(found)
    top = names.resolve(found["top"])
    if top is None or names.graph.shape_of[top] or names.known(found[0]):
        return found[0]
    if names.resolve(below) is not None and names.graph.index[top].formula is not None:
        return f" ∂{found['top']}/∂{below} "
    half = below[: len(below) // 2]
    if half * 2 == below and names.resolve(half) is not None:
        return f" ∂²{found['top']}/∂{half}² "
    return found[0]


def _below(found: re.Match[str]) -> str:
    return found["braced"] or found["plain"]


def own_name(left: str, names: Names) -> str:
    """Return what is open where a left side is E_r: a derivative, or a name of the author's own."""
    found = _UNDER.fullmatch(left.strip())
    shown = found[0] if found is not None else ""
    if found is None or _under(found, names) == shown or names.resolve(_below(found)) is None:
        return ""
    return f"`{shown}` is not what is derived from `{found['top']}`, and may be another name"


def _gradient(found: re.Match[str], names: Names) -> str:
    """Return ∂L/∂W for grad_W, which is no name of its own."""
    if names.known(found[0]) or names.resolve(found["name"]) is None:
        return found[0]
    return f" ∂{names.graph.objective}/∂{found['name']} "


def _subscript(found: re.Match[str]) -> str:
    inner = found["braced"] or found["plain"]
    return f"_{{{inner}}} " if inner else ""


def _indicators(text: str) -> str:
    """Return a text in which every indicator is a condition in square brackets, or a δ_{ij}."""
    made, at = "", 0
    for found in _INDICATOR.finditer(text):
        if found.start() < at:
            continue
        end = behind_bracket(text, found.end())
        inner = text[found.end() + 1 : end - 1].rstrip("\\")
        if not _RELATION.search(inner):
            continue
        equal = _DELTA.fullmatch(inner)
        shown = f" δ_{{{equal[1]}{equal[2]}}}" if equal else f" [{inner}]"
        made += text[at : found.start()] + shown
        at = end
    return made + text[at:]


def _ones(found: re.Match[str], names: Names) -> str:
    sizes = re.split(r"\s*(?:[×*,]|\\times)\s*", found["braced"] or found["plain"])
    if not all(size in names.graph.sizes for size in sizes):
        return found[0]
    return f" ones({', '.join(sizes)})"


def _layer(found: re.Match[str], names: Names) -> str:
    """Return z_2_{j} for z_{2,j}, where z_2 is a node and z is none."""
    whole = f"{found['name']}_{found['layer']}"
    if names.resolve(found["name"]) is not None or names.resolve(whole) is None:
        return found[0]
    return f"{whole}_{{{found['indices']}}}"


def _hessian(found: re.Match[str], names: Names) -> str:
    top = found["braced"] or found["plain"]
    if names.known(found[0].strip()) or names.resolve(top) is None:
        return found[0]
    return f"∇²{top}"


def _hessian_of(found: re.Match[str], names: Names) -> str:
    top = names.resolve(found["plain"])
    if names.known("H") or top is None or names.graph.shape_of[top]:
        return found[0]
    return f"∇²{found['plain']}"


def _jacobian(found: re.Match[str], names: Names) -> str:
    top = found["braced"] or found["plain"]
    if names.known(f"J_{top}") or None in {names.resolve(top), names.resolve(found["by"])}:
        return found[0]
    return f" ∂{top}/∂{found['by']} "


def _label(found: re.Match[str], names: Names) -> str:
    """Return one name for δ^a, where a is an array and no exponent; an entry for A^{ij}."""
    node, base = names.resolve(found["label"]), names.resolve(found["name"])
    letters = index_letters(found["label"])
    if base is not None and node is None and len(names.graph.shape_of[base]) == 2 == len(letters):
        return f"{found['name']}_{{{found['label']}}}"
    if node is None or not names.graph.shape_of[node] or names.resolve(found["name"]) == "e":
        return found[0]
    return found[0] if found["name"] == "e" else f"{found['name']}ˆ{found['label']}"


def _numpy(text: str) -> str:
    """Return NumPy's calls as the functions of the graph language."""
    text = re.sub(r"(?<!\w)np\.(?:linalg\.)?", "", text)
    while (found := _METHOD.search(text)) is not None:
        start = _start(text, found.start())
        end = behind_bracket(text, found.end() - 1)
        inner, argument = text[start : found.start()], text[found.end() : end - 1]
        comma = ", " if argument.strip() else ""
        text = f"{text[:start]}{found['name']}({inner}{comma}{argument}){text[end:]}"
    made, at = "", 0
    for found in _ALONG.finditer(text):
        end = behind_bracket(text, found.end())
        call = _KEPT.sub("", text[found.end() : end])
        axis = _AXIS.search(call)
        if axis is None or found.start() < at:
            continue
        lines = "rows" if axis["axis"] in {"1", "-1"} else "columns"
        name = {"sum": lines.removesuffix("s").replace("column", "col") + "sum"}.get(found["name"])
        if name is None:
            continue
        made += f"{text[at : found.start()]}{name}{_AXIS.sub('', call)}"
        at = end
    return made + text[at:]


def _start(text: str, end: int) -> int:
    """Return where the name, or the bracket, begins that ends at a place."""
    depth, at = 0, end
    while at > 0:
        character = text[at - 1]
        depth += (character in CLOSING) - (character in OPENING)
        if depth < 0 or (not depth and not (character.isalnum() or character in "_.)]}([{")):
            break
        at -= 1
    return at
