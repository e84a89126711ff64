"""Questions asked, hyperparameters drawn and warps learned with a deadline in view."""

import time
from collections.abc import Callable

import numpy as np

from armwright.optimizer.cache import cache_folder
from armwright.optimizer.compiled import ask, missing, teach, warp
from armwright.optimizer.compiling import compile_elsewhere
from armwright.optimizer.deadline import Deadline, OutOfTimeError
from armwright.optimizer.input_warp import WarpLesson
from armwright.optimizer.learning import Lesson
from armwright.optimizer.program import Answer, Question
from armwright.optimizer.sampling import evaluations
from armwright.optimizer.shapes import operand

__all__ = ["ask_in_time", "has_time_to_draw", "has_time_to_warp"]

_PER_SCREEN = 8  # evaluations of a search in the time of a screen, at least
_SOME = 11  # evaluations that tell how long one takes


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


def has_time_to_draw(lesson: Callable[[int], Lesson], count: int, deadline: Deadline) -> bool:
    """Whether half of the time left is enough for draws and a posterior of each.

    Args:
        lesson: To evaluate the density so often, far from where it is largest, and to condition.
        count: Draws wanted.
        deadline: Told what was left out.
    """
    if deadline.seconds is None:
        return True
    times = []
    for limit in (1, 1, _SOME):  # the first call may load the program
        if deadline.passed:
            break
        begun = time.monotonic()
        teach(lesson(limit))
        times.append(time.monotonic() - begun)
    if len(times) == 3:
        one = max(times[2] - times[1], 0.0) / (_SOME - 1)
        if one * evaluations(count) + count * times[1] <= 0.5 * deadline.left:
            return True
    deadline.shorten("the draws of hyperparameters")
    return False


def has_time_to_warp(lesson: WarpLesson, deadline: Deadline) -> bool:
    """Whether half of the time left is enough to learn a warp of inputs.

    Where its program is not at hand it is begun in another process, for a later suggestion.

    Args:
        lesson: What to learn it from.
        deadline: Told what was left out.
    """
    if deadline.seconds is None:
        return True
    lacking, times = missing([("warp", 0, lesson)]), list[float]()
    if lacking and cache_folder() is not None:
        compile_elsewhere(lacking)
    for limit in () if lacking else (1, 1, _SOME):  # the first call may load the program
        if deadline.passed:
            break
        begun = time.monotonic()
        np.asarray(warp(lesson._replace(limit=operand(np.int32(limit)))))
        times.append(time.monotonic() - begun)
    if len(times) == 3:
        one = max(times[2] - times[1], 0.0) / (_SOME - 1)
        if one * int(lesson.limit) + times[1] <= 0.5 * deadline.left:
            return True
    deadline.shorten("the learning of the inputs' warp")
    return False
