"""Tables that people bring: a file becomes features and labels, with a message for whatever stands in the way."""

from bench.data.faults import DataError as DataError
from bench.data.layout import Layout as Layout
from bench.data.loading import brought as brought
from bench.data.loading import bytes_of as bytes_of
from bench.data.loading import digest_of as digest_of
from bench.data.loading import load as load
from bench.data.splits import Division as Division
from bench.data.splits import divide as divide
from bench.data.table import Table as Table
