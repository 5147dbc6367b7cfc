"""Train one network, seeded, and write its state dict: `python train.py chain` writes `chain.pt`.

The number of epochs is fixed and the last weights are kept: the held-out part is evaluated once, at the end, and
chooses nothing. `--validate` fits on 1,200 of the 1,437 training images, reports on the other 237 and writes no file.
"""

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from data import load_parts, split_validation
from networks import NETWORKS

FOLDER = Path(__file__).parent
BATCH_SIZE = 64
LEARNING_RATE = 2e-3
NOISE_DEVIATION = 0.04
LABEL_SMOOTHING = 0.1


def augment(images):
    """Shift each image by -1, 0 or 1 pixel along both axes, add Gaussian noise, and clamp to 0..1."""
    padded = F.pad(images, (1, 1, 1, 1))
    row, column = torch.randint(0, 3, (2, len(images))).tolist()
    shifted = torch.stack([padded[i, :, r : r + 8, c : c + 8] for i, (r, c) in enumerate(zip(row, column))])
    return (shifted + NOISE_DEVIATION * torch.randn_like(shifted)).clamp(0, 1)


def train(network, part, epochs):
    """Fit `network` to `part` with Adam and a cosine learning rate; consumes torch's global random state."""
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    steps_per_epoch = len(part.labels) // BATCH_SIZE
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * steps_per_epoch)
    network.train()
    for epoch in range(epochs):
        loss_sum = 0.0
        order = torch.randperm(len(part.labels))
        for step in range(steps_per_epoch):
            chosen = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
            logits = network(augment(part.images[chosen]))
            loss = F.cross_entropy(logits, part.labels[chosen], label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            loss_sum += loss.item()
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1:3d}/{epochs}  loss {loss_sum / steps_per_epoch:.4f}", flush=True)
    return network.eval()


@torch.no_grad()
def accuracy(network, part):
    """Return (correct, total) of the argmax over `part`."""
    return int((network(part.images).argmax(1) == part.labels).sum()), len(part.labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--validate", action="store_true", help="report on a validation split and write nothing")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(arguments.seed)
    training, held_out = load_parts()
    if arguments.validate:
        training, judged = split_validation(training)
    else:
        judged = held_out

    start = time.monotonic()
    network = train(NETWORKS[arguments.network](), training, arguments.epochs)
    correct, total = accuracy(network, judged)
    name = "validation" if arguments.validate else "held-out"
    print(f"{time.monotonic() - start:.0f} s, {name} accuracy {correct}/{total} = {100 * correct / total:.2f} %")
    if not arguments.validate:
        torch.save(network.state_dict(), FOLDER / f"{arguments.network}.pt")


if __name__ == "__main__":
    main()
