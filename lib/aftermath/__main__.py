"""The command ``aftermath``, as ``aftermath ...`` or ``python -m aftermath ...``."""

import sys

_MAKES_NOTHING_HERE = ("--dask", "--dry-run", "--help")


def main() -> None:
    """Run the command. What pages need is imported, in a process of its own, while the command line is still being read."""
    try:
        if sys.argv[1:2] == ["build"] and not any(word.startswith(_MAKES_NOTHING_HERE) for word in sys.argv):
            from aftermath.pages.preloaded import preload

            preload()
        from aftermath.cli import main as run

        run()
    except KeyboardInterrupt:  # before anything was begun that could say more
        sys.exit(130)


if __name__ == "__main__":
    main()
