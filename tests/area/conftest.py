"""The committed example, its truth, and an area large enough that one draw shows the truth."""

from __future__ import annotations

import json

import pytest

from innovlib import paths
from innovlib.area import store, synthetic


@pytest.fixture(scope="session")
def example_area() -> store.Area:
    return store.open_area(paths.EXAMPLE)


@pytest.fixture(scope="session")
def truth() -> dict:
    return json.loads((paths.EXAMPLE / synthetic.TRUTH_FILE).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def many() -> synthetic.Example:
    return synthetic.generate(n_schools=8000, pupils=False)
