"""Components that somebody else wrote: how their code comes in. Nothing else in `bench` executes foreign code.

`kinds` says what can be plugged in; `files` makes a `Plugin` of a file that somebody named, `classes` of a class that
somebody has in hand, with the text that `texts` finds and `writing` completes, and `installed` of what a distribution
offers.
"""

from bench.plugins.classes import load_all
from bench.plugins.files import load
from bench.plugins.kinds import KINDS, Kind, kind_of
from bench.plugins.plugin import Plugin, place_of

__all__ = ["KINDS", "Kind", "Plugin", "kind_of", "load", "load_all", "place_of"]
