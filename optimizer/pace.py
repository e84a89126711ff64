"""Questions asked with a deadline in view."""

import time

import numpy as np

from armwright.optimizer.compiled import ask
from armwright.optimizer.deadline import Deadline, OutOfTimeError
from armwright.optimizer.program import Answer, Question
from armwright.optimizer.shapes import operand

__all__ = ["ask_in_time"]

_PER_SCREEN = 8  # evaluations of a search in the time of a screen, at least


def ask_in_time(question: Question, *, searches: int, deadline: Deadline) -> Answer:
    """Scores, and searches with no more evaluations than there is time for.

    Scoring alone comes first and tells how long an evaluation takes. With time enough the answer is
    the one without a deadline.

    Args:
        question: What to ask.
        searches: Number of searches.
        deadline: Told what was left out.

    Raises:
        OutOfTimeError: The time is up.
    """
    if deadline.passed:
        deadline.shorten("the search")
        raise OutOfTimeError
    wanted, start = int(question.search_limit), time.monotonic()
    quick = question._replace(search_limit=operand(np.int32(1)))
    answer = ask(quick, searches=searches)
    step = time.monotonic() - start
    affordable = min(int(0.5 * deadline.left * _PER_SCREEN / step), wanted)
    if affordable < wanted:
        deadline.shorten("the search")
    if affordable > 1:
        limited = question._replace(search_limit=operand(np.int32(affordable)))
        answer = ask(limited, searches=searches)
    return answer
