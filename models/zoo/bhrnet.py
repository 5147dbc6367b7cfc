"""BHRNet, a binary HRNet-W32 for pose: image [1,3,256,192] → heatmaps of 17 joints [1,17,64,48].

Up to four resolutions side by side, each a chain of binary units, exchanged by sums: down by strided binary 3×3, up by real
1×1, BN and nearest upsampling. Every weight is binarized by a classifier. Source: Binarizing by Classification
(arXiv 2205.07433), on HRNet (arXiv 1902.09212).
"""

import torch.nn as nn

from binarizers import FunctionSign
from layers import BinaryConv2d, Unit, conv_norm

WIDTHS, JOINTS = (32, 64, 128, 256), 17
# Number of modules that exchange between 2, 3 and 4 branches, and binary units of each branch in a module.
MODULES, UNITS = (1, 4, 3), 8
WEIGHTS = "classified"


def unit(in_channels, out_channels, stride=1):
    return Unit(in_channels, out_channels, stride, activation=nn.PReLU, weights=WEIGHTS)


def down(source, target):
    """From branch `source` to a coarser one: binary 3×3/2 convolutions, the last widening."""
    steps = []
    for branch in range(source, target):
        channels = WIDTHS[target] if branch == target - 1 else WIDTHS[source]
        conv = BinaryConv2d(WIDTHS[source], channels, 3, 2, weights=WEIGHTS)
        steps += [FunctionSign(), conv, nn.BatchNorm2d(channels)]
    return nn.Sequential(*steps)


def up(source, target):
    """From branch `source` to a finer one."""
    scale = 2 ** (source - target)
    return nn.Sequential(
        *conv_norm(WIDTHS[source], WIDTHS[target], 1), nn.Upsample(scale_factor=scale, mode="nearest")
    )


class Module(nn.Module):
    """Binary units in every branch, then every branch becomes PReLU of the sum of all; only the first where `last`."""

    def __init__(self, branches, last=False):
        super().__init__()
        targets = range(1 if last else branches)
        self.work = nn.ModuleList(
            nn.Sequential(*[unit(width, width) for _ in range(UNITS)]) for width in WIDTHS[:branches]
        )
        self.exchange = nn.ModuleList(
            nn.ModuleList(
                nn.Identity() if source == target else (up if source > target else down)(source, target)
                for source in range(branches)
            )
            for target in targets
        )
        self.activations = nn.ModuleList(nn.PReLU(WIDTHS[target]) for target in targets)

    def forward(self, branches):
        branches = [work(branch) for work, branch in zip(self.work, branches)]
        results = []
        for paths, activation in zip(self.exchange, self.activations):
            total = paths[0](branches[0])
            for path, branch in zip(paths[1:], branches[1:]):
                total = total + path(branch)
            results.append(activation(total))
        return results


class BHRNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(*conv_norm(3, 64, 3, 2), nn.PReLU(64), *conv_norm(64, 64, 3, 2), nn.PReLU(64))
        self.first = nn.Sequential(*[unit(64, 64) for _ in range(UNITS)], unit(64, WIDTHS[0]))
        self.split = nn.ModuleList(unit(WIDTHS[i], WIDTHS[i + 1], 2) for i in range(3))
        self.stages = nn.ModuleList()
        for stage, count in enumerate(MODULES):
            final = stage == len(MODULES) - 1
            modules = [Module(stage + 2, last=final and index == count - 1) for index in range(count)]
            self.stages.append(nn.Sequential(*modules))
        self.heatmaps = nn.Conv2d(WIDTHS[0], JOINTS, 1)

    def forward(self, x):
        branches = [self.first(self.stem(x))]
        for split, stage in zip(self.split, self.stages):
            branches = stage([*branches, split(branches[-1])])
        return self.heatmaps(branches[0])
