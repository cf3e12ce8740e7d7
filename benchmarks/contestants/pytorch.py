"""PyTorch, eager and compiled, with the same layer sizes."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from contestants.case import DENSE, DROPOUT, FILTERS, HIDDEN, LEARNING_RATE, RESIDUAL_FILTERS, Case, Model


def eager(case: Case) -> Callable[[int], None]:
    """Train in eager mode."""
    return _prepare(case, compiled=False)


def compiled(case: Case) -> Callable[[int], None]:
    """Train with ``torch.compile``."""
    return _prepare(case, compiled=True)


def _prepare(case: Case, *, compiled: bool) -> Callable[[int], None]:
    torch.manual_seed(0)
    model = _network(case.model)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    loss_function = nn.CrossEntropyLoss()
    images, labels = (torch.from_numpy(array) for array in case.data())
    images = images.permute(0, 3, 1, 2).contiguous()
    bfloat16 = case.precision == "mixed_bfloat16"
    run: Any = torch.compile(model) if compiled else model

    def train(count: int) -> None:
        correct = torch.zeros((), dtype=torch.int64)
        for _ in range(count):
            for batch in torch.randperm(case.images).split(case.batch_size):
                x, y = images[batch].float() / 255, labels[batch]
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
                    logits = run(x)
                loss = loss_function(logits.float(), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                correct += (logits.argmax(1) == y).sum()
        int(correct)

    return train


def _network(model: Model) -> nn.Module:
    side = 28 // 2 ** len(FILTERS)
    if model == "mlp":
        units = (28 * 28, *HIDDEN)
        hidden = [layer for i, o in pairwise(units) for layer in (nn.Linear(i, o), nn.ReLU())]
        return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(HIDDEN[-1], 10))
    if model == "resnet":
        blocks = [_Residual(i, o) for i, o in zip((16, 16, 32), RESIDUAL_FILTERS, strict=True)]
        pooling = (nn.AdaptiveAvgPool2d(1), nn.Flatten())
        return nn.Sequential(*_normalized(1, RESIDUAL_FILTERS[0]), *blocks, *pooling, nn.Linear(64, 10))
    block = {"cnn": _plain, "cnn_bn": _normalized}[model]
    channels = (1, *FILTERS)
    layers: list[nn.Module] = []
    for i, o in zip(channels, FILTERS, strict=False):
        layers += [*block(i, o), nn.MaxPool2d(2)]
    layers += [nn.Flatten(), nn.Linear(FILTERS[-1] * side * side, DENSE), nn.ReLU()]
    if model == "cnn_bn":
        layers.append(nn.Dropout(DROPOUT))
    return nn.Sequential(*layers, nn.Linear(DENSE, 10))


def _plain(channels: int, filters: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]


def _normalized(channels: int, filters: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]


class _Residual(nn.Module):
    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        stride = 1 if channels == filters else 2
        self.first = nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)
        self.second = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(filters), nn.BatchNorm2d(filters)])
        projection = nn.Sequential(
            nn.Conv2d(channels, filters, 1, stride=2, bias=False), nn.BatchNorm2d(filters)
        )
        self.shortcut = nn.Identity() if stride == 1 else projection

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu(self.norms[0](self.first(x)))
        return torch.relu(self.norms[1](self.second(y)) + self.shortcut(x))
