"""The command ``aftermath``, as ``aftermath ...`` or ``python -m aftermath ...``."""

import gc
import sys

_RARELY = 100_000  # what is imported stays: to look through it for garbage again and again takes a tenth of the start
_MAKES_NOTHING_HERE = ("--dask", "--dry-run", "--help")


def main() -> None:
    """Run the command. What pages need is imported, in a process of its own, while the command line is still being read."""
    gc.set_threshold(_RARELY)
    try:
        if sys.argv[1:2] == ["build"] and not any(word.startswith(_MAKES_NOTHING_HERE) for word in sys.argv):
            from aftermath.running.forking import start_forking

            start_forking()
        from aftermath.cli import main as run

        run()
    except KeyboardInterrupt:  # before anything was begun that could say more
        sys.exit(130)


if __name__ == "__main__":
    main()
