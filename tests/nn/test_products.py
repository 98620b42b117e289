"""Products by blocks are the products."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from nn.products import DIRECT, DIRECT_TRANSPOSE, multiply, multiply_by_transpose

RUNS = 3


def arrays(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal((RUNS, *shape)).astype(np.float32) for shape in shapes]


# Rounding: sums of up to 600 products near 1, each off by at most 600 * 2^-24 of their sizes' sum, which is near 600.
ROUNDING = 600 * 600 * 2**-24 / 8


@pytest.mark.parametrize(
    ("m", "k", "n"),
    [
        (3, 4, 5),  # whole
        (64, 65, 300),  # two equal blocks
        (127, 129, 128),  # blocks and a smaller one
        (64, 600, 500),  # blocks of three rows would be thinner than FEWEST_ROWS: whole
    ],
)
def test_multiply(m, k, n):
    a, b, out = arrays((m, k), (k, n), (m + 1, n))
    multiply(a, b, out[:, :-1])
    assert_allclose(out[:, :-1], a.astype(float) @ b, atol=ROUNDING)
    transposed = np.ascontiguousarray(a.mT).mT
    multiply(transposed, b, out[:, :-1])
    assert_allclose(out[:, :-1], a.astype(float) @ b, atol=ROUNDING)


@pytest.mark.parametrize(
    ("m", "n", "k"),
    [
        (3, 65, 300),  # small
        (64, 65, 64),  # short rows: packed
        (64, 65, 300),  # blocks of the left factor
        (63, 65, 300),  # and a smaller one
        (3, 513, 64),  # a narrow left factor: blocks of the right one
        (512, 3, 64),  # a narrow right factor: blocks of the left one
    ],
)
def test_multiply_by_transpose(m, n, k):
    a, b, out = arrays((m, k), (n, k), (m, n))
    multiply_by_transpose(a, b, out)
    assert_allclose(out, a.astype(float) @ b.mT, atol=ROUNDING)


@pytest.mark.parametrize(("m", "n", "k"), [(64, 65, 300), (512, 3, 64), (3, 513, 64), (127, 129, 270)])
def test_no_block_is_larger_than_what_blas_takes_directly(m, n, k, monkeypatch):
    blocks = []

    def matmul(a, b, out):
        blocks.append((a.shape[-2], a.shape[-1], b.shape[-1]))
        out[...] = a @ b

    a, b, x, out, z = arrays((m, k), (n, k), (n, k), (m, n), (m, k))
    monkeypatch.setattr(np, "matmul", matmul)
    multiply_by_transpose(a, b, out)
    assert blocks
    assert all(rows * columns <= DIRECT_TRANSPOSE for rows, _, columns in blocks)
    blocks.clear()
    multiply(out, x, z)
    assert blocks
    assert all(rows * inner * columns <= DIRECT for rows, inner, columns in blocks)
