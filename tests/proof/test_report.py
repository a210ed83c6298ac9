"""What the report says, in words, as data and as a page; and what the command does with it."""

from __future__ import annotations

import builtins
import json
import shutil
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mainstay.commands import prove as command
from mainstay.engine import certificates
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import SHIPPED, Library
from mainstay.proof import checks, report, weaker
from mainstay.proof.checks import Finding, Line, Result
from mainstay.proof.report import Report
from mainstay.proof.solver import Budget
from tests.proof.edits import Edit, after, before, swap, without

P7 = "protocols/lofexidine-withdrawal.yaml"


def _budget() -> Budget:
    return Budget(120, time.monotonic)


@pytest.fixture(scope="module")
def good() -> Report:
    budget = _budget()
    proofs = tuple(checks.prove(before(), budget, "precipitated-withdrawal"))
    windows = tuple(checks.windows(before(), budget))
    return Report(before(), proofs, windows, "v1", (), (), budget.used, budget.asked)


@pytest.fixture(scope="module")
def bad() -> Report:
    budget = _budget()
    edited = after(without(P7, "diastolic-low"))
    proofs = tuple(checks.prove(edited, budget, "lofexidine-withdrawal", "bcd"))
    weak = tuple(weaker.weaker(before(), edited, budget, "lofexidine-withdrawal"))
    return Report(edited, proofs, (), "v1", weak, ("lofexidine-withdrawal",), budget.used, budget.asked)


class _Page(HTMLParser):
    """Checks that every element that opens also closes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "line", "circle", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in ("line", "circle", "rect") or self.open.pop() == tag


def test_the_report_in_words_says_what_is_and_is_not_proved(good: Report) -> None:
    words = report.text(good)
    assert "✓ P11-A" in words
    assert "Not proved here" in words
    assert "nothing is newly permitted" in words
    assert "3.6 mg, above the 2.88 mg" in words
    assert good.proved
    assert set(good.checks["precipitated-withdrawal"]) >= {"a", "b"}
    assert "It can speak." not in words
    assert "It can speak." in report.text(good, every=True)


def test_a_failure_shows_its_timeline_and_its_scenario(bad: Report) -> None:
    words = report.text(bad)
    assert not bad.proved
    assert bad.checks == {}
    assert "✗ P7" in words
    assert "As a scenario:" in words
    assert "now" in words
    assert "Certificate missing or stale: lofexidine-withdrawal" in words
    assert "company, by name" in words


@pytest.mark.parametrize("which", ["good", "bad"])
def test_the_page_is_whole_and_needs_nothing_from_elsewhere(
    which: str, request: pytest.FixtureRequest
) -> None:
    made: Report = request.getfixturevalue(which)
    words = report.page(made)
    page = _Page()
    page.feed(words)
    assert page.open == []
    assert "http" not in words
    assert ("svg" in page.seen) or which == "bad"
    assert "prefers-color-scheme: dark" in words


def test_the_page_without_a_comparison_says_nothing_of_one() -> None:
    assert "Against" not in report.page(Report(before(), (), (), None, (), (), 0.0, 0))


def test_the_window_is_drawn_with_its_doses() -> None:
    finding = Finding("drug x", "two doses <b>", Line((0, 720), ("1 mg", "1 mg")))
    words = report._finding_html(finding)
    assert words.count("<circle") == 2
    assert "<b>" not in words
    assert "<svg" not in report._finding_html(Finding("x", "no window"))


def test_the_data_is_plain_and_complete(good: Report, bad: Report) -> None:
    for one in (good, bad):
        data = json.loads(json.dumps(report.data(one)))
        assert data["proved"] is one.proved
        assert len(data["protocols"]) == 1
    assert any("chart" in result for result in report.data(bad)["protocols"][0]["results"])
    undecided = Result("a", "x", False, "no time", undecided=True)
    assert report._result_data(undecided)["undecided"] is True
    assert "minutes_before" not in report._finding_data(Finding("x", "y"))


# The command -------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A knowledge folder of its own, edited."""

    def make(*edits: Edit, name: str = "knowledge") -> Path:
        made = tmp_path / name
        shutil.copytree(
            SHIPPED, made, ignore=shutil.ignore_patterns("certificate.json", "schema", "README.md")
        )
        texts = {
            path.relative_to(made).as_posix(): path.read_text(encoding="utf-8")
            for path in made.rglob("*.yaml")
        }
        for edit in edits:
            edit(texts)
        for file, words in texts.items():
            (made / file).write_text(words, encoding="utf-8")
        return made

    return make


GOOD = "precipitated-withdrawal"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole library takes its time: one protocol and the gates stand for it here."""
    whole = checks.prove

    def some(library: Library, budget: Budget, only: str | None = None) -> Iterator[checks.Proof]:
        for name in (GOOD, "universal-gates") if only is None else (only,):
            yield from whole(library, budget, name)

    monkeypatch.setattr(checks, "prove", some)


@pytest.mark.usefixtures("quick")
def test_without_a_certificate_the_library_is_stale(
    folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder()
    assert command.run(knowledge=made, budget=120) == command.NOT_PROVED
    assert "Certificate missing or stale" in capsys.readouterr().out
    assert not (made / certificates.FILE).exists()


@pytest.mark.usefixtures("quick")
def test_certify_writes_and_the_next_run_agrees(
    folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder()
    assert command.run(knowledge=made, budget=120, certify=True) == 0
    used = libraries.load(made)
    assert certificates.certified(used) == {used.protocols[name].digest for name in (GOOD, "universal-gates")}
    assert command.run(knowledge=made, budget=120, as_json=True) == 0
    capsys.readouterr()


def test_one_protocol_can_be_asked_for(
    folder: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "report.html"
    assert command.run(knowledge=folder(), protocol="P11-A", html=page, as_json=True, budget=120) == 0
    assert json.loads(capsys.readouterr().out)["protocols"][0]["protocol"] == GOOD
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_is_one_clear_line(
    folder: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        command.run(knowledge=folder(), protocol="P11-A", html=tmp_path / "no" / "page.html", budget=120) == 2
    )
    assert "can't be written" in capsys.readouterr().err


def test_weaker_than_before_has_its_own_exit_code(
    folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    was = folder(name="was")
    now = folder(
        swap("site-values.yaml", r"^(  cows_to_start_short_acting:\n    default: ).*$", r"\g<1>9 points"),
        name="now",
    )
    assert command.run(knowledge=now, against=was, protocol="P1", budget=120) == command.WEAKER
    assert "before this edit it was not" in capsys.readouterr().out


def test_an_unproved_library_has_its_exit_code(
    folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder(without(P7, "diastolic-low"))
    assert command.run(knowledge=made, protocol="P7", budget=120) == command.NOT_PROVED
    capsys.readouterr()


def test_out_of_time_is_not_proved(folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(knowledge=folder(), budget=0) == command.NOT_PROVED
    assert "time budget" in capsys.readouterr().out


def test_bad_input_is_refused(
    folder: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.run(knowledge=tmp_path / "nowhere") == 2
    assert command.run(knowledge=folder(), protocol="P99") == 2
    assert command.run(knowledge=tmp_path / "knowledge", protocol="P1", certify=True) == 2
    capsys.readouterr()


def test_without_the_solver_it_says_what_to_install(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _no_module(monkeypatch, "z3")
    assert command.run(knowledge=folder(), protocol="P1") == 2
    assert "mainstay[proof]" in capsys.readouterr().err


def test_another_missing_module_is_not_hidden(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_module(monkeypatch, "something-else")
    with pytest.raises(ModuleNotFoundError):
        command.run(knowledge=folder(), protocol="P1")


def _no_module(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    real = builtins.__import__

    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "mainstay.proof":
            raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", importing)
