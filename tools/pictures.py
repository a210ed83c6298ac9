"""Makes the README's pictures again from the real command: `make pictures`.

Each picture is what a terminal shows, as SVG with text that can be read and searched. Nothing is fetched
to show it: the letters are whatever fixed-width font the reader has.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
COLUMNS = 104

# What is shown, from which command.
PICTURES = {
    "advise": ["advise", "docs/examples/night.yaml"],
    "judge": ["judge", "docs/examples/night.yaml", "--order", "methadone 40 mg oral"],
    "replay": ["replay", "cases/too-early-after-fentanyl.yaml"],
}

# Calm colours on a dark ground, each at least 4.5 to 1 against it.
_THEME = TerminalTheme(
    (22, 27, 34),
    (225, 228, 232),
    [
        (110, 118, 129), (255, 123, 114), (126, 231, 135), (242, 204, 96),
        (121, 192, 255), (210, 168, 255), (118, 227, 234), (225, 228, 232),
    ],
    [
        (139, 148, 158), (255, 161, 152), (154, 242, 162), (248, 220, 130),
        (165, 214, 255), (226, 197, 255), (154, 240, 246), (255, 255, 255),
    ],
)  # fmt: skip

# Rich's own frame names a font by address; ours names none.
_FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
 font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def shown(words: list[str]) -> str:
    """What the command prints on a terminal of our width, colours and all."""
    run = "from mainstay.commands.main import run; run()"
    environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    done = subprocess.run(
        [sys.executable, "-c", run, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    if done.stderr or not done.stdout:
        raise SystemExit(f"mainstay {' '.join(words)}: {done.stderr or 'nothing shown'}")
    return done.stdout


def main() -> None:
    """Write every picture."""
    for name, words in PICTURES.items():
        console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - not shown
        console.print(Text.from_ansi(f"$ mainstay {' '.join(words)}\n\n{shown(words).rstrip()}"))
        svg = console.export_svg(
            title=f"mainstay {words[0]}", theme=_THEME, code_format=_FRAME, unique_id=name
        )
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
        print(f"docs/pictures/{name}.svg")


if __name__ == "__main__":
    main()
