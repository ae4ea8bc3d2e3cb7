"""A history on S3: `tauroi` against moto, which speaks S3's wire, also where the way there is bad.

Run by `cargo xtask test python`, or by hand in an environment with `server/tests/s3/requirements.txt`:

    python server/tests/s3/history.py target/debug/tauroi
"""

import contextlib
import http.client
import http.server
import io
import json
import logging
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from datetime import datetime, timedelta

import boto3
import duckdb
import pyarrow.parquet as pq
from moto.server import ThreadedMotoServer

BUCKET = "tapes"
PLACE = f"s3://{BUCKET}/kalshi"
HEARD = f"s3://{BUCKET}/heard"
SERIES = "KXTOPMONTHLY"


class Way:
    """The way to the store: hands requests on, fails as often as it is told to, and counts."""

    def __init__(self, store):
        self.busy = 0  # how many requests are answered 503
        self.cut = 0  # how many puts are broken off in the middle of what they bring
        self.failed = []
        way = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                """Says nothing."""

            def hand_on(self):
                """Hands a request on, or fails it."""
                length = int(self.headers.get("Content-Length") or 0)
                if self.command == "PUT" and way.cut > 0 and length > 1_000:
                    way.cut -= 1
                    way.failed.append("cut")
                    self.rfile.read(length // 2)
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                body = self.rfile.read(length)
                if way.busy > 0:
                    way.busy -= 1
                    way.failed.append("503")
                    self.send_response(503)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                there = http.client.HTTPConnection("127.0.0.1", store)
                there.request(self.command, self.path, body, dict(self.headers))
                answer = there.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
                self.send_header("Content-Length", length or "0")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = hand_on

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self):
        """Returns where it listens."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"


class Tauroi:
    """The program, with the variables of the store."""

    def __init__(self, binary, folder, way):
        self.binary = binary
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.variables = kept | {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": way.address(),
            "TAUROI_CACHE": str(folder / "cache"),
        }

    def __call__(self, *arguments, **variables):
        command = [self.binary, *map(str, arguments)]
        set_to = self.variables | variables
        # In a folder without a file of variables.
        return subprocess.run(command, capture_output=True, text=True, check=False, env=set_to, cwd=self.folder)

    def said(self, *arguments, **variables):
        """Returns what a command prints that comes to its end."""
        done = self(*arguments, **variables)
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def refused(self, *arguments, **variables):
        """Returns why a command fails."""
        done = self(*arguments, **variables)
        assert done.returncode == 1 and not done.stdout, (arguments, done)
        return done.stderr


@contextlib.contextmanager
def exchange(binary, environment, *options):
    """Runs a paper exchange, and gives the file that hands it on."""
    paper = [binary, "paper", "--plain", "--tier", "unlimited", *options, "--env", str(environment)]
    running = subprocess.Popen(paper, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert running.stdout.readline()
        yield environment
    finally:
        running.terminate()
        running.wait()


def objects(store):
    """Returns what is in the bucket, by key."""
    found = {}
    for page in store.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for entry in page.get("Contents", []):
            found[entry["Key"]] = store.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
    return found


def files(folder):
    """Returns the tables of a folder, by the key that they have on S3."""
    paths = (path for path in folder.rglob("*.parquet") if path.is_file())
    return {f"kalshi/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


def fetched(tauroi, way, store, environment, folder):
    """A fetch onto S3, over a bad way, brings the bytes that one into a folder does."""
    fetch = ["fetch", "--series", SERIES, "--paper", environment, "--to", "2026-11-03T12:00:00Z"]
    tauroi.said(*fetch, "--out", folder)
    way.busy, way.cut = 3, 2
    tauroi.said(*fetch, "--history", PLACE)
    assert way.failed == ["503"] * 3 + ["cut"] * 2, way.failed
    expected = files(folder)
    found = objects(store)
    assert found.keys() == expected.keys(), (found.keys(), expected.keys())
    # The lists are as of when they were read, which both fetches did.
    differ = [key for key in expected if found[key] != expected[key] and "/markets/" not in key]
    assert not differ, differ
    assert not store.list_multipart_uploads(Bucket=BUCKET).get("Uploads")
    # Once more: nothing changes, and a file that somebody else has put there is not written over.
    tauroi.said(*fetch, TAUROI_HISTORY_URL=PLACE)
    assert objects(store) == found
    key = next(key for key in found if "/trades/" in key)
    store.put_object(Bucket=BUCKET, Key=key, Body=b"mine")
    assert "isn't as it was written" in tauroi.refused(*fetch, "--history", PLACE)
    store.put_object(Bucket=BUCKET, Key=key, Body=found[key])


def charted(tauroi, folder):
    """A chart from S3 is the one from the folder; returns it."""
    listed = tauroi.said("history", "--list", "--csv", "--history", PLACE)
    assert listed == tauroi.said("history", "--list", "--csv", "--history", folder), listed
    rows = [row.split(",") for row in listed.splitlines()[1:]]
    assert rows and all(row[0] == SERIES and row[3] == "0" for row in rows), rows
    of_each = "ticker, count(*), min(yes_price_dollars), max(yes_price_dollars), sum(count_fp)"
    query = f"SELECT {of_each} FROM '{folder}/trades/*/*/*.parquet' GROUP BY ticker ORDER BY ticker"
    ticker, ticks, low, high, volume = duckdb.connect().execute(query).fetchone()
    chart = ["history", ticker, "--buckets", "1000", "--json"]
    found = tauroi.said(*chart, "--history", PLACE)
    assert found == tauroi.said(*chart, "--history", f"file://{folder}"), found
    columns = json.loads(found)
    assert sum(columns["ticks"]) == ticks, (columns, ticks)
    assert min(columns["low"]) == low * 10_000 and max(columns["high"]) == high * 10_000, (low, high)
    assert sum(columns["hundredths"]) == volume * 100, volume


def heard(tauroi, store, environment, folder):
    """What a recorder hears counts once beside what is fetched, and is put together with it."""
    record = ["record", "--paper", environment, "--series", SERIES, "--out", folder / "tapes"]
    tauroi.said(*record, "--run-for", "8s", "--history", HEARD)
    tauroi.said(*record, "--run-for", "4s", "--history", HEARD)
    keys = [key for key in objects(store) if "/heard-" in key]
    assert len(keys) >= 2, keys
    tauroi.said("fetch", "--series", SERIES, "--paper", environment, "--history", HEARD)
    listed = tauroi.said("history", "--list", "--csv", "--history", HEARD)
    assert sum(int(row.split(",")[3]) for row in listed.splitlines()[1:]) == len(keys), listed
    # A contract that was heard.
    tickers = pq.read_table(io.BytesIO(objects(store)[keys[0]])).column("ticker").to_pylist()
    chart = ["history", tickers[0], "--buckets", "50", "--json", "--history", HEARD]
    # Of whole seconds: a trade that was heard is known to the millisecond, and exactly once it is put together with the fetched
    # one, which may be the first.
    whole = json.loads(tauroi.said(*chart))
    last = datetime.fromisoformat(whole["to"]).replace(microsecond=0) + timedelta(seconds=1)
    chart += ["--from", f"{whole['from'][:19]}Z", "--to", f"{last:%Y-%m-%dT%H:%M:%SZ}"]
    before = tauroi.said(*chart)
    told = tauroi.said("history", "--compact", "--history", HEARD)
    assert told.startswith(f"{len(keys)} files of trades that were heard"), told
    assert not [key for key in objects(store) if "/heard-" in key]
    after = tauroi.said(*chart)
    assert before == after, (before, after)
    # Each trade is there once.
    listed = tauroi.said("history", "--list", "--csv", "--history", HEARD)
    rows = sum(int(row.split(",")[4]) for row in listed.splitlines()[1:])
    ids = set()
    for key, body in objects(store).items():
        if key.startswith("heard/trades/"):
            ids.update(pq.read_table(io.BytesIO(body)).column("trade_id").to_pylist())
    assert rows == len(ids), (rows, len(ids))


def checked(tauroi, store, environment):
    """What `tauroi check` says of the place, which it leaves as it was."""
    check = ["check", "--paper", environment, "--json"]
    said = tauroi(*check, TAUROI_HISTORY_URL="s3://nobodys/kalshi")
    assert said.returncode == 1 and "there is no such bucket" in said.stdout, said
    said = tauroi(*check, TAUROI_HISTORY_URL=PLACE)
    assert f"{PLACE} can be read and written" in said.stdout, said
    assert not [key for key in objects(store) if "check" in key]


def refusals(tauroi, way, store):
    """What is wrong is said in words, and no secret with it."""
    listing = ["history", "--list", "--history"]
    said = tauroi.refused(*listing, "s3://nobodys/kalshi")
    assert "there is no such bucket" in said, said
    said = tauroi.refused(*listing, f"s3://{BUCKET}/elsewhere")
    assert "has no trades" in said, said
    way.busy = 1_000
    said = tauroi.refused(*listing, PLACE)
    way.busy = 0
    assert "S3 is too busy or fails (503)" in said, said
    said = tauroi.refused(*listing, PLACE, AWS_SECRET_ACCESS_KEY="")
    assert "go together" in said, said
    said = tauroi.refused(*listing, PLACE, AWS_ENDPOINT_URL="http://192.0.2.1")
    assert "AWS_ENDPOINT_URL must be https, or http on this machine" in said, said
    # From here on the store asks who somebody is.
    request = urllib.request.Request(f"{way.address()}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
    urllib.request.urlopen(request).close()
    said = tauroi.refused(*listing, PLACE)
    assert "S3 doesn't know the key of AWS_ACCESS_KEY_ID" in said and "secret" not in said, said


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    way = Way(moto.get_host_and_port()[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        tauroi = Tauroi(binary, folder, way)
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        store = boto3.client("s3", endpoint_url=way.address(), **keys)
        store.create_bucket(Bucket=BUCKET)
        over = ["--past-days", "5", "--start", "2026-11-04T00:00:00Z", "--days", "3"]
        with exchange(binary, folder / "over.env", *over) as environment:
            fetched(tauroi, way, store, environment, folder / "history")
            charted(tauroi, folder / "history")
        with exchange(binary, folder / "open.env", "--days", "62", "--speed", "8000") as environment:
            heard(tauroi, store, environment, folder)
            checked(tauroi, store, environment)
        refusals(tauroi, way, store)
    moto.stop()
    print("S3: a fetch over a bad way, charts, what was heard, and what is refused")


if __name__ == "__main__":
    main()
