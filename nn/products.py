"""Matrix products for every run of a stack, cut to the sizes at which BLAS is fastest.

OpenBLAS computes a small product from the factors as they lie. For a larger one it first copies ("packs") them, which
networks of this size do not repay. So a product that is too large is cut into blocks of rows, which `np.matmul` takes
as it takes the runs of a stack. The cuts depend on shapes alone: other cuts, other bits.

The two limits are those of OpenBLAS on processors with AVX-512 (`sgemm_small_kernel_permit`), where cutting saves a
fifth to a half of a product's time. With AVX2 alone it costs a training step with wide layers up to a seventh.
The kernels compute four rows together, so that blocks of whole `group`s of 4 are faster still. That is asked for where
samples lie as rows; elsewhere the cuts are those that stored runs rest on.
"""

import numpy as np

from nn.arrays import Array

DIRECT = 1_000_000  # multiplications in a product a b that needs no packing
DIRECT_TRANSPOSE = 1_200  # numbers in a product a b^T that needs no packing, within the limit above
GROUP = 4  # rows
FEWEST_ROWS = 8  # where not even so many rows fit into a block, packing is faster


def multiply(a: Array, b: Array, out: Array, group: int = 1) -> None:
    """Write a b to `out`: (runs, m, k) times (runs, k, n)."""
    _, m, k = a.shape
    n = b.shape[2]
    if m * k * n <= DIRECT:
        np.matmul(a, b, out=out)
    else:
        _by_blocks(a, b, out, DIRECT // (k * n), group)


def multiply_by_transpose(a: Array, b: Array, out: Array, group: int = 1) -> None:
    """Write a b^T to `out`: (runs, m, k) times the transpose of (runs, n, k).

    Both factors are read along their rows here. Where rows are short and neither factor is narrow, packing is faster.
    """
    _, m, k = a.shape
    n = b.shape[1]
    most = min(DIRECT_TRANSPOSE, DIRECT // k)
    if m * n <= most or k < 2 * min(m, n):
        np.matmul(a, b.mT, out=out)
    elif m < n / 4:  # (b a^T)^T, so that the wider factor is the one that is cut
        _by_blocks(b, a.mT, out.mT, most // m, group)
    else:
        _by_blocks(a, b.mT, out, most // n, group)


def _by_blocks(a: Array, b: Array, out: Array, most: int, group: int) -> None:
    """a b, in equal blocks of at most so many rows of `a`, in whole groups, and a smaller one for the rows left."""
    most -= most % group
    if most < FEWEST_ROWS:
        np.matmul(a, b, out=out)
        return
    rows = a.shape[1]
    size = -(-rows // -(-rows // most))
    cut = rows - rows % size
    np.matmul(_blocks(a[:, :cut], size), b[:, np.newaxis], out=_blocks(out[:, :cut], size))
    if cut < rows:
        np.matmul(a[:, cut:], b, out=out[:, cut:])


def _blocks(a: Array, size: int) -> Array:
    """A view (runs, blocks, size, columns) of (runs, rows, columns)."""
    return a.reshape(len(a), -1, size, a.shape[2], copy=False)
