"""The dashboard and the alert rules that we ship ask for figures that exist, with labels that they have."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from mboa.operations.metrics import COUNTERS, GAUGES, TIMINGS
from tests.city import City

DEPLOY = Path(__file__).parents[2] / "deploy"
BOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "mboa.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))[
    "groups"
][0]["rules"]
QUERIES = [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", ())]
EXPRESSIONS = [*QUERIES, *(rule["expr"] for rule in RULES)]
# Prometheus' own words, and what it knows by itself.
LANGUAGE = {"sum", "max", "min", "by", "without", "rate", "increase", "histogram_quantile", "absent", "and", "or", "on"}
LANGUAGE |= {"hour", "max_over_time", "min_over_time", "up"}
OF_PROMETHEUS = {"le", "instance", "job"}
KINDS = {**COUNTERS, **TIMINGS, **GAUGES}


def names_in(expression: str) -> set[str]:
    """The metrics that a query asks for."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(by|without)\s*\([^)]*\)|\$\w+|\"[^\"]*\"", " ", expression)
    return set(re.findall(r"[a-zA-Z_]\w*", bare)) - LANGUAGE


def labels_in(expression: str) -> Iterator[str]:
    """The labels that a query names."""
    for group in re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", expression):
        yield from re.findall(r"\w+", group)
    for selector in re.findall(r"\{([^}]*)\}", expression):
        yield from re.findall(r"(\w+)\s*[=!]", selector)


async def test_every_figure_exists(city: City) -> None:
    text = (await city.web.get("/metrics")).text
    told = {family.name for family in text_string_to_metric_families(text)}
    known = told | {f"{name}{ending}" for name in told for ending in ("_total", "_bucket", "_sum", "_count")}
    for expression in EXPRESSIONS:
        assert names_in(expression) - known == set()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_label_exists(expression: str) -> None:
    spelled = {metric.spelled: metric for metric in KINDS.values()}
    asked = names_in(expression)
    ours = [metric for name, metric in spelled.items() if any(one.startswith(name) for one in asked)]
    known = OF_PROMETHEUS.union(*(metric.labels for metric in ours))
    assert set(labels_in(expression)) <= known
    assert expression.count("(") == expression.count(")")


def test_what_is_asked_is_really_found_by_these_readers() -> None:
    assert names_in('sum by(le) (rate(a_b_bucket{x="sum"}[5m])) > 3') == {"a_b_bucket"}
    assert set(labels_in('sum by(le, area) (a{x="y", z!="w"})')) == {"le", "area", "x", "z"}
    assert len(QUERIES) > 30


def test_counters_of_many_processes_are_never_added_up() -> None:
    counted = [one for one in EXPRESSIONS if re.search(r"(increase|rate)\(", one) and "process_" not in one]
    assert [one for one in counted if "max without(instance)" not in one] == []


def test_the_dashboard_can_be_imported() -> None:
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert {variable["name"] for variable in BOARD["templating"]["list"]} == {"datasource"}
    for panel in panels:
        assert panel["type"] in {"row", "stat", "timeseries"}
        assert {target["refId"] for target in panel.get("targets", ())} <= set("ABCDEFG")
    places = [panel["gridPos"] for panel in panels]
    assert [(one, other) for one, other in combinations(places, 2) if overlap(one, other)] == []
    assert max(place["x"] + place["w"] for place in places) <= 24


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_speaks_french_and_english(rule: dict[str, Any]) -> None:
    assert {"summary", "resume", "look"} <= set(rule["annotations"])
    assert rule["annotations"]["summary"] != rule["annotations"]["resume"]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert re.fullmatch(r"\d+[smh]", rule["for"])


def test_prometheus_takes_the_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not here: the rules were not read by Prometheus itself")
    for what, file in (("rules", "alerts.yml"), ("config", "prometheus.yml")):
        done = subprocess.run(
            [promtool, "check", what, file], cwd=DEPLOY / "prometheus", capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
