"""Django's settings for tests: the product's own, in a data folder that lives as long as the run."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if "LEEWAY_HOME" not in os.environ:
    # The processes of a parallel run inherit the folder; the one that made it clears it away.
    os.environ["LEEWAY_HOME"] = tempfile.mkdtemp(prefix="leeway-tests-")
    atexit.register(shutil.rmtree, os.environ["LEEWAY_HOME"], ignore_errors=True)

from leeway.store.settings import *  # noqa: F403 the folder has to be named first

# The product's own hasher is slow on purpose, and every test that logs in would pay.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
