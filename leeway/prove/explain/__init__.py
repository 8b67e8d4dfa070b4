"""Why was this decided? From the log alone: the fact, what was known, the rule, and what would have had to differ."""

from leeway.prove.explain.explaining import explain
from leeway.prove.explain.parts import Explanation, NotThere

__all__ = ["Explanation", "NotThere", "explain"]
