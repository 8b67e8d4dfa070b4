"""The signs a playbook may ask about: everything guidance can see at one moment of a conversation, with its name.

The loader knows no others, and the reference page is made from this list.
"""

from __future__ import annotations

FELT: dict[str, str] = {
    "angry": "anger in their newest words",
    "frustrated": "frustration in their newest words",
    "disappointed": "disappointment in their newest words",
    "anxious": "worry in their newest words",
    "shouting": "capitals or rows of exclamation marks",
    "swearing": "strong language",
    "sarcastic": "irony at our expense",
    "asks_for_supervisor": "they ask for somebody higher, in their newest words",
    "asked_for_supervisor": "they asked for somebody higher at some time in this conversation",
    "may_leave": "they say they will leave",
    "legal": "they speak of lawyers or courts",
    "regulator": "they speak of a regulator or another authority",
    "public": "they speak of press, reviews or social media",
    "vulnerable": "illness, need or despair in their words",
    "repeats": "they say that they told us before",
    "refuses": "they turn a solution down",
    "urgent": "it is urgent to them",
    "says_promise_broken": "they say that we did not keep our word",
    "waited_long": "they say that they have waited too long",
    "satisfied": "they are content with something",
    "thanks": "they thank us",
    "upset": "any feeling or threat above that weighs",
    "heated": "a strong feeling, or several at once",
    "was_upset": "they were upset earlier in this conversation",
    "trouble": "something went wrong, here or earlier in this conversation",
    "tense": "something went wrong, and their tone shows it or our last message did not take it up",
    "third_try": "they tell what they have tried already",
    "patience_low": "little patience is left",
    "getting_worse": "their mood has been getting worse",
}

SAID: dict[str, str] = {
    "asks_when": "they ask when",
    "asks_when_for_me": "they ask when something of theirs will happen",
    "asks_why": "they ask why",
    "asks_what_now": "they ask what we will do, or what is left to them",
    "asks_who_knows": "they ask for somebody who knows for certain",
    "asks_who_decides": "they ask who may decide it",
    "not_answered": "they say that their question was not answered",
    "asks_question": "there is a question in their newest words",
    "nobody_there": "they ask whether anybody is there",
    "says_wrong": "they say that what we wrote is not true",
    "says_fixed": "they say that it is solved",
    "again_fear": "they ask how it will not happen again",
    "pushes_back": "they push back against what we said or did",
    "something_wrong": "they report that something is wrong",
    "answers_us": "they answer what we asked",
    "accepts": "they accept what was offered",
    "agrees": "they say yes to what we said",
    "says_little": "their newest words are few: an answer, a name, a number",
    "small_talk": "nothing but courtesies",
    "expects_us": "they expect something of us now",
}

DONE: dict[str, str] = {
    "we_acknowledged": "our last message acknowledged how they feel",
    "we_paraphrased": "our last message said the matter back",
    "we_owned_it": "our last message took responsibility",
    "we_offered": "our last message offered something",
    "we_gave_choices": "our last message gave choices",
    "we_set_a_time": "our last message named a time",
    "we_explained": "our last message gave a reason",
    "we_asked": "our last message asked something",
    "we_only_greeted": "our last message was a greeting",
    "we_refused": "our last message said that something cannot be done",
    "we_were_unsure": "our last message was unsure",
    "we_brushed_off": "our last message did not take up the matter",
    "we_made_good": "we have put something right in this conversation",
    "paraphrased_before": "the matter was said back before, in this conversation",
    "acknowledged_before": "their feeling was acknowledged before, in this conversation",
    "asked_again": "our last message asked for what they had told us",
}

STANDS: dict[str, str] = {
    "our_turn": "the customer wrote last",
    "their_turn": "we wrote last and wait",
    "silent_long": "we have waited long for their answer",
    "opening": "nobody of ours has said anything of substance yet",
    "over": "the case is resolved or closed",
    "unanswered": "several messages of theirs are without an answer",
    "overdue": "our answer is overdue",
    "nothing_offered": "no solution was offered",
    "offer_open": "a solution is offered and not answered",
    "declined_now": "they have just declined a solution",
    "declined_once": "one solution was declined",
    "declined_twice": "two or more solutions were declined",
    "accepted": "the latest solution was accepted",
    "promise_open": "a promise of ours is running",
    "promise_broken": "a promise of ours was broken",
    "refund_due": "they ask for their money, and the fault is ours",
    "wants_value": "they want something of value: a refund, a replacement, a credit",
    "wants_known": "we know what they want",
    "within_authority": "what they want is within this level's own room",
    "above_authority": "what they want is above this level's room",
    "needs_fact": "there is one thing we need to know and were not told",
    "matter_known": "we know what it is about",
    "explained_often": "they explained it twice or more",
    "third_contact": "they contacted us three times or more about this",
    "can_go_up": "there is a level above",
    "escalated": "an escalation is open, and whoever has it has it already",
    "going_up": "it has just been sent up, and nobody there has accepted yet",
    "rule_sends_up": "the matrix sends it up",
    "steps_left": "steps before going up are still to be taken",
    "steps_taken": "the steps before going up are taken",
}

SIGNS: dict[str, str] = {**FELT, **SAID, **DONE, **STANDS}
"""Every sign, with what it means."""

WORD_LISTS: tuple[str, ...] = (
    "asks_when",
    "asks_when_for_me",
    "asks_why",
    "asks_what_now",
    "asks_who_knows",
    "asks_who_decides",
    "not_answered",
    "nobody_there",
    "says_wrong",
    "says_fixed",
    "again_fear",
    "something_wrong",
    "pushes_back",
    "accepts",
    "agrees",
    "repeats",
    "refuses",
    "says_promise_broken",
    "waited_long",
    "vulnerable",
    "asks_for_supervisor",
    "may_leave",
    "legal",
    "regulator",
    "public",
    "anxious",
    "frustrated",
    "disappointed",
    "angry",
    "sarcastic",
)
"""Signs that a language's ``words`` may tell by phrases of its own, besides the cues."""

OUR_WORD_LISTS: tuple[str, ...] = (
    "we_acknowledged",
    "we_paraphrased",
    "we_refused",
    "we_were_unsure",
    "we_brushed_off",
    "we_set_a_time",
    "we_offered",
    "we_made_good",
    "we_explained",
    "we_asked",
    "we_only_greeted",
)

OTHER_LISTS: tuple[str, ...] = ("openings", "joiners", "no_statement", "finite", "subject_before", "not_told")
"""Lists that the paraphrase uses: how sentences begin that state nothing, words of a whole clause, what follows "you"
where it is the subject, and words that are never said back.
"""
