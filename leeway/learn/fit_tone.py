"""Learn the tone weights of a cue pack from labelled messages, and write them as they stand in its file.

``tools/fit_tone.py`` is the command. A logistic regression over single words, plain or within a negation's reach,
that sees the words exactly as the pack will see them. Names of groups of people get no weight, whatever the data
say: who is spoken of must not make a message sound upset.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from leeway.core.cues import CuePack
from leeway.core.cues.pack import CueData
from leeway.core.cues.tokens import READ_LIMIT, TOKEN, Vocabulary, fold
from leeway.core.cues.tone import ORDINARY_LENGTH, tone_features
from leeway.learn.evaluate_cues import LabelledText

ROUNDS = 6
STEP = 0.15
FEWEST_MESSAGES = 5
MOST_WORDS = 2_500
SEED = 1

NO_WEIGHT = frozenset(
    """
    gay gays lesbian lgbt trans transgender queer straight woman women man men girl girls boy boys female male lady
    black white brown asian asians latino hispanic african american americans mexican mexicans indian indians chinese
    russian russians european british english french german irish italian polish turkish pakistani arab arabs
    jew jews jewish muslim muslims islam christian christians christianity catholic hindu hindus religion religious
    god jesus immigrant immigrants migrants refugee refugees foreigner foreigners native old young elderly kids
    children child mother father mom dad wife husband sister brother son daughter disabled autistic autism blind deaf
    fat ugly skinny race racial racist racists racism sexist sexism feminist feminists feminism nazi nazis
    republican republicans democrat democrats liberal liberals conservative conservatives trump obama clinton brexit
    vote voted government police cop cops politics political left right america usa us uk canada china russia israel
    name religion reddit sub subreddit op karma upvote downvote downvoted mods mod meme
    """.split()
)
"""Groups of people, politics, and words of the place the training data come from."""

Features = frozenset[tuple[bool, str]]
"""(within a negation, word) of one message."""


def features_of(pack: CuePack, vocabulary: Vocabulary, text: str) -> Features:
    symbols = vocabulary.symbols_of(TOKEN.findall(fold(text[:READ_LIMIT])))
    plain, negated = tone_features(symbols, text, pack.data.negation)
    return frozenset((False, word) for word in plain) | frozenset((True, word) for word in negated)


def fit(pack: CuePack, rows: Sequence[LabelledText]) -> tuple[float, dict[tuple[bool, str], float]]:
    """Bias and weights, by stochastic gradient descent with a step of its own for every word (AdaGrad)."""
    vocabulary = _vocabulary(pack.data, (row.text for row in rows))
    examples = [(features_of(pack, vocabulary, row.text), row.label) for row in rows]
    counts = Counter(feature for features, _ in examples for feature in features if _may_weigh(feature[1]))
    known = {feature for feature, count in counts.items() if count >= FEWEST_MESSAGES}
    _, weights = _descend(examples, known)
    telling = sorted(known, key=lambda feature: -abs(weights[feature]) * math.sqrt(min(counts[feature], 100)))
    return _descend(examples, set(telling[:MOST_WORDS]))


def as_yaml(bias: float, weights: dict[tuple[bool, str], float]) -> str:
    """The ``tone:`` section of a language file: one line a weight, to one decimal."""
    lines = ["  tone:", f"    bias: {bias:.2f}"]
    for mark, name in (("!", "exclamation"), ("?", "question")):
        lines.append(f"    {name}: {weights.get((False, mark), 0.0):.2f}")
    for negated, name in ((False, "words"), (True, "negated")):
        lines.append(f"    {name}:")
        lines.extend(
            _by_weight((word, weight) for (flag, word), weight in weights.items() if flag is negated)
        )
    return "\n".join(lines) + "\n"


def _vocabulary(data: CueData, texts: Iterable[str]) -> Vocabulary:
    """Every word of the training messages, under the spellings of the pack."""
    words = {word for text in texts for word in TOKEN.findall(fold(text))}
    return Vocabulary({word: word for word in words if word[0].isalnum()} | data.spellings, ())


def _may_weigh(word: str) -> bool:
    return word in ("!", "?") or (word[:1].isalpha() and word not in NO_WEIGHT)


def _descend(
    examples: Sequence[tuple[Features, int]], known: set[tuple[bool, str]]
) -> tuple[float, dict[tuple[bool, str], float]]:
    rows = [(tuple(sorted(features & known)), label) for features, label in examples]
    chance = random.Random(SEED)  # noqa: S311  (an order of examples, no secret)
    weights: defaultdict[tuple[bool, str], float] = defaultdict(float)
    squares: defaultdict[tuple[bool, str], float] = defaultdict(lambda: 0.01)
    bias = -1.0
    for turn in range(ROUNDS):
        chance.shuffle(rows)
        step = STEP / (1 + turn / 2)
        for features, label in rows:
            damping = min(1.0, math.sqrt(ORDINARY_LENGTH / max(len(features), 1)))
            total = bias + damping * sum(weights[feature] for feature in features)
            error = 1 / (1 + math.exp(-total)) - label
            bias -= step * error / 50
            for feature in features:
                squares[feature] += error * error
                weights[feature] -= step * error / math.sqrt(squares[feature])
    return bias, dict(weights)


def _by_weight(weights: Iterable[tuple[str, float]]) -> Iterable[str]:
    words: defaultdict[float, list[str]] = defaultdict(list)
    for word, weight in weights:
        if abs(weight) >= 0.05 and word not in ("!", "?"):
            words[round(weight, 1)].append(word)
    for weight in sorted(words, reverse=True):
        yield from _wrapped(f"      {weight}: ", sorted(words[weight]))


def _wrapped(start: str, words: Iterable[str]) -> Iterable[str]:
    line = start.rstrip()
    for word in words:
        if len(line) + len(word) >= 110:
            yield line
            line = "       "
        line = f"{line} {word}"
    yield line
