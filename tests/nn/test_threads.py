"""Several threads at once, and the one thread of BLAS."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

import nn
from nn.threads import one_blas_thread

THREADS, CALLS = 4, 40


@pytest.fixture
def often() -> object:
    """Threads take turns a thousand times as often as they do by default, so that none ends before the next begins."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("activation", nn.layers.ACTIVATIONS)
def test_one_model_answers_many_threads_as_it_answers_one(activation: str) -> None:
    X = np.random.default_rng(0).normal(size=(4 * 700, 20))
    model = nn.Classifier([64, 64], epochs=3, activation=activation, dropout=0.1).fit(X[:300], X[:300, 0] > 0)
    parts = [X[:700], X[700:1500], X[1500:1509], X[1509:]]  # of several sizes
    alone = [model.predict_proba(part).tobytes() for part in parts]
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda i: model.predict_proba(parts[i % 4]).tobytes(), range(CALLS)))
    assert together == [alone[i % 4] for i in range(CALLS)]


@pytest.mark.usefixtures("often")
def test_one_network_is_evaluated_by_many_threads_as_by_one() -> None:
    drawn = np.random.default_rng(0)
    network = nn.Network([5, 64, 3], runs=2)
    network.parameters[...] = drawn.normal(size=network.parameters.shape)
    sets = [nn.Data(drawn.normal(size=(2, 5, n)), drawn.integers(0, 3, (2, n)), 3) for n in (400, 900, 17, 1300)]
    alone = [np.concatenate(nn.evaluate(network, data)).tobytes() for data in sets]
    with ThreadPoolExecutor(THREADS) as pool:
        together = pool.map(lambda i: np.concatenate(nn.evaluate(network, sets[i % 4])).tobytes(), range(CALLS))
    assert list(together) == [alone[i % 4] for i in range(CALLS)]


@pytest.mark.usefixtures("often")
def test_models_are_trained_in_threads_as_one_after_another() -> None:
    X = np.random.default_rng(0).normal(size=(100, 3))

    def fitted(seed: int) -> bytes:
        return (
            nn.Classifier([16], epochs=20, batch=30, dropout=0.1, seed=seed)
            .fit(X, X[:, 0] > 0)
            .predict_proba(X)
            .tobytes()
        )

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(fitted, range(8))) == [fitted(seed) for seed in range(8)]


def blas_threads() -> set[int]:
    """How many threads BLAS has now, by a library that asks it otherwise."""
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")
    pools = [pool for pool in threadpoolctl.threadpool_info() if "numpy" in pool["filepath"]]
    if not any(pool["internal_api"] == "openblas" for pool in pools):
        pytest.skip("NumPy's BLAS is not OpenBLAS")
    return {pool["num_threads"] for pool in pools}


def test_blas_has_one_thread_in_training_and_as_many_as_before_afterwards() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")
    seen = []
    data = nn.Data(np.ones((1, 2, 4)), np.array([[0, 1, 0, 1]]), 2)
    with threadpoolctl.threadpool_limits(2):
        before = blas_threads()
        nn.train(nn.Network([2, 2]), nn.SGD(0.1), data, None, epochs=1, watch=lambda *_: seen.append(blas_threads()))
        with pytest.raises(ValueError, match="epochs"):
            nn.train(nn.Network([2, 2]), nn.SGD(0.1), data, None, epochs=0)
        assert blas_threads() == before == {2}
    assert seen == [{1}, {1}]


def test_blas_gets_its_threads_back_when_the_last_of_many_has_ended() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")
    both, seen = Barrier(2), []

    def first() -> None:
        with one_blas_thread():
            both.wait()
        both.wait()

    def second() -> None:
        with one_blas_thread():
            both.wait()
            both.wait()
            seen.append(blas_threads())

    with threadpoolctl.threadpool_limits(2), ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(second)]:
            done.result()
        assert seen == [{1}]
        assert blas_threads() == {2}


def test_where_blas_cannot_be_asked_nothing_is_changed() -> None:
    script = """
import numpy as np
np._core._multiarray_umath.__file__ = "nowhere.so"
import nn
print(nn.Classifier([4], epochs=2).fit([[0.0], [1.0]], [0, 1]).predict([[0.0]]).shape, nn.threads._functions())
"""
    root = Path(nn.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["(1,)", "None"]
