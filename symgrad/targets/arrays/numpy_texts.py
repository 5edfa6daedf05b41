"""The parts of an emitted NumPy file of arrays that are the same in every file."""

SAID = {
    "Gradient": "The derivative of the objective by every parameter, in the parameter's shape.",
    "Jacobian": "The derivative of every entry: [i, j] is that of entry i by entry j.",
    "Params": "The parameters.",
    "value": "Return the value.",
    "jacobian": "Return the derivatives of every entry.",
    "hessian": "Return the matrix of second derivatives.",
}

CHECK = '''def _terms(size: str) -> list[tuple[int, str]]:
    """Return the terms of a size as `n+2` or `4n`: a factor and a name, or a number and ""."""
    found = re.findall(r"(-?\\d*)([^\\W\\d]\\w*)|(-?\\d+)", size)
    signs = {{"": 1, "-": -1}}
    return [(signs.get(f) or int(f or 1), n) if n else (int(c), "") for f, n, c in found]


{head}
    """Return the number behind every size; refuse shapes that do not fit one another."""
    known: dict[str, int] = {{}}
    origin: dict[str, str] = {{}}
    given: list[tuple[str, int, str]] = []
    for name, array in arrays.items():
        shape, wanted = {shape}(array), shapes[name]
        if len(shape) != len(wanted):
            raise ValueError(f"{{name}} has shape {{shape}}, and ({{', '.join(wanted)}}) is needed")
        for length, size in zip(shape, wanted):
            given.append((name, length, size))
            if size not in known and size.isidentifier():
                known[size], origin[size] = length, name
    for name, length, size in given:
        terms = [(1, size)] if size in known else _terms(size)
        unknown = [(f, n) for f, n in terms if n and n not in known]
        total = sum(f * known[n] if n else f for f, n in terms if not n or n in known)
        if len(unknown) == 1:
            factor, size = unknown[0]
            known[size], origin[size] = (length - total) // factor, name
            total += factor * known[size]
        if length != total and len(unknown) < 2:
            first = origin.get(size)
            by = f", as in {{first}} {{{shape}(arrays[first])}}" if first else ""
            said = f"{{name}} has shape {{{shape}(arrays[name])}}"
            raise ValueError(f"{{said}}: {{size}} is {{total}}{{by}}, not {{length}}")
    return known'''
SIZES = "def _sizes(shapes: dict[str, tuple[str, ...]], **arrays: Any) -> dict[str, int]:"
NUMBERS = (
    "def _numbers(shapes: dict[str, tuple[str, ...]], arrays: dict[str, Any]) -> dict[str, int]:"
)

REMEMBERED = '''_KNOWN: dict[tuple[object, ...], dict[str, int]] = {}


def _sizes(shapes: dict[str, tuple[str, ...]], **arrays: Any) -> dict[str, int]:
    """Return the number behind every size; what fitted once is remembered."""
    given = [x.shape if isinstance(x, np.ndarray) else np.shape(x) for x in arrays.values()]
    key = id(shapes), *given
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) > 100:
            _KNOWN.clear()
        known = _KNOWN[key] = _numbers(shapes, arrays)
    return known'''

WITHOUT_DATA = '''def value({signature}) -> float:
    """Return the value of the objective."""
    return _value({arguments})


def gradient({signature}) -> Gradient:
    """Return its gradient."""
    return _value_and_gradient({arguments})[1]


def value_and_gradient({signature}) -> tuple[float, Gradient]:
    """Return both."""
    return _value_and_gradient({arguments})


{update}'''

SAMPLES = '''def _samples(pairs: tuple[tuple[Any, int], ...]) -> int | None:
    """Return the number of samples, or None for one sample without an axis of its own."""
    counts = {len(x) for x, axes in pairs if np.ndim(x) == axes + 1}
    if not counts:
        return None
    if len(counts) > 1 or any(np.ndim(x) != axes + 1 for x, axes in pairs):
        raise ValueError("all data have a leading axis of one length for the samples, or none has")
    return counts.pop()'''

WITH_DATA = '''def value({signature}) -> float:
    """Return the value of the objective: the mean over the samples where there are many."""
    if _samples(({pairs})) is None:
        return _value({arguments})
    return _mean_value({arguments})


def gradient({signature}) -> Gradient:
    """Return its gradient."""
    return value_and_gradient({arguments})[1]


def value_and_gradient({signature}) -> tuple[float, Gradient]:
    """Return both."""
    if _samples(({pairs})) is None:
        return _value_and_gradient({arguments})
    return _mean_value_and_gradient({arguments})


{update}'''

ONE_BY_ONE = """def _mean_value({signature}) -> float:
    _n = len({first})
    return sum(_value({one}) for _i in range(_n)) / _n


def _mean_value_and_gradient({signature}) -> tuple[float, Gradient]:
{arrays}    _n = len({first})
    _total = 0.0
    _sums: list[Any] = [{zeros}]
    for _i in range(_n):
        _one, _each = _value_and_gradient({one})
        _total += _one
        _sums = [_a + _b for _a, _b in zip(_sums, _each)]
    return _total / _n, Gradient(*(_a / _n for _a in _sums))"""

UPDATE = '''def update({signature}, rate: float = 0.1) -> Params:
    """Return the parameters after one step of size `rate`."""
    _gradient = gradient({arguments})
    return Params({step})'''

FLAT = '''def pack({signature}) -> _Array:
    """Return the parameters as one vector: {order}, each row by row."""
    return np.concatenate([np.ravel(_a) for _a in ({parameters},)])


def unpack({theta}: _Array, {like}: Params) -> Params:
    """Return the parameters that a vector holds, in the shapes of `{like}`."""
    _total = sum(np.size(_a) for _a in {like})
    if np.shape({theta}) != (_total,):
        raise ValueError(f"the parameters have {{_total}} entries, not {{np.shape({theta})}}")
    _arrays: list[Any] = []
    _at = 0
    for _a in {like}:
        _next = _at + np.size(_a)
        _arrays.append(np.reshape({theta}[_at:_next], np.shape(_a)))
        _at = _next
    return Params(*_arrays)


def fun_and_jac({flat_signature}) -> tuple[float, _Array]:
    """Return value and gradient at a vector of parameters, in the order of `pack`.

    `{like}` holds the parameters in their shapes, as it is for
    `scipy.optimize.minimize(fun_and_jac, {theta}, args=({args},), jac=True)`.
    """
    _value, _gradient = value_and_gradient({from_flat})
    return _value, pack(*_gradient)'''
