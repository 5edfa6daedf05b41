"""The command `symgrad`, and `python -m symgrad`."""

import gc
import signal

_RARELY = (200_000, 50, 1000)  # when the collector looks: loading SymPy alone makes as many objects


def main() -> None:
    """Run the command line; an interrupt while it is loaded ends the program without a word."""
    gc.set_threshold(*_RARELY)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from symgrad.cli import main as run  # noqa: PLC0415  (click takes its time)

    run()


if __name__ == "__main__":
    main()
