"""The package beside the program: the same digest, frames as written, errors in the program's own words."""

import runpy
from pathlib import Path

import pytest

import rainier_twin as twin

ROOT = Path(__file__).parents[2]


def test_a_run_is_the_command_lines_own():
    golden = (ROOT / "tests/golden/lab-day.digest").read_text().strip()
    run = twin.run("builtin:lab-day", threads=2)
    assert run.digest == golden
    assert run.series.index[-1] == run.summary["simulated_s"] == 3600
    assert run.series["energy_kwh"].iloc[-1] == pytest.approx(run.summary["energy_kwh"], rel=1e-12)
    assert {"site", "B01", "B01/H1"} <= set(run.halls.index)
    assert len(run.incidents) > 0 and run.jobs is None


def test_a_change_counts_and_jobs_are_a_frame():
    run = twin.run("builtin:lab-jobs", duration_s=7200, threads=1, set=["scenario:seed=2"])
    assert run.summary["seed"] == 2
    assert set(run.jobs["kind"]) <= {"training", "serving", "batch"} and len(run.jobs) > 1


def test_wrong_input_is_said_in_full():
    with pytest.raises(twin.RainierError) as error:
        twin.run("builtin:lab-day", set={"scenario:utilisation": 7, "scenario:seed": -1})
    assert error.value.code == 2
    assert "utilisation" in str(error.value) and "seed" in str(error.value)


def test_the_example_runs(capsys):
    runpy.run_path(str(ROOT / "python/examples/heat.py"))
    assert "hottest at" in capsys.readouterr().out
