"""Writes scipy.json: reference values that the tests of labrun-analysis are held to.

Run:  python3 -m venv venv && venv/bin/pip install scipy==1.17.1 diptest==0.12.0
      venv/bin/python make.py
`make.py critical` prints the critical values of the dip instead (some minutes).
"""

import json
import sys
from pathlib import Path

import diptest
import numpy as np
from scipy import stats

RNG = np.random.default_rng(20261123)


def lognormal(n, median, sigma):
    return [float(round(v, 3)) for v in median * np.exp(sigma * RNG.standard_normal(n))]


def lag1(x):
    x = np.asarray(x) - np.mean(x)
    return float((x[1:] * x[:-1]).sum() / (x * x).sum())


def interval(x, method):
    got = stats.bootstrap((x,), np.median, n_resamples=20000, method=method,
                          vectorized=True, rng=np.random.default_rng(7))
    return [float(got.confidence_interval.low), float(got.confidence_interval.high)]


def ratio_interval(a, b, paired):
    def ratio(a, b, axis=-1):
        return np.median(a, axis=axis) / np.median(b, axis=axis)
    got = stats.bootstrap((a, b), ratio, n_resamples=20000, method="percentile", paired=paired,
                          vectorized=True, rng=np.random.default_rng(7))
    return [float(got.confidence_interval.low), float(got.confidence_interval.high)]


def order_interval(x, confidence=0.95):
    """Hettmansperger & Sheather (1986), by the binomial distribution."""
    x, n = np.sort(x), len(x)
    covered = lambda k: 1 - 2 * stats.binom.cdf(k - 1, n, 0.5)
    k = max(k for k in range(1, n // 2 + 1) if covered(k) >= confidence)
    share = (covered(k) - confidence) / (covered(k) - covered(k + 1))
    inward = (n - k) * share / (k + (n - 2 * k) * share)
    return [float((1 - inward) * x[k - 1] + inward * x[k]),
            float((1 - inward) * x[n - k] + inward * x[n - k - 1])]


def series(values):
    tau = stats.kendalltau(range(len(values)), values, method="asymptotic")
    return {
        "values": values,
        "median": float(np.median(values)),
        "quantiles": {str(p): float(np.quantile(values, p, method="linear"))
                      for p in (0.0, 0.025, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0)},
        "interval": interval(values, "percentile"),
        "order_interval": order_interval(values),
        "lag1": lag1(values),
        "rank_lag1": lag1(stats.rankdata(values)),
        "kendall_p": float(tau.pvalue),
        "theil_sen": float(stats.theilslopes(values).slope),
        "dip": float(diptest.dipstat(np.sort(values))),
    }


def pair(a, b):
    u = stats.mannwhitneyu(a, b).statistic
    return {
        "a": a,
        "b": b,
        "hodges_lehmann": float(np.median(np.subtract.outer(a, b))),
        "cliffs_delta": float(2 * u / (len(a) * len(b)) - 1),
        "ratio_independent": ratio_interval(a, b, False),
        "ratio_paired": ratio_interval(a, b, True) if len(a) == len(b) else None,
    }


def line(x, y):
    got = stats.theilslopes(y, x, 0.95, method="joint")
    return {
        "x": [float(v) for v in x],
        "y": [float(v) for v in y],
        "slope": float(got.slope),
        "intercept": float(got.intercept),
        "interval": [float(got.low_slope), float(got.high_slope)],
    }


def critical():
    for n in (20, 30, 50, 100, 300, 1000):
        sets = np.sort(RNG.random((200_000 if n <= 100 else 50_000, n)), axis=1)
        dips = [diptest.dipstat(x, sort_x=False) for x in sets]
        print(f"({n ** 0.5:.3f}, {n ** 0.5 * np.quantile(dips, 0.99):.4f}),", flush=True)


def main():
    trend = [v * (1 + 0.004 * i) for i, v in enumerate(lognormal(40, 1.69e6, 0.03))]
    walk = [float(v) for v in 1e6 + np.cumsum(RNG.normal(0, 2e4, 35))]
    ties = [float(v) for v in RNG.integers(3, 9, 25)]
    two = lognormal(18, 1.0e6, 0.03) + lognormal(14, 2.0e6, 0.03)
    shared = RNG.standard_normal(60) * 0.2
    row = [float(1.7e6 * np.exp(s + 0.02 * e)) for s, e in zip(shared, RNG.standard_normal(60))]
    reference = [float(1.5e5 * np.exp(s + 0.02 * e)) for s, e in zip(shared, RNG.standard_normal(60))]
    out = {
        "series": {
            "odd": series(lognormal(31, 152e3, 0.08)),
            "even": series(lognormal(100, 1.69e6, 0.05)),
            "few": series(lognormal(10, 178e6, 0.1)),
            "trend": series(trend),
            "walk": series(walk),
            "ties": series(ties),
            "two_modes": series(two),
            "uniform": series([float(v) for v in RNG.random(50)]),
        },
        "pairs": {
            "apart": pair(lognormal(30, 1.69e6, 0.05), lognormal(40, 152e3, 0.08)),
            "near": pair(lognormal(50, 1.02e6, 0.05), lognormal(50, 1.0e6, 0.05)),
            "ties": pair(ties, [float(v) for v in RNG.integers(3, 9, 19)]),
            "shared": pair(row, reference),
        },
    }
    # after all that is older, so that its numbers stay
    counts = np.repeat([1, 2, 4, 8, 16, 32], 5)
    memory = 2.1e6 + 1.3e6 * counts * np.exp(0.02 * RNG.standard_normal(30))
    hit = memory.copy()
    hit[[3, 17, 28]] *= 3
    out["lines"] = {
        "memory": line(counts, memory),
        "outliers": line(counts, hit),
        "ties": line(RNG.integers(0, 8, 25), RNG.integers(3, 9, 25)),
        "falling": line(np.arange(12) ** 1.5, 40 - 3.1 * np.arange(12) ** 1.5 + RNG.normal(0, 2, 12)),
        "five": line([1, 2, 4, 8, 16], [3.3, 5.1, 9.4, 17.2, 33.9]),
        "unordered": line(RNG.permutation(31) / 7, RNG.standard_normal(31)),
    }
    path = Path(__file__).with_name("scipy.json")
    path.write_text(json.dumps(out, indent=1) + "\n")


critical() if sys.argv[1:] == ["critical"] else main()
