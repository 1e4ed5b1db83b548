"""Which schools might have joined: labellings drawn as the real one could have been.

Schools are permuted within size strata, so that small pilots are compared with what small schools do by chance; or
whole subdistricts are permuted, so that neighbours who joined together are compared with neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np


def kept(how: str, labels: np.ndarray, places: np.ndarray, *, draws: int, seed: int) -> list[list[np.ndarray]]:
    """All labellings of :func:`among_schools` ("schools") or :func:`among_blocks` ("blocks"), the last few sets kept.

    One study asks for the same draws for its effect, its event study, its cohorts and its trend.
    """
    return _kept(how, labels.astype(np.int64).tobytes(), places.astype(np.int64).tobytes(), draws, seed)


@lru_cache(maxsize=4)
def _kept(how: str, labels: bytes, places: bytes, draws: int, seed: int) -> list[list[np.ndarray]]:
    draw = {"schools": among_schools, "blocks": among_blocks}[how]
    return _shared(list(draw(np.frombuffer(labels, np.int64), np.frombuffer(places, np.int64), draws=draws, seed=seed)))


def kept_places(wanted: list[np.ndarray], blocks: np.ndarray, *, draws: int, seed: int) -> list[list[np.ndarray]]:
    """All labellings of :func:`placed`, the last few sets kept: what all pilots could show and what each cohort could
    is asked of the same draws."""
    groups = np.stack(wanted).astype(np.int64)
    return _kept_places(groups.tobytes(), groups.shape[1], blocks.astype(np.int64).tobytes(), draws, seed)


@lru_cache(maxsize=2)
def _kept_places(groups: bytes, labels: int, blocks: bytes, draws: int, seed: int) -> list[list[np.ndarray]]:
    wanted = list(np.frombuffer(groups, np.int64).reshape(-1, labels))
    return _shared(list(placed(wanted, np.frombuffer(blocks, np.int64), draws=draws, seed=seed)))


def _shared(found: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    """The same sets, read-only: all who ask have them."""
    for rows in found:
        for part in rows:
            part.flags.writeable = False
    return found


def forget() -> None:
    """Let go of the sets that are kept; a benchmark draws its own each time."""
    _kept.cache_clear()
    _kept_places.cache_clear()


def among_schools(
    labels: np.ndarray, strata: np.ndarray, *, draws: int, seed: int, chunk: int = 250
) -> Iterator[list[np.ndarray]]:
    """Draw labellings with the number of schools of each label in each stratum kept.

    Parameters
    ----------
    labels, strata
        (N,) label (0 = never) and size stratum of each school.
    draws, seed, chunk
        How many labellings, the seed, and how many at a time (memory is chunk × N integers).

    Yields
    ------
    list of (P, n_h) arrays
        Rows that get label h = 1, 2, …; together ``draws`` labellings.

    Examples
    --------
    >>> drawn = next(among_schools(np.array([1, 0, 0, 1, 0, 0]), np.array([0, 0, 0, 1, 1, 1]), draws=99, seed=1))
    >>> drawn[0].shape, set(drawn[0][:, 0].tolist()) <= {0, 1, 2}
    ((99, 2), True)
    """
    rng = np.random.default_rng(seed)
    top = int(labels.max())
    chunk = max(1, min(chunk if len(labels) > 2000 else draws, draws))
    members = [np.flatnonzero(strata == s) for s in np.unique(strata)]
    counts = [np.bincount(labels[m], minlength=top + 1)[1:] for m in members]
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        parts: list[list[np.ndarray]] = [[] for _ in range(top)]
        for member, count in zip(members, counts, strict=True):
            picked = _first_of_shuffled(member, int(count.sum()), size, rng)
            for h, piece in enumerate(np.split(picked, np.cumsum(count)[:-1], axis=1)):
                parts[h].append(piece)
        yield [np.concatenate(p, axis=1) for p in parts]


def _first_of_shuffled(pool: np.ndarray, wanted: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, wanted) the first entries of ``draws`` shuffles of the pool (Fisher-Yates, all draws at once)."""
    # One row per place, so that a step reads and writes one contiguous row; flat positions are quicker to look up.
    deck = np.repeat(pool.astype(np.int32)[:, None], draws, axis=1)
    flat = deck.reshape(-1)
    swaps = rng.integers(np.arange(wanted)[:, None], len(pool), size=(wanted, draws), dtype=np.int32)
    for place, other in enumerate(swaps * np.intp(draws) + np.arange(draws)):
        taken = flat.take(other)
        flat[other] = deck[place]
        deck[place] = taken
    return deck[:wanted].T


def among_blocks(
    labels: np.ndarray, blocks: np.ndarray, *, draws: int, seed: int, chunk: int = 250
) -> Iterator[list[np.ndarray]]:
    """Draw labellings that move whole subdistricts.

    The pilots of one subdistrict go together, cohorts as they were, to a subdistrict with room for them, drawn with the
    largest group first; within it the schools are drawn at random. Every admissible placing is equally likely.

    Yields
    ------
    list of (P, n_h) arrays
        As in :func:`among_schools`.
    """
    yield from placed(patterns(labels, blocks), blocks, draws=draws, seed=seed, chunk=chunk)


def placed(
    wanted: list[np.ndarray], blocks: np.ndarray, *, draws: int, seed: int, chunk: int = 250
) -> Iterator[list[np.ndarray]]:
    """Draw labellings that put each of the wanted groups into a block of its own, the largest group first.

    Parameters
    ----------
    wanted
        Pilots by label of each group (:func:`patterns`); every group must have room (:func:`fitted`).
    blocks
        (N,) block of each school that may be drawn.
    """
    rng = np.random.default_rng(seed)
    table, sizes = _block_table(blocks)
    order = np.argsort(-sizes, kind="stable")
    slots = np.repeat(order[None, :], draws, axis=0)
    every = np.arange(draws)
    parts: list[list[np.ndarray]] = [[] for _ in range(len(wanted[0]))]
    for place, pattern in enumerate(wanted):
        room = int((sizes >= pattern.sum()).sum())
        other = rng.integers(place, room, size=draws)
        slots[every, place], slots[every, other] = slots[every, other], slots[every, place].copy()
        drawn = _some_of(table, sizes, slots[:, place], int(pattern.sum()), rng)
        for h, piece in enumerate(np.split(drawn, np.cumsum(pattern)[:-1], axis=1)):
            parts[h].append(piece)
    drawn = [np.concatenate(p, axis=1) for p in parts]
    for start in range(0, draws, chunk):
        yield [rows[start : start + chunk] for rows in drawn]


def placings(labels: np.ndarray, blocks: np.ndarray) -> float:
    """How many ways there are to place the pilots' subdistricts (order counts); 1 = nothing can be permuted.

    Counted to a million million; more is as good as that.
    """
    _, sizes = _block_table(blocks)
    ways = 1.0
    for place, pattern in enumerate(patterns(labels, blocks)):
        ways = min(ways * float((sizes >= pattern.sum()).sum() - place), 1e12)
    return ways


def concentration(labels: np.ndarray, blocks: np.ndarray) -> float:
    """Pairs of pilots in one subdistrict, over the pairs to be expected had they been drawn at random; NaN if unknown.

    1 = spread as chance would; 2 or more = clustered, so that schools are no independent units.
    """
    known = blocks >= 0
    pilots, sizes = np.bincount(blocks[known & (labels > 0)]), np.bincount(blocks[known])
    n, total = pilots.sum(), sizes.sum()
    pairs = (sizes * (sizes - 1)).sum() * n * (n - 1) / max(total * (total - 1), 1)
    return float((pilots * (pilots - 1)).sum() / pairs) if pairs > 0 and known.all() else float("nan")


def fitted(wanted: list[np.ndarray], blocks: np.ndarray) -> list[np.ndarray] | None:
    """The groups, halved where no block has room for them, so that each can be placed; None where they cannot be."""
    sizes, held = np.bincount(np.unique(blocks, return_inverse=True)[1]), list(wanted)
    while len(held) <= len(sizes):
        held.sort(key=lambda counts: -int(counts.sum()))
        room = [int((sizes >= counts.sum()).sum()) - place for place, counts in enumerate(held)]
        tight = next((place for place, free in enumerate(room) if free < 1), None)
        if tight is None:
            return held
        whole = held.pop(tight)
        # Two halves of every label; odd ones go to either half in turn.
        half = (whole + np.arange(len(whole)) % 2) // 2
        held += [part for part in (half, whole - half) if part.sum()]
        if half.sum() in (0, whole.sum()):
            return None
    return None


def patterns(labels: np.ndarray, blocks: np.ndarray) -> list[np.ndarray]:
    """Pilots by label of each subdistrict that has any, the largest first."""
    top = int(labels.max())
    held, place = np.unique(blocks[labels > 0], return_inverse=True)
    counts = np.zeros((len(held), top + 1), dtype=int)
    np.add.at(counts, (place, labels[labels > 0]), 1)
    return sorted(counts[:, 1:], key=lambda counts: -int(counts.sum()))


def _block_table(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of each subdistrict, padded with -1, and how many there are."""
    codes = np.unique(blocks)
    order = np.argsort(blocks, kind="stable")
    sizes = np.bincount(np.searchsorted(codes, blocks))
    table = np.full((len(codes), sizes.max()), -1)
    table[np.arange(sizes.max()) < sizes[:, None]] = order
    return table, sizes


#: Blocks of up to this many schools are shuffled whole; in larger ones (areas) the few wanted are drawn one by one.
SHUFFLED = 64


def _some_of(
    table: np.ndarray, sizes: np.ndarray, chosen: np.ndarray, wanted: int, rng: np.random.Generator
) -> np.ndarray:
    """(P, wanted) distinct schools, in random order, of each of the P chosen blocks."""
    if table.shape[1] > SHUFFLED:
        return table[chosen[:, None], _places(sizes[chosen], wanted, rng)]
    rows = table[chosen]
    keys = np.where(rows >= 0, rng.random(rows.shape), 2.0)
    return np.take_along_axis(rows, np.argsort(keys, axis=1)[:, :wanted], axis=1)


def _places(sizes: np.ndarray, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """(P, wanted) distinct numbers below each size, in random order (Floyd's sampling: Bentley & Floyd 1987)."""
    held = np.empty((len(sizes), wanted), dtype=int)
    for place in range(wanted):
        last = sizes - wanted + place
        one = rng.integers(0, last + 1)
        held[:, place] = np.where((held[:, :place] == one[:, None]).any(axis=1), last, one)
    return rng.permuted(held, axis=1)
