"""A small residual network with dynamic thresholds (DySign, arXiv 2211.02292), trained and exported: docs/tutorial.md."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits


class Sign(torch.autograd.Function):
    """sign(x); backward the identity where |x| <= 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sign(x)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)


class DySign(nn.Module):
    """sign(x - t), with thresholds t that two small layers compute of the mean of each channel."""

    def __init__(self, channels):
        super().__init__()
        self.reduce = nn.Linear(channels, channels // 4)
        self.expand = nn.Linear(channels // 4, channels)

    def forward(self, x):
        t = self.expand(F.relu(self.reduce(x.mean((2, 3)))))
        return Sign.apply(x - t[:, :, None, None])


class BinaryConv(nn.Conv2d):
    """A convolution with weights alpha * sign(w), alpha the mean |w| of each output channel."""

    def forward(self, x):
        alpha = self.weight.abs().mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, alpha * Sign.apply(self.weight), None, self.stride, self.padding)


class Unit(nn.Module):
    """x + BN(binary conv(DySign(x))), through a PReLU."""

    def __init__(self, channels):
        super().__init__()
        self.sign = DySign(channels)
        self.conv = BinaryConv(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.activation = nn.PReLU(channels)

    def forward(self, x):
        return self.activation(self.norm(self.conv(self.sign(x))) + x)


def network():
    stem = [nn.Conv2d(1, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*stem, Unit(64), nn.MaxPool2d(2), Unit(64), *head)


def main():
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.images / 16, dtype=torch.float32)[:, None]
    labels = torch.tensor(digits.target)
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for epoch in range(30):
        for batch in torch.randperm(1437).split(64):
            optimizer.zero_grad()
            F.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimizer.step()

    model.eval()
    held_out = images[1437:]
    with torch.no_grad():
        logits = model(held_out)
    print("held-out accuracy", (logits.argmax(1) == labels[1437:]).float().mean().item())
    torch.onnx.export(
        model, (held_out[:2],), "dysign.onnx", input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "n"}}, dynamo=False,
    )  # fmt: skip
    np.save("images.npy", held_out[:32].numpy())
    np.save("logits.npy", logits[:32].numpy())


if __name__ == "__main__":
    main()
