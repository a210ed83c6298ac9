"""The same thirty rules over a million charts at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import numpy as np

from bench.report import Row, Section, against, per_second
from bench.setting import Setting
from bench.timing import Engine, NoAnswer, Rates, answered, answered_together, in_turn, ratio

_ABOUT = """Rates are charts per CPU second, all thirty rules of each chart. The charts are drawn as arrays of facts, handed to every
engine before the clock starts, in the form it likes best (32-bit whole numbers). The answer is one array of booleans for each
rule; C makes one number of thirty bits instead. NumPy and C are the rules written out, as one would for this rule set alone.
*C, usual* joins with `&&` and `||` (it branches); *C, for vectors* joins with `&` and `|`, which the compiler can spread over
a vector. Then, with one fact in ten not known, the sweep is compared with the bedside's evaluation of each single chart, both
ways: definitely true, definitely false."""

_SHOWN = {
    "openfisca": "OpenFisca",
    "numpy": "NumPy, rules written out",
    "c_usual": "C, usual, one core",
    "c": "C, for vectors, one core",
}


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
    commands = {"ours": setting.ours("sweep")}
    if setting.python:
        python = str(setting.python)
        commands["openfisca"] = [python, "-m", "bench.peers.openfisca_sweep", folder]
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
        + ", ".join(
            f"{_SHOWN.get(name, 'ours')} {count:,}" for name, count in differ.items() if name != "numpy"
        )
        + "."
    )
    return wrong


def _rows(rates: dict[str, Rates], wrong: dict[str, str], rules: int) -> Iterator[Row]:
    if "ours" not in rates:
        for name, rate in rates.items():
            yield Row(
                "sweep", peer=_SHOWN[name], theirs=per_second(rate.per_cpu_second), void=wrong.get(name, "")
            )
        return
    ours = rates["ours"]
    targets: dict[str, tuple[float | None, float | None]] = {
        "openfisca": (8, None),
        "c_usual": (None, 0.5),
        "c": (None, 0.5),
    }
    for name, shown in _SHOWN.items():
        if name in rates:
            must, stretch = targets.get(name, (None, None))
            void = wrong.get("ours") or wrong.get(name) or ""
            yield against(
                "sweep, definitely true", ours.per_cpu_second, shown, rates[name].per_cpu_second,
                ratio(ours.cpu, rates[name].cpu), must=must, stretch=stretch, void=void,
            )  # fmt: skip
    yield Row("judgements (one rule of one chart)", per_second(ours.per_cpu_second * rules))


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
        halves = answered_together([setting.ours("sweep_differs", half) for half in ("0", "1")], 300)
    except NoAnswer as error:
        section.left_out.append(f"the sweep against single evaluation: {error}")
        return
    differ, judged = (sum(one[key] for one in halves) for key in ("differ", "charts"))
    yield Row(
        f"charts that sweep and single evaluation judge otherwise, of {judged:,}", f"{differ:,}",
        measured=differ, must=0, stretch=0, unit="differences", at_most=True,
    )  # fmt: skip
