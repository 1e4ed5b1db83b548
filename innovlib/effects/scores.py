"""Each school's part in the deviation of estimates from their expectation, kept small.

A score is linear in the school's row of results, so N × K scores need not be stored: a block of schools is held as its
(n × c) data and a (c × K) map. Variances then come from c × c second moments, averages of estimates from the map alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Block(NamedTuple):
    """Schools at positions ``rows``: their data (n, c) and the map (c, K) from data to scores."""

    rows: np.ndarray
    data: np.ndarray
    map: np.ndarray


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of ``n`` schools for K estimates; schools in no block have none, and no school is in two blocks."""

    n: int
    blocks: tuple[Block, ...]

    @classmethod
    def dense(cls, matrix: np.ndarray) -> Scores:
        """From an (N, K) array."""
        return cls(len(matrix), (Block(np.arange(len(matrix)), matrix, np.eye(matrix.shape[1])),))

    def matrix(self) -> np.ndarray:
        """(N, K) array."""
        out = np.zeros((self.n, self.blocks[0].map.shape[1]))
        for block in self.blocks:
            out[block.rows] = block.data @ block.map
        return out

    def times(self, weights: np.ndarray) -> Scores:
        """Scores of R averages with (K, R) weights."""
        return Scores(self.n, tuple(block._replace(map=block.map @ weights) for block in self.blocks))

    def plus(self, matrix: np.ndarray) -> Scores:
        """Scores with an (N, K) array added."""
        return Scores.dense(self.matrix() + matrix)

    def variance(self) -> np.ndarray:
        """(K,) sums of squares."""
        return sum((b.map * (b.data.T @ b.data @ b.map)).sum(axis=0) for b in self.blocks)

    def flipped(self, *, draws: int, seed: int, at_once: int = 64) -> np.ndarray:
        """(draws, K) sums of the scores with every school's sign drawn at random."""
        rng, out = np.random.default_rng(seed), np.zeros((draws, self.blocks[0].map.shape[1]))
        for block in self.blocks:
            data = np.ascontiguousarray(block.data, dtype=np.float32)
            total = data.sum(axis=0)
            for start in range(0, draws, at_once):
                size = min(at_once, draws - start)
                bits = rng.integers(0, 256, size=(size, -(-len(data) // 8)), dtype=np.uint8)
                plus = np.unpackbits(bits, axis=1, count=len(data)).astype(np.float32) @ data
                out[start : start + size] += (2.0 * plus - total) @ block.map
        return out
