import sys
from pathlib import Path

import pytest

# The scoring is shared by the tests beside it and can be run by hand: python tests/core/reading/scoring.py seen -v
sys.path.insert(0, str(Path(__file__).parent))

from scoring import load_phrases


@pytest.fixture(scope="session")
def english():
    return load_phrases("en")


@pytest.fixture(scope="session")
def spanish():
    return load_phrases("es")
