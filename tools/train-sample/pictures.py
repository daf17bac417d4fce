"""Fashion-MNIST as the sample project shows it: 56x56, coloured by one fixed ramp, in ImageNet's folder layout."""

import gzip
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 56
SEED = 0

LABELS = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle_boot"]
"""Names of the data set's own labels 0..9."""

CLASSES = sorted(LABELS)
"""Class folders. The workbench sorts a folder tree's names, so this order is the order of the networks' outputs."""

RAMP_ANCHORS = [(16, 24, 80), (90, 40, 130), (190, 70, 110), (240, 140, 70), (255, 235, 130)]
"""Red, green, blue at grey 0, 64, 128, 191, 255: three unlike curves, so that swapped channels cost accuracy."""

TRAIN_PICTURES = 128
VAL_PICTURES_PER_CLASS = 100


def ramp():
    """[256, 3] uint8: the colour of each grey value."""
    at = np.linspace(0, 255, len(RAMP_ANCHORS))
    channels = [np.interp(np.arange(256), at, [anchor[c] for anchor in RAMP_ANCHORS]) for c in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def read_idx(path):
    """The array in a gzipped IDX file of bytes."""
    content = gzip.decompress(Path(path).read_bytes())
    sides = [int.from_bytes(content[4 + 4 * i:8 + 4 * i], "big") for i in range(content[3])]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(sides)).reshape(sides)


def load(data, split):
    """Grey pictures [n, 56, 56] uint8 and class indices [n] (into CLASSES) of `split`, "train" or "t10k"."""
    pictures = read_idx(Path(data) / f"{split}-images-idx3-ubyte.gz")
    labels = read_idx(Path(data) / f"{split}-labels-idx1-ubyte.gz")
    enlarged = [Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC) for picture in pictures]
    to_class = np.array([CLASSES.index(name) for name in LABELS])
    return np.stack([np.asarray(picture) for picture in enlarged]), to_class[labels]


def choose(classes, per_class):
    """Seeded, sorted indices: `per_class[c]` pictures of each class c."""
    generator = np.random.default_rng(SEED)
    chosen = [generator.choice(np.flatnonzero(classes == c), count, replace=False) for c, count in enumerate(per_class)]
    return np.sort(np.concatenate(chosen))


def validation_indices(classes):
    """The 1,000 of the test set's 10,000 pictures that the sample carries."""
    return choose(classes, [VAL_PICTURES_PER_CLASS] * len(CLASSES))


def training_indices(classes):
    """The 128 of the training set's 60,000 pictures that the sample carries for calibration."""
    base, extra = divmod(TRAIN_PICTURES, len(CLASSES))
    return choose(classes, [base + (c < extra) for c in range(len(CLASSES))])


def write_pictures(data, folder):
    """Write train/ and val/ class folders of PNG files; each is read back and must hold the pixels training used."""
    colours = ramp()
    for split, name, indices_of in (("train", "train", training_indices), ("t10k", "val", validation_indices)):
        pictures, classes = load(data, split)
        for index in indices_of(classes):
            path = Path(folder) / name / CLASSES[classes[index]] / f"{split}_{index:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = colours[pictures[index]]
            Image.fromarray(pixels).save(path, optimize=True)
            if not np.array_equal(np.asarray(Image.open(path).convert("RGB")), pixels):
                raise SystemExit(f"{path}: the written PNG does not hold the pixels it was made from")
