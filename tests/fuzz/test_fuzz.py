"""Whatever the bytes are, what reads them raises nothing but what it promises: ``make fuzz`` looks on for longer."""

from __future__ import annotations

import pytest

pytest.importorskip("hypothesis")
from harnesses import HARNESSES, MOST, corpus
from search import tried

EXAMPLES = {"exports": 150, "times": 500, "yaml": 150, "workbooks": 150}
BROKE = {  # found by a search, and mended
    "times": [b"0001-01-01", b"9999-12-31", b"9999-12-31T23:59:59+00:00"],
    "yaml": [
        b"title: !!bool x",
        b"title: !!int ''",
        b"title: !!float _",
        b"[!!timestamp x]: x",
        b"files: {!!bool x: x}",
    ],
}


@pytest.mark.parametrize("name", HARNESSES)
def test_a_corpus_is_small_and_read_without_a_fault(name):
    inputs = corpus(name)
    assert inputs
    assert max(map(len, inputs)) <= MOST
    assert sum(map(len, inputs)) <= 50_000
    for data in inputs:
        HARNESSES[name](data)


@pytest.mark.bad_input("damaged inputs of a fuzzer")
@pytest.mark.parametrize(("name", "data"), [(name, data) for name, inputs in BROKE.items() for data in inputs])
def test_what_broke_a_reader_once_does_so_no_more(name, data):
    HARNESSES[name](data)


@pytest.mark.bad_input("damaged inputs of a fuzzer")
@pytest.mark.parametrize("number", ["1e999", "-1e999", "nan", "9" * 400, "1e-400", "-5", "2958466"])
@pytest.mark.parametrize("place", ["41185.5<", "41185<", "1e15<"])
def test_a_number_in_a_sheet_may_be_any(place, number):
    sheet = corpus("workbooks")[1]
    assert place.encode() in sheet
    HARNESSES["workbooks"](sheet.replace(place.encode(), f"{number}<".encode()))


@pytest.mark.slow
@pytest.mark.bad_input("damaged inputs of a fuzzer")
@pytest.mark.parametrize("name", HARNESSES)
def test_damaged_inputs_are_read_or_refused(name, record_property):
    tried(HARNESSES[name], corpus(name), EXAMPLES[name])
    record_property("trials", EXAMPLES[name])


def test_a_fault_would_be_found():
    def broken(data: bytes) -> None:
        if b"!!int" in data:
            raise RuntimeError("found")

    with pytest.raises(RuntimeError, match="found"):
        tried(broken, [b"title: x"], 1000)
