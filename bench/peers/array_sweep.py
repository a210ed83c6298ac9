"""The rules written out by hand, as it were: in NumPy, or in C for one core. The best an array engine could do."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.translate import formula
from bench.worker import serve


def main(folder: Path, way: str) -> None:
    """Serve the charts in `folder`: one pass works out every rule for all of them."""
    data = json.loads((folder / "rules.json").read_text())
    # In 32 bits, as OpenFisca has them: every value fits.
    columns = dict(zip(data["facts"], np.load(folder / "columns.npy").astype(np.int32), strict=True))
    one_pass = in_numpy(data, columns) if way == "numpy" else in_c(folder, way, columns)

    def keep(answers: Any) -> dict[str, str]:
        np.save(folder / f"{way}.npy", masks_of(answers) if way == "numpy" else answers)
        return {"saved": f"{way}.npy"}

    serve(one_pass, len(columns[data["facts"][0]]), keep)


def masks_of(answers: Sequence[Any]) -> Any:
    """Each chart's rules as one number, from one array of booleans for each rule."""
    masks = np.zeros(len(answers[0]), dtype=np.uint32)
    for number, true in enumerate(answers):
        masks |= np.asarray(true).astype(np.uint32) << np.uint32(number)
    return masks


def in_numpy(data: dict[str, Any], columns: dict[str, Any]) -> Callable[[], Any]:
    """One generated function: one rule after the other, in pieces that stay in the cache."""
    terms = [
        f"    answers[{number}] = {formula(rule['when'], 'numpy')}"
        for number, rule in enumerate(data["rules"])
    ]
    made: dict[str, Any] = {}
    exec(f"def sweep(answers, {', '.join(data['facts'])}):\n" + "\n".join(terms), made)  # noqa: S102 - our own formulas, from our own file
    number = len(columns[data["facts"][0]])
    piece = 65_536

    def one_pass() -> Any:
        answers = np.empty((len(terms), number), dtype=np.bool_)
        for start in range(0, number, piece):
            part = slice(start, start + piece)
            made["sweep"](answers[:, part], **{fact: column[part] for fact, column in columns.items()})
        return answers

    return one_pass


def in_c(folder: Path, way: str, columns: dict[str, Any]) -> Callable[[], Any]:
    """The loop of `c.c` or `c_usual.c`, compiled here with the machine's compiler."""
    compiler = shutil.which("cc") or "cc"
    library = folder / f"{way}.so"
    subprocess.run(
        [compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", library, folder / f"{way}.c"], check=True
    )
    sweep = ctypes.CDLL(str(library)).sweep
    number = len(next(iter(columns.values())))
    pointers = [ctypes.c_void_p(column.ctypes.data) for column in columns.values()]

    def one_pass() -> Any:
        masks = np.empty(number, dtype=np.uint32)
        sweep(ctypes.c_int64(number), *pointers, ctypes.c_void_p(masks.ctypes.data))
        return masks

    return one_pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
