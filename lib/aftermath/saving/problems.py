"""What cannot be saved, and the packages that saving may lack."""

from __future__ import annotations

from importlib.util import find_spec

from aftermath.problems import AftermathError


class SaveError(AftermathError):
    """Something cannot be saved as asked; what stood there before is untouched."""


def needs(module: str, kind: str) -> None:
    """Ask for a package of the extra ``export`` before it is used.

    Parameters
    ----------
    module
        What is imported.
    kind
        What it is needed for, e.g. ``a .docx file``.

    Raises
    ------
    SaveError
        If it is not installed; the text has the command that installs it.
    """
    if find_spec(module) is None:
        raise SaveError(
            f"For {kind} the package {module} is needed, which is not installed. Install the extra `export`: "
            'pip install "aftermath[export]"'
        )
