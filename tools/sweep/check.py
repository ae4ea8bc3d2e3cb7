"""A sweep in parts comes to what one run writes, whatever is killed meanwhile: as processes, and on Ray where it is there.

Run by `cargo xtask test python`, or by hand; with --ray on a cluster of four nodes of this machine too, in an environment
with requirements.txt:

    python tools/sweep/check.py target/debug/tauroi [--ray]
"""

import os
import pathlib
import random
import secrets
import stat
import subprocess
import sys
import tempfile
import time

import sweep

# Long enough for somebody to be killed in the middle.
SWEEP = ["--preset", "seed-fixed3", "--fills", "through,front", "--sweep", "half_spread_cents=1:8:300"]
PARTS = 4

# Stands in for the program: of the first part that is begun somebody is killed once it has done something.
KILLED_ONCE = """#!{python}
import os, pathlib, signal, subprocess, sys
arguments = [{program!r}, *sys.argv[1:]]
if "--shard" in arguments:
    try:
        pathlib.Path({mark!r}).mkdir()
    except FileExistsError:
        pass
    else:
        folder = pathlib.Path(arguments[arguments.index("--out") + 1])
        child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
        while len(list(folder.glob("*.*.json"))) < 3:
            assert child.poll() is None, "it ended by itself"
        child.kill()
        child.wait()
        assert not (folder / "part.json").exists()
        for victim in {victims}:
            os.kill(victim, signal.SIGKILL)
os.execv(arguments[0], arguments)
"""


def write_tape(path, event, seed):
    """Writes a week of trades of two contracts, which wander."""
    draw = random.Random(seed)
    lines = ["created_time,ticker,yes_price_dollars,count_fp"]
    prices = {f"{event}-A": 55, f"{event}-B": 40}
    for minute in range(0, 7 * 24 * 60, 12):
        ticker = draw.choice(list(prices))
        prices[ticker] = min(95, max(5, prices[ticker] + draw.choice([-1, 0, 0, 1])))
        day, hour = divmod(minute // 60, 24)
        at = f"2026-11-{1 + day:02}T{hour:02}:{minute % 60:02}:00Z"
        lines.append(f"{at},{ticker},0.{prices[ticker]:02},{draw.randint(1, 40)}.00")
    path.write_text("\n".join(lines) + "\n")


def contents(folder):
    """Returns the files of a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def at_once(program, series, folder):
    """Runs each series' sweep at once."""
    for name, own in series.items():
        command = [program, "backtest", *own, *SWEEP, "--out", folder / name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def is_the_same(series, out, whole):
    for name in series:
        merged, single = contents(out / name), contents(whole / name)
        assert len(single) == 6 and merged.keys() == single.keys(), (merged.keys(), single.keys())
        differ = [file for file in single if merged[file] != single[file]]
        assert not differ, f"{name}: {differ} differ"


def killed_once(folder, program, victims):
    """Returns a stand-in for the program, and what is there once it has had somebody killed."""
    path = pathlib.Path(tempfile.mkdtemp(dir=folder)) / "tauroi"
    mark = path.with_name("killed")
    path.write_text(
        KILLED_ONCE.format(python=sys.executable, program=program, mark=str(mark), victims=victims)
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path), mark


def as_processes(program, series, whole, folder):
    """One of four parts is killed and done again; a part that is refused ends the sweep with what was said."""
    program_once, mark = killed_once(folder, program, "[os.getpid()]")
    said = []

    def run(program, parts, below):
        sweep.locally(program, parts, below, 2, say=said.append)

    out = folder / "local"
    sweep.sweep(program_once, series, SWEEP, PARTS, out, run)
    assert mark.exists() and sum("killed by signal 9: done again" in line for line in said) == 1, said
    is_the_same(series, out, whole)
    assert not (out / "parts").exists()
    try:
        sweep.sweep(program, series, [*SWEEP, "--set", "skew=1"], PARTS, folder / "refused", run)
        raise AssertionError("a setting that is none was run")
    except sweep.Refused as refused:
        assert "skew: is no setting" in str(refused), refused
    print("as processes: the bytes of one run, with one of four parts killed")


def on_ray(program, series, whole, folder):
    """Of four nodes of one CPU one is killed in the middle of its part."""
    # It hears the network too: only who has the token may ask it anything.
    os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    import ray
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": 100 << 20}
    cluster = Cluster()
    # The head does nothing itself, so that every node that works can be lost.
    cluster.add_node(num_cpus=0, include_dashboard=False, **small)
    for _ in range(4):
        cluster.add_node(num_cpus=1, **small)
    cluster.wait_for_nodes()
    ray.init(address=cluster.address, log_to_driver=False)
    # The node's own process first, then the worker, then the stand-in.
    node_once, mark = killed_once(folder, program, '[int(os.environ["RAY_RAYLET_PID"]), os.getppid(), os.getpid()]')

    def run(program, parts, below):
        sweep.on_ray(program, parts, below)
        # Nobody could be killed who wasn't there: then the part would have been refused.
        assert mark.exists(), "no node was lost"

    try:
        started = time.monotonic()
        sweep.sweep(node_once, series, SWEEP, PARTS, folder / "ray", run)
        took = time.monotonic() - started
    finally:
        ray.shutdown()
        cluster.shutdown()
    is_the_same(series, folder / "ray", whole)
    print(f"on Ray: the bytes of one run, with one of four nodes killed, in {took:.0f} s")


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        series = {}
        for seed, event in enumerate(["KXWANDER-26NOV", "KXOTHER-26NOV"]):
            tape = folder / f"{event}.trades.csv"
            write_tape(tape, event, seed)
            series[event] = ["--tape", str(tape)]
        whole = folder / "whole"
        at_once(program, series, whole)
        as_processes(program, series, whole, folder)
        if "--ray" in sys.argv[2:]:
            on_ray(program, series, whole, folder)


if __name__ == "__main__":
    main()
