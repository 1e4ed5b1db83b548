"""Preloaded by workers of a test's cluster: the kit's fingerprint as the test wants it to be."""

import os

from innovlib.batch import keys

keys.kit = lambda: {"innovlib": os.environ["INNOV_TEST_KIT"], "libraries": {"numpy": "1"}}
