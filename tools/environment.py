"""Write environment.yml, for conda users, from pyproject.toml: ``python tools/environment.py [--check]``."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent

# What conda-forge does not carry comes from the Python Package Index.
INDEX_ONLY = ("bibtexparser", "kaleido")

# bertopic brings torch and CUDA along, from either source. What it needs here is listed in its place; the package
# itself comes last and alone.
ALONE = {"bertopic": ("hdbscan", "pandas", "tqdm")}

TEMPLATE = """\
# Written by `make environment` from pyproject.toml: change that, not this.
#
#   conda env create -f environment.yml
#   conda activate aftermath
#   pip install --no-deps --no-build-isolation {alone} -e .
#
# The last line installs Aftermath itself and what must come without its dependencies: they are torch and CUDA,
# gigabytes that nothing here uses.
name: aftermath
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python {python}
  - pip
{conda}
  - pip:
{index}
"""


def project() -> dict:
    """The contents of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def conda_line(requirement: Requirement) -> str:
    """A requirement as conda writes it: names in lower case, one space before the version."""
    return f"{requirement.name.lower()} {ordered(requirement)}".rstrip()


def ordered(requirement: Requirement) -> str:
    """The version bounds, **the lower one first**, however they were read.

    Examples
    --------
    >>> ordered(Requirement("polars<3,>=2"))
    '>=2,<3'
    """
    return ",".join(sorted(map(str, requirement.specifier), reverse=True))


def requirements() -> list[Requirement]:
    """What the default install, its extra ``export`` and its build back end ask for, by name."""
    contents = project()
    texts = [
        *contents["project"]["dependencies"],
        *contents["project"]["optional-dependencies"]["export"],
        *contents["dependency-groups"]["build"],
    ]
    return sorted(map(Requirement, texts), key=lambda requirement: requirement.name.lower())


def environment() -> str:
    """The text of environment.yml."""
    wanted = requirements()
    from_conda = [conda_line(package) for package in wanted if package.name not in (*INDEX_ONLY, *ALONE)]
    in_place = [name for names in ALONE.values() for name in names]
    return TEMPLATE.format(
        alone=" ".join(f'"{package.name}{ordered(package)}"' for package in wanted if package.name in ALONE),
        python=ordered(Requirement(f"python{project()['project']['requires-python']}")),
        conda="\n".join(f"  - {line}" for line in sorted([*from_conda, *in_place])),
        index="\n".join(
            f"      - {package.name}{ordered(package)}" for package in wanted if package.name in INDEX_ONLY
        ),
    )


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` only say whether it is up to date; return the exit status."""
    path, text = ROOT / "environment.yml", environment()
    if "--check" not in arguments:
        path.write_text(text, encoding="utf-8", newline="\n")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        print("environment.yml does not match pyproject.toml; `make environment` writes it anew.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
