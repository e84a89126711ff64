"""Checks every array shape in the optimizer's signatures, and leaves no example to chance."""

import os
import signal

from hypothesis import settings
from jaxtyping import install_import_hook

# A whole number is a float where one is asked for, as in PEP 484.
CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"

# Only the tests of it compile in processes of their own.
os.environ.setdefault("ARMWRIGHT_COMPILE_AHEAD", "off")

# Before anything imports the optimizer, and for as long as the tests run.
install_import_hook("armwright.optimizer", CHECKER)

# Ctrl-C is to arrive in what the tests start, even where whoever runs them has it ignored.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples each time, however slow the machine is: a run fails for a reason, not by luck.
# pytest --hypothesis-profile default looks for others.
settings.load_profile("ci")
