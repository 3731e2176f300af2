"""Runs what-if scenarios of the rainier digital twin and gives their results as data frames.

The twin itself is the program ``rainier``: this package starts it, and reads what it writes. Results are those of the
command line to the last bit, and so is their digest.

>>> import rainier_twin as twin
>>> run = twin.run("builtin:lab-day", set={"scenario:duration_s": "10min"})
>>> run.summary["pue"] > 1
True
>>> run.series["it_power_w"].mean() > 0
True
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Union

import pandas as pd
import pyarrow.parquet as pq

__all__ = ["Run", "RainierError", "program", "run", "runs"]


class RainierError(RuntimeError):
    """The program refused its input or could not write its results: ``code`` is its exit code.

    2: wrong arguments or input files, each error with file, line, column and what is allowed; 3: a result could not be
    written; 4: the energy ledger did not close.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message.strip() or f"rainier ended with {code}")
        self.code = code


def program() -> str:
    """The path of ``rainier``: the variable ``RAINIER``, else the one on the ``PATH``."""
    found = os.environ.get("RAINIER") or shutil.which("rainier")
    if not found:
        raise RainierError(1, "no program `rainier`: set the variable RAINIER to its path (cargo build --release)")
    return found


@dataclass
class Run:
    """A finished run. Frames are read when they are first asked for; units are in the names of their columns."""

    folder: Path
    summary: dict
    _held: Any = field(default=None, repr=False)

    @property
    def digest(self) -> str:
        """Digest of the end state: the same on every platform and for any number of threads."""
        return self.summary["digest"]

    @property
    def series(self) -> pd.DataFrame:
        """Samples over time, indexed by seconds since the start; see ``docs/formats.md`` for the columns."""
        return pq.read_table(self.folder / "series.parquet").to_pandas().set_index("time_s")

    @property
    def halls(self) -> pd.DataFrame:
        """What the site, every building and every hall has used, by place."""
        return pd.read_csv(self.folder / "halls.csv").set_index("place")

    @property
    def incidents(self) -> pd.DataFrame:
        """What happened, with the number of each incident's cause."""
        return pd.read_csv(self.folder / "incidents.csv")

    @property
    def jobs(self) -> Optional[pd.DataFrame]:
        """A row for each stay of a job on its units; none without a workload."""
        path = self.folder / "jobs.csv"
        return pd.read_csv(path) if path.exists() else None


def run(
    scenario: Union[str, Path] = "builtin:default",
    *,
    set: Union[Mapping[str, Any], Iterable[str], None] = None,
    site: Optional[str] = None,
    weather: Optional[str] = None,
    tick_s: Optional[float] = None,
    duration_s: Optional[float] = None,
    threads: Optional[int] = None,
    out: Union[str, Path, None] = None,
) -> Run:
    """Runs a scenario and waits for it.

    ``scenario`` is a file or ``builtin:NAME``; ``set`` changes fields of any file by path, such as
    ``{"catalog:chips.trainium2.tdp_w": "0.55kW"}``; ``out`` is the folder for results, one that goes with the ``Run`` if
    it is left out. Raises :class:`RainierError` with the program's own words if anything is wrong.
    """
    held = None
    if out is None:
        held = tempfile.TemporaryDirectory(prefix="rainier-")
        out = held.name
    command = [program(), "run", str(scenario), "--out", str(out), "--json", "--quiet"]
    changes = set.items() if isinstance(set, Mapping) else [str(change).split("=", 1) for change in set or []]
    for path, value in changes:
        command += ["--set", f"{path}={value}"]
    flags = {"--site": site, "--weather": weather, "--tick": tick_s, "--duration": duration_s, "--threads": threads}
    for flag, value in flags.items():
        if value is not None:
            command += [flag, str(value)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RainierError(done.returncode, done.stderr)
    return Run(Path(out), json.loads(done.stdout), held)


def runs(scenario: Union[str, Path], changes: Iterable[Mapping[str, Any]], **same: Any) -> pd.DataFrame:
    """Runs a scenario once for each mapping of changes; a row each, the changes beside every figure of the summary.

    For many runs use ``rainier sweep``, which shares cores and goes on after a stop.
    """
    rows = []
    for change in changes:
        summary = run(scenario, set=change, **same).summary
        figures = {name: value for name, value in summary.items() if not isinstance(value, (dict, list))}
        rows.append({**change, **figures})
    return pd.DataFrame(rows)
