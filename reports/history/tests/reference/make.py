"""Writes otava.json: the series that Apache Otava (incubating) publishes as test data, and the change
points that it finds in them. The tests of labrun-history hold theirs against it.

Beside each there are the points that it finds when its merge looks at both neighbours of a point that
it has taken away: version 0.8 computes the one to the right anew and the one after that, and the one to
the left keeps what it had between stretches that are no more (otava/analysis.py, `merge`).

The series are numbers of Otava's tests (tests/tigerbeetle_test.py, tests/analysis_test.py,
tests/series_test.py, tests/change_point_divisive_test.py, tests/resources/sample.csv), which are under
the Apache License 2.0: https://github.com/apache/otava

Run:  python3 -m venv venv && venv/bin/pip install apache-otava==0.8
      git clone https://github.com/apache/otava
      venv/bin/python make.py OTAVA_CHECKOUT
"""

import ast
import csv
import importlib.util
import inspect
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

from otava import analysis

# window, p-value, least change
SETTINGS = [
    (50, 0.001, 0.0),
    (30, 0.001, 0.0),
    (30, 0.01, 0.05),
    (30, 0.01, 0.0),
    (30, 0.0001, 0.0),
    (10, 0.0001, 0.0),
    (50, 0.001, 0.03),
    (30, 0.1, 0.05),
    (30, 0.1, 0.0),
]


def tigerbeetle(checkout):
    path = checkout / "tests" / "tigerbeetle_test.py"
    spec = importlib.util.spec_from_file_location("tigerbeetle", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module._get_series()


def sample(checkout):
    with open(checkout / "tests" / "resources" / "sample.csv") as file:
        rows = list(csv.DictReader(file))
    return {f"sample.csv {m}": [float(row[m]) for row in rows] for m in ("metric1", "metric2")}


def literals(checkout, name):
    """Lists of at least ten numbers that a test has."""
    found = []
    for node in ast.walk(ast.parse((checkout / "tests" / name).read_text())):
        if isinstance(node, ast.List) and len(node.elts) >= 10:
            try:
                values = [float(v) for v in ast.literal_eval(node)]
            except (ValueError, TypeError):
                continue
            if values not in found:
                found.append(values)
    return {f"{name} {n}": values for n, values in enumerate(found)}


def mended():
    """Its merge with both neighbours."""
    text = inspect.getsource(analysis.merge)
    for wrong, right in [("recompute(weakest_cp_index)\n", "recompute(weakest_cp_index - 1)\n"),
                         ("recompute(weakest_cp_index + 1)\n", "recompute(weakest_cp_index)\n")]:
        assert text.count(wrong) == 1, "its merge is another one"
        text = text.replace(wrong, right)
    names = dict(vars(analysis))
    exec(text, names)
    return names["merge"]


def points(values, window, rarity, least, merge):
    analysis.merge = merge
    points, _ = analysis.compute_change_points(
        list(values), window_len=window, max_pvalue=rarity, min_magnitude=least)
    return [{"at": int(p.index), "before": float(p.stats.mean_1), "after": float(p.stats.mean_2),
             "rarity": float(p.stats.pvalue)} for p in points]


def main():
    merges = {"points": analysis.merge, "mended": mended()}
    checkout = Path(sys.argv[1])
    series = {"tigerbeetle": [float(v) for v in tigerbeetle(checkout)]}
    series |= sample(checkout)
    for name in ("analysis_test.py", "series_test.py", "change_point_divisive_test.py"):
        series |= literals(checkout, name)
    found = []
    for name, values in series.items():
        for window, rarity, least in SETTINGS:
            found.append({
                "series": name, "window": window, "rarity": rarity, "least_change": least,
            } | {what: points(values, window, rarity, least, merge)
                 for what, merge in merges.items()})
    out = {"otava": version("apache-otava"), "series": series, "found": found}
    path = Path(__file__).with_name("otava.json")
    lines = json.dumps(out, indent=1)
    # A list of numbers is a line.
    lines = re.sub(r"\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]",
                   lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", lines)
    lines = re.sub(r"\{\s+(\"at\"[^{}]*?)\s+\}", lambda m: "{" + re.sub(r"\s+", " ", m.group(1)) + "}", lines)
    path.write_text(lines + "\n")


main()
