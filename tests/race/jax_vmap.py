"""JAX: jit + vmap over runs + scan over steps, compiled before the clock starts."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from workloads import Weights, Workload, data, initial_weights

STACKS = (1, 2, 4, 8, 16, 64)

# The fastest random bits of those tried here: rbg took four times as long, and partitionable keys twice.
jax.config.update("jax_threefry_partitionable", False)

Tree = Any  # a pytree: arrays in nested lists and tuples


class Contender:
    """Trains one network for each seed."""

    def __init__(self, workload: Workload, seeds: Sequence[int]) -> None:
        points = [data(workload, seed) for seed in seeds]
        self.x = jnp.stack([x for x, _ in points])
        self.y = jnp.stack([labels.astype(np.int32) for _, labels in points])
        start = [initial_weights(workload, seed) for seed in seeds]
        weights = jax.tree.map(lambda *leaves: jnp.stack(leaves), *start)
        zeros = jax.tree.map(jnp.zeros_like, weights)
        keys = jax.random.split(jax.random.key(0), len(seeds))
        self.state = (weights, (zeros, zeros), jnp.zeros(len(seeds)), keys)
        self.run = jax.jit(jax.vmap(partial(train, workload), in_axes=(0, 0, 0, None)))

    def train(self, epochs: int) -> None:
        self.state = jax.block_until_ready(self.run(self.x, self.y, self.state, epochs))

    def weights(self, run: int) -> Weights:
        return [(np.asarray(W[run]), np.asarray(b[run])) for W, b in self.state[0]]


def train(workload: Workload, x: jax.Array, y: jax.Array, state: Tree, epochs: int) -> Tree:
    """So many epochs of one network; the number is an argument, so that it needs no other compilation."""
    return jax.lax.fori_loop(0, epochs, lambda _, state: epoch(workload, x, y, state), state)


def epoch(workload: Workload, x: jax.Array, y: jax.Array, state: Tree) -> Tree:
    if workload.batch is None:
        return step(workload, state, (x, y))
    weights, moments, t, key = state
    key, shuffle = jax.random.split(key)
    order = jax.random.permutation(shuffle, len(x))
    x, y = x[order], y[order]
    full, rest = divmod(len(x), workload.batch)
    batches = (
        x[: full * workload.batch].reshape(full, workload.batch, -1),
        y[: full * workload.batch].reshape(full, workload.batch),
    )
    state, _ = jax.lax.scan(lambda s, b: (step(workload, s, b), None), (weights, moments, t, key), batches)
    return step(workload, state, (x[-rest:], y[-rest:])) if rest else state


def step(workload: Workload, state: Tree, batch: tuple[jax.Array, jax.Array]) -> Tree:
    weights, (m, v), t, key = state
    key, mask = jax.random.split(key) if workload.dropout else (key, key)
    g = jax.grad(partial(loss, workload))(weights, batch, mask)
    tree_map, lr = jax.tree.map, workload.lr
    t = t + 1
    match workload.optimizer:
        case "adam":
            m = tree_map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            c1, c2 = 1 - 0.9**t, 1 - 0.999**t
            weights = tree_map(lambda w, m, v: w - lr * (m / c1) / (jnp.sqrt(v / c2) + 1e-7), weights, m, v)
        case "adagrad":
            v = tree_map(lambda v, g: v + g * g, v, g)
            weights = tree_map(lambda w, g, v: w - lr * g / (jnp.sqrt(v) + 1e-7), weights, g, v)
        case "momentum":
            m = tree_map(lambda m, g: 0.9 * m - lr * g, m, g)
            weights = tree_map(jnp.add, weights, m)
        case _:
            weights = tree_map(lambda w, g: w - lr * g, weights, g)
    return weights, (m, v), t, key


def loss(workload: Workload, weights: Tree, batch: tuple[jax.Array, jax.Array], key: jax.Array) -> jax.Array:
    h, labels = batch
    columns = workload.batch is None  # samples as columns or rows, whichever is faster
    h = h.T if columns else h
    penalty = workload.l2 * sum(jnp.sum(W * W) for W, _ in weights)
    for i, (W, b) in enumerate(weights):
        if i:
            h = jax.nn.relu(h)
        if i and workload.dropout:
            # 16 random bits a unit, as in this project; jax.random.bernoulli takes 32 and half as long again
            bits = jax.random.bits(jax.random.fold_in(key, i), h.shape, jnp.uint16)
            h = jnp.where(bits >= round(workload.dropout * 65_536), h / (1 - workload.dropout), 0)
        h = W.T @ h + b[:, None] if columns else h @ W + b
    log_p = jax.nn.log_softmax(h, axis=0).T if columns else jax.nn.log_softmax(h)
    return penalty - jnp.mean(jnp.take_along_axis(log_p, labels[:, None], axis=1))
