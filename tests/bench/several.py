"""A grid of several problems, for tests: different ones, and two of one name that differ in a setting and an axis."""

SEVERAL = """
title = "Which optimizer, on which problem?"

[[problem]]
name = "blobs"
train = 20
validation = 20
test = 50

[[problem]]
name = "xor"
label = "parity of 3"
features = 3
train = 20
validation = 20
test = 50

[[problem]]
name = "xor"
noise = [0.3, 0.6]
train = 20
validation = 20
test = 50

[network]
hidden = [8]

[training]
epochs = 20
checkpoints = 10

[regularization]
l2 = [0, 1e-3]

[[optimizer]]
name = "adam"
lr = [0.01, 0.1]

[[optimizer]]
name = "sgd"
lr = [0.1, 1]

[seeds]
tune = 2
confirm = 6

[baseline]
accuracy = 0.7
"""

LABELS = ("blobs", "parity of 3", "xor")
FAMILIES = (
    "adam, blobs", "sgd, blobs", "adam, parity of 3", "sgd, parity of 3",
    "adam, xor, noise 0.3", "adam, xor, noise 0.6", "sgd, xor, noise 0.3", "sgd, xor, noise 0.6",
)  # fmt: skip
