"""``python -m leeway``: the command line."""

from __future__ import annotations

from leeway.cli import main

if __name__ == "__main__":
    main(prog_name="leeway")
