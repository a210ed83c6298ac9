"""`mainstay knowledge check`: every file read, every scenario run, every threshold tried."""

from __future__ import annotations

from pathlib import Path

from mainstay.commands import terminal
from mainstay.commands.terminal import DIM, Page
from mainstay.engine import scenarios
from mainstay.engine.scenarios import Outcome


@terminal.refusing
def run(*, knowledge: Path | None, site: Path | None, as_json: bool) -> int:
    library = terminal.library(knowledge, site)
    outcomes: dict[str, list[Outcome]] = {}
    for path in scenarios.files(library):
        outcomes[path.relative_to(library.folder).as_posix()] = scenarios.run_file(library, path)
    failed = [(file, one) for file, ran in outcomes.items() for one in ran if not one.passed]
    untried = {
        name: missing
        for name in library.protocols
        if (
            missing := scenarios.uncovered(
                library, name, outcomes.get(f"protocols/{name}.scenarios.yaml", [])
            )
        )
    }
    count = sum(len(ran) for ran in outcomes.values())
    if as_json:
        terminal.print_json(
            {
                "digest": library.digest,
                "scenarios": count,
                "failed": [
                    {"place": str(one.place), "scenario": one.name, "wrong": one.wrong} for _, one in failed
                ],
                "untried": untried,
            }
        )
        return 1 if failed or untried else 0
    page = Page()
    for _, one in failed:
        page.line((str(one.place), "red"), f" {one.name}")
        for wrong in one.wrong:
            page.line(wrong, indent=4)
    for name, missing in untried.items():
        for words in missing:
            page.line((f"protocols/{name}.scenarios.yaml", "red"), f" {words}")
    page.line(
        f"{len(library.sources)} sources, {len(library.drugs)} drugs, {len(library.classes)} classes, "
        f"{len(library.instruments)} instruments, {len(library.protocols)} protocols; {count} scenarios, "
        f"{len(failed)} failed, {sum(len(missing) for missing in untried.values())} thresholds untried."
    )
    page.line(f"Digest {library.digest[:16]}", style=DIM)
    return 1 if failed or untried else 0
