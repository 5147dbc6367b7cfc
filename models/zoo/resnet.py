"""Binary ResNet-18 and ResNet-34 with a shortcut around every convolution: image [1,3,224,224] → logits [1,1000].

One body serves all methods that differ in binarizer, weights and activation: Bi-Real Net, Binarizing by Classification,
latent weights (arXiv 2110.05850), DySign, ReActNet-18, IR-Net, ReCU, RBNN, BiPer, AdaBin.
"""

import torch.nn as nn

from layers import Head, Unit, resnet_stem

WIDTHS = (64, 128, 256, 512)
UNITS = {18: (4, 4, 4, 4), 34: (6, 8, 12, 6)}


class ResNet(nn.Module):
    """`options` are those of `unit`: binarize, activation, weights."""

    def __init__(self, depth, stem_activation=None, unit=Unit, **options):
        super().__init__()
        self.stem = resnet_stem(WIDTHS[0], stem_activation)
        units, channels = [], WIDTHS[0]
        for stage, (width, count) in enumerate(zip(WIDTHS, UNITS[depth])):
            for index in range(count):
                units.append(unit(channels, width, 2 if stage > 0 and index == 0 else 1, **options))
                channels = width
        self.body, self.head = nn.Sequential(*units), Head(channels)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
