"""Samples: one table, divided anew for every seed, in the proportions of its classes; its draws are cheap."""

import math
import pickle
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.data import DataError, Table, divide
from bench.problems import SIZES, DataFile, Samples
from nn.streams import Stream

COUNTS = {"a": 40, "b": 24, "c": 9}
ROWS = sum(COUNTS.values())


@pytest.fixture
def samples(tmp_path: Path) -> DataFile:
    """73 samples of three features, the first of which is the sample's place in the table, shuffled."""
    rng = np.random.default_rng(0)
    labels = rng.permutation([label for label, count in COUNTS.items() for _ in range(count)])
    places = rng.permutation(ROWS)
    lines = [
        f"{place},{rng.normal(5, 3)!r},{int(place == 7)},{label}" for place, label in zip(places, labels, strict=True)
    ]
    (tmp_path / "data.csv").write_text("\n".join(["place,x,rare,label", *lines]))
    return DataFile(folder=str(tmp_path), path="data.csv", target="label").found()


def places(samples: Samples, split: Stream, seed: int) -> list[int]:
    """Which samples a part has."""
    x, _ = replace(samples, standardize=False).draw(split, seed)
    return sorted(int(place) for place in x[0])


def test_every_part_has_the_shape_the_size_and_the_labels_that_it_says(samples: DataFile) -> None:
    assert (samples.features, samples.classes) == (3, 3)
    for split in SIZES:
        x, labels = samples.draw(split, 0)
        assert x.shape == (3, samples.size(split))
        assert x.dtype == np.float64
        assert labels.shape == (samples.size(split),)
        table = samples.table
        own = {int(row[0]): label for row, label in zip(table.rows, table.labels.tolist(), strict=True)}
        raw, _ = replace(samples, standardize=False).draw(split, 0)
        assert [own[int(place)] for place in raw[0]] == labels.tolist()


@pytest.mark.parametrize("seed", [0, 1, 1_000_000])
def test_every_sample_is_in_one_part(samples: DataFile, seed: int) -> None:
    assert sorted(place for split in SIZES for place in places(samples, split, seed)) == list(range(ROWS))


def test_a_seed_divides_as_it_always_did_and_others_otherwise(samples: DataFile) -> None:
    for split in SIZES:
        assert places(samples, split, 3) == places(samples, split, 3)
        assert places(samples, split, 3) != places(samples, split, 4)


def test_another_share_for_validation_leaves_the_test_as_it_is(samples: DataFile) -> None:
    other = replace(samples, validation=0.4)
    assert places(samples, "test", 0) == places(other, "test", 0)
    assert set(places(samples, "validation", 0)) < set(places(other, "validation", 0))


@pytest.mark.parametrize(("share", "number"), [(0.25, 18), (0.2, 15), (18, 18), (9, 9), (0.5, 36)])
def test_a_share_or_a_number_says_how_many(samples: DataFile, share: float, number: int) -> None:
    own = replace(samples, test=share)
    assert own.size("test") == number  # 0.25 of 73 is 18.25; Python rounds 36.5 to the even 36
    counts = np.bincount(own.draw("test", 0)[1])
    assert np.abs(counts - number * np.array([*COUNTS.values()]) / ROWS).max() < 1  # the largest remainder


def test_the_majority_is_that_of_the_test(samples: DataFile) -> None:
    counts = np.bincount(samples.draw("test", 0)[1])
    assert samples.majority == counts.max() / counts.sum()
    assert math.isnan(samples.ceiling)
    assert samples.classify(samples.draw("test", 0)[0]) is None


def test_features_are_standardized_by_the_training_samples_alone(samples: DataFile) -> None:
    x, _ = samples.draw("train", 0)
    np.testing.assert_allclose(x[:2].mean(axis=1), 0, atol=1e-12)  # sums of 40 numbers of size 1
    np.testing.assert_allclose(x[:2].std(axis=1), 1, atol=1e-12)
    raw = replace(samples, standardize=False)
    train, test = raw.draw("train", 0)[0], raw.draw("test", 0)[0]
    expected = (test - train.mean(axis=1, keepdims=True)) / train.std(axis=1, keepdims=True)
    np.testing.assert_allclose(samples.draw("test", 0)[0][:2], expected[:2], rtol=1e-12)  # sums in another order


def test_a_feature_that_does_not_vary_in_training_keeps_its_scale(samples: DataFile) -> None:
    seed = next(seed for seed in range(100) if 7 in places(samples, "test", seed))
    assert set(samples.draw("train", seed)[0][2]) == {0.0}
    assert set(samples.draw("test", seed)[0][2]) == {0.0, 1.0}


def test_a_draw_leaves_the_table_as_it_is(samples: DataFile) -> None:
    before = samples.table.rows.copy()
    x, _ = samples.draw("train", 0)
    x += 1
    np.testing.assert_array_equal(samples.table.rows, before)


def test_workers_get_settings_and_not_the_samples(samples: DataFile) -> None:
    sent = pickle.dumps(samples)
    assert pickle.loads(sent) == samples
    assert hash(pickle.loads(sent)) == hash(samples)
    assert len(sent) < 1000


def test_the_file_is_read_once(samples: DataFile) -> None:
    assert samples.table is replace(samples, test=0.3, standardize=False).table


def test_a_file_that_has_changed_is_another(samples: DataFile) -> None:
    path = Path(samples.folder, samples.path)
    path.write_text(path.read_text() + "1,2,0,a\n")
    assert samples.found() != samples
    with pytest.raises(DataError, match="has changed"):
        replace(samples, drop=("rare",)).table  # noqa: B018  (with other columns it is read again)


def _labelled(counts: list[int], parts: list[int] | None = None) -> Table:
    labels = np.repeat(np.arange(len(counts)), counts)
    return Table(
        np.zeros((len(labels), 1)),
        labels,
        ("x",),
        tuple(f"c{i}" for i in range(len(counts))),
        None if parts is None else np.array(parts),
    )


@given(
    st.lists(st.integers(3, 60), min_size=2, max_size=6), st.floats(0.05, 0.6), st.floats(0.05, 0.6), st.integers(0, 9)
)
def test_any_table_is_divided_into_parts_that_have_every_class_or_refused(
    counts: list[int], test: float, validation: float, seed: int
) -> None:
    table = _labelled(counts)
    try:
        division = divide(table, test, validation)
    except DataError:
        exact = np.array(counts) * np.array([[test], [validation], [1 - test - validation]])
        assert exact.min() < 2  # two roundings, each by less than one sample
        return
    rows = {part: division.rows(part, seed) for part in SIZES}
    assert sorted(np.concatenate([*rows.values()])) == list(range(sum(counts)))
    for part, own in rows.items():
        assert np.bincount(table.labels[own], minlength=len(counts)).tolist() == division.counts[part].tolist()
        assert division.counts[part].min() > 0
    assert division.size("test") == round(test * sum(counts))


def test_a_column_fixes_the_parts_for_every_seed() -> None:
    table = _labelled([6, 6], [0, 0, 0, 1, 2, 2] * 2)
    division = divide(table, 0.25, 0.2)
    for seed in (0, 1):
        assert division.rows("train", seed).tolist() == [0, 1, 2, 6, 7, 8]
        assert division.rows("validation", seed).tolist() == [3, 9]
        assert division.rows("test", seed).tolist() == [4, 5, 10, 11]


def test_where_a_column_fixes_the_test_alone_validation_is_drawn_from_the_rest() -> None:
    table = _labelled([20, 20], ([0] * 15 + [2] * 5) * 2)
    division = divide(table, 0.25, 0.2)
    drawn = [set(division.rows("validation", seed).tolist()) for seed in (0, 1)]
    assert drawn[0] != drawn[1]
    for seed, validation in enumerate(drawn):
        assert len(validation) == 8
        test, train = (set(division.rows(part, seed).tolist()) for part in ("test", "train"))
        assert test == {*range(15, 20), *range(35, 40)}
        assert validation | train == set(range(40)) - test
        assert not validation & train


@pytest.mark.parametrize(
    ("counts", "parts", "test", "validation", "words"),
    [
        ([30, 3], None, 0.1, 0.2, '"c1" would be for test'),
        ([30, 3], None, 0.3, 0.1, '"c1" would be for validation'),
        ([30, 30], None, 0.5, 29, "would be for training"),
        ([30, 30], None, 0.5, 30, "30 samples for validation of the 30"),
        ([3, 3], None, 6, 0.01, "6 samples for test of the 6"),
        ([30, 30], None, 61, 0.2, "61 samples for test of the 60"),
        ([3, 3], [0, 0, 2, 2, 2, 2], 0.25, 0.2, '"c1" would be for'),
    ],
)
def test_a_part_without_some_class_is_refused(
    counts: list[int], parts: list[int] | None, test: float, validation: float, words: str
) -> None:
    with pytest.raises(DataError) as refused:
        divide(_labelled(counts, parts), test, validation)
    assert words in str(refused.value)


def test_a_draw_takes_little_memory_beside_what_it_gives(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4000, 200)), rng.integers(0, 3, 4000)
    np.savez(tmp_path / "data.npz", x=x, y=y)
    samples = DataFile(folder=str(tmp_path), path="data.npz", target="y").found()
    samples.size("train")  # the table is read
    tracemalloc.start()
    for seed in range(5):
        samples.draw("train", seed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * x.nbytes  # the samples, and what their standard deviation is computed with
