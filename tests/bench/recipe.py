"""The field's usual recipe for a 2-D segmentation in PyTorch, to hold Isocenter's against: nnU-Net's (Isensee et al.,
Nature Methods 2021) losses, augmentation, oversampling and sliding windows, on the same network, volumes and time.

    pip install torch==2.13.0 nibabel==5.4.2 scipy
    python tests/bench/recipe.py DATA --train a,b --test c,d --axis coronal --spacing 1 --window 48 --batch 32 --seconds 60

DATA holds images/ and labels/ with the same file names. Prints JSON: Dice of each label on the full grid of each test
volume (null where both lack it), their means, steps and seconds.
"""

import argparse
import json
import math
import time
from pathlib import Path

import nibabel
import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import zoom
from torch import nn

LEVELS = 5
GROUPS = 4
AXES = {"axial": (2, 1, 0), "coronal": (1, 2, 0), "sagittal": (0, 2, 1)}  # slice, row, column of a RAS+ volume
FOREGROUND = 0.33  # of a batch's windows hold a labelled pixel


def block(inputs: int, outputs: int) -> nn.Sequential:
    def convolution(inputs: int) -> list[nn.Module]:
        norm = nn.GroupNorm(GROUPS, outputs)
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), norm, nn.LeakyReLU(0.01, inplace=True)]

    return nn.Sequential(*convolution(inputs), *convolution(outputs))


class UNet(nn.Module):
    def __init__(self, width: int, classes: int):
        super().__init__()
        channels = [width * 2**level for level in range(LEVELS)]
        self.downs = nn.ModuleList(block(inputs, outputs) for inputs, outputs in zip([1, *channels], channels))
        self.ups = nn.ModuleList(nn.Conv2d(2 * each, each, 1, bias=False) for each in channels[:-1])
        self.blocks = nn.ModuleList(block(2 * each, each) for each in channels[:-1])
        self.heads = nn.ModuleList(nn.Conv2d(each, classes, 1) for each in channels[:-2])

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Logits of each resolution that is supervised, the full one first."""
        levels = []
        for level, convolve in enumerate(self.downs):
            x = convolve(x if level == 0 else F.max_pool2d(x, 2))
            levels.append(x)
        x = levels.pop()
        logits = []
        for level in reversed(range(LEVELS - 1)):
            x = torch.cat([F.interpolate(self.ups[level](x), scale_factor=2, mode="nearest"), levels.pop()], 1)
            x = self.blocks[level](x)
            if level < len(self.heads):
                logits.insert(0, self.heads[level](x))
        return logits


def loss_of(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Cross-entropy and batch soft Dice over the labels."""
    probabilities = F.softmax(logits, 1)
    truth = F.one_hot(target, logits.shape[1]).permute(0, 3, 1, 2).float()
    overlap = (probabilities * truth).sum((0, 2, 3))
    dice = (2 * overlap + 1) / (probabilities.sum((0, 2, 3)) + truth.sum((0, 2, 3)) + 1)
    return F.cross_entropy(logits, target) + 1 - dice[1:].mean()


def supervised(logits: list[torch.Tensor], target: torch.Tensor) -> torch.Tensor:
    weights = [0.5**level for level in range(len(logits))]
    losses = [weight * loss_of(each, target[:, :: 2**level, :: 2**level]) for level, (weight, each) in enumerate(zip(weights, logits))]
    return sum(losses) / sum(weights)


class Case:
    """A volume as slices [Z, H, W] at the spacing, standardised, with the grid that it came on."""

    def __init__(self, folder: Path, name: str, axis: str, spacing: float, labels: list[int]):
        image = nibabel.as_closest_canonical(nibabel.load(folder / "images" / name))
        truth = nibabel.as_closest_canonical(nibabel.load(folder / "labels" / name))
        order = AXES[axis]
        voxels = np.transpose(np.asarray(image.dataobj, np.float32), order)
        self.truth = np.transpose(np.asarray(truth.dataobj).astype(np.uint8), order)
        zooms = np.array(image.header.get_zooms()[:3])[list(order)]
        self.factor = (1, zooms[1] / spacing, zooms[2] / spacing)
        low, high = np.percentile(voxels, [1, 99])
        voxels = np.clip(voxels, low, high)
        voxels = (voxels - voxels.mean()) / (voxels.std() or 1)
        self.pixels = torch.from_numpy(zoom(voxels, self.factor, order=1)).float()
        classes = np.zeros_like(self.truth)
        for index, label in enumerate(labels):
            classes[self.truth == label] = index + 1
        self.classes = torch.from_numpy(zoom(classes, self.factor, order=0)).long()
        self.foreground = torch.nonzero(self.classes)


def window_of(case: Case, side: int, centre: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    """A window of twice the side, so that turned and shrunk ones have something to show at their corners."""
    depth, height, width = case.pixels.shape
    if centre is None:
        centre = torch.stack([torch.randint(each, ()) for each in (depth, height, width)])
    else:
        centre = centre + torch.tensor([0, *torch.randint(-side // 4, side // 4 + 1, (2,))])
    z = int(centre[0])
    half = side // 2
    row, column = (int(min(max(int(at), min(half, size - half)), max(half, size - half))) for at, size in zip(centre[1:], (height, width)))
    pad = [max(0, side - column), max(0, column + side - width), max(0, side - row), max(0, row + side - height)]
    rows = slice(max(0, row - side), row + side)
    columns = slice(max(0, column - side), column + side)
    return F.pad(case.pixels[z, rows, columns], pad), F.pad(case.classes[z, rows, columns], pad)


def augmented(pixels: torch.Tensor, classes: torch.Tensor, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """nnU-Net's transforms with its probabilities: rotation, scale, noise, blur, brightness, contrast, resolution, gamma, mirrors."""
    count = len(pixels)
    chance = lambda share: torch.rand(count) < share
    between = lambda low, high: low + (high - low) * torch.rand(count)
    angle = torch.where(chance(0.2), between(-math.pi, math.pi) / 2, torch.zeros(count))
    scale = torch.where(chance(0.2), between(0.7, 1.4), torch.ones(count))
    mirror = torch.where(torch.rand(count, 2) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle) * scale / 2, torch.sin(angle) * scale / 2
    rows = torch.stack([cosine * mirror[:, 0], -sine * mirror[:, 1], torch.zeros(count)], 1)
    columns = torch.stack([sine * mirror[:, 0], cosine * mirror[:, 1], torch.zeros(count)], 1)
    grid = F.affine_grid(torch.stack([rows, columns], 1), [count, 1, side, side], align_corners=False)
    x = F.grid_sample(pixels[:, None], grid, align_corners=False)
    y = F.grid_sample(classes[:, None].float(), grid, mode="nearest", align_corners=False)[:, 0].long()
    column = lambda values: values[:, None, None, None]
    x = x + column(torch.where(chance(0.1), between(0, 0.1).sqrt(), torch.zeros(count))) * torch.randn_like(x)
    for index in torch.nonzero(chance(0.1))[:, 0]:
        sigma = float(between(0.5, 1.0)[0])
        taps = torch.exp(-torch.arange(-3, 4) ** 2 / (2 * sigma**2))
        taps = taps / taps.sum()
        x[index : index + 1] = F.conv2d(F.conv2d(x[index : index + 1], taps.view(1, 1, 1, 7), padding=(0, 3)), taps.view(1, 1, 7, 1), padding=(3, 0))
    x = x * column(torch.where(chance(0.15), between(0.75, 1.25), torch.ones(count)))
    mean = x.mean((2, 3), keepdim=True)
    x = (x - mean) * column(torch.where(chance(0.15), between(0.75, 1.25), torch.ones(count))) + mean
    for index in torch.nonzero(chance(0.125))[:, 0]:
        small = max(4, int(side * float(between(0.5, 1.0)[0])))
        x[index : index + 1] = F.interpolate(F.interpolate(x[index : index + 1], (small, small)), (side, side), mode="bilinear")
    low, high = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
    unit = ((x - low) / (high - low + 1e-6)).clamp(0, 1)
    gamma = column(torch.where(chance(0.3), between(0.7, 1.5), torch.ones(count)))
    return unit**gamma * (high - low) + low, y


def predict(model: UNet, case: Case, side: int, classes: int) -> np.ndarray:
    """Classes on the volume's own grid, by Gaussian-weighted windows that overlap by half."""
    depth, height, width = case.pixels.shape
    pad = [0, max(0, side - width), 0, max(0, side - height)]
    pixels = F.pad(case.pixels, pad)
    starts = lambda size: np.linspace(0, size - side, max(1, math.ceil((size - side) / (side / 2)) + 1)).round().astype(int)
    line = torch.exp(-((torch.arange(side) - (side - 1) / 2) ** 2) / (2 * (side / 8) ** 2))
    weight = (line[:, None] * line[None]).clamp_min(1e-4)
    sums = torch.zeros(depth, classes, *pixels.shape[1:])
    with torch.no_grad():
        for row in starts(pixels.shape[1]):
            for column in starts(pixels.shape[2]):
                for z in range(0, depth, 16):
                    part = pixels[z : z + 16, row : row + side, column : column + side][:, None]
                    sums[z : z + 16, :, row : row + side, column : column + side] += F.softmax(model(part)[0], 1) * weight
    sums = sums[:, :, :height, :width]
    return F.interpolate(sums, case.truth.shape[1:], mode="bilinear").argmax(1).numpy()


def dice_of(predicted: np.ndarray, truth: np.ndarray) -> float | None:
    both = predicted.sum() + truth.sum()
    return None if both == 0 else float(2 * (predicted & truth).sum() / both)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--train", required=True, help="file names, by commas")
    parser.add_argument("--test", required=True)
    parser.add_argument("--labels", default="1,2")
    parser.add_argument("--axis", choices=list(AXES), default="coronal")
    parser.add_argument("--spacing", type=float, default=1, help="mm, in plane")
    parser.add_argument("--window", type=int, default=48)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60, help="of training")
    parser.add_argument("--optimiser", choices=["sgd", "adam"], default="adam")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    labels = [int(label) for label in options.labels.split(",")]
    read = lambda names: [Case(options.data, name, options.axis, options.spacing, labels) for name in names.split(",")]
    learning, held_out = read(options.train), read(options.test)
    model = UNet(options.width, len(labels) + 1)
    sgd = options.optimiser == "sgd"
    rate = 0.01 if sgd else 1e-3
    optimiser = (
        torch.optim.SGD(model.parameters(), rate, momentum=0.99, nesterov=True, weight_decay=3e-5)
        if sgd
        else torch.optim.Adam(model.parameters(), rate)
    )
    begun = time.perf_counter()
    steps = 0
    while (share := (time.perf_counter() - begun) / options.seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - share) ** 0.9
        windows = []
        for index in range(options.batch):
            case = learning[int(torch.randint(len(learning), ()))]
            labelled = index < FOREGROUND * options.batch and len(case.foreground) > 0
            centre = case.foreground[int(torch.randint(len(case.foreground), ()))] if labelled else None
            windows.append(window_of(case, options.window, centre))
        pixels, classes = augmented(*(torch.stack(each) for each in zip(*windows)), options.window)
        loss = supervised(model(pixels), classes)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 12)
        optimiser.step()
        steps += 1
    seconds = time.perf_counter() - begun
    model.eval()
    rows = []
    for case in held_out:
        predicted = predict(model, case, options.window, len(labels) + 1)
        rows.append([dice_of(predicted == index + 1, case.truth == label) for index, label in enumerate(labels)])
    scored = lambda index: [row[index] for row in rows if row[index] is not None]
    means = [float(np.mean(scored(index))) for index in range(len(labels))]
    print(json.dumps({"dice": float(np.mean(means)), "perLabel": means, "volumes": rows, "steps": steps, "seconds": seconds}))


if __name__ == "__main__":
    main()
