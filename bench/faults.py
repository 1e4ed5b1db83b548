"""Batches killed, stopped, starved of disk and misled by the clock, hundreds of times; and what was left behind.

Run: ``python bench/faults.py [kill stop disk clock two papermill] [--kills 500] [--seed 1] [--add]``; prints a table
and writes ``bench/faults.csv``, one row for each fault. Kinds that are not named keep their rows, and ``--add`` counts
on with another seed, so that a long run can be cut into pieces. Needs Linux (it looks for processes in ``/proc``); the
full disk is a small tmpfs and needs root.

A batch here makes 12 reports from a light template, two at a time. ``kill -9`` strikes the batch at a random moment
(``batch``), in the very act of writing (``writer``: before, in the middle of, or after the n-th write, flush or move),
or a process of a report (``child``), of a template (``template``) or the one they all come from (``base``). The next
batch then goes on in the same folder, and may be killed as well. ``struck`` counts the strikes that met their target
alive (or, of other faults, that the batch felt).

After each: every page must have the bytes of an undisturbed batch (``corrupt``), none that was there may be gone
(``lost``), and after 10 s no process (``orphans``) and no temporary folder (``folders``) may be left. A batch that is
left alone (``finished``) must make what is missing and nothing else, and journal each report as done once
(``wrong_reruns``). ``papermill`` is the loop a user would write, with the same template, in the same harness.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from faults_ground import SCHOOLS, Ground, innov_batch, papermill_batch
from faults_strikes import after_ms, at_signal, at_write, family

OUT = Path(__file__).with_suffix(".csv")
KINDS = ("kill", "stop", "disk", "clock", "two", "papermill")
TARGETS = ("batch", "writer", "child", "template", "base")
FOUND = ("corrupt", "lost", "orphans", "folders", "wrong_reruns")


# --- kill -9 ------------------------------------------------------------------------------------------------------


def kill(ground: Ground, *, times: int, rng: random.Random, targets: tuple[str, ...] = TARGETS) -> list[dict]:
    """kill -9 at random moments; one row a target."""
    rows = {target: ground.row(f"kill -9 {target}") for target in targets}
    for n in range(times):
        target = targets[n % len(targets)]
        _strike_once(ground, rows[target], target, rng)
        # Now and then a batch is left alone, and must end what the others began.
        if ground.complete() or rng.random() < 0.2:
            ground.finish(rows[target])
            ground.clear()
        if n % 50 == 49:
            print(f"  {n + 1} kills", {name: sum(row[name] for row in rows.values()) for name in FOUND}, flush=True)
    return list(rows.values())


def _strike_once(ground: Ground, row: dict, target: str, rng: random.Random) -> None:
    before = ground.good()
    if target == "writer":
        number = rng.randrange(1, 12 * (len(SCHOOLS) - len(before)) + 12)
        struck = ground.wait(ground.start(innov_batch, inject=at_write(number, rng.random()))) == -signal.SIGKILL
    else:
        batch = ground.start(innov_batch)
        after_ms(rng.uniform(0, 1000 * ground.typical_s))
        struck = _kill(batch, target, rng)
        ground.wait(batch)
    row["struck"] += struck
    ground.judge(row, before=before)


def _kill(batch: int, target: str, rng: random.Random) -> bool:
    """Kill the batch, or one of its processes of that kind once there is one; False where there was none any more."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        pids = [batch] if target == "batch" else family(batch).get(target, [])
        if pids or not Path(f"/proc/{batch}/exe").exists():
            break
        time.sleep(0.002)
    return bool(pids) and at_signal(rng.choice(pids), signal.SIGKILL)


# --- the other faults ---------------------------------------------------------------------------------------------


def stop(ground: Ground, *, times: int, rng: random.Random) -> list[dict]:
    """SIGTERM and Ctrl-C at random moments: the same, and the exit code says so."""
    rows = []
    for number in (signal.SIGTERM, signal.SIGINT):
        row = ground.row(number.name)
        for _ in range(times):
            before, batch = ground.good(), ground.start(innov_batch)
            after_ms(rng.uniform(0, 1000 * ground.typical_s))
            row["struck"] += at_signal(batch, number)
            code = ground.wait(batch)
            # Before the batch has begun, the signal ends Python as any other program.
            row["wrong_reruns"] += code not in (0, 130, -number)
            ground.judge(row, before=before)
            if ground.complete() or rng.random() < 0.2:
                ground.finish(row)
                ground.clear()
        rows.append(row)
    return rows


def disk(ground: Ground, *, times: int, rng: random.Random) -> list[dict]:
    """A disk that is full from the n-th kilobyte on, and a folder that does not take files."""
    full, closed = ground.row("disk full"), ground.row("read-only folder")
    if not ground.on_small_disk:
        print("  the full disk needs root for a small tmpfs; left out")
        return []
    for n in range(times):
        if rng.random() < 0.5:
            ground.clear()
        before = ground.good()
        with ground.ballast(free_kb=4 * n):
            code = ground.wait(ground.start(innov_batch))
            full["struck"] += code == 2
            ground.judge(full, before=before)
        ground.finish(full)
    for _ in range(max(1, times // 10)):
        before = ground.good()
        with ground.read_only():
            closed["struck"] += ground.wait(ground.start(innov_batch)) == 2
        ground.judge(closed, before=before)
    return [full, closed]


def clock(ground: Ground, *, times: int, rng: random.Random) -> list[dict]:
    """A clock that jumps by up to ten years at every look, in all processes."""
    row = ground.row("clock jumps")
    for _ in range(times):
        ground.clear()
        with ground.crazy_clock(rng.randrange(10**6)):
            row["struck"] += 1
            row["wrong_reruns"] += ground.wait(ground.start(innov_batch)) != 0
            ground.judge(row, before={})
            row["wrong_reruns"] += not ground.complete()
            ground.finish(row)
    return [row]


def two(ground: Ground, *, times: int, rng: random.Random) -> list[dict]:
    """Two batches into one folder at once: one is refused, or comes after the other."""
    row = ground.row("two batches at once")
    for _ in range(times):
        ground.clear()
        first = ground.start(innov_batch)
        after_ms(rng.uniform(0, 1000 * ground.typical_s))
        second = ground.start(innov_batch)
        codes = [ground.wait(second), ground.wait(first)]
        row["struck"] += 2 in codes
        row["wrong_reruns"] += 0 not in codes or not set(codes) <= {0, 2}
        ground.judge(row, before={})
        ground.finish(row)
    return [row]


def papermill(ground: Ground, *, times: int, rng: random.Random) -> list[dict]:
    """The loop a user would write, killed in the same way."""
    rows = {target: ground.row(f"kill -9 {target}", way="papermill") for target in ("batch", "kernel")}
    ground.clear()
    seconds = ground.time_of(papermill_batch)
    for n in range(times):
        target = ("batch", "kernel")[n % 2]
        before, row = ground.good(".ipynb"), rows[target]
        batch = ground.start(papermill_batch)
        after_ms(rng.uniform(0, 1000 * seconds))
        row["struck"] += _kill(batch, target, rng)
        ground.wait(batch)
        ground.judge(row, before=before, ending=".ipynb")
        if rng.random() < 0.25:
            ground.wait(ground.start(papermill_batch))
            row["wrong_reruns"] += len(ground.good(".ipynb")) != len(SCHOOLS)
            ground.clear()
    return list(rows.values())


def main() -> int:
    """Strike, count, write; the exit code is 1 where anything was found that must not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=list(KINDS), metavar="KIND", help=" ".join(KINDS))
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--stops", type=int, default=50, help="of each signal, and rounds of the other faults")
    parser.add_argument("--papermill", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--add", action="store_true", help="count on from the rows that stand in the csv")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    times = dict.fromkeys(KINDS, asked.stops) | {"kill": asked.kills, "papermill": asked.papermill}
    times |= {"clock": max(1, asked.stops // 5), "two": max(1, asked.stops // 2)}
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-faults-") as folder, Ground.laid(Path(folder)) as ground:
        for kind in asked.kinds:
            print(f"{kind}: {times[kind]} times", flush=True)
            ground.clear()
            rows += globals()[kind](ground, times=times[kind], rng=random.Random(f"{asked.seed} {kind}"))
    table = pd.DataFrame(rows).assign(seed=str(asked.seed), date=dt.date.today().isoformat())
    print(table.drop(columns=["seed", "date"]).to_string(index=False))
    _keep(table, asked.out, add=asked.add)
    ours = table[table["way"] == "innov"]
    return int(ours[list(FOUND)].to_numpy().any())


def _keep(table: pd.DataFrame, path: Path, *, add: bool) -> None:
    """Write the rows; those of faults that were not tried now stay, or are counted on."""
    if path.is_file():
        old = pd.read_csv(path, dtype={"seed": str})
        tried = set(zip(table["way"], table["fault"], strict=True))
        again = [key in tried for key in zip(old["way"], old["fault"], strict=True)]
        table = pd.concat([old if add else old[[not is_again for is_again in again]], table])
    how = dict.fromkeys(table.columns.drop(["way", "fault"]), "sum")
    how |= {"longest_cleanup_s": "max", "seed": " ".join, "date": "max"}
    table.groupby(["way", "fault"], as_index=False).agg(how).to_csv(path, index=False, lineterminator="\n")


if __name__ == "__main__":
    sys.exit(main())
