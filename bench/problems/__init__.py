"""Where a run's data comes from. A new problem is a file and a line here."""

from bench.problems.base import SIZES as SIZES
from bench.problems.base import Problem as Problem
from bench.problems.base import Source as Source
from bench.problems.blobs import Blobs as Blobs
from bench.problems.checkerboard import Checkerboard as Checkerboard
from bench.problems.moons import Moons as Moons
from bench.problems.pinwheel import Pinwheel as Pinwheel
from bench.problems.rings import Rings as Rings
from bench.problems.spiral import Spiral as Spiral
from bench.problems.xor import Xor as Xor
from bench.problems.samples import DataFile as DataFile
from bench.problems.samples import Samples as Samples
from bench.problems.ready_made import BreastCancer as BreastCancer
from bench.problems.ready_made import Digits as Digits
from bench.problems.ready_made import Iris as Iris
from bench.problems.ready_made import Wine as Wine
