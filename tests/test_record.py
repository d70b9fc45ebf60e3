"""What a build remembers so that the next one with nothing to do ends at once."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from aftermath.building.jobs import Job
from aftermath.building.record import FILE, note, out_of_order


@pytest.fixture
def job(tmp_path) -> Job:
    product = tmp_path / "a.html"
    product.write_text("page", encoding="utf-8")
    return Job("a", "a", {"evidence": "1"}, "{}", (product,), print)


def test_what_was_noted_is_in_order_until_anything_changes(job, tmp_path):
    assert out_of_order([job], tmp_path)
    note([job], tmp_path)
    assert not out_of_order([job], tmp_path)
    assert out_of_order([dataclasses.replace(job, inputs={"evidence": "2"})], tmp_path)
    assert out_of_order([dataclasses.replace(job, inputs={"evidence": "1", "more": ""})], tmp_path)
    assert out_of_order([dataclasses.replace(job, parameters='{"seed": 1}')], tmp_path)
    assert out_of_order([dataclasses.replace(job, key="b")], tmp_path)
    job.products[0].write_text("pagE", encoding="utf-8")
    assert out_of_order([job], tmp_path)
    job.products[0].unlink()
    assert out_of_order([job], tmp_path)


def test_jobs_are_remembered_beside_each_other(job, tmp_path):
    other = dataclasses.replace(job, key="b")
    note([job], tmp_path)
    note([other], tmp_path)
    assert not out_of_order([job, other], tmp_path)


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b"\xff\xfe"])
def test_a_damaged_record_means_that_nothing_is_known(job, tmp_path, damage):
    note([job], tmp_path)
    (tmp_path / FILE).write_bytes(damage)
    assert out_of_order([job], tmp_path)
    note([job], tmp_path)
    assert not out_of_order([job], tmp_path)


def test_to_find_nothing_to_do_loads_neither_the_engine_nor_tables():
    script = (
        "import sys\nimport aftermath.building.build\n"
        "print(sorted(set(sys.modules) & {'pytask', 'polars', 'dataframely', 'papermill', 'loky', 'distributed'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
