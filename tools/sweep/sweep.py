"""Runs a backtest's sweep in parts, on the nodes of a Ray cluster or as processes of this machine, and merges them.

    python sweep.py target/release/tauroi --out result --parts 8 --ray auto \\
        --series monthly=tapes/kxtopmonthly,tapes/markets.csv --series albums=tapes/albums \\
        -- --preset coherent --sweep risk_aversion=0.01:0.1:10 fill_decay=20:60:5

What follows `--` is said to `tauroi backtest` as it is. Of several series each has a folder below `--out`. A part whose
worker dies is done again; one that is refused ends the sweep, as it would be refused again. Whatever happens, what is
written is what `tauroi backtest` without `--shard` writes, byte for byte: `tauroi merge` checks that nothing is missing.

On a cluster, the program and the tapes must be at the same paths on every node. Needs nothing but Python for `--local`;
for `--ray` the packages of requirements.txt.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

# A cluster that is started here tells its makers nothing; and after one part is refused it is of no account how others end.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_IGNORE_UNHANDLED_ERRORS", "1")

# How often a part is done again whose worker was killed.
RETRIES = 5


class Refused(Exception):
    """A part that can't be run, with what the program said."""


class Killed(Exception):
    """A part whose process was killed: it may be done again."""


@dataclasses.dataclass(frozen=True)
class Part:
    """The part `number` of `parts`, counted from 1, of one series' sweep; `series` is empty where there is one alone."""

    series: str
    arguments: tuple[str, ...]
    number: int
    parts: int

    def __str__(self):
        return f"{self.series or 'sweep'} {self.number}/{self.parts}"

    def folder(self, below):
        """Returns where it lies below a folder."""
        return pathlib.Path(below) / (self.series or "sweep") / f"{self.number}-of-{self.parts}"


def said_by(done):
    """Returns what a program that failed said, for the end of a sentence."""
    return done.stderr.strip().removeprefix("error: ")


def run_part(program, part, folder):
    """Does a part in a folder, which may have some of it already.

    Raises Killed if the program was killed, and Refused with what it said if it failed by itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shard = ["--shard", f"{part.number}/{part.parts}", "--out", str(folder)]
    done = subprocess.run(
        [program, "backtest", *part.arguments, *shard], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode == -signal.SIGINT:
        # By whoever sits at the terminal.
        raise Refused(f"{part}: interrupted")
    if done.returncode < 0:
        raise Killed(f"{part}: killed by signal {-done.returncode}")
    if done.returncode != 0:
        raise Refused(f"{part}: {said_by(done)}")


def contents(folder):
    """Returns the files of a part that is done, by name: what its manifest names, and the manifest."""
    manifest = (folder / "part.json").read_bytes()
    files = {f"{job['job']}.{job['sha256']}.json" for job in json.loads(manifest)["jobs"]}
    return {"part.json": manifest} | {name: (folder / name).read_bytes() for name in files}


def locally(program, parts, below, workers, retries=RETRIES, say=print):
    """Does all parts as processes of this machine, so many at once; each in its folder `below`."""

    def run(part):
        for left in reversed(range(retries + 1)):
            try:
                return run_part(program, part, part.folder(below))
            except Killed as killed:
                if left == 0:
                    raise
                say(f"{killed}: done again")

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(run, part): part for part in parts}
        try:
            for ended in concurrent.futures.as_completed(running):
                ended.result()
                say(f"{running[ended]} is done")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def on_ray(program, parts, below, retries=RETRIES, say=print):
    """Does all parts as tasks of the Ray cluster that this process is connected to, each on one CPU.

    A part is done in a temporary folder of its node and comes back as its files: nodes need no disk in common.
    """
    import ray

    # So that nodes need not have this module.
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])

    # Ray does a task again whose worker or node died; what a task raises by itself is final.
    @ray.remote(num_cpus=1, max_retries=retries)
    def task(program, part):
        for left in reversed(range(retries + 1)):
            with tempfile.TemporaryDirectory(prefix="tauroi-sweep-") as folder:
                try:
                    run_part(program, part, pathlib.Path(folder))
                    return contents(pathlib.Path(folder))
                except Killed:
                    if left == 0:
                        raise

    running = {task.remote(program, part): part for part in parts}
    while running:
        ended, _ = ray.wait(list(running))
        for reference in ended:
            part = running.pop(reference)
            try:
                files = ray.get(reference)
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None
            folder = part.folder(below)
            folder.mkdir(parents=True)
            for name, content in files.items():
                (folder / name).write_bytes(content)
            say(f"{part} is done")


def merge(program, parts, below, out):
    """Puts the parts of each series together; returns what the program said, by series."""
    said = {}
    for series in dict.fromkeys(part.series for part in parts):
        folders = [str(part.folder(below)) for part in parts if part.series == series]
        command = [program, "merge", *folders, "--out", str(pathlib.Path(out) / series)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Refused(f"{series or 'sweep'}: {said_by(done)}")
        said[series] = done.stdout
    return said


def sweep(program, series, arguments, parts, out, run, keep=False):
    """Does every series' sweep in so many parts by `run`, merges each into its folder below `out`, and returns what was said.

    `series` has by name the arguments that are its own. The parts lie in `out`/parts until they are merged; what a run that
    was cut short left there is used.
    """
    all_parts = [
        Part(name, (*own, *arguments), number, parts) for number in range(1, parts + 1) for name, own in series.items()
    ]
    below = pathlib.Path(out) / "parts"
    run(program, all_parts, below)
    said = merge(program, all_parts, below, out)
    if not keep:
        shutil.rmtree(below)
    return said


def named(text):
    """Reads NAME=TAPE[,MARKETS]."""
    name, equals, paths = text.partition("=")
    tape, comma, markets = paths.partition(",")
    if not equals or not tape or not name or name == "parts" or not all(c.isalnum() or c in "-_" for c in name):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=TAPE[,MARKETS], the name of letters, digits, - and _")
    return name, ["--tape", tape] + (["--markets", markets] if comma else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the program tauroi")
    parser.add_argument("--out", required=True, help="the folder for the results")
    parser.add_argument("--parts", type=int, required=True, help="into how many parts each sweep is cut")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--local", type=int, metavar="N", help="N processes of this machine")
    where.add_argument("--ray", metavar="ADDRESS", help="a Ray cluster: its address, or auto, or local to start one here")
    parser.add_argument("--series", type=named, action="append", metavar="NAME=TAPE[,MARKETS]")
    parser.add_argument("--keep-parts", action="store_true", help="leave the parts in DIR/parts")
    own, arguments = sys.argv[1:], []
    if "--" in own:
        own, arguments = own[: own.index("--")], own[own.index("--") + 1 :]
    options = parser.parse_args(own)
    names = [name for name, _ in options.series or []]
    if len(set(names)) < len(names):
        parser.error("--series: two have one name")

    def say(text):
        print(text, file=sys.stderr, flush=True)

    def run(program, parts, below):
        if options.local is not None:
            return locally(program, parts, below, options.local, say=say)
        import ray

        ray.init(address=options.ray, log_to_driver=False)
        # What came back of a sweep that was cut short may be of other arguments.
        shutil.rmtree(below, ignore_errors=True)
        return on_ray(program, parts, below, say=say)

    # A path of the working directory is none on another node.
    program = str(pathlib.Path(options.program).resolve())
    try:
        series = dict(options.series or [("", [])])
        said = sweep(program, series, arguments, options.parts, options.out, run, options.keep_parts)
    except (Refused, Killed) as error:
        sys.exit(f"error: {error}")
    for name, text in said.items():
        print(f"{name}\n{text}" if name else text, end="")


if __name__ == "__main__":
    main()
