"""Claims and ends that cannot be read, and that a trial waits for which is to go on."""

from armwright.store.fact import OF_LETTERS, BadFactError, check_meant, decode
from armwright.store.folder import ExperimentFolder
from armwright.store.layout import Name, parse_name
from armwright.store.location import Location
from armwright.store.state import State, TrialFacts
from armwright.store.torn import stays_torn

__all__ = ["cut_short", "is_foreign", "is_stuck"]


def cut_short(state: State) -> list[tuple[Name, TrialFacts]]:
    """The claims and ends that cannot be read, whatever the cause, and which trial waits for each.

    Half written, meant for another experiment, of a later version, or not readable for now.
    """
    found = []
    for damage in state.damaged:
        name = parse_name(damage.path)
        if name is None or name.kind not in ("claim", "end") or name.number is None:
            continue
        trial = state.trials.get(name.number)
        if trial is None or trial.ended_for_good:
            continue
        if name.attempt == (trial.open_attempt or trial.next_attempt):
            found.append((name, trial))
    return found


def is_foreign(location: Location, name: Name, ident: str) -> bool:
    """Whether a fact was meant for an experiment that was here before.

    Args:
        location: Of the experiment.
        name: Of the fact.
        ident: The experiment's id.
    """
    path = location.join(name.path)
    body = dict(location.files.read([path]))[path]
    if not isinstance(body, bytes):
        return False
    try:
        fact = decode(name, body)
    except BadFactError:
        return False
    try:
        check_meant(fact, ident[-OF_LETTERS:])
    except BadFactError:
        return True
    return False


def is_stuck(folder: ExperimentFolder, number: int) -> bool:
    """Whether nobody can take a trial that waits: it has a claim or an end that nobody wrote whole.

    Half written, and nobody is writing the other half; or another experiment's. By what was seen of
    the folder last.
    """
    return any(
        is_foreign(folder.location, name, folder.id)
        or stays_torn(folder.location, name, folder._around)
        for name, trial in cut_short(folder.state)
        if trial.number == number
    )
