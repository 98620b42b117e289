"""The settings in words: all of them, and whatever else is declared."""

import tomllib
from dataclasses import dataclass

import pytest
from markdown_it import MarkdownIt

import nn
from bench.grid.components import RULES, SCHEDULES
from bench.grid.markdown import settings_as_markdown
from bench.grid.table import all_settings
from nn.components import FRACTION, setting


def test_every_setting_stands_in_a_table_with_its_meaning() -> None:
    cells = [
        token.content.replace("\\|", "|")
        for token in MarkdownIt().enable("table").parse(settings_as_markdown())
        if token.type == "inline"
    ]
    for known in all_settings():
        assert f"`{known.name}`" in cells
        assert known.meaning in cells


def test_every_default_is_written_as_a_grid_file_may_write_it() -> None:
    rows = [line.split(" | ") for line in settings_as_markdown().splitlines() if line.startswith("| `")]
    assert len(rows) > 30
    for name, default, *_ in rows:
        tomllib.loads(f"{name.strip('|` ')} = {default}")


def test_what_is_declared_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Sawtooth(nn.Schedule):
        """lr, falling and rising again."""

        name = "sawtooth"
        depth: float = setting(0.5, FRACTION, "how far it falls")

    monkeypatch.setitem(SCHEDULES, "sawtooth", Sawtooth)
    text = settings_as_markdown()
    assert '## [[optimizer]], `schedule = "sawtooth"`\n\nlr, falling and rising again.' in text
    assert "| `depth` | 0.5 | a number >= 0 and < 1 | how far it falls |" in text
    assert all(f'`name = "{name}"`' in text for name in RULES)


def test_a_class_without_a_docstring_has_no_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Sawtooth(nn.Schedule):
        name = "sawtooth"

    monkeypatch.setitem(SCHEDULES, "sawtooth", Sawtooth)
    assert "Sawtooth" not in settings_as_markdown()
