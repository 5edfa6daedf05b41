"""What an article states of its graph: equations, values, derivatives, and words about names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice

from symgrad.errors import Place, SymgradError
from symgrad.expression.functions import lookup
from symgrad.expression.spellings import loose
from symgrad.expression.tree import Expression
from symgrad.sources import lexer
from symgrad.sources.latex import translate_leniently
from symgrad.sources.problems import Fault
from symgrad.sources.written import Written
from symgrad.verify.reading.documents import FoundFormula, formulas
from symgrad.verify.reading.functions import LETTERS, spelled
from symgrad.verify.reading.layers import companions, layered, with_indices
from symgrad.verify.reading.logs import LIKELIHOODS, logged, with_logs_apart, with_named_logs
from symgrad.verify.reading.redefining import is_introduced
from symgrad.verify.reading.scope import TIME
from symgrad.verify.reading.split import WrittenStatement, statements
from symgrad.verify.reading.superscripts import (
    primed_names,
    with_partials,
    with_primes_spelled,
)
from symgrad.verify.reading.text import VALUE_SAID, plain_number

MAX_FORMULAS = 5_000
_MAX_LENGTH = 20_000
_NAME = rf"(?!_){lexer.NAME}"
_UPDATE = re.compile(rf"\s*({lexer.NAME})\s*[-−]\s*({lexer.NAME})\s*[*(⊙∂]")
_UPDATE_IN_NUMBERS = re.compile(r"\s*([-−]?[\d.]+)\s*[-−]\s*\(?\s*([\d.]+)\s*[*(]")
_LEFT = re.compile(rf"\s*({lexer.NAME})\s*(?:\(([\w\s,;|^()\\]*)\))?\s*")
_DERIVATIVES = (
    re.compile(
        rf"∂\s*(?:\^\(?\d\)?)?\s*(?:\(\s*(?={_NAME}\s*\([^()]*\)\s*\)))?({_NAME})?"
        rf"\s*(?:\([^()]*\))?\s*\)?\s*/\s*\(?\s*∂\s*\(?({_NAME})"
        rf"(?:\s*({_NAME})\s*\()?"
    ),
    re.compile(rf"(?<!\w)d(?:\^2)?\s?({_NAME})?(?:\([^()]*\))?/\s*d\s?({_NAME})()"),
)
_PRIMED = re.compile(rf"({_NAME})['′’]+\s*\(\s*({_NAME}|[-−\d.]+)\s*\)")
_BARE_PRIME = re.compile(rf"\s*({_NAME})['′’]{{1,3}}\s*")
_GRADIENT = re.compile(rf"∇\s*(?:_\s*({_NAME})\s+)?({_NAME})")
_BENT = re.compile(r"[\^²³⁴√]|[^\W\d_]{2,}")  # a power, a product `xy` or a function
_CALLED_QUANTITY = re.compile(rf"(?<![\w\\])([^\W\d_]+)\s*\(\s*{_NAME}(\s*,\s*{_NAME})*\s*\)")
_NUMBERED = re.compile(r"_\w*\d$")
_CALL = rf"{_NAME}\s*(?:\(\s*{_NAME}\s*\))?"
_DEPENDS = re.compile(rf"\s*({_NAME})\s*\(\s*{_CALL}(?:\s*,\s*{_CALL})*\s*\)\s*")
_INDEXED = re.compile(r"\s*([^\W\d_]+)_(\d{1,3})\s*")
_NUMBERS = frozenset(("e", "π"))
_SUM = re.compile(r"[∑∏]\s*\[\s*(\w)\s*=\s*(\d{1,4})\s*,\s*(\d{1,4})\s*\]")
_RUN = re.compile(r"(?<!\w)([a-zA-Z])\s*=\s*(\d{1,4})\s*,(?:[\s,….]|\d)*?(\d{1,4})\s*$")
_MAX_RANGE = 50
_CASE = re.compile(
    r"(?:if|when|for|where|wenn|falls|für|si|cuando|quand|pour|para|若|当|如果|もし)[\s$\\(]*$",
    re.IGNORECASE,
)
_PUT_IN = re.compile(
    r"\b(?:if|when|for|at|with|wenn|für|bei|mit|si|quand|pour|avec|cuando|para|con|se|quando|com)\b"
    r"[^.;]*?=\s*[-−]?\d",
    re.IGNORECASE,
)
_EXPONENTIAL = re.compile(r"(?<!\w)e\s*\^(?![\s(]*\d+\s*\)?(?![\w.]))|exp")
_OPERATORS = re.compile(r"[∂∇'′…∫]|\.\.\.")
_TRANSPOSE = re.compile(r"⊤|\^\s*(?:\(\s*T\s*\)|T(?!\w))")
_TURNED = re.compile(rf"({lexer.NAME})\s*(?:{_TRANSPOSE.pattern})")
_UPDATED = ("_new", "_neu", "_next", "_updated", "_nuevo", "_novo")
_SIGN = re.compile(r"[\w\s,]+(?:>=?|≥)\s*0\s*")
_WORD = re.compile(lexer.NAME)
_BETWEEN = re.compile(r"[\s,;、，和$\\()]*(?:and|und|et|y)?[\s$\\()]*")
_RATE_WORDS = (
    r"learning[ -]rate|step[ -]size|lernrate|学习率|学習率|학습률"
    r"|taux d.apprentissage|tasa de aprendizaje"
)
_CONST_WORDS = r"regulari[sz]\w*|\bconstant|hyperparameter|momentum|常数|正则|超参数"
_DATA_WORDS = (
    r"\b(?:inputs?|targets?|labels?|samples?|features?|data|observations?|measurements?|entradas?|objetivo"
    r"|entrées?|cible|eingaben?|ziel\w*)\b|输入|目标|标签|样本|入力|目標"
)
_PARAM_WORDS = (
    r"\b(?:parameters?|weights?|bias(?:es)?|coefficients?|slope|intercept|poids|pesos?"
    r"|gewichte?|paramètres?|parámetros?)\b|权重|偏置|参数|重み|パラメータ"
)
_KINDS = (
    ("rate", re.compile(_RATE_WORDS, re.IGNORECASE)),
    ("const", re.compile(_CONST_WORDS, re.IGNORECASE)),
    ("data", re.compile(_DATA_WORDS, re.IGNORECASE)),
    ("param", re.compile(_PARAM_WORDS, re.IGNORECASE)),
)
_OF_RATE = re.compile(
    rf"(?:{_RATE_WORDS})\s*(?:of|is|=|:|von|ist|de|est|es|为|は)?\s*[$\\(]*$", re.IGNORECASE
)
_EXERCISE = (
    "example|exercise|problem|question|task|beispiel|aufgabe|exemple|exercice|ejemplo|ejercicio"
    "|problema|solución|solucion|solution|lösung|zadanie|exemplo|exercício|exercicio|esempio|пример|задача|решение|例|예제"
)
EXERCISES = re.compile(
    rf"^[ \t>]*(?:#{{1,6}}[ \t]+|\*\*)?[^\w\n]{{0,6}}(?:{_EXERCISE})[ \t]*(?:\d|[A-H]\b)"
    rf"|^[ \t]*\\(?:question\b|begin\{{(?:{_EXERCISE})\}}|(?:sub)*section\*?\{{(?:{_EXERCISE})\b)",
    re.IGNORECASE | re.MULTILINE,
)
_SAID_BEFORE, _SAID_AFTER = 40, 40
_SAYS = re.compile(r"[\s$\\)*_]*(?:is|are|denotes?|means|:|—|–|-|\(|=|为|是|：|est|es|ist)(?!\w)")
_MINIMIZES = re.compile(r"minimi[sz]|negative[ -]log-?\s?likelihood", re.IGNORECASE)
_MAXIMIZES = re.compile(r"maximi[sz]|log-?\s?likelihood|最大化|对数似然", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One equation `name = right`, as it is translated, and where it stands."""

    name: str
    right: str
    place: Place
    bounded: bool = False  # said beside the sign of an input: `…, \quad α > 0`
    anew: bool = False  # of a function that has an equation, behind a heading or a word like `let`

    def with_right(self, right: str) -> Said:
        """Return the equation with another right side."""
        return replace(self, right=right)


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A value that is stated for a name."""

    name: str
    value: Fraction
    place: Place


@dataclass(frozen=True, slots=True)
class ArticleEquation:
    """One equation that could be read."""

    name: str
    right: Expression
    said: Said
    like: str = ""  # the node by whose equation this one was made


@dataclass(frozen=True, slots=True)
class PutIn:
    """An equation with numbers in the place of all names, and how many equations stand before."""

    said: Said
    before: int

    def later(self) -> PutIn:
        """Return the same behind one equation more."""
        return replace(self, before=self.before + 1)


@dataclass(frozen=True, slots=True)
class OfLetter:
    """An equation `σ(z) = right`, the argument, and how many equations stand before."""

    said: Said
    argument: str
    before: int


@dataclass(frozen=True, slots=True)
class Linked:
    """An equation `log(p) = right`: a function of a name on the left."""

    left: str
    right: str
    place: Place


@dataclass(frozen=True, slots=True)
class Condition:
    """A relation of a formula to a number, as in `y_1 + y_2 = 1`."""

    left: str
    relation: str
    value: Fraction
    place: Place


@dataclass(frozen=True, slots=True)
class Top:
    """A name that is differentiated, and where."""

    name: str
    place: Place
    said: bool = True  # something is said of the derivative, and it is not set to zero


@dataclass
class Article:
    """Everything that was gathered from one text, in the order in which it stands there."""

    equations: list[Said] = field(default_factory=list)
    values: list[StatedValue] = field(default_factory=list)
    put_in: list[PutIn] = field(default_factory=list)
    letters: list[OfLetter] = field(default_factory=list)
    functions: list[Said] = field(default_factory=list)  # that are applied, and no nodes
    applied: set[str] = field(default_factory=set)  # their names, and those of their arguments
    linked: list[Linked] = field(default_factory=list)
    curves: list[Linked] = field(default_factory=list)  # `x^2 + y^2 = 1`
    results: list[StatedValue] = field(
        default_factory=list
    )  # the numbers that computations end with
    mentioned: set[str] = field(default_factory=set)  # every word, as `loose` spells it
    tops: list[Top] = field(default_factory=list)
    timed: list[str] = field(default_factory=list)  # what is differentiated by t
    bottoms: dict[str, Place] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # a name, and the kind that is said of it
    adjoints: set[str] = field(default_factory=set)
    arguments: dict[str, str] = field(default_factory=dict)
    indexed: dict[str, str] = field(default_factory=dict)  # f and x, for `f(x_1) = …`
    ranges: dict[str, tuple[str, ...]] = field(default_factory=dict)  # an index, and its values
    conditions: list[Condition] = field(default_factory=list)
    maximizes: bool = False
    step_rate: Fraction | None = None  # of steps in numbers, where nothing names it
    set_on: int = 0  # the line of the last derivative that was set to zero
    solved: set[str] = field(default_factory=set)  # by what derivatives were set to zero
    cuts: list[int] = field(default_factory=list)  # lines of the headings of exercises
    starts: list[int] = field(default_factory=list)  # lines at which a function is defined anew
    lines: dict[str, int] = field(default_factory=dict)  # a function, and where it is defined
    primed: dict[str, str] = field(default_factory=dict)  # V of a bare `V'`, and by what
    rights: dict[str, str] = field(default_factory=dict)  # and its right side there
    given: set[str] = field(default_factory=set)  # x of x_i, which has the index of the samples
    closed: set[str] = field(default_factory=set)  # indices of which the values are listed
    alone: set[str] = field(default_factory=set)  # words that stand without arguments somewhere


def gather(text: str, source: str) -> Article:
    """Return what a text states of its graph."""
    found = Article(
        cuts=[text.count("\n", 0, match.end()) + 1 for match in EXERCISES.finditer(text)],
        maximizes=_MAXIMIZES.search(text) is not None and _MINIMIZES.search(text) is None,
    )
    before: tuple[Place, int, str] | None = None
    texts = list(islice(formulas(text, source), MAX_FORMULAS))
    raw = [formula.content.text for formula in texts]
    bases = companions(raw, layered(raw, lambda _: False, with_graph=False))
    texts = [with_indices(formula, bases) for formula in texts]
    marked = primed_names(formula.content.text for formula in texts)
    translated = [(formula, _translated(formula)) for formula in texts]
    names = logged([one.text for _, one in translated if one is not None], lambda _: False)
    logs = {name: f"log_{name}" for name in names}
    lefts = {match[1] for _, one in translated if one and (match := _LEFT.match(one.text))}
    likely = names & LIKELIHOODS and not _MINIMIZES.search(text)
    found.maximizes = found.maximizes or bool(likely)
    for formula, plain in translated:
        _take_values(formula, found)
        if plain is None:
            continue
        written = with_partials(plain, lambda word: word not in marked)
        written = with_primes_spelled(written, marked.__contains__)
        written = with_named_logs(written, logs, called=True)
        written = with_logs_apart(written, lefts.__contains__)
        listed = [] if formula.directive else list(statements(written))
        for statement in listed:
            _take(statement, formula, found)
        before = _note_words(listed, formula, before, found)
    for function, argument in found.indexed.items():
        call = re.compile(rf"(?<!\w){re.escape(function)}\s*\(\s*{argument}_(\w+)\s*\)")
        found.equations = [
            replace(said, right=call.sub(rf"{function}_\1", said.right)) for said in found.equations
        ]
    found.equations = [
        replace(
            said, right=_without_arguments(said.right, found), anew=said.place.line in found.starts
        )
        for said in found.equations
    ]
    _drop_transposes(found)
    _drop_cases(found)
    _drop_dependences(found)
    _drop_partials(found)
    _drop_solutions(found)
    _note_motion(found)
    _note_curve(found)
    return found


def _take_values(formula: FoundFormula, found: Article) -> None:
    """Take the values that a sentence states."""
    if not formula.values or formula.fault is not None:
        return
    place = formula.origin.place(formula.text, 0, 1)
    for name, value in VALUE_SAID.findall(formula.text):
        if (number := plain_number(value)) is not None:
            found.values.append(StatedValue(name, number, place))


def _translated(formula: FoundFormula) -> Written | None:
    """Return a formula in the plain notation, None for one that is not read."""
    if formula.fault is not None or formula.values or len(formula.text) > _MAX_LENGTH:
        return None
    try:
        origin = formula.content.origin(formula.text, formula.origin)
        return translate_leniently(formula.content.text, origin)[0]
    except Fault:
        return None


def _without_arguments(right: str, found: Article) -> str:
    """Return a formula with A for `A(t, T)`, and RSS for `RSS(β)`, where that stands alone too."""
    defined = {said.name for said in found.equations}

    def plain(match: re.Match[str]) -> str:
        name = match[1].lstrip("\\")
        called = match[2] is not None or len(name) > 1
        free = name in found.alone and name not in defined and lookup(name) is None
        return match[1] if called and free and name not in LETTERS else match[0]

    return _CALLED_QUANTITY.sub(plain, right)


def _drop_transposes(found: Article) -> None:
    """Take `w^T x` for wx where no name T is spoken of: every value is a number.

    Where w_1, w_2 are spoken of it is a sum of products, which another equation writes out.
    """
    found.equations = [
        said for said in found.equations
        if not any(loose(f"{name}_1") in found.mentioned for name in _TURNED.findall(said.right))
    ]  # fmt: skip
    plain = [_TRANSPOSE.sub(" ", said.right) for said in found.equations]
    spoken = {said.name for said in found.equations} | {item.name for item in found.values}
    spoken |= {word for text in plain for word, _ in words_in(text)} | found.bottoms.keys()
    if "T" not in spoken:
        found.equations = [
            replace(said, right=right) for said, right in zip(found.equations, plain, strict=True)
        ]


def _drop_dependences(found: Article) -> None:
    """Leave out `z = f(x, y)` of a function that no equation defines: it says what z depends on."""
    defined = {said.name for said in found.equations} | found.arguments.keys()
    kept = [
        (call := _DEPENDS.fullmatch(said.right)) is None
        or call[1].lstrip("\\") in defined
        or lookup(call[1]) is not None
        or spelled(call[1]) is not None
        or call[1] in LETTERS
        for said in found.equations
    ]
    _keep(found, kept)


def _drop_partials(found: Article) -> None:
    """Leave out `f_x = 2xy` where `f(x, y) = …` stands: it is a derivative, and no node."""
    listed = {name: {word for word, _ in words_in(text)} for name, text in found.arguments.items()}
    kept = []
    for said in found.equations:
        top, _, bottom = said.name.partition("_")
        below = listed.get(top, ())
        partial = bool(bottom) and (bottom in below or set(bottom) <= {*below})
        kept.append(not partial)
        if partial:
            found.tops.append(Top(top, said.place))
            for name in (bottom,) if bottom in below else bottom:
                found.bottoms.setdefault(name, said.place)
    _keep(found, kept)


def _drop_solutions(found: Article) -> None:
    """Leave out `x = a/b` where f(x) is differentiated by x: a root, made of constants alone."""
    called = {word for text in found.arguments.values() for word, _ in words_in(text)}
    varied = called & found.bottoms.keys()
    _keep(found, [
        said.name not in varied or not varied.isdisjoint(word for word, _ in words_in(said.right))
        or any(word in found.bottoms for word, _ in words_in(said.right))
        for said in found.equations
    ])  # fmt: skip


def _note_motion(found: Article) -> None:
    """Take what is differentiated by the time, and has no equation, for what the others vary with.

    That is so where no equation has a t in it.
    """
    words = {word for said in found.equations for word, _ in words_in(said.right)}
    if TIME in words or not found.timed:
        return
    place = found.bottoms.pop(TIME)
    defined = {said.name for said in found.equations}
    for name in found.timed:
        if name not in defined:
            found.bottoms.setdefault(name, place)


def _note_curve(found: Article) -> None:
    """Take `x^2 + y^2 = 1` as an equation for F, where dy/dx stands there and y has no equation.

    Two curves are two equations for F. A straight line may be a tangent, and is none.
    """
    defined = {said.name for said in found.equations} | {"F"}
    open_tops = {top.name for top in found.tops} - defined
    bottoms = set(found.bottoms)
    for one in found.curves:
        text = f"{one.left} {one.right}"
        words = {word for word, _ in words_in(text)}
        letters = words | {letter for word in words if word.isalpha() for letter in word}
        tops = open_tops & letters
        if not tops or not (letters & bottoms) - tops or not _BENT.search(text):
            continue
        found.equations.append(Said("F", f"{one.left} - ({one.right})", one.place))
        found.tops = [top for top in found.tops if top.name not in tops]
        found.tops.append(Top("F", one.place))
        for name in sorted(tops):
            found.bottoms.setdefault(name, one.place)


def _keep(found: Article, kept: Sequence[bool]) -> None:
    """Leave out the equations that are not to be kept."""
    found.put_in = [replace(item, before=sum(kept[: item.before])) for item in found.put_in]
    found.equations = [said for said, keep in zip(found.equations, kept, strict=True) if keep]


def _drop_cases(found: Article) -> None:
    """Leave out equations that hold on one side of a border: those of a name that has two such."""
    counts = Counter(said.name for said in found.equations if said.bounded)
    _keep(found, [not said.bounded or counts[said.name] == 1 for said in found.equations])


def with_equations(article: Article, texts: Sequence[str]) -> Article:
    """Return an article with equations of one's own in the place of its own for the same names.

    Raises:
        SymgradError: at a text that is neither `name = expression` nor `name = number`.
    """
    for text in texts:
        own = gather(f"$${text}$$", "the options")
        stated = [*(item.name for item in own.equations), *(item.name for item in own.values)]
        if len(own.equations) + len(own.values) != 1 or own.bottoms:
            raise SymgradError(f"an equation is written `NAME = EXPRESSION`, not `{text}`")
        (name,) = map(loose, stated)
        article.mentioned |= own.mentioned
        kept = [item for item in article.equations if loose(item.name) != name]
        before = [sum(loose(one.name) != name for one in article.equations[: item.before])
                  for item in article.put_in]  # fmt: skip
        article.put_in = [
            replace(item, before=count)
            for item, count in zip(article.put_in, before, strict=True)
            if loose(item.said.name) != name
        ]
        nowhere = Place("the options", 0, 0, 0, text)
        article.equations = kept + [replace(item, place=nowhere) for item in own.equations]
        if own.values:
            article.values = [item for item in article.values if loose(item.name) != name]
            article.values += [replace(item, place=nowhere) for item in own.values]
    return article


def _place(statement: WrittenStatement, formula: FoundFormula) -> Place:
    whole = statement.whole.through(formula.content)
    origin = whole.origin(formula.text, formula.origin)
    return origin.place("", 0, max(1, len(whole.text)))


def words_in(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a formula, and whether each stands before a parenthesis.

    >>> list(words_in("c h_1 + exp(u)"))
    [('c', False), ('h_1', False), ('exp', True), ('u', False)]
    """
    for match in _WORD.finditer(text):
        behind = text[match.end() : match.end() + 2].lstrip()
        yield match[0].lstrip("\\"), behind[:1] == "("


def _take(statement: WrittenStatement, formula: FoundFormula, found: Article) -> None:
    """Sort one statement into what it states."""
    place = _place(statement, formula)
    texts = [statement.left.text, *(part.text for _, part in statement.parts)]
    found.mentioned.update(loose(word) for text in texts for word, _ in words_in(text))
    _note_ranges([*texts, statement.whole.text] if statement.other == "…" else texts, found)
    before = len(found.tops)
    found.alone.update(word for text in texts for word, called in words_in(text) if not called)
    differentiates = _note_derivatives(texts, place, found)
    if not statement.parts or (len(texts) == 2 and plain_number(texts[1]) == 0):
        found.tops[before:] = [replace(top, said=False) for top in found.tops[before:]]
    _take_update(statement, place, found)
    _take_condition(statement, place, found)
    if differentiates and plain_number(texts[-1]) == 0:
        found.set_on = place.line
        found.solved |= {bottom for text in texts for bottom in _bottoms_of(text)}
        bare = _BARE_PRIME.fullmatch(texts[0])
        found.solved |= {found.primed[bare[1]]} if bare and bare[1] in found.primed else set()
    bounded = bool(statement.given) and all(_SIGN.fullmatch(one.text) for one in statement.given)
    if statement.other or not statement.parts or (statement.given and not bounded):
        return
    if found.set_on == place.line:
        return  # a solution, which holds at the optimum only
    left = _LEFT.fullmatch(statement.left.text)
    if not differentiates and _of_name(statement.left.text):
        found.linked.append(Linked(statement.left.text, statement.parts[0][1].text, place))
        left = None
    if left is None and not differentiates and len(statement.parts) == 1:
        found.curves.append(Linked(statement.left.text, statement.parts[0][1].text, place))
    if left is None:
        left = _LEFT.fullmatch(statement.parts[0][1].text)
        if left is None or len(statement.parts) == 1 or statement.parts[0][0] != "=":
            return
        # `log(μ) = η = a + bx`: of η
        statement = replace(statement, left=statement.parts[0][1], parts=statement.parts[1:])
    if _take_equal_values(statement, place, found):
        return
    name = left[1].lstrip("\\")
    if name.endswith(_UPDATED) or name in found.solved:
        return  # an update; a solution of the equations in which derivatives are zero
    if differentiates:
        if all(name != word for text in texts[1:] for word, _ in words_in(text)):
            found.adjoints.add(name)  # and no update of what it names
        return
    if left[2] is not None:
        if _says_no_equation(name, left, statement, formula, found):
            return
        name = _take_function(name, left, statement, formula, found)
    _take_right_sides(name, statement, place, found, bounded=bounded)


def _says_no_equation(
    name: str, left: re.Match[str], statement: WrittenStatement, formula: FoundFormula,
    found: Article,
) -> bool:  # fmt: skip
    """Tell whether `f(x) = …` is no equation for f, and take what it says of a letter apart."""
    right = statement.parts[0][1].text
    if lookup(name) is not None:
        return True  # `tanh(z) = …` says what a function is
    if len(statement.parts) == 1 and plain_number(right) is not None:
        return True  # `A(T, T) = 0` is a value there and no other
    if name in LETTERS:
        said = Said(name, right, _place(statement, formula))
        argument = _arguments(statement.left, left, formula)
        found.letters.append(OfLetter(said, argument, len(found.equations)))
    return name in LETTERS


def _take_function(
    name: str, left: re.Match[str], statement: WrittenStatement, formula: FoundFormula,
    found: Article,
) -> str:  # fmt: skip
    """Take note of the arguments of `f(x, y) = …`, and return the name: f, or f_1 of `f(x_1)`."""
    if indexed := _INDEXED.fullmatch(left[2]):
        found.indexed.setdefault(name, indexed[1])
        return f"{name}_{indexed[2]}"
    line = found.lines.get(name)
    now, known = (
        {word for word, _ in words_in(text)}
        for text in (left[2], found.arguments.get(name, left[2]))
    )
    here = _place(statement, formula).line
    right = "".join(statement.parts[0][1].text.split())
    other = now != known or found.rights.get(name, right) != right
    if line is not None and other and is_introduced(formula, line):
        found.starts.append(here)
    found.lines[name], found.rights[name] = here, right
    found.arguments.setdefault(name, _arguments(statement.left, left, formula))
    return name


def _arguments(left: Written, found: re.Match[str], formula: FoundFormula) -> str:
    """Return what stands between the parentheses, with the semicolon that the author has set."""
    start, end = found.span(2)
    raw = formula.content.text
    listed = zip(left.text[start:end], left.offsets[start:end], strict=True)
    marks = [";" if raw[at : at + 1] == ";" else sign for sign, at in listed]
    return "".join(marks).strip()


def _take_right_sides(
    name: str, statement: WrittenStatement, place: Place, found: Article, *, bounded: bool
) -> None:
    """Take the right sides of a name: its numbers, and the expressions that it is."""
    for sign, part in statement.parts:
        if sign not in ("=", ":="):
            return
        number = plain_number(part.text)
        if number is not None:
            numbers = found.values if len(statement.parts) == 1 else found.results
            numbers.append(StatedValue(name, number, place))
            continue
        words = [word for word, _ in words_in(part.text)]
        if name in words and not (name == "e" and "e" not in _EXPONENTIAL.sub(" ", part.text)):
            return  # an update
        if _OPERATORS.search(part.text) is None:
            if _PUT_IN.search(_sentence(place)) and any(s.name == name for s in found.equations):
                return  # `if K = L = 4 then S = 4^ρ` is what follows
            said = Said(name, part.text, place, bounded)
            called = dict(words_in(part.text))
            if all(word in _NUMBERS or (called[word] and lookup(word)) for word in words):
                found.put_in.append(PutIn(said, len(found.equations)))
            else:
                found.equations.append(said)
        one = len(words) == 1 and _LEFT.fullmatch(part.text) is not None
        letters = words[0] if one and words[0].isalpha() and len(words[0]) > 1 else ""
        product = letters and all(letter in found.alone for letter in letters)  # `A = xy = x(9-x)`
        if one and not product and lookup(words[0]) is None:
            name = words[0]  # `a = ŷ = σ(z)`: what follows is said of ŷ


def _take_equal_values(statement: WrittenStatement, place: Place, found: Article) -> bool:
    """Take `if K = L = 4` for two values; tell whether that is what stands there."""
    *sides, last = [statement.left.text, *(part.text for _, part in statement.parts)]
    value = plain_number(last)
    names = [match[1].lstrip("\\") for match in map(_LEFT.fullmatch, sides) if match]
    listed = len(sides) > 1 and len(names) == len(sides) and value is not None
    if not listed or value is None or not _CASE.search(place.text[: place.column - 1]):
        return False
    found.values += [StatedValue(name, value, place) for name in names]
    return True


def _sentence(place: Place) -> str:
    """Return what stands in the line in front of a place, from where its sentence begins."""
    return re.split(r"[.;](?=\s)", place.text[: place.column - 1])[-1]


def _of_name(left: str) -> bool:
    """Tell whether a left side is a function of something, and no name: `log(p/(1-p))`."""
    called = [word for word, behind in words_in(left) if behind]
    return bool(called) and lookup(called[0]) is not None and left.lstrip().startswith(called[0])


def _note_ranges(texts: list[str], found: Article) -> None:
    """Take note of the values of indices: of `∑[i = 1, 3]`, of `i = 1, 2, 3`, of `i = 1, …, 3`."""
    for text in texts:
        for letter, first, last in (*_SUM.findall(text), *_RUN.findall(text)):
            if 0 <= int(last) - int(first) < _MAX_RANGE:
                values = map(str, range(int(first), int(last) + 1))
                found.ranges.setdefault(letter, tuple(values))


def _take_condition(statement: WrittenStatement, place: Place, found: Article) -> None:
    """Take `y_1 + y_2 = 1` or `σ > 0`, which may be what the author assumes of inputs."""
    if len(statement.parts) != 1 or statement.given or _CASE.search(place.text[: place.column - 1]):
        return
    sign, part = statement.parts[0]
    name = _LEFT.fullmatch(statement.left.text) is not None
    value = plain_number(part.text)
    if _OPERATORS.search(statement.left.text):
        return  # `φ'(1) = 0.7` is a claim
    if value is not None and sign in ((">", ">=", "≥") if name else ("=",)):
        relation = {"=": "==", "≥": ">="}.get(sign, sign)
        found.conditions.append(Condition(statement.left.text, relation, value, place))


def _take_update(statement: WrittenStatement, place: Place, found: Article) -> None:
    """Take the numbers of `w - η g = 0.4 - 0.5 * 0.08`: the value before the step, and the rate."""
    texts = [part.text for _, part in statement.parts]
    symbolic = _UPDATE.match(texts[0]) if texts else None
    numeric = next(filter(None, map(_UPDATE_IN_NUMBERS.match, texts[1:])), None)
    left = statement.left.text.strip()
    if symbolic is None and numeric is None and texts and left.endswith(_UPDATED):
        # `w_new = 5 - (0.1 * 6)` of a w that is 5: a rate without a name
        numbers = _UPDATE_IN_NUMBERS.match(texts[0])
        name = left.rpartition("_")[0]
        if numbers and any(
            item.name == name and item.value == plain_number(numbers[1]) for item in found.values
        ):
            found.step_rate = found.step_rate or plain_number(numbers[2])
    if symbolic is None or numeric is None:
        return
    names = [name.lstrip("\\") for name in symbolic.groups()]
    known = {item.name for item in found.values}
    if statement.left.text.strip().startswith(names[0]):
        for name, number in zip(names, map(plain_number, numeric.groups()), strict=True):
            if number is not None and name not in known:
                found.values.append(StatedValue(name, number, place))


def _bottoms_of(text: str) -> set[str]:
    """Return the names by which a text differentiates."""
    found = (match for pattern in _DERIVATIVES for match in pattern.findall(text))
    return {bottom.lstrip("\\") for _, bottom, _ in found}


def _note_derivatives(texts: list[str], place: Place, found: Article) -> bool:
    """Take note of what is differentiated, and by what; tell whether there is a derivative."""
    any_found = False
    for text in texts:
        for pattern in _DERIVATIVES:
            for top, bottom, behind in pattern.findall(text):
                any_found = True
                name = (top or behind).lstrip("\\")
                if name and (lookup(name) or spelled(name)):
                    continue  # `d/dx tanh(x)` says what a function is
                if name and name not in LETTERS:
                    found.tops.append(Top(name, place))
                    found.timed += [name] if bottom == TIME else []
                found.bottoms.setdefault(bottom.lstrip("\\"), place)
        for word, argument in _PRIMED.findall(text):
            if lookup(word) or spelled(word) or word in LETTERS:
                continue
            any_found = True
            found.tops.append(Top(word[-1] if word.isalpha() else word, place))
            if not argument[-1:].isdigit() or "_" in argument:
                found.bottoms.setdefault(argument.lstrip("\\"), place)
        if text is texts[0] and (bare := _BARE_PRIME.fullmatch(text)):
            any_found = _note_bare_prime(bare[1].lstrip("\\"), place, found) or any_found
        for bottom, name in _GRADIENT.findall(text):
            found.tops.append(Top(name.lstrip("\\"), place))
            if _NUMBERED.search(bottom):  # `∇_θ` may be of all parameters
                found.bottoms.setdefault(bottom.lstrip("\\"), place)
        any_found = any_found or "∇" in text or "∂" in text
    return any_found


def _note_bare_prime(name: str, place: Place, found: Article) -> bool:
    """Take `V'` of a V that has an equation for its derivative by the one name that is free in it.

    Of several it is x, or t, where that is one of them.
    """
    rights = {said.name: said.right for said in found.equations}
    if name not in rights:
        return False
    free: dict[str, None] = {}
    waiting, seen = [name], {name}
    while waiting:
        for word, called in words_in(rights[waiting.pop()]):
            if word in rights and word not in seen:
                waiting.append(word)
            elif word not in rights and not called and word not in _NUMBERS:
                free.setdefault(word)
            seen.add(word)
    likely: list[str] = [word for word in ("x", "t") if word in free] or [*free]
    if len(free) > 1 and likely[0] not in ("x", "t"):
        return False
    found.tops.append(Top(name, place))
    if likely:
        found.bottoms.setdefault(likely[0], place)
        found.primed[name] = likely[0]
    return True


def _note_words(
    listed: list[WrittenStatement],
    formula: FoundFormula,
    before: tuple[Place, int, str] | None,
    found: Article,
) -> tuple[Place, int, str] | None:
    """Take note of what the sentence says of the names that a formula consists of.

    `before` is where the formula before ended, and the kind that was said of its names.
    """
    first = formula.origin.place(formula.text, 0, 1)
    number = plain_number(formula.text.strip("$ "))
    if number is not None and _OF_RATE.search(first.text[: first.column - 1]):
        found.step_rate = found.step_rate or number  # `with a learning rate of $0.1$`
    end = first.column - 1 + len(formula.text)
    names = []
    for one in listed:
        word = _LEFT.fullmatch(one.left.text)
        if word and not one.other and len(one.parts) <= 1:
            plain = all(plain_number(part.text) is not None for _, part in one.parts)
            names += [word[1].lstrip("\\")] if plain else []
    if not names or "\n" in formula.text:
        return None
    line = first.text
    start = before[1] if before and before[0].line == first.line else 0
    between = line[start : first.column - 1]
    kind = _kind(between[-_SAID_BEFORE:])
    behind = line[end : end + _SAID_AFTER].split(";")[0].lstrip("$")
    behind = re.split(r"[$.,\\]", behind)[0]
    if not kind and _SAYS.match(behind):
        kind = _kind(behind)
    elif before and not kind and start and _BETWEEN.fullmatch(between[:_SAID_BEFORE]):
        kind = before[2]
    for name in names:
        if kind:
            found.words.setdefault(name, kind)
    return first, end, kind


def _kind(text: str) -> str:
    """Return the kind that the last word of a text which tells one says."""
    found = [(match.start(), kind) for kind, words in _KINDS for match in words.finditer(text)]
    special = [item for item in found if item[1] in ("rate", "const")]
    return max(special or found, default=(0, ""))[1]
