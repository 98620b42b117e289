"""Malformed grids: exit code 2, one message with place, value and remedy, never a traceback, and nothing written."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.bench.place import Place

SGD = '[[optimizer]]\nname = "sgd"\n'
ALL = "{ linear = [0.1, 0.9], count = 10_000 }"
RANGE = "{{ {scale} = [{ends}], count = {count} }}"


def _problem(line: str) -> str:
    return f"[problem]\n{line}\n{SGD}"


DRAWN = SGD + "lr = { loguniform = [1e-3, 1] }\n"
SEARCH = "[search]\nsamples = {}\n"


def _drawn(line: str) -> str:
    return f"[regularization]\n{line}\n{SGD}{SEARCH.format(5)}"


# name: (the grid file, what the message must contain: the place, the value, what is allowed, a suggestion)
MALFORMED: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    # Syntax
    "not toml": ("this is no TOML\n", ("not valid TOML", "line 1")),
    "unclosed string": ('title = "open\n' + SGD, ("not valid TOML", "line 1")),
    "a bracket too few": ("[problem\nnoise = 0.1\n" + SGD, ("not valid TOML", "line 1")),
    "a key twice": (_problem("noise = 0.1\nnoise = 0.2"), ("not valid TOML",)),
    "a table twice": ("[problem]\n[problem]\n" + SGD, ("not valid TOML",)),
    "python": ("import os\nos.system('true')\n", ("not valid TOML",)),
    "json": ('{"optimizer": [{"name": "sgd"}]}', ("not valid TOML",)),
    "yaml": ("optimizer:\n  - name: sgd\n", ("not valid TOML",)),
    "a NUL byte": (b"title = 'a\x00b'\n" + SGD.encode(), ("not valid TOML",)),
    "nested too deeply": ("families = " + "[" * 50_000 + "]" * 50_000 + "\n" + SGD, ("nested too deeply",)),
    "a number of 10,000 digits": (_problem("noise = " + "9" * 10_000), ("cannot be read", "digits")),
    # Encoding
    "UTF-16": (SGD.encode("utf-16"), ("byte 0", "UTF-8")),
    "UTF-16 without a mark": (("title = 'é'\n" + SGD).encode("utf-16-le"), ("UTF-8",)),
    "Latin-1": ("title = 'é'\n".encode("latin-1") + SGD.encode(), ("byte 9", "UTF-8")),
    "a byte order mark": (SGD.encode("utf-8-sig"), ("byte order mark", "UTF-8")),
    "random bytes": (bytes(range(128, 256)), ("byte 0", "UTF-8")),
    "gzip": (bytes.fromhex("1f8b0800000000000003") + b"x" * 40, ("byte 1", "UTF-8")),
    "huge": (b"#" * 1_000_001, ("1,000,000 bytes",)),
    # Structure
    "empty": ("", ("optimizer = []", "[[optimizer]]")),
    "no optimizer": ("[problem]\nnoise = 0.1\n", ("optimizer", "[[optimizer]]")),
    "optimizer as a table": ('[optimizer]\nname = "sgd"\n', ("optimizer = ", "[[optimizer]]", "two pairs")),
    "optimizer as a name": ('optimizer = "adam"\n', ('optimizer = "adam"', "[[optimizer]]")),
    "optimizer as a list of names": ('optimizer = ["adam"]\n', ('optimizer[1] = "adam"', "[[optimizer]]")),
    "an empty list of optimizers": ("optimizer = []\n", ("optimizer = []", "[[optimizer]]")),
    "a section as a number": ("problem = 3\n" + SGD, ("problem = 3", "[problem]")),
    "a section as an array": ("[[problem]]\nnoise = 0.1\n" + SGD, ("problem[1].name", "one of")),
    "seeds as a number": ("seeds = 10\n" + SGD, ("seeds = 10", "[seeds]")),
    "a table for a number": (_problem("noise = { sd = 0.1 }"), ("problem.noise", "log = [a, b]")),
    "a deep dotted key": (_problem("noise." + ".".join("a" * 99) + " = 1"), ("problem.noise",)),
    "a key of 490,000 parts": ("a" + ".a" * 490_000 + " = 1\n" + SGD, ("more than 100 parts", "problem.noise")),
    "a table of 490,000 parts": ("[a" + " .'a'" * 190_000 + "]\n" + SGD, ("more than 100 parts",)),
    "a key of 190,000 parts in a table": ('x = { "a"' + ' ."a"' * 190_000 + " = 1 }\n" + SGD, ("more than 100 parts",)),
    "23,000 optimizers": (SGD * 23_000, ("23,000 [[optimizer]] tables", "at most 1,000")),
    "20,000 problems": ("[[problem]]\n" * 20_000 + SGD, ("20,000 [[problem]] tables", "at most 1,000")),
    "a million pairs of tables": (
        "".join(f'[[problem]]\nname = "xor"\nlabel = "p{i}"\n{SGD}label = "o{i}"\n' for i in range(1000)),
        ("1,000 [[problem]] x 1,000 [[optimizer]] tables", "at most 10,000 pairs"),
    ),
    "990,000 families": (
        "families = ['optimizer.lr', 'regularization.l2']\n[regularization]\nl2 = "
        f"{ALL}\n[seeds]\ntune = 0\nconfirm = 1\n{SGD}lr = {{ linear = [0.1, 0.9], count = 99 }}\n",
        ("990,000 families", "at most 10,000", "out of families"),
    ),
    # Misspellings
    "a misspelt section": ("[regularisation]\nl2 = 0.1\n" + SGD, ("regularisation", '"regularization"')),
    "a misspelt key": (_problem("nosie = 0.1"), ("problem.nosie", "unknown key", '"noise"')),
    "a key in capitals": (_problem("Noise = 0.1"), ("problem.Noise", '"noise"')),
    "a key of another section": (_problem("epochs = 10"), ("problem.epochs", "classes")),
    "a misspelt optimizer": ('[[optimizer]]\nname = "adm"\n', ('optimizer[1].name = "adm"', '"adam"')),
    "an unknown optimizer": ('[[optimizer]]\nname = "tiger"\n', ('"tiger"', "sgd, momentum, adagrad, adam")),
    "a misspelt optimizer setting": (
        SGD + "learning_rate = 0.1\n",
        ("optimizer[1].learning_rate", 'did you mean "lr"?'),
    ),
    "scikit-learn's name of a setting": ("[training]\nmax_iter = 5\n" + SGD, ("training.max_iter", '"epochs"?')),
    "an optimizer in capitals": ('[[optimizer]]\nname = "Adam"\n', ('optimizer[1].name = "Adam"', '"adam"?')),
    "a misspelt word": ("[regularization]\nlayers = 'frist'\n" + SGD, ('"frist"', '"all"', '"first"?')),
    "a misspelt problem": (_problem('name = "spirals"'), ("problem.name", '"spiral"?')),
    "a misspelt family": ("families = ['optimiser']\n" + SGD, ("families[1]", '"optimizer"?')),
    "a key with a newline": (_problem('"no\\nise" = 0.1'), ("problem.no\\nise", "unknown key")),
    # Types
    "a number as text": (_problem('noise = "0.1"'), ('problem.noise = "0.1"', "a number >= 0")),
    "a number as a boolean": (_problem("noise = true"), ("problem.noise = true", "a number >= 0")),
    "a boolean as a number": ("[regularization]\nbiases = 1\n" + SGD, ("biases = 1", "true or false")),
    "a date": (_problem("noise = 2024-01-01"), ("problem.noise", "2024-01-01", "a number")),
    "half an epoch": ("[training]\nepochs = 1.5\n" + SGD, ("training.epochs = 1.5", "a whole number")),
    "widths as a number": ("[network]\nhidden = 64\n" + SGD, ("network.hidden = 64", "a list of", "such as [64]")),
    "widths as text": ("[network]\nhidden = '64-64'\n" + SGD, ('"64-64"', "a list of")),
    "widths of mixed depth": ("[network]\nhidden = [64, [64]]\n" + SGD, ("network.hidden", "a list of")),
    "a range of widths": ("[network]\nhidden = { linear = [2, 8], count = 3 }\n" + SGD, ("network.hidden",)),
    "a list within an axis": (_problem("noise = [0.1, [0.2]]"), ("problem.noise[2] = [0.2]", "a number")),
    "a title that is no text": ("title = 5\n" + SGD, ("title = 5", "a text")),
    "a label that is no text": (SGD + "label = 5\n", ("optimizer[1].label = 5", "a text")),
    "families as text": ("families = 'optimizer'\n" + SGD, ('families = "optimizer"', "a list")),
    "a family that is no text": ("families = [['optimizer']]\n" + SGD, ("families[1]", '["optimizer"]')),
    "an axis of seeds": (SGD + "[seeds]\ntune = [5, 10]\n", ("seeds.tune = [5, 10]", "a whole number")),
    "an axis of baselines": (SGD + "[baseline]\naccuracy = [0.8, 0.9]\n", ("baseline.accuracy", "a number")),
    # Ranges
    "NaN": (_problem("noise = nan"), ("problem.noise = NaN", "a number >= 0")),
    "infinity": (SGD + "lr = inf\n", ("optimizer[1].lr = Infinity", "a number >= 1e-30 and <= 1e+30")),
    "a negative noise": (_problem("noise = -0.1"), ("problem.noise = -0.1", ">= 0")),
    "a learning rate of 0": (SGD + "lr = 0\n", ("optimizer[1].lr = 0", "a number >= 1e-30")),
    "a learning rate that is 0 in float32": (SGD + "lr = 1e-60\n", ("optimizer[1].lr = 1e-60", "a number >= 1e-30")),
    "more weights than a machine holds": (
        "[network]\nhidden = [[8], [60_000, 60_000]]\n" + SGD,
        ("network.hidden = [60000, 60000]", "3,600,420,003 weights", "at most 10,000,000"),
    ),
    "a dropout of 1": ("[regularization]\ndropout = 1\n" + SGD, ("regularization.dropout = 1", "< 1")),
    "one bad value of an axis": (SGD + "lr = [0.1, -1]\n", ("optimizer[1].lr[2] = -1", ">= 1e-30")),
    "one class": (_problem("classes = 1"), ("problem.classes = 1", "from 2 to 100")),
    "no points": (_problem("test = 0"), ("problem.test = 0", "from 1 to")),
    "a width of 0": ("[network]\nhidden = [0]\n" + SGD, ("network.hidden = [0]", "from 1 to")),
    "no epochs": ("[training]\nepochs = 0\n" + SGD, ("training.epochs = 0",)),
    "a batch of 0": ("[training]\nbatch = 0\n" + SGD, ("training.batch = 0", '"full"', "whole number")),
    "no confirm seeds": (SGD + "[seeds]\nconfirm = 0\n", ("seeds.confirm = 0", "from 1 to")),
    "a percentage": (SGD + "[baseline]\naccuracy = 85\n", ("baseline.accuracy = 85", "< 1; did you mean 0.85?")),
    "a percentage as text": (
        SGD + '[baseline]\naccuracy = "85.5 %"\n',
        ('baseline.accuracy = "85.5 %"', "< 1; did you mean 0.855?"),
    ),
    "a dropout in percent": (
        "[regularization]\ndropout = [0, 10]\n" + SGD,
        ("regularization.dropout[2] = 10", "< 1; did you mean 0.1?"),
    ),
    "no percentage": (
        SGD + "[baseline]\naccuracy = 1e9\n",
        ("baseline.accuracy = 1000000000.0: expected a number > 0 and < 1\n",),
    ),
    "no share": (SGD + '[baseline]\naccuracy = "x %"\n', ('accuracy = "x %": expected a number > 0 and < 1\n',)),
    "an alpha of 1": (SGD + "[baseline]\nalpha = 1\n", ("baseline.alpha = 1", "0.5")),
    # Axes
    "an empty axis": (_problem("noise = []"), ("problem.noise = []", "an axis of 1 to")),
    "a value twice": (SGD + "lr = [0.1, 0.2, 0.1]\n", ("optimizer[1].lr", "each value once", "0.1")),
    "a value twice in other words": (SGD + "lr = [1, 1.0]\n", ("optimizer[1].lr", "each value once")),
    "widths twice": ("[network]\nhidden = [[4], [4]]\n" + SGD, ("network.hidden", "each value once")),
    "a range without count": (SGD + "lr = { log = [0.1, 1] }\n", ("optimizer[1].lr", "count = n")),
    "a range of nothing": (SGD + "lr = { count = 3 }\n", ("optimizer[1].lr", "log = [a, b]")),
    "a range on two scales": (SGD + "lr = { log = [0.1, 1], linear = [0.1, 1], count = 3 }\n", ("optimizer[1].lr",)),
    "a misspelt scale": (SGD + "lr = { logarithmic = [0.1, 1], count = 3 }\n", ("logarithmic", "log = [a, b]")),
    "a range from 0 on a log scale": (SGD + f"lr = {RANGE.format(scale='log', ends='0, 1', count=3)}\n", ("[0, 1]",)),
    "a range downwards": (SGD + f"lr = {RANGE.format(scale='linear', ends='1, 0.1', count=3)}\n", ("a < b",)),
    "a range with three ends": (SGD + f"lr = {RANGE.format(scale='log', ends='1, 2, 3', count=3)}\n", ("lr",)),
    "a range to infinity": (SGD + f"lr = {RANGE.format(scale='linear', ends='1, inf', count=3)}\n", ("lr",)),
    "a range of one": (SGD + f"lr = {RANGE.format(scale='log', ends='0.1, 1', count=1)}\n", ("from 2 to",)),
    "a range beyond the allowed": (
        f"[regularization]\ndropout = {RANGE.format(scale='linear', ends='0, 1', count=3)}\n" + SGD,
        ("regularization.dropout[3] = 1.0", "< 1"),
    ),
    "a whole range too narrow": (
        _problem("train = " + RANGE.format(scale="linear", ends="1, 2", count=5)),
        ("problem.train", "each value once"),
    ),
    # Random axes
    "a random axis without samples": (DRAWN, ("search.samples = 0", "from 1 to 10,000", "optimizer.lr is drawn")),
    "no samples": (DRAWN + SEARCH.format(0), ("search.samples = 0", "from 1 to 10,000")),
    "samples without a random axis": (SGD + SEARCH.format(5), ("search.samples = 5", "loguniform", "leave it out")),
    "too many samples": (DRAWN + SEARCH.format(10_001), ("search.samples = 10001", "to 10,000")),
    "half a sample": (DRAWN + SEARCH.format(1.5), ("search.samples = 1.5", "a whole number")),
    "a misspelt number of samples": (DRAWN + SEARCH.format("5\nsample = 5"), ("search.sample", '"samples"?')),
    "samples at the top": ("samples = 5\n" + SGD, ("samples: unknown key", '"search.samples"?')),
    "a search that is no table": ("search = 5\n" + SGD, ("search = 5", "a table: [search]")),
    "a drawn logarithm from 0": (_drawn("dropout = { loguniform = [0, 0.5] }"), ("[0, 0.5]", "with 0 < a < b")),
    "drawn from nothing": (_drawn("dropout = { uniform = [0.5, 0.5] }"), ("[0.5, 0.5]", "with a < b")),
    "drawn downwards": (_drawn("dropout = { uniform = [0.5, 0.1] }"), ("[0.5, 0.1]", "with a < b")),
    "drawn from three ends": (_drawn("dropout = { uniform = [0, 0.1, 0.2] }"), ("dropout", "uniform = [a, b]")),
    "drawn from text": (_drawn("dropout = { uniform = ['0', '1'] }"), ("dropout", "a number >= 0 and < 1")),
    "drawn beyond the allowed": (_drawn("dropout = { uniform = [0, 1] }"), ("dropout", "a number >= 0 and < 1")),
    "drawn to infinity": (_drawn("l2 = { uniform = [0, inf] }"), ("regularization.l2", "<= 1e+30")),
    "drawn with a count": (_drawn("l2 = { uniform = [0, 1], count = 5 }"), ("uniform = [a, b] }", "search.samples\n")),
    "a count before the ends": (
        _drawn("l2 = { count = 5, uniform = [0, 1] }"),
        ("regularization.l2", "search.samples\n"),
    ),
    "a misspelt distribution": (
        _drawn("l2 = { log_uniform = [1e-6, 1] }"),
        ("regularization.l2", "{ loguniform = [a, b] } with 0 < a < b", 'did you mean "loguniform"?'),
    ),
    "drawn from two distributions": (_drawn("l2 = { uniform = [0, 1], loguniform = [1, 2] }"), ("regularization.l2",)),
    "a drawn word": (_drawn("layers = { uniform = [0, 1] }"), ("layers", '"all" or "first"')),
    "a drawn flag": (_drawn("biases = { uniform = [0, 1] }"), ("biases", "true or false")),
    "a distribution within a list": (_drawn("l2 = [0, { uniform = [0, 1] }]"), ("regularization.l2[2]", "a number")),
    "drawn widths": ("[network]\nhidden = { uniform = [4, 64] }\n" + SGD, ("network.hidden", "a list of")),
    "half an epoch as an end": ("[training]\nepochs = { uniform = [1.5, 9] }\n" + SGD, ("training.epochs", "whole")),
    "drawn seeds": (SGD + "[seeds]\ntune = { uniform = [1, 9] }\n", ("seeds.tune", "a whole number")),
    "a drawn setting of a schedule that is not used": (
        DRAWN + "decay = { loguniform = [1e-4, 1] }\n" + SEARCH.format(5),
        ("optimizer[1].decay", 'schedule = "inverse"'),
    ),
    "a drawn problem": (
        _problem("noise = { uniform = [0, 1] }") + SEARCH.format(5),
        ("problem.noise", "a value or a list", "families of its own"),
    ),
    "families that are drawn": (
        "families = ['optimizer', 'optimizer.lr']\n" + DRAWN + SEARCH.format(5),
        ('families[2] = "optimizer.lr"', "listed values", "searched within families"),
    ),
    "the effect of a random axis": (
        "effects = ['optimizer.lr']\n" + DRAWN + SEARCH.format(5),
        ('effects[1] = "optimizer.lr"', "listed values"),
    ),
    "more drawn values than memory is for": (
        "".join(f"{DRAWN}label = '{i}'\n" for i in range(101)) + SEARCH.format(10_000),
        ("search.samples = 10000", "at most 1,000,000 values", "101 random axes"),
    ),
    # The question as a whole
    "two equal labels": (SGD + SGD, ("optimizer[2].label", '"sgd"', "no other", 'such as label = "sgd 2"')),
    "an empty label": (SGD + "label = ''\n", ("optimizer[1].label", "a text of 1 to 200")),
    "a label of blanks": (SGD + "label = '  '\n", ("optimizer[1].label", "a text of 1 to 200")),
    "a label of two lines": (SGD + r'label = "a\nb"' + "\n", ("optimizer[1].label", "printable")),
    "a label that moves the cursor": (SGD + r'label = "\u001b[2J"' + "\n", ("optimizer[1].label", "printable")),
    "a label that turns the direction": (SGD + "label = 'a\u202eb'\n", ("optimizer[1].label", "printable")),
    "a title with a NUL": (r'title = "\u0000"' + "\n" + SGD, ("title", "printable")),
    "an endless label": (SGD + f"label = '{'x' * 201}'\n", ("optimizer[1].label", "a text of 1 to 200")),
    "a setting of another optimizer": (SGD + "momentum = 0.9\n", ("optimizer[1].momentum", "unknown key", "lr")),
    "decay without schedule": (SGD + "decay = 1e-3\n", ("optimizer[1].decay", 'schedule = "inverse"')),
    "stages without schedule": (SGD + "stages = 4\n", ("optimizer[1].stages", 'schedule = "step"')),
    "a factor beside another schedule": (
        SGD + "schedule = 'cosine'\nfactor = 0.5\n",
        ("optimizer[1].factor", 'schedule = "step"'),
    ),
    "a final rate without schedule": (SGD + "final = 0.5\n", ("optimizer[1].final", 'schedule = "exponential"')),
    "an unknown schedule": (SGD + "schedule = 'cosinus'\n", ("optimizer[1].schedule", '"cosinus"', '"cosine"?')),
    "a part of a stage": (
        SGD + "schedule = 'step'\nstages = 2.5\n",
        ("optimizer[1].stages = 2.5", "a whole number from 1"),
    ),
    "no stage": (SGD + "schedule = 'step'\nstages = 0\n", ("optimizer[1].stages = 0", "a whole number from 1")),
    "a factor of 1": (SGD + "schedule = 'step'\nfactor = 1\n", ("optimizer[1].factor = 1", ">= 0 and < 1")),
    "an exponential rate that ends at 0": (
        SGD + "schedule = 'exponential'\nfinal = 0\n",
        ("optimizer[1].final = 0", "a number >= 1e-30 and <= 1"),
    ),
    "points that fill the memory": (
        _problem('name = "blobs"\nfeatures = 1000\nclasses = [2, 3]\ntest = [10, 1_000_000]'),
        ("problem.test", "2,000,000 points of 1,000 features", "at most 1,073,741,824 numbers", "fewer"),
    ),
    "warming up all the time": (SGD + "warmup = 1\n", ("optimizer[1].warmup = 1", ">= 0 and < 1")),
    "warming up in steps": (SGD + "warmup = 100\n", ("optimizer[1].warmup = 100", ">= 0 and < 1\n")),
    "warming up in percent": (
        SGD + "warmup = '10 %'\n",
        ('optimizer[1].warmup = "10 %"', ">= 0 and < 1; did you mean 0.1?"),
    ),
    "a rule in capitals": ('[[optimizer]]\nname = "AdamW"\n', ('optimizer[1].name = "AdamW"', '"adamw"?')),
    "a rule as PyTorch spells it": ('[[optimizer]]\nname = "RMSprop"\n', ("optimizer[1].name", '"rmsprop"?')),
    "an activation as PyTorch spells it": (
        "[network]\nactivation = 'LeakyReLU'\n" + SGD,
        ("network.activation", '"leaky-relu"?'),
    ),
    "weight decay of a rule without": (SGD + "weight_decay = 0.1\n", ("optimizer[1].weight_decay", "unknown key")),
    "negative weight decay": (
        '[[optimizer]]\nname = "lion"\nweight_decay = -0.1\n',
        ("optimizer[1].weight_decay = -0.1", "a number >= 0"),
    ),
    "a rho of 1": ('[[optimizer]]\nname = "rmsprop"\nrho = 1\n', ("optimizer[1].rho = 1", ">= 0 and < 1")),
    "an eps of 0": ('[[optimizer]]\nname = "adadelta"\neps = 0\n', ("optimizer[1].eps = 0", ">= 1e-30")),
    "a misspelt activation": (
        "[network]\nactivation = 'leaky_relu'\n" + SGD,
        ('network.activation = "leaky_relu"', '"leaky-relu"?'),
    ),
    "no activation": ("[network]\nactivation = []\n" + SGD, ("network.activation", "an axis of 1 to")),
    "an activation twice": (
        "[network]\nactivation = ['tanh', 'tanh']\n" + SGD,
        ("network.activation", "each value once"),
    ),
    "other first weights": ("[network]\ninit = 'xavier'\n" + SGD, ('network.init = "xavier"', '"he" or "glorot" or a')),
    "no families": ("families = []\n" + SGD, ("families = []", '["optimizer"]')),
    "a family twice": ("families = ['optimizer', 'optimizer']\n" + SGD, ("families[2]", "each axis once")),
    "a family that is no setting": ("families = ['l2']\n" + SGD, ("families[1]", "dotted name")),
    "a family that one optimizer lacks": (
        "families = ['optimizer.momentum']\n[[optimizer]]\nname = 'momentum'\n" + SGD,
        ("families[1]", "optimizer.momentum", '"sgd"', "every [[optimizer]]"),
    ),
    "a label like another's configuration": (
        SGD + "[[optimizer]]\nname = 'adam'\nlabel = 'sgd, lr 0.5'\n",
        ('optimizer[2].label = "sgd, lr 0.5"', 'configuration of "sgd"'),
    ),
    "several to choose from without tune seeds": (
        SGD + "lr = [0.1, 0.2]\n[seeds]\ntune = 0\n",
        ("seeds.tune = 0", '"sgd"', "at least 1 tune seed"),
    ),
    "more than a million runs": (SGD + "[seeds]\ntune = 1000000\n", ("1,000,000", "--max-runs")),
    "more configurations than there are numbers": (
        "".join(f"[[optimizer]]\nname = 'sgd'\nlabel = '{i}'\nlr = {ALL}\n" for i in range(10))
        + f"[problem]\nnoise = {ALL}\n[regularization]\nl1 = {ALL}\nl2 = {ALL}\ndropout = {ALL}\n",
        ("1,000,000,000,000,000,000,000 configurations", "--max-runs"),
    ),
    "families without end": (
        f"families = ['regularization.l1', 'regularization.l2']\n[regularization]\nl1 = {ALL}\nl2 = {ALL}\n"
        f"[seeds]\ntune = 0\n{SGD}",
        ("100,000,000", "--max-runs"),
    ),
    "a million confirm seeds for each of many": (
        "".join(f"{SGD}label = '{i}'\n" for i in range(10)) + "[seeds]\ntune = 1\nconfirm = 1000000\n",
        ("1,000,000", "--max-runs"),
    ),
}


def _refused(place: Place, outcome: Any, before: set[str]) -> str:
    """The one message of a command that was refused and wrote nothing."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("bench: ")
    assert "Traceback" not in outcome.err
    assert not re.search(r"[^\n -~\u00a0-\U0010ffff]", outcome.err), "control characters reach the terminal"
    assert max(map(len, outcome.err.splitlines())) < 600, "a line that nobody reads"
    assert place.files() == before
    return str(outcome.err)


@pytest.mark.parametrize(("text", "parts"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_grid_is_refused_with_one_message(text: str | bytes, parts: tuple[str, ...], place: Place) -> None:
    place.write(text)
    before = place.files()
    message = _refused(place, place.cli("run", place.grid), before)
    assert f"{place.grid}: 1 fault\n" in message
    assert len(message.splitlines()) == 2
    for part in parts:
        assert part in message


def test_there_are_many_of_them() -> None:
    assert len(MALFORMED) >= 50


@pytest.mark.parametrize("command", ["run", "report", "status", "export", "verify"])
def test_every_command_refuses_a_malformed_grid_alike(command: str, place: Place) -> None:
    place.write(_problem("nosie = 0.1"))
    before = place.files()
    arguments: list[str | Path] = ["--to", place.folder / "runs.csv"] if command == "export" else []
    assert "problem.nosie" in _refused(place, place.cli(command, place.grid, *arguments), before)


def test_a_dry_run_refuses_a_malformed_grid_too(place: Place) -> None:
    place.write(_problem("nosie = 0.1"))
    assert "problem.nosie" in _refused(place, place.cli("run", place.grid, "--dry-run"), place.files())


@pytest.mark.parametrize("path", ["missing.toml", ".", "folder", "x" * 5000, "a\nb.toml", "tiny.toml/x", ""])
def test_a_path_that_is_no_grid_file_is_refused(path: str, place: Place) -> None:
    (place.folder / "folder").mkdir()
    message = _refused(place, place.cli("run", path), place.files())
    assert "grid file" in message or "cannot be read" in message


def test_an_unreadable_grid_is_refused(place: Place, unprivileged: Any) -> None:
    place.grid.chmod(0)
    with unprivileged():
        outcome = place.cli("run", place.grid)
    assert "cannot be read" in _refused(place, outcome, {"tiny.toml"})


def test_one_bad_grid_among_several_stops_all_before_any_is_trained(place: Place) -> None:
    bad = place.write(_problem("nosie = 0.1"), "bad.toml")
    assert "problem.nosie" in _refused(place, place.cli("run", place.grid, bad), place.files())


def test_all_faults_are_told_at_once(place: Place) -> None:
    place.write("typo = 1\n[problem]\nnoise = -1\n[seeds]\ntune = 'x'\n[[optimizer]]\nname = 'adm'\n")
    message = _refused(place, place.cli("run", place.grid), place.files())
    assert ": 4 faults\n" in message
    for part in ("typo", "problem.noise = -1", 'seeds.tune = "x"', '"adam"'):
        assert part in message


ENDLESS: dict[str, tuple[str, str]] = {  # name: (the grid file, the last of its faults that is shown)
    "unknown keys": (SGD + "".join(f"k{i} = 1\n" for i in range(5_000)), "optimizer[1].k19: unknown key"),
    "unknown families": (f"families = {[f'x{i}' for i in range(5_000)]}\n" + SGD, "families[20] = "),
    "families again and again": (f"families = {['optimizer'] * 5_000}\n" + SGD, "families[21] = "),
    "unknown effects": (f"effects = {['x'] * 5_000}\n" + SGD, "effects[20] = "),
    "values that are none": (SGD + f"lr = {['x'] * 5_000}\n", "optimizer[1].lr[20] = "),
    "tables that are none": ("optimizer = [" + "1, " * 999 + "]\n", "optimizer[20] = "),
}


@pytest.mark.parametrize(("text", "last"), ENDLESS.values(), ids=ENDLESS)
def test_of_faults_without_end_20_are_looked_for_and_shown(text: str, last: str, place: Place) -> None:
    place.write(text)
    message = _refused(place, place.cli("run", place.grid), place.files())
    assert f"{place.grid}: more than 20 faults; the first are\n" in message
    assert message.count("\n") == 21
    assert message.splitlines()[-1].startswith(f"  {last}")


OVERRIDES = {
    "no equals sign": ("training.epochs", "KEY=VALUE"),
    "no key": ("=5", "KEY=VALUE"),
    "nothing": ("", "KEY=VALUE"),
    "no value": ("training.epochs=", "not a TOML value"),
    "a word for a number": ("seeds.tune=x", 'seeds.tune = "x": expected a whole number'),
    "True as in Python": ("seeds.race=True", 'seeds.race = "True": expected true or false'),
    "a word with a typing error": ("problem.name=spirl", 'did you mean "spiral"?'),
    "a problem without its key": ("problem=moons", "--set problem.name=moons?"),
    "problems without tables": ("problem=moons,xor", """--set 'problem=[{name = "moons"}, {name = "xor"}]'?"""),
    "percent": ("baseline.accuracy=85%", "--set baseline.accuracy=0.85?"),
    "a comma at the end": ("regularization.l2=1e-4,", "--set regularization.l2=1e-4?"),
    "no number": ("network.hidden=64x64", "a list such as [0, 0.1], or a text in quotes"),
    "a list without brackets": ("regularization.l2=0, 1e-3", "--set 'regularization.l2=[0, 1e-3]'?"),
    "a list in round brackets, of a bare key": ("l2=(0, 1e-3)", "--set 'regularization.l2=[0, 1e-3]'?"),
    "a bare key of an optimizer": ("lr=0.1 0.2", "--set 'optimizer.sgd.lr=[0.1, 0.2]'?"),
    "a list with semicolons": ("regularization.l2=0;1e-3", "--set 'regularization.l2=[0, 1e-3]'?"),
    "a family without brackets": ("families=optimizer", """--set 'families=["optimizer"]'?"""),
    "families without tables": ("families=dropout,l2", """=["regularization.dropout", "regularization.l2"]'?"""),
    "an optimizer by its name": ("optimizer.name=adam", """alone: --set 'optimizer=[{name = "adam"}]'"""),
    "optimizers without tables": ("optimizer=sgd", """--set 'optimizer=[{name = "sgd"}]'?"""),
    "an optimizer by its quoted name": ('optimizer.name="adam"', """alone: --set 'optimizer=[{name = "adam"}]'"""),
    "what no list is": ("training.epochs={5", "a list such as [0, 0.1], or a text in quotes"),
    "two lines": ("training.epochs=5\nseeds.tune=1", "not a TOML value"),
    "a table beside": ("training.epochs=5\n[problem]", "not a TOML value"),
    "code": ("training.epochs=__import__('os')", "not a TOML value"),
    "an unknown key": ("training.epocs=5", '"epochs"?'),
    "an unknown section": ("trainig.epochs=5", '"training"?'),
    "a section": ("training=5", "training = 5"),
    "a bare key": ("epochs=5", "did you mean --set training.epochs=5?"),
    "a bare key of an optimizer with its value": ("lr=0.1", "did you mean --set optimizer.sgd.lr=0.1?"),
    "a bare key of another optimizer than the first": ("beta1=0.8", "did you mean --set optimizer.adam.beta1=0.8?"),
    "a bare key of an optimizer that is not there": ("weight_decay=0.1", "weight_decay: unknown key"),
    "a bare key as other libraries have it": ("learning_rate=0.1", "did you mean --set optimizer.sgd.lr=0.1?"),
    "a label without its table": ("adam.lr=[0.1, 1]", "did you mean --set 'optimizer.adam.lr=[0.1, 1]'?"),
    "a number that begins with its point": ("dropout=[0,.1]", "--set 'regularization.dropout=[0, 0.1]'?"),
    "a number that ends with its point": ("optimizer.adam.lr=1.", "--set optimizer.adam.lr=1.0?"),
    "a bare number of seeds": ("confirm=5", '"seeds.confirm"?'),
    "a key below a setting": ("training.epochs.x=5", "training.epochs.x: unknown key"),
    "a value out of range": ("training.epochs=0", "training.epochs = 0"),
    "a number of 10,000 digits": ("training.epochs=" + "9" * 10_000, "not a TOML value"),
    "nested too deeply": ("training.epochs=" + "[" * 50_000, "not a TOML value"),
    "all optimizers": ("optimizer=5", "at least one [[optimizer]] table"),
    "an optimizer without a setting": ("optimizer.sgd=5", "optimizer.LABEL.SETTING"),
    "an optimizer's number": ("optimizer.1.lr=5", "sgd, adam"),
    "an unknown label": ("optimizer.sdg.lr=5", "sgd, adam"),
    "an unknown setting of a label": ("optimizer.sgd.lrr=5", "optimizer[1].lrr"),
    "control characters": ("\x1b[2J=5", "\\x1b"),
    "a key of lines": ("a\nb=5", "a\\nb"),
    "not UTF-8": ("title=\udce9", "not a TOML value"),
    "an empty part": ("training.=5", "training = 5"),
}


@pytest.mark.parametrize(("override", "part"), OVERRIDES.values(), ids=OVERRIDES)
def test_a_bad_override_is_refused_with_one_message(override: str, part: str, place: Place) -> None:
    message = _refused(place, place.cli("run", place.grid, "--set", override, "--name", "other"), place.files())
    assert part in message


def test_an_override_of_a_section_that_is_no_table_is_refused(place: Place) -> None:
    place.write("problem = 3\n" + SGD)
    message = _refused(place, place.cli("run", place.grid, "--set", "problem.noise=1", "--name", "x"), place.files())
    assert "problem is not a table" in message


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/b", "/etc", "../x", ".hidden", "a\\b", "a\nb", "x" * 101, "é", "a b", "-\x00", "<b>"]
)
def test_a_name_that_could_leave_the_reports_folder_is_refused(name: str, place: Place) -> None:
    message = _refused(place, place.cli("run", place.grid, f"--name={name}"), place.files())
    assert "name of the report's folder" in message


@pytest.mark.parametrize("name", ["a b.toml", ".toml", "ä.toml", "a'b.toml"])
def test_a_grid_file_whose_name_names_no_folder_needs_a_name(name: str, place: Place, no_report: None) -> None:
    path = place.write(place.grid.read_text(), name)
    assert "--name" in _refused(place, place.cli("run", path), place.files())
    assert place.cli("run", path, "--name", "fine", "--quiet", "--jobs", "1", "--anyway").code == 0


def test_a_set_without_a_name_is_refused(place: Place) -> None:
    for command in ("run", "report"):
        message = _refused(place, place.cli(command, place.grid, "--set", "problem.noise=0.1"), place.files())
        assert "--name" in message
