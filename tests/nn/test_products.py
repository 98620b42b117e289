"""Products by blocks are the products."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from nn.arrays import Array
from nn.products import GROUP, multiply, multiply_by_transpose

RUNS = 3


def arrays(*shapes: tuple[int, int]) -> list[Array]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal((RUNS, *shape)).astype(np.float32) for shape in shapes]


# Rounding: each of at most 600 terms and partial sums, the largest near 75, is off by at most 2^-24 of itself.
ROUNDING = 600 * 75 * 2**-24


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were multiplied at a time."""
    calls = []

    def matmul(a: Array, b: Array, out: Array) -> None:
        calls.append(a.shape[-2])
        out[...] = a @ b

    monkeypatch.setattr(np, "matmul", matmul)
    return calls


@pytest.mark.parametrize(
    ("m", "k", "n", "expected"),
    [
        (3, 4, 5, [3]),
        (64, 65, 300, [32]),  # two equal blocks
        (127, 129, 128, [43, 41]),  # two blocks and a smaller one
        (64, 600, 500, [64]),  # blocks would have three rows
    ],
)
def test_multiply(m: int, k: int, n: int, expected: list[int], rows: list[int]) -> None:
    a, b, out = arrays((m, k), (k, n), (m + 1, n))
    for factor in a, np.ascontiguousarray(a.mT).mT:
        out[...] = 0
        multiply(factor, b, out[:, :-1])
        assert_allclose(out[:, :-1], a.astype(float) @ b, atol=ROUNDING)
        assert not out[:, -1].any()
    assert rows == 2 * expected


@pytest.mark.parametrize(
    ("m", "n", "k", "expected"),
    [
        (3, 65, 300, [3]),
        (64, 65, 64, [64]),  # short rows: packing is faster
        (64, 65, 300, [16]),  # blocks of the left factor
        (63, 65, 300, [16, 15]),  # and a smaller one
        (34, 35, 960, [17]),  # few numbers, but long rows
        (3, 513, 64, [257, 256]),  # a narrow left factor: blocks of the right one
        (512, 3, 64, [256]),  # a narrow right factor: blocks of the left one
        (200, 200, 500, [200]),  # blocks would have six rows
    ],
)
def test_multiply_by_transpose(m: int, n: int, k: int, expected: list[int], rows: list[int]) -> None:
    a, b, out = arrays((m, k), (n, k), (m, n))
    multiply_by_transpose(a, b, out)
    assert_allclose(out, a.astype(float) @ b.mT, atol=ROUNDING)
    assert rows == expected


def test_where_it_is_asked_for_blocks_are_whole_groups_of_rows(rows: list[int]) -> None:
    weights, samples, out = arrays((128, 785), (128, 785), (128, 128))
    multiply_by_transpose(weights, samples, out, GROUP)
    assert_allclose(out, weights.astype(float) @ samples.mT, atol=785 / 600 * ROUNDING)
    g, out = arrays((128, 128), (128, 785))
    multiply(g, samples, out, GROUP)
    assert_allclose(out, g.astype(float) @ samples, atol=ROUNDING)
    assert rows == [8, 8]  # 9 would fit
