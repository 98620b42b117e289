"""Tables that people bring: a file becomes features and labels, with a message for whatever stands in the way."""

from bench.data.faults import DataError as DataError
from bench.data.layout import Layout as Layout
from bench.data.loading import load as load
from bench.data.table import Table as Table
