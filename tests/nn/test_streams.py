"""The random streams: fixed for all time, and independent of one another."""

import numpy as np
import pytest

from nn.streams import Stream, bits, generator

NAMES: tuple[Stream, ...] = ("train", "validation", "test", "init", "batches", "dropout")

# The first two words of each stream of seed 42. Raw bits of a bit generator never change between versions of NumPy;
# whatever changes here changes every run that was ever stored.
GOLDEN: dict[tuple[Stream, int], tuple[int, int]] = {
    ("train", 0): (0xF90588CBB5B94570, 0x8397F1BFE92DB256),
    ("validation", 0): (0xC0874AD39E17612A, 0xF6A04AEDAE75859D),
    ("test", 0): (0xA555F274F42E71FA, 0xD58B41C3DD3B7ABC),
    ("init", 0): (0xD81277ACAE199D23, 0x24CF5F216CEFE7DD),
    ("init", 1): (0xEC5B5B2DA31248AD, 0x5C98067CD33F7C1D),
    ("batches", 0): (0x0DBA646C41E8A84B, 0xE437EF554C411F5A),
    ("dropout", 0): (0xD59CF2ABCBE8EF42, 0x807311FB782E7320),
    ("dropout", 1): (0x96351009B93915F4, 0x42A1C0B3F7D237F4),
}


@pytest.mark.parametrize(("key", "words"), GOLDEN.items(), ids=str)
def test_streams_are_what_they_always_were(key: tuple[Stream, int], words: tuple[int, int]) -> None:
    assert tuple(int(word) for word in bits(42, *key).random_raw(2)) == words


def test_no_two_streams_begin_alike() -> None:
    begins = {
        tuple(bits(seed, name, layer).random_raw(2)) for seed in range(20) for name in NAMES for layer in range(4)
    }
    assert len(begins) == 20 * len(NAMES) * 4


def test_seeds_for_judging_are_streams_of_their_own() -> None:
    begins = {tuple(bits(seed, "train").random_raw(2)) for seed in (0, 1, 1_000_000, 1_000_001, 2**32, 2**64)}
    assert len(begins) == 6


def test_streams_are_uncorrelated() -> None:
    draws = np.stack([generator(seed, name).standard_normal(10_000) for seed in (0, 1) for name in NAMES])
    correlations = np.asarray(np.corrcoef(draws))[np.triu_indices(len(draws), 1)]
    # 66 correlations that scatter by 1 / sqrt(10,000): six of these happen by chance once in 1e7 tests.
    assert np.abs(correlations).max() < 6 / np.sqrt(10_000)


def test_drawing_from_one_stream_moves_no_other() -> None:
    before = bits(7, "test").random_raw(3)
    bits(7, "train").random_raw(1000)
    generator(7, "train").standard_normal(12_345)
    np.testing.assert_array_equal(bits(7, "test").random_raw(3), before)


def test_a_generator_draws_from_the_stream_of_its_bits() -> None:
    np.testing.assert_array_equal(generator(3, "init", 1).bit_generator.random_raw(5), bits(3, "init", 1).random_raw(5))


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        bits(-1, "train")
