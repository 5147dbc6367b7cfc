"""The handwritten digits that scikit-learn ships, as float32 images, and their fixed split.

Comes in: scikit-learn's copy of the UCI data set. Goes out: training, validation and held-out parts for `train.py` and
`export.py`. Pixels are 0..16 and are divided by 16, so that every pixel is exact in binary floating point.
"""

from typing import NamedTuple

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HELD_OUT_COUNT = 360
VALIDATION_COUNT = 237
SPLIT_SEED = 1998


class Part(NamedTuple):
    """Images float32 [N,1,8,8] in 0..1, and labels int64 [N] in 0..9."""

    images: torch.Tensor
    labels: torch.Tensor


def load_parts():
    """Return (training, held_out): 1,437 and 360 images, stratified by label, the same at every call."""
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[:, None]
    return _split(images, digits.target.astype(np.int64), HELD_OUT_COUNT)


def split_validation(training):
    """Split the training part into (1,200 images to fit, 237 images to choose hyperparameters by)."""
    return _split(training.images.numpy(), training.labels.numpy(), VALIDATION_COUNT)


def _split(images, labels, second_count):
    first, second = train_test_split(
        np.arange(len(labels)), test_size=second_count, stratify=labels, random_state=SPLIT_SEED
    )
    return tuple(Part(torch.from_numpy(images[i]), torch.from_numpy(labels[i])) for i in (first, second))
