"""Every snippet of the page and every cell of the notebook runs, in order, where there are a tape, markets and listeners."""

import contextlib
import io
import json
import pathlib
import re
import tempfile
import unittest

from program import write_listeners, write_markets, write_tape

import tauroi

DOCS = pathlib.Path(__file__).parents[2] / "docs"
# What a cell of each kind must have, by nbformat 4.5, and what it may be.
CELLS = {
    "markdown": {"cell_type", "id", "metadata", "source"},
    "code": {"cell_type", "id", "metadata", "source", "execution_count", "outputs"},
}


class Docs(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        write_tape(folder / "trades.csv")
        write_markets(folder / "markets.csv")
        write_listeners(folder / "listeners.csv")
        self.enterContext(contextlib.chdir(folder))

    def written(self, name, pieces):
        """Runs pieces of a program in one namespace, and returns what each wrote."""
        space, outputs = {"__name__": name}, []
        for place, piece in enumerate(pieces, 1):
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(compile(piece, f"{name}, piece {place}", "exec"), space)
            outputs.append(output.getvalue())
        return outputs

    def test_the_page_runs(self):
        text = (DOCS / "python.md").read_text()
        pieces = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        self.assertGreater(len(pieces), 8)
        for piece, output in zip(pieces, self.written("python.md", pieces), strict=True):
            if "print(" in piece:
                self.assertTrue(output.strip(), piece)
            # What a line says that it prints, it prints.
            for said in re.findall(r"print\(.*\)  # (\S.*[0-9\]])$", piece, re.MULTILINE):
                self.assertIn(said, output)

    def test_the_page_names_every_function_that_there_is(self):
        text = (DOCS / "python.md").read_text()
        for name in tauroi.__all__:
            if callable(getattr(tauroi, name)) and name.islower():
                self.assertIn(f"`{name}`", text)
                self.assertIn("Raises:", getattr(tauroi, name).__doc__)

    def test_the_notebook_is_one_and_its_cells_run(self):
        notebook = json.loads((DOCS / "python.ipynb").read_text())
        self.assertEqual((notebook["nbformat"], notebook["nbformat_minor"]), (4, 5))
        self.assertEqual(set(notebook), {"cells", "metadata", "nbformat", "nbformat_minor"})
        names = [cell["id"] for cell in notebook["cells"]]
        self.assertEqual(len(names), len(set(names)))
        for cell in notebook["cells"]:
            self.assertEqual(set(cell), CELLS[cell["cell_type"]])
            self.assertRegex(cell["id"], r"^[a-zA-Z0-9_-]{1,64}$")
        # What was shown on one machine is not what another shows.
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        self.assertTrue(all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code))
        self.written("python.ipynb", ["".join(cell["source"]) for cell in code])
