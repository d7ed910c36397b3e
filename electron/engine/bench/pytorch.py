"""The two steps of `isocenter bench` in PyTorch: same network, losses, optimiser and sizes; prints JSON.

    pip install torch==2.13.0
    python electron/engine/bench/pytorch.py --threads 2

It takes what is fastest for PyTorch of its two memory layouts, unless --layout names one.
"""

import argparse
import json
import platform
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

LEVELS = 5
GROUPS = 4
CLASSES = 3
FEATURES = 512
FEATURE_LENGTH = 128
PARTITIONS = 4
WARM_UP = 3  # seconds


def block(inputs: int, outputs: int) -> nn.Sequential:
    def convolution(inputs: int) -> list[nn.Module]:
        norm = nn.GroupNorm(GROUPS, outputs)
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), norm, nn.LeakyReLU(0.01, inplace=True)]

    return nn.Sequential(*convolution(inputs), *convolution(outputs))


class Encoder(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        channels = [width * 2**level for level in range(LEVELS)]
        self.blocks = nn.ModuleList(block(inputs, outputs) for inputs, outputs in zip([1, *channels], channels))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        levels = []
        for level, convolve in enumerate(self.blocks):
            x = convolve(x if level == 0 else F.max_pool2d(x, 2))
            levels.append(x)
        return levels


class Contrast(nn.Module):
    """Encoder, projection and the contrastive loss against given features."""

    def __init__(self, width: int, batch: int):
        super().__init__()
        deepest = width * 2 ** (LEVELS - 1)
        self.encoder = Encoder(width)
        self.projection = nn.Sequential(nn.Linear(deepest, deepest), nn.ReLU(), nn.Linear(deepest, FEATURE_LENGTH))
        partitions = torch.arange(FEATURES) % PARTITIONS
        positive = partitions[:batch, None] == partitions[None, :]
        local = torch.arange(FEATURES)[None, :] < FEATURES // 2
        self.register_buffer("features", F.normalize(torch.randn(FEATURES, FEATURE_LENGTH), dim=1))
        self.register_buffer("excluded", torch.where(positive, -1e9, 0.0))
        shares = [(positive & side).float() for side in (local, ~local)]
        self.register_buffer("shares", sum(share / share.sum(1, keepdim=True) for share in shares))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        anchors = F.normalize(self.projection(self.encoder(x)[-1].mean((2, 3))), dim=1)
        similarities = anchors @ self.features.T / 0.1
        negatives = torch.logsumexp(similarities + self.excluded, 1, keepdim=True)
        return (F.softplus(negatives - similarities) * self.shares).sum(1).mean()


class Segmenter(nn.Module):
    """The whole U-Net with cross-entropy, half over pixels and half over classes, and soft Dice."""

    def __init__(self, width: int, batch: int, size: int):
        super().__init__()
        channels = [width * 2**level for level in range(LEVELS)]
        self.encoder = Encoder(width)
        self.ups = nn.ModuleList(nn.Conv2d(2 * each, each, 1, bias=False) for each in channels[:-1])
        self.blocks = nn.ModuleList(block(2 * each, each) for each in channels[:-1])
        self.head = nn.Conv2d(width, CLASSES, 1)
        self.register_buffer("classes", (torch.arange(batch * size * size) // 7 % CLASSES).reshape(batch, size, size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        levels = self.encoder(x)
        x = levels.pop()
        for up, convolve in zip(reversed(self.ups), reversed(self.blocks)):
            x = convolve(torch.cat([F.interpolate(up(x), scale_factor=2, mode="nearest"), levels.pop()], 1))
        logits = self.head(x)
        counts = torch.bincount(self.classes.flatten(), minlength=CLASSES).float()
        weights = (1 / self.classes.numel() + 1 / (counts * CLASSES)) / 2
        cross_entropy = F.cross_entropy(logits, self.classes, weight=weights, reduction="sum")
        probabilities = F.softmax(logits, 1)
        target = F.one_hot(self.classes, CLASSES).permute(0, 3, 1, 2)
        overlap = (probabilities * target).sum((0, 2, 3))
        dice = (2 * overlap + 1) / (probabilities.sum((0, 2, 3)) + counts + 1)
        return cross_entropy + 1 - dice[1:].mean()


def measure(model: nn.Module, options: argparse.Namespace, channels_last: bool) -> list[float]:
    """Milliseconds of each step after the warm-up."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = model.to(options.device, memory_format=layout)
    slices = torch.randn(options.batch, 1, options.size, options.size, device=options.device).to(memory_format=layout)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    times = []
    start = time.perf_counter()
    first = True
    while len(times) < options.repeats:
        begin = time.perf_counter()
        warm = not first and begin - start >= WARM_UP
        first = False
        optimiser.zero_grad(set_to_none=True)
        loss = model(slices)
        loss.backward()
        optimiser.step()
        loss.item()  # waits for a GPU
        if options.device == "cuda":
            torch.cuda.synchronize()
        if warm:
            times.append(1000 * (time.perf_counter() - begin))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=32, help="slices a step")
    parser.add_argument("--size", type=int, default=48, help="pixels a side")
    parser.add_argument("--width", type=int, default=16, help="channels of the first level")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda", "best"], default="cpu", help="best: cuda where there is one")
    parser.add_argument("--layout", choices=["first", "last", "best"], default="best", help="where channels stand")
    options = parser.parse_args()
    if options.device == "best":
        options.device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    layouts = {"first": [False], "last": [True], "best": [False, True]}[options.layout]
    makers = {
        "encoder": lambda: Contrast(options.width, options.batch),
        "unet": lambda: Segmenter(options.width, options.batch, options.size),
    }
    steps = []
    for name, make in makers.items():
        runs = [(measure(make(), options, channels_last), channels_last) for channels_last in layouts]
        times, channels_last = min(runs, key=lambda run: statistics.median(run[0]))
        layout = "channels last" if channels_last else "channels first"
        median = statistics.median(times)
        steps.append({"name": name, "ms": median, "min": min(times), "max": max(times), "layout": layout})
    machine = {"cpu": platform.processor(), "threads": options.threads, "torch": torch.__version__}
    if options.device == "cuda":
        machine["card"] = torch.cuda.get_device_name()
    print(json.dumps({"engine": f"pytorch {options.device}", "machine": machine, "steps": steps}, indent=2))


if __name__ == "__main__":
    main()
