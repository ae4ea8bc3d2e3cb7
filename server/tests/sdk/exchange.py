"""A paper exchange of its own for a test: `tauroi paper`, and Kalshi's client pointed at it."""

import contextlib
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator

from kalshi_python_sync import Configuration, KalshiClient


@contextlib.contextmanager
def exchange(tauroi: str, *options: str) -> Iterator[KalshiClient]:
    """Runs `tauroi paper` on a free port with these options and yields its member's client."""
    with tempfile.TemporaryDirectory() as folder:
        env = pathlib.Path(folder, "paper.env")
        command = [tauroi, "paper", "--port", "0", "--env", str(env), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            # It says where it is once it answers, and has written its files by then.
            said = process.stdout.readline()
            assert said.startswith("The paper exchange is at "), f"{command} said {said!r}"
            variables = dict(line.split("=", 1) for line in env.read_text().splitlines())
            secret = pathlib.Path(variables["KALSHI_API_SECRET_FILE"]).read_text()
            yield client(variables["KALSHI_API_BASE"], variables["KALSHI_ACCESS_KEY"], secret)
        finally:
            process.terminate()
            process.wait(timeout=30)


def client(base: str, key_id: str, private_key_pem: str) -> KalshiClient:
    """Returns Kalshi's own client of the exchange at `base`."""
    configuration = Configuration(host=base)
    configuration.api_key_id = key_id
    configuration.private_key_pem = private_key_pem
    return KalshiClient(configuration)
