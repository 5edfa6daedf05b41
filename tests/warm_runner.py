"""Runs programs as children of one warm interpreter, which has loaded SymPy and symgrad for all.

Every line of standard input is a case as JSON: `words` behind the name of the interpreter (`-m` and
a module, or a file), `cwd`, `env`, `stdin`, and faults of the surroundings: `closed` (numbers of
the streams), `full` (numbers of the streams that are written to a full disk), `encoding`. With
`net` false what nobody foresaw is a traceback. Every line of standard output answers one: {status,
out, err}; texts stand in Latin-1, so that they are the bytes that came.
"""

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import runpy
import sys
import tempfile
import traceback

import symgrad.cli

WARM = ("derive", "paths", "trace", "draw", "generate --no-check", "report", "verify")
EXAMPLE = "example:branch_and_merge"


def warm():
    """Run every command once, so that children find loaded what it needs."""
    with tempfile.NamedTemporaryFile("w+", suffix=".txt", encoding="utf-8") as claims:
        claims.write("dJ/dd = delta\ndJ/da = delta*2*c*u*x + lam*a\n")
        claims.flush()
        for words in WARM:
            name, *options = words.split()
            options += [claims.name] * (name == "verify")
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
                contextlib.suppress(SystemExit),
            ):
                symgrad.cli.main([name, EXAMPLE, *options])
    for name in ("numpy", "pytest"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


def run(case):
    """Return what a program ends with."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            become(case, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        texts = [read(stream) for stream in (out, err)]
    return {"status": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}


def read(stream):
    stream.seek(0)
    return stream.read().decode("latin-1")


def become(case, out, err):
    """Be the program: streams and surroundings as the case wants them, its work, its end."""
    given = tempfile.TemporaryFile()  # noqa: SIM115  (open as long as the process is there)
    given.write(case.get("stdin", "").encode())
    given.seek(0)
    places = {0: given.fileno(), 1: out, 2: err}
    for number in case.get("full", ()):
        places[number] = os.open("/dev/full", os.O_WRONLY)
    for number, place in places.items():
        os.dup2(place, number)
    encoding = case.get("encoding", "utf-8")
    for number, (name, mode) in enumerate((("stdin", "rb"), ("stdout", "wb"), ("stderr", "wb"))):
        raw = os.fdopen(number, mode, closefd=False)
        errors = "backslashreplace" if number == 2 else "strict"
        setattr(sys, name, io.TextIOWrapper(raw, encoding=encoding, errors=errors))
    for number in case.get("closed", ()):
        os.close(number)
        setattr(sys, ("stdin", "stdout", "stderr")[number], None)
    os.environ.clear()
    os.environ.update(case["env"])
    os.chdir(case["cwd"])
    status = status_of(case)
    try:
        atexit._run_exitfuncs()
        symgrad.cli.process.flush()
    except OSError:
        status = 120  # what the interpreter makes of it
    os._exit(status)


def status_of(case):
    """Return the exit status of a program that is run in this process."""
    words = [word.encode("latin-1").decode("utf-8", "surrogateescape") for word in case["words"]]
    sys.path[0] = case["cwd"]
    try:
        if words[0] != "-m":
            sys.argv[:] = words
            runpy.run_path(words[0], run_name="__main__")
            return 0
        _, module, *sys.argv[1:] = words
        if case.get("net", True):
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        else:
            sys.argv[0] = module
            symgrad.cli.main(net=False)
    except SystemExit as error:
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        print(error.code, file=sys.stderr)  # noqa: T201  (as the interpreter does)
        return 1
    except BaseException:  # noqa: BLE001  (shown as the interpreter shows it)
        traceback.print_exc()
        return 70
    return 0


if __name__ == "__main__":
    warm()
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)  # noqa: T201
