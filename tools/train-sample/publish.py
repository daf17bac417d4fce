#!/usr/bin/env python3
"""Make the sample project's committed files: pictures, ONNX models with their metadata, model cards. See README.md."""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

import networks
import pictures
import train
from export_timm import TOLERANCE

RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "sample"
DATA = "/usr/share/datasets/fashion-mnist"

CARD = """# {name}

A small {kind} trained on Fashion-MNIST for the sample project of BitLog2 Workbench. It exists so that the workbench has a real network to
quantise from the first start on; it is not meant for anything else.

| | |
|---|---|
| Input | `pixel_values` [batch, 3, 56, 56], RGB, `(value / 255 - 0.5) / 0.5`; a 56x56 picture is not resized |
| Output | `logits` [batch, 10], classes in alphabetical order: {classes} |
| Architecture | {architecture} |
| Parameters | {parameters:,} |
| Top-1 in FP32, the sample's 1,000 validation pictures | {top1_sample:.1f} % |
| Top-1 in FP32, all 10,000 test pictures | {top1_all:.2f} % |
| File | ONNX, opset 17, dynamic batch, attention as MatMul, Softmax, MatMul |

## Data

Fashion-MNIST (Zalando SE, MIT licence, see `../LICENSE-fashion-mnist`): 60,000 training and 10,000 test pictures of 28x28 grey pixels, enlarged to
56x56 (Pillow, bicubic) and coloured by one fixed ramp whose three channels differ, so that swapped channels show in the accuracy. Training saw the
training set only; accuracy on the test set was watched while its length was decided.

## Recipe

`tools/train-sample/train.py {name}`, seed {seed}: {recipe}
AdamW (weight decay 0.05 on matrices), batch 128, pictures mirrored at random, loss 0.4 cross entropy + 0.6 divergence (temperature 2) from the
answers of a small convolutional network trained first by the same script. To make it again: `tools/train-sample/README.md`. Another processor or PyTorch gives slightly other weights.
"""

DESCRIPTIONS = {
    "fashion_vit": {
        "kind": "vision transformer",
        "architecture": "timm `VisionTransformer`: patch 4, 14x14 patches and a class token (197 tokens), width 64, 4 blocks, 4 heads, MLP ratio 2",
    },
    "fashion_swin": {
        "kind": "Swin transformer",
        "architecture": "timm `SwinTransformer`: patch 4, windows of 7x7, stages of 2 blocks (14x14 tokens, the second block shifted; then 7x7), width 48 then 96, 3 then 6 heads, MLP ratio 2",
    },
}


def describe_recipe(name, done):
    """The first `done` parts of the recipe, those that the checkpoint has been through, in words."""
    recipe = train.RECIPES[name]
    parts = recipe.parts[:done]
    runs = []
    for steps, hidden in parts:
        if runs and runs[-1][1] == hidden:
            runs[-1][0] += steps
        else:
            runs.append([steps, hidden])
    seen = [f"{steps / train.EPOCH:.3g} epochs on " + (f"a random {100 * (1 - hidden):.0f} % of the patches" if hidden else "all patches") for steps, hidden in runs]
    end = sum(steps for steps, _ in parts) / train.EPOCH
    corners = [(epoch, rate) for epoch, rate in recipe.rates if epoch < end - 0.01] + [(end, train.learning_rate(recipe, end))]
    rates = ", ".join(f"{rate:.3g} at {epoch:.3g}" for epoch, rate in corners)
    unfinished = "" if done == len(recipe.parts) else f" (the first {done} of the {len(recipe.parts)} parts of the recipe in `train.py`)"
    return f"{', then '.join(seen)}{unfinished}; learning rate (straight between epochs) {rates};"


def export(name, model, output):
    """Write `model` as ONNX with the metadata the workbench reads."""
    output.parent.mkdir(parents=True, exist_ok=True)
    example = torch.randn(2, 3, pictures.SIDE, pictures.SIDE, generator=torch.Generator().manual_seed(0))
    torch.onnx.export(
        model, (example,), str(output), dynamo=False, opset_version=17, input_names=["pixel_values"], output_names=["logits"],
        dynamic_axes={"pixel_values": {0: "batch"}, "logits": {0: "batch"}},
    )
    graph = onnx.load(output)
    onnx.helper.set_model_props(graph, {
        "bitlog2.preprocess": json.dumps(networks.PREPROCESS),
        "bitlog2.classes": json.dumps(pictures.CLASSES),
        "bitlog2.source": f"tools/train-sample, {name}",
    })
    onnx.save(graph, output)


@torch.no_grad()
def evaluate(model, output, data):
    """Predicted classes [n] of the exported file for all test pictures; the file must agree with PyTorch."""
    session = onnxruntime.InferenceSession(str(output), providers=["CPUExecutionProvider"])
    predicted = []
    for part in torch.arange(len(data.classes)).split(100):
        pixels = data.pixels(part, torch.zeros(len(part), dtype=torch.bool))
        logits = session.run(["logits"], {"pixel_values": pixels.contiguous().numpy()})[0]
        if part[0] == 0:
            difference = np.abs(model(pixels).numpy() - logits).max()
            if not difference <= TOLERANCE:
                raise SystemExit(f"{output}: logits of ONNX Runtime differ from PyTorch's by {difference:.3g}, more than {TOLERANCE}")
        predicted.append(logits.argmax(1))
    return np.concatenate(predicted)


def publish(name, options, data):
    """Export the checkpoint of `name` and write its card with accuracies measured on the exported file."""
    model = networks.create(name, fused_attention=False)
    seed, done = options.seed, 0
    if options.work is not None:
        state = torch.load(options.work / f"{name}.pth")
        model.load_state_dict(state["model"])
        seed, done = state["seed"], state["parts"]
    model.eval()
    output = options.output / "models" / f"{name}.onnx"
    export(name, model, output)
    right = evaluate(model, output, data) == data.classes.numpy()
    shown = pictures.validation_indices(data.classes.numpy())
    figures = {"top1_sample": 100 * right[shown].mean(), "top1_all": 100 * right.mean()}
    output.with_suffix(".md").write_text(CARD.format(
        name=name, classes=", ".join(f"`{label}`" for label in pictures.CLASSES), seed=seed, recipe=describe_recipe(name, done),
        parameters=sum(p.numel() for p in model.parameters()), **figures, **DESCRIPTIONS[name],
    ))
    print(f"{output}: top-1 {figures['top1_sample']:.1f} % of 1,000, {figures['top1_all']:.2f} % of 10,000")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="+", choices=["images", *networks.NETWORKS])
    parser.add_argument("--data", default=DATA, help="folder of the four .gz files (Debian: dataset-fashion-mnist)")
    parser.add_argument("--work", type=Path, help="folder of train.py's checkpoints; without it the networks get timm's initial weights")
    parser.add_argument("--output", type=Path, default=RESOURCES, help="the sample's folder (default: resources/sample)")
    parser.add_argument("--seed", type=int, default=pictures.SEED)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    if "images" in options.what:
        pictures.write_pictures(options.data, options.output / "images")
    wanted = [name for name in networks.NETWORKS if name in options.what]
    if wanted:
        data = train.Data(options.data, "t10k")
        for name in wanted:
            publish(name, options, data)


if __name__ == "__main__":
    main()
