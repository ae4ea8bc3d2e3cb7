"""The wheel against the program: the same bits; and what Python alone adds to them.

Run by `cargo xtask test python`, or by hand where the wheel and `server/tests/sdk/requirements.txt` are installed:

    python python/tests target/debug/tauroi
"""

import pathlib
import sys
import unittest

import program

if __name__ == "__main__":
    program.BINARY = pathlib.Path(sys.argv[1]).resolve()
    tests = unittest.defaultTestLoader.discover(str(pathlib.Path(__file__).parent))
    result = unittest.TextTestRunner().run(tests)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}", file=sys.stderr)
    sys.exit(not result.wasSuccessful())
