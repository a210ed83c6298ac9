"""The `mainstay` command. Each subcommand is a module of its own, imported only when it runs.

Exit codes: 0 answered · 2 the input was refused (said where and why) · others under each command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="mainstay",
    help="Supervised opioid withdrawal: scores, what may be given now and what may not, why, and on whose authority. "
    "Mainstay recommends; named people decide.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
knowledge_app = typer.Typer(
    help="Look after the knowledge files.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(knowledge_app, name="knowledge")

ChartFile = Annotated[
    Path,
    typer.Argument(help="A chart document, YAML or JSON (`mainstay schema chart`); - reads standard input."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Knowledge = Annotated[
    Path | None, typer.Option(help="Another folder of knowledge files than the shipped one.")
]
Site = Annotated[Path | None, typer.Option(help="The unit's signed site values.")]
Now = Annotated[str | None, typer.Option(help="The moment to read the chart at, as 2026-03-03T08:40-05:00.")]


@app.command()
def score(
    instrument: Annotated[str, typer.Argument(help="Which instrument: cows, sows_gossop_10, news2 ...")],
    answers: Annotated[
        list[str], typer.Argument(help="Answers as item=points, or all of them in order: 1,2,0,...")
    ],
    by: Annotated[str | None, typer.Option(help="The rater's role, such as nurse or patient.")] = None,
    bands: Annotated[str | None, typer.Option(help="Which band set names the severity.")] = None,
    json: AsJson = False,
    knowledge: Knowledge = None,
) -> None:
    """Score an instrument. Exit 3: incomplete, no total."""
    from mainstay.commands import score as command

    _exit(command.run(instrument, answers, by, bands, as_json=json, knowledge=knowledge))


@app.command()
def advise(
    chart: ChartFile,
    protocol: Annotated[str | None, typer.Option(help="Only this protocol.")] = None,
    now: Now = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show also protocols that are not for this person.")
    ] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Show what unproved protocols would say.")] = False,
    json: AsJson = False,
    knowledge: Knowledge = None,
    site: Site = None,
) -> None:
    """What may be given now and what may not, why, what is missing, and what instead."""
    from mainstay.commands import advise as command

    _exit(
        command.run(
            chart, protocol, now, every=every, draft=draft, as_json=json, knowledge=knowledge, site=site
        )
    )


@app.command()
def judge(
    chart: ChartFile,
    order: Annotated[
        str, typer.Option(help="Such as `methadone 20 mg oral` or `clonidine 0.1 mg oral every 6 h`.")
    ],
    given_now: Annotated[
        bool, typer.Option("--dose", help="It is about to be given: readings must be fresh.")
    ] = False,
    pathway: Annotated[
        str | None, typer.Option(help="The protocol it is part of; left out: the chart's.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show also every finding that waits for something not known.")
    ] = False,
    now: Now = None,
    json: AsJson = False,
    knowledge: Knowledge = None,
    site: Site = None,
) -> None:
    """Judge an order or dose. Exit 0 allow or inform · 10 ask · 11 needs_reason · 12 hold · 13 refuse."""
    from mainstay.commands import judge as command

    _exit(
        command.run(
            chart, order, pathway, now, act="dose" if given_now else "order", every=every, as_json=json,
            knowledge=knowledge, site=site,
        )
    )  # fmt: skip


@app.command()
def replay(
    cases: Annotated[list[Path], typer.Argument(help="Cases to walk through, such as cases/*.yaml.")],
    every: Annotated[bool, typer.Option("--all", help="Show every reason and every finding.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Show what unproved protocols would say.")] = False,
    json: AsJson = False,
    knowledge: Knowledge = None,
    site: Site = None,
) -> None:
    """Walk a case hour by hour: what was done, what Mainstay would have said, and why."""
    from mainstay.commands import replay as command

    _exit(command.run(cases, every=every, draft=draft, as_json=json, knowledge=knowledge, site=site))


@app.command()
def facts(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only facts with these words in name or meaning.")
    ] = None,
    json: AsJson = False,
    knowledge: Knowledge = None,
) -> None:
    """Every fact a condition may ask for: kind, unit, range, greatest age, meaning."""
    from mainstay.commands import facts as command

    _exit(command.run(words or [], as_json=json, knowledge=knowledge))


@app.command()
def protocol(
    name: Annotated[
        str | None, typer.Argument(help="Its id or code (P1); left out: all of them, a line each.")
    ] = None,
    json: AsJson = False,
    knowledge: Knowledge = None,
    site: Site = None,
) -> None:
    """A protocol in words: whom it is for, steps, holds, alarms, sources, who checked it, its proof."""
    from mainstay.commands import protocol as command

    _exit(command.run(name, as_json=json, knowledge=knowledge, site=site))


@app.command()
def schema(
    kind: Annotated[
        str | None, typer.Argument(help="chart, scenarios, site, or a kind of knowledge file.")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Write every schema into this folder.")] = None,
) -> None:
    """The JSON Schema of a kind of file, for editors and programs."""
    from mainstay.commands import schema as command

    _exit(command.run(kind, write))


@app.command()
def prove(
    knowledge: Knowledge = None,
    site: Site = None,
    against: Annotated[
        Path | None, typer.Option(help="Another knowledge folder: what does ours newly permit?")
    ] = None,
    protocol: Annotated[str | None, typer.Option(help="Only this protocol.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.")] = None,
    json: AsJson = False,
    budget: Annotated[
        int, typer.Option(help="Seconds for the whole run; what is not proved by then is not proved.")
    ] = 60,
    certify: Annotated[
        bool, typer.Option("--certify", help="Write the certificate of what was proved.")
    ] = False,
) -> None:
    """Can any chart at all make it go wrong? Exit 0 proved · 1 not proved · 3 weaker than before."""
    from mainstay.commands import prove as command

    _exit(
        command.run(
            knowledge=knowledge, site=site, against=against, protocol=protocol, html=html, as_json=json, budget=budget,
            certify=certify,
        )
    )  # fmt: skip


@knowledge_app.command("check")
def knowledge_check(knowledge: Knowledge = None, site: Site = None, json: AsJson = False) -> None:
    """Read every file, run every scenario, and say which thresholds no scenario tries. Exit 1: something fails."""
    from mainstay.commands import knowledge as command

    _exit(command.run(knowledge=knowledge, site=site, as_json=json))


def _exit(code: int) -> None:
    if code:
        raise typer.Exit(code)


def run() -> Any:
    """The entry point."""
    return app()
