"""Runs commands under faults of their surroundings, each in a child of one warm process.

Reads a JSON list of cases from standard input: `words` of the command, `closed` (numbers of the
streams), `full` (numbers of the streams that are written to a full disk), `encoding`. Writes a list
of {status, out, err}; texts stand in Latin-1, so that they are the bytes that came. The net is off:
what nobody foresaw is a traceback.
"""

import io
import json
import os
import sys
import tempfile
import warnings

import symgrad.cli
import symgrad.derivation.derive
import symgrad.render.document
import symgrad.render.html
import symgrad.targets.check_code
import symgrad.verify

ALL = (symgrad.derivation.derive, symgrad.render, symgrad.targets, symgrad.verify)  # warm
LONGEST = 60


def run(case):
    """Return what a command ends with under a fault."""
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
    """Be the program: streams as the case wants them, then the command line, then the end."""
    places = {0: os.open(os.devnull, os.O_RDONLY), 1: out, 2: err}
    for number in case.get("full", ()):
        places[number] = os.open("/dev/full", os.O_WRONLY)
    for number, place in places.items():
        os.dup2(place, number)
    names = ("stdin", "stdout", "stderr")
    encoding = case.get("encoding", "utf-8")
    for number, mode in enumerate(("rb", "wb", "wb")):
        raw = os.fdopen(number, mode, closefd=False)
        errors = "backslashreplace" if number == 2 else "strict"
        setattr(sys, names[number], io.TextIOWrapper(raw, encoding=encoding, errors=errors))
    for number in case.get("closed", ()):
        os.close(number)
        setattr(sys, names[number], None)
    sys.argv = ["symgrad", *(word.encode("latin-1").decode("utf-8", "surrogateescape")
                             for word in case["words"])]  # fmt: skip
    status = 0
    try:
        symgrad.cli.main(net=False)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001  (shown as the interpreter shows it)
        sys.excepthook(*sys.exc_info())
        status = 70
    try:
        symgrad.cli.process.flush()
    except OSError:
        status = 120  # what the interpreter makes of it
    os._exit(status)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps([run(case) for case in json.load(sys.stdin)]))  # noqa: T201
