"""When a result that is awaited is taken for what the model expects of it.

What is pending is drawn from the model, and an arm is chosen for what it is worth on average over
the draws. The largest of several draws lies above what any of them is expected to be, the more so
the more there are, so that with other workers' arms under way around an incumbent an arm looks
ever further away, and the incumbent is polished slowly. Inside the box (`trust_region`) awaited
results of others are therefore taken for their expectations, as if they had come in: such an arm
fills the largest gap that they leave.

Where the arms under way are few beside the columns, that is: else they cover the box, no gap is
left, and the draws are better, which allow for what the model does not know yet. Arms of one batch
stay draws to each other too, unless others' arms are awaited beside them: then all are taken alike.
scripts/bench/README.md has the figures, in section "Batches".

References:
    Ginsbourger, Le Riche and Carraro (2010), "Kriging is well-suited to parallelize optimization",
    for the believer; where it is used is ours.
"""

__all__ = ["takes_as_expected"]

_FEWEST_COLUMNS = 5
_MOST_AWAITED = 1.5  # for each column


def takes_as_expected(*, columns: int, awaited: int) -> bool:
    """Whether arms for the box are chosen as if what is awaited had come out as expected.

    Args:
        columns: How many may vary.
        awaited: Arms of others whose results are still to come.
    """
    return columns >= _FEWEST_COLUMNS and 0 < awaited <= _MOST_AWAITED * columns
