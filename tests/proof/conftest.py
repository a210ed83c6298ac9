"""What the proof tests share: the shipped knowledge, and a budget with a real clock."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import Library
from mainstay.proof.solver import Budget


@pytest.fixture(scope="session")
def shipped() -> Library:
    return libraries.load()


@pytest.fixture
def budget() -> Callable[[], Budget]:
    return lambda: Budget(120, time.monotonic)
