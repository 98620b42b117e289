"""A run's numbers are bitwise the same alone and in any stack: the promise under everything that is stored."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import nn
from tests.nn.rules import RULES

Run = dict[str, Any]
Shape = dict[str, Any]

# Hyperparameters under which nothing diverges; 0 stands for "without", so that penalties, dropout and decay occur
# in some runs of a stack and not in others.
RUN = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32),
        "lr": st.sampled_from([0.001, 0.02, 0.1, 0.3]),
        "decay": st.sampled_from([0.0, 5e-7, 0.1]),
        "l1": st.sampled_from([0.0, 0.0, 1e-4, 0.01]),
        "l2": st.sampled_from([0.0, 0.0, 5e-4, 0.05]),
        "dropout": st.sampled_from([0.0, 0.0, 0.1, 0.5, 0.9]),
        "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "beta1": st.sampled_from([0.0, 0.9]),
        "beta2": st.sampled_from([0.9, 0.999]),
        "eps": st.sampled_from([1e-8, 1e-7, 1e-3]),
    }
)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """What the runs of a stack share: any depth, narrow and wide layers, one sample and more, any batch size."""
    hidden = draw(st.lists(st.one_of(st.integers(1, 9), st.integers(10, 70)), max_size=3))
    samples = draw(st.one_of(st.integers(1, 9), st.integers(10, 80)))
    divisors = [size for size in range(1, samples + 1) if samples % size == 0]
    batch = draw(st.one_of(st.none(), st.just(1), st.sampled_from(divisors), st.integers(1, samples + 3)))
    assume(batch is None or samples / batch <= 40)  # time
    return {
        "widths": (draw(st.one_of(st.integers(1, 6), st.integers(15, 40))), *hidden, draw(st.integers(2, 12))),
        "samples": samples,
        "batch": batch,
        "epochs": draw(st.integers(1, 3)),
        "optimizer": draw(st.sampled_from(list(RULES))),
        "activation": draw(st.sampled_from(list(nn.layers.ACTIVATIONS))),
        "dtype": draw(st.sampled_from([np.float32, np.float64])),
        "penalize": draw(st.sampled_from(["all", "first"])),
        "penalize_biases": draw(st.booleans()),
    }


@settings(max_examples=150)
@given(shape=shapes(), runs=st.lists(RUN, min_size=2, max_size=7))
@example(
    shape={"widths": (2, 64, 3), "samples": 300, "batch": None, "epochs": 3, "optimizer": "adam"},
    runs=[{"seed": 0}, {"seed": 1, "l2": 5e-4}, {"seed": 2, "dropout": 0.1}],
)
@example(shape={"widths": (4, 12), "samples": 1, "batch": 1, "epochs": 3, "optimizer": "sgd"}, runs=[{"seed": 0}] * 2)
def test_a_run_alone_is_the_run_in_a_stack(trained: Any, numbers: Any, shape: Shape, runs: list[Run]) -> None:
    together = trained(runs, **shape)
    for i, run in enumerate(runs):
        assert numbers(*together, i) == numbers(*trained([run], **shape), 0)


@settings(max_examples=40)
@given(shape=shapes(), runs=st.lists(RUN, min_size=2, max_size=6), data=st.data())
def test_order_and_company_make_no_difference(
    trained: Any, numbers: Any, shape: Shape, runs: list[Run], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(runs))))
    cut = data.draw(st.integers(1, len(runs) - 1))
    whole = trained(runs, **shape)
    for members in (order, order[:cut], order[cut:]):
        some = trained([runs[i] for i in members], **shape)
        for place, i in enumerate(members):
            assert numbers(*some, place) == numbers(*whole, i)


@settings(max_examples=20)
@given(shape=shapes(), runs=st.lists(RUN, min_size=1, max_size=4))
def test_training_twice_gives_the_same_bits(trained: Any, numbers: Any, shape: Shape, runs: list[Run]) -> None:
    first, second = trained(runs, **shape), trained(runs, **shape)
    for i in range(len(runs)):
        assert numbers(*first, i) == numbers(*second, i)


@settings(max_examples=6)
@given(
    stack=st.integers(29, 130),
    shape=st.sampled_from([(2, 16, 3), (1, 5, 4, 12), (3, 2), (2, 64, 3)]),
    optimizer=st.sampled_from(["momentum", "adam"]),
)
def test_large_stacks_are_no_exception(
    trained: Any, numbers: Any, stack: int, shape: tuple[int, ...], optimizer: str
) -> None:
    rng = np.random.default_rng(stack)
    runs = [
        {"seed": seed, "lr": rng.uniform(0.01, 0.1), "l1": (seed % 3 == 0) * 1e-3, "dropout": (seed % 4 == 1) * 0.2}
        for seed in range(stack)
    ]
    same: Shape = {"widths": shape, "samples": 21, "batch": 8, "epochs": 3, "optimizer": optimizer}
    together = trained(runs, **same)
    for i in {0, 1, 27, 28, 29, stack - 1} & set(range(stack)):
        assert numbers(*together, i) == numbers(*trained([runs[i]], **same), 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("widths", "samples", "batch"),
    [
        ((2, 512, 3), 300, None),
        ((2, 512, 3), 200, 130),
        ((3, 1100, 8, 4), 65, None),
        ((2, 64, 64, 12), 1025, 600),
    ],
    ids=str,
)
def test_batches_cut_into_pieces_are_no_exception(
    trained: Any, numbers: Any, widths: tuple[int, ...], samples: int, batch: int | None, dtype: type
) -> None:
    runs = [{"seed": 0, "dropout": 0.1}, {"seed": 1, "l2": 1e-3}, {"seed": 2, "dropout": 0.5, "l1": 1e-3}]
    same: Shape = {"widths": widths, "samples": samples, "batch": batch, "epochs": 2, "dtype": dtype}
    together = trained(runs, **same)
    assert len(together[0].pieces(batch or samples)) > 1
    for i, run in enumerate(runs):
        assert numbers(*together, i) == numbers(*trained([run], **same), 0)


@pytest.mark.parametrize("batch", [None, 16])
def test_the_memory_layout_of_the_data_makes_no_difference(network_of: Any, batch: int | None) -> None:
    rng = np.random.default_rng(9)
    x, labels = rng.standard_normal((3, 2, 50)), rng.integers(4, size=(3, 50))
    x.setflags(write=False)
    labels.setflags(write=False)
    spread = np.empty((6, 4, 100))[::2, ::2, ::2]
    spread[...] = x
    arrangements: list[tuple[nn.arrays.Array, nn.arrays.Array]] = [
        (x, labels),
        (np.asfortranarray(x), np.asfortranarray(labels)),
        (x, labels[:, ::-1].copy()[:, ::-1]),
        (spread, labels.astype(np.uint8)),
    ]
    results = set()
    for inputs, codes in arrangements:
        data = nn.Data(inputs, codes, 4)
        network = network_of([{"seed": seed} for seed in range(3)], (2, 20, 4))
        streams = [np.random.default_rng(seed) for seed in range(3)]
        nn.train(network, nn.Adam(0.05), data, data, epochs=5, batch=batch, batch_streams=streams)
        results.add(network.parameters.tobytes())
    assert len(results) == 1
