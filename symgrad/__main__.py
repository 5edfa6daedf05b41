"""The command `symgrad`, and `python -m symgrad`."""

import signal


def main() -> None:
    """Run the command line; an interrupt while it is loaded ends the program without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from symgrad.cli import main as run  # noqa: PLC0415  (click takes its time)

    run()


if __name__ == "__main__":
    main()
