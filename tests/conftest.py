"""What all tests share: how long Hypothesis looks, and the small and the shipped library."""

import os

import pytest
from hypothesis import HealthCheck, settings

from mainstay.engine.knowledge import library
from mainstay.engine.knowledge.library import Library
from tests import sample_knowledge

# `make test` must answer alike every day, so examples are not drawn anew; HYPOTHESIS_PROFILE=search draws them.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.register_profile("search", settings.get_profile("steady"), derandomize=False, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def sample() -> Library:
    """A small library made for tests: a change to the shipped files does not touch it."""
    return sample_knowledge.library()


@pytest.fixture(scope="session")
def shipped() -> Library:
    """The library Mainstay ships."""
    return library.load()
