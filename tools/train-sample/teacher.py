"""A small convolutional network whose answers the sample networks learn from beside the labels.

A transformer that sees Fashion-MNIST for a few epochs only, which is what two CPU cores allow, learns much faster from the
soft answers of a network that already knows the classes than from the labels alone (distillation, as DeiT does it).
"""

import torch
from torch import nn
from torch.nn import functional

EPOCHS = 3
BATCH = 128


def convolution(inputs, outputs, stride):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def network(classes):
    return nn.Sequential(
        nn.AvgPool2d(2), convolution(3, 32, 1), convolution(32, 64, 2), convolution(64, 96, 2), convolution(96, 96, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, classes),
    )


def train(pixels, classes, count, seed, log):
    """The trained teacher. `pixels(indices, flipped)` gives [n, 3, 56, 56]; `classes` [60000]; `count` classes."""
    torch.manual_seed(seed)
    model = network(count)
    steps = EPOCHS * (len(classes) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps, pct_start=0.2)
    for epoch in range(EPOCHS):
        order = torch.randperm(len(classes))
        for step in range(len(classes) // BATCH):
            indices = order[step * BATCH:(step + 1) * BATCH]
            loss = functional.cross_entropy(model(pixels(indices, torch.rand(BATCH) < 0.5)), classes[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        log(f"teacher epoch {epoch + 1}: loss {loss.item():.3f}")
    return model.eval()


@torch.no_grad()
def answers(model, pixels, number):
    """[2, number, classes] logits of all training pictures as they are and flipped."""
    rows = []
    for flip in (False, True):
        parts = torch.arange(number).split(500)
        rows.append(torch.cat([model(pixels(part, torch.full((len(part),), flip))) for part in parts]))
    return torch.stack(rows)
