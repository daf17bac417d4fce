#!/usr/bin/env python3
"""Train a network of the sample project on Fashion-MNIST. See README.md; publish.py makes the committed files of the result."""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import networks
import pictures
import teacher

BATCH = 128
WEIGHT_DECAY = 0.05
TEACHER_SHARE = 0.6
TEMPERATURE = 2.0

EPOCH = 60_000 // BATCH
"""Steps in an epoch."""


@dataclass(frozen=True)
class Recipe:
    """What a network is trained with.

    `parts`: per part its number of steps and the share of patches that the ViT does not see in it. Patch dropout makes steps
    cheap: a quarter of the tokens costs a quarter. In the last part it sees all of them, because so it will be used.
    `rates`: corners of the learning rate, as (epoch, rate); straight between them.
    """

    parts: list[tuple[int, float]]
    rates: list[tuple[float, float]]


RECIPES = {
    "fashion_vit": Recipe(
        [(EPOCH, 0.75)] * 4 + [(300, 0.0), (EPOCH, 0.5), (EPOCH, 0.5), (300, 0.0), (EPOCH, 0.5), (400, 0.0)],
        [(0, 0), (0.48, 2e-3), (2, 1.596e-3), (3, 1.13e-3), (4.641, 0), (4.75, 1.3e-3), (6 + 600 / EPOCH, 0), (7.4, 1.2e-3), (7 + 1000 / EPOCH, 0)],
    ),
    "fashion_swin": Recipe(
        [(EPOCH, 0.0)] * 4 + [(200, 0.0)] + [(EPOCH, 0.0)] * 8,
        [(0, 0), (0.3, 2e-3), (1, 1.702e-3), (3, 0), (3.1, 1.8e-3), (4, 1.241e-3), (4 + 200 / EPOCH, 0), (4.6, 1.5e-3), (7 + 200 / EPOCH, 0), (7.6, 1.2e-3), (10 + 200 / EPOCH, 0), (10.55, 1e-3), (12 + 200 / EPOCH, 0)],
    ),
}


class Data:
    """Fashion-MNIST in memory: grey pictures, coloured and normalised when they are asked for."""

    def __init__(self, folder, split):
        grey, classes = pictures.load(folder, split)
        self.grey = torch.from_numpy(grey)
        self.classes = torch.from_numpy(classes)
        mean, std = (torch.tensor(networks.PREPROCESS[key]) for key in ("mean", "std"))
        self.colours = (torch.from_numpy(pictures.ramp()) / 255 - mean) / std

    def pixels(self, indices, flipped):
        """Network inputs [n, 3, 56, 56] of the pictures at `indices`, mirrored where `flipped`."""
        grey = self.grey[indices]
        grey = torch.where(flipped[:, None, None], grey.flip(2), grey)
        return self.colours[grey.int()].permute(0, 3, 1, 2)


@torch.no_grad()
def accuracy(model, data, indices):
    """Top-1 in percent on the pictures at `indices`."""
    model.eval()
    right = 0
    for part in torch.as_tensor(indices).split(100):
        answer = model(data.pixels(part, torch.zeros(len(part), dtype=torch.bool))).argmax(1)
        right += (answer == data.classes[part]).sum().item()
    return 100 * right / len(indices)


def set_patch_dropout(model, share):
    from timm.layers import PatchDropout

    model.patch_drop = PatchDropout(share) if share > 0 else torch.nn.Identity()


def learning_rate(recipe, epoch):
    """The rate at `epoch`, counted from 0 with fractions."""
    return float(np.interp(epoch, *zip(*recipe.rates)))


def parameter_groups(model):
    """Weight decay for matrices only."""
    matrices = [p for p in model.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if p.ndim != 2]
    return [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]


def taught_loss(logits, classes, soft):
    """Cross entropy with the labels and divergence from the teacher's softened answers."""
    log_answer = functional.log_softmax(logits / TEMPERATURE, 1)
    taught = functional.kl_div(log_answer, functional.softmax(soft / TEMPERATURE, 1), reduction="batchmean")
    return (1 - TEACHER_SHARE) * functional.cross_entropy(logits, classes) + TEACHER_SHARE * TEMPERATURE ** 2 * taught


def train(name, data, soft, work, seed, check, log):
    """Train network `name` by its recipe, writing WORK/NAME.pth after each part and continuing from it if it is there."""
    torch.manual_seed(seed)
    model = networks.create(name, fused_attention=True)
    optimizer = torch.optim.AdamW(parameter_groups(model), betas=(0.9, 0.98))
    recipe = RECIPES[name]
    saved = work / f"{name}.pth"
    first = 0
    if saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["parts"]
    for part, (steps, hidden) in list(enumerate(recipe.parts))[first:]:
        title = f"{name} part {part + 1}/{len(recipe.parts)}"
        torch.manual_seed(seed * 1000 + part)  # so that a continued training is the same training
        if hasattr(model, "patch_drop"):
            set_patch_dropout(model, hidden)
        model.train()
        order = torch.randperm(len(data.classes))
        done = sum(count for count, _ in recipe.parts[:part])
        started = time.time()
        for step in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(recipe, (done + step + 0.5) / EPOCH)
            indices = order[step * BATCH:(step + 1) * BATCH]
            flipped = torch.rand(BATCH) < 0.5
            logits = model(data.pixels(indices, flipped))
            loss = taught_loss(logits, data.classes[indices], soft[flipped.long(), indices])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if step % 50 == 0:
                log(f"{title} step {step}/{steps} loss {loss.item():.3f} {time.time() - started:.0f} s")
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "parts": part + 1, "seed": seed}, saved)
        log(f"{title}: {check(model):.1f} % of the sample's validation pictures")
    return model


def teacher_answers(data, work, seed, check, log):
    """The teacher's logits for the training set, computed once and kept in WORK/teacher.pt."""
    saved = work / "teacher.pt"
    if not saved.exists():
        model = teacher.train(data.pixels, data.classes, len(pictures.CLASSES), seed, log)
        log(f"teacher: {check(model):.1f} % of the sample's validation pictures")
        torch.save(teacher.answers(model, data.pixels, len(data.classes)), saved)
    return torch.load(saved)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(RECIPES))
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="folder of the four .gz files (Debian: dataset-fashion-mnist)")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints; a stopped training continues from it")
    parser.add_argument("--seed", type=int, default=pictures.SEED)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)

    def log(line):
        print(time.strftime("%H:%M:%S"), line, flush=True)

    data, test = Data(options.data, "train"), Data(options.data, "t10k")
    shown = pictures.validation_indices(test.classes.numpy())

    def check(model):
        return accuracy(model, test, shown)

    soft = teacher_answers(data, options.work, options.seed, check, log)
    model = train(options.network, data, soft, options.work, options.seed, check, log)
    log(f"{options.network}: {accuracy(model, test, range(len(test.classes))):.2f} % of all 10,000 test pictures")


if __name__ == "__main__":
    main()
