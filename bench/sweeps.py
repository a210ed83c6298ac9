"""The same thirty rules over a million charts at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import numpy as np

from bench.report import Row, Section, against, per_second
from bench.setting import Setting
from bench.timing import Engine, NoAnswer, Rates, answered, answered_together, in_turn, ratio

_ABOUT = """Rates are charts per CPU second, all thirty rules of each chart. The charts are drawn as arrays of facts, in 32-bit whole
numbers, and handed to each engine before the clock starts; in the rows that say so, anew within it each time, as a new
population must be. The answer is one array of booleans for each rule; C makes one number of thirty bits instead. NumPy and C
are the rules written out, as one would for this rule set alone: *C, usual* joins with `&&` and `||` (it branches), *C, for
vectors* with `&` and `|`, which the compiler can spread over a vector. Then, with one fact in ten not known, the sweep is
compared with the bedside's evaluation of each single chart, both ways: definitely true, definitely false."""

_SHOWN = {
    "ours": "ours",
    "ours fresh": "ours, charts handed over anew",
    "openfisca": "OpenFisca",
    "openfisca fresh": "OpenFisca, a new simulation each time",
    "numpy": "NumPy, rules written out",
    "c_usual": "C, usual, one core",
    "c": "C, for vectors, one core",
}
_SWEPT = "sweep, definitely true"
_FRESH = "the same, charts handed over each time"

# figure, ours, theirs, must, stretch
_BESIDE: list[tuple[str, str, str, float | None, float | None]] = [
    (_SWEPT, "ours", "openfisca", 8, None),
    (_FRESH, "ours fresh", "openfisca fresh", 8, None),
    (_SWEPT, "ours", "numpy", None, None),
    (_SWEPT, "ours", "c_usual", None, 0.5),
    (_SWEPT, "ours", "c", None, 0.5),
]


def take(setting: Setting) -> Section:
    """The engines side by side, then the sweep against single evaluation."""
    section = Section(
        "Sweep: arrays of charts", _ABOUT, left_out=[one for one in setting.missing if "OpenFisca" in one]
    )
    engines = list(_started(setting, section))
    try:
        wrong = _disagreements(setting, engines, section)
        rates = in_turn(engines, setting.rounds, setting.seconds)
    finally:
        for engine in engines:
            engine.close()
    section.rows += _rows(rates, wrong, len(setting.rules.rules))
    section.rows += _both_planes(setting, section)
    section.rows += _against_single(setting, section)
    return section


def _started(setting: Setting, section: Section) -> Iterator[Engine]:
    folder = str(setting.folder)
    commands = {"ours": setting.ours("sweep"), "ours fresh": setting.ours("sweep_fresh")}
    if setting.python:
        python = str(setting.python)
        for name, way in (("openfisca", "ready"), ("openfisca fresh", "fresh")):
            commands[name] = [python, "-m", "bench.peers.openfisca_sweep", folder, way]
        for way in ("numpy", "c_usual", "c"):
            if way == "numpy" or shutil.which("cc"):
                commands[way] = [python, "-m", "bench.peers.array_sweep", folder, way]
            else:
                section.left_out.append(f"{_SHOWN[way]}: there is no C compiler (`cc`) here.")
    for name, command in commands.items():
        try:
            yield Engine(name, command)
        except NoAnswer as error:
            section.left_out.append(f"{_SHOWN.get(name, 'our sweep')}: {error}")


def _disagreements(setting: Setting, engines: list[Engine], section: Section) -> dict[str, str]:
    masks = {engine.name: np.load(setting.folder / engine.ask("masks")["saved"]) for engine in engines}
    if not masks:
        return {}
    plain = masks.get("numpy", next(iter(masks.values())))
    differ = {name: int((found != plain).sum()) for name, found in masks.items()}
    wrong = {name: f"{count:,} masks differ" for name, count in differ.items() if count}
    section.agreement.append(
        f"{len(plain):,} charts, everything known: masks that differ from NumPy's: "
        + ", ".join(f"{_SHOWN[name]} {count:,}" for name, count in differ.items() if name != "numpy")
        + "."
    )
    return wrong


def _rows(rates: dict[str, Rates], wrong: dict[str, str], rules: int) -> Iterator[Row]:
    for what, ours, theirs, must, stretch in _BESIDE:
        if ours in rates and theirs in rates:
            one, other = rates[ours], rates[theirs]
            void = wrong.get(ours) or wrong.get(theirs) or ""
            yield against(
                what, one.per_cpu_second, _SHOWN[theirs], other.per_cpu_second, ratio(one.cpu, other.cpu),
                must=must, stretch=stretch, void=void,
            )  # fmt: skip
        elif theirs in rates:
            yield Row(what, peer=_SHOWN[theirs], theirs=per_second(rates[theirs].per_cpu_second))
    if "ours" in rates:
        judged = rates["ours"].per_cpu_second * rules
        yield Row("judgements (one rule of one chart)", per_second(judged), void=wrong.get("ours", ""))


def _both_planes(setting: Setting, section: Section) -> Iterator[Row]:
    try:
        found = answered(setting.ours("both_planes"), 120)
    except NoAnswer as error:
        section.left_out.append(f"the sweep with facts not known: {error}")
        return
    yield Row(
        "sweep, definitely true and definitely false, one fact in ten not known",
        per_second(found["decisions"] / found["cpu"]),
    )


def _against_single(setting: Setting, section: Section) -> Iterator[Row]:
    try:
        halves = answered_together([setting.ours("sweep_differs", half) for half in ("0", "1")], 480)
    except NoAnswer as error:
        section.left_out.append(f"the sweep against single evaluation: {error}")
        return
    differ, judged = (sum(one[key] for one in halves) for key in ("differ", "charts"))
    yield Row(
        f"charts that sweep and single evaluation judge otherwise, of {judged:,}", f"{differ:,}",
        measured=differ, must=0, unit="differences", at_most=True,
    )  # fmt: skip
