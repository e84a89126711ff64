"""Checks every array shape in the optimizer's signatures, in whichever test it is called."""

import os

from jaxtyping import install_import_hook

# A whole number is a float where one is asked for, as in PEP 484.
CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"

# Only the tests of it compile in processes of their own.
os.environ.setdefault("ARMWRIGHT_COMPILE_AHEAD", "off")

# Before anything imports the optimizer, and for as long as the tests run.
install_import_hook("armwright.optimizer", CHECKER)
