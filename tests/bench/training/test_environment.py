"""What the bits of a run's numbers may depend on: the fingerprint, and the sources that make them."""

from typing import Any

import pytest

from bench.training.environment import differing_sources, environment, fingerprint_of, gives_the_bits_of, sources

MACHINE = {"python": "3.12.1", "blas": []}


def test_sources_are_those_that_make_numbers() -> None:
    found = sources()
    assert {"nn/training.py", "nn/optimizers/adam.py", "bench/problems/spiral.py", "bench/data/splits.py"} <= set(found)
    assert {"bench/training/building.py", "bench/training/training.py"} <= set(found)
    assert not {path for path in found if path.startswith(("bench/report", "bench/statistics", "tests"))}
    assert not {f"nn/{name}.py" for name in ("classifier", "conventions", "inputs", "labels", "saving")} & set(found)
    assert not {path for path in found if path.endswith("__init__.py") or path == "bench/training/workers.py"}
    assert all(len(digest) == 16 for digest in found.values())
    assert environment()["sources"] == found


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], []),
        ([{"nn/losses.py": "a", "nn/optimizers/sgd.py": "b"}], []),
        ([{"nn/losses.py": "x", "nn/optimizers/sgd.py": "b"}], ["nn/losses.py"]),
        ([{"nn/losses.py": "a", "nn/optimizers/sgd.py": "x"}], ["nn/optimizers/sgd.py"]),
        ([{"nn/losses.py": "a"}], []),  # a rule that only one has
        ([{"nn/optimizers/sgd.py": "b"}], ["nn/losses.py"]),  # what every run rests on
        ([{"nn/losses.py": "a", "nn/optimizers/new.py": "x", "nn/optimizers/sgd.py": "b"}], []),
        ([{"nn/losses.py": "a", "nn/classifier.py": "x"}], []),  # what no run rests on
        ([{}], ["nn/losses.py"]),  # an older program wrote none down
    ],
)
def test_sources_differ_where_both_have_them_or_all_need_them(
    others: list[dict[str, str]], expected: list[str]
) -> None:
    facts: list[dict[str, Any]] = [{"sources": {"nn/losses.py": "a", "nn/optimizers/sgd.py": "b"}}]
    facts += [{"sources": other} if other else {} for other in others]
    assert differing_sources(facts) == expected


def test_the_same_bits_are_promised_on_one_fingerprint_by_the_same_sources() -> None:
    here = {"fingerprint": MACHINE, "commit": "a", "sources": {"nn/losses.py": "a"}}
    assert gives_the_bits_of(here, {**here, "commit": "b"})
    assert not gives_the_bits_of(here, {**here, "sources": {"nn/losses.py": "b"}})
    assert not gives_the_bits_of(here, {"fingerprint": MACHINE, "commit": "a"})
    assert not gives_the_bits_of(here, {**here, "fingerprint": MACHINE | {"python": "3.13.0"}})
    assert fingerprint_of(here) == fingerprint_of({**here, "sources": {}})
