#!/usr/bin/env python3
"""Export a ViT, DeiT or Swin of timm to ONNX, as BitLog2 Workbench likes it.

The graph has one input `pixel_values` [batch, 3, H, W], one output `logits` [batch, classes], a dynamic batch axis and
unfused attention (MatMul, Softmax, MatMul), because the attention map is what the workbench quantises. The preprocessing
that belongs to the weights is stored in the file's metadata as `bitlog2.preprocess`.

Every export is run by ONNX Runtime and compared with PyTorch before the program ends; a mismatch is an error.
"""

import argparse
import contextlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch

TOLERANCE = 1e-4
"""Largest accepted difference between a logit of PyTorch and the same logit of ONNX Runtime."""

GOLDEN_IMAGES = 3


def import_timm():
    """Import timm, also where torchvision's own operators do not fit the installed PyTorch.

    timm only needs torchvision's Python parts. torchvision registers fake kernels for two detection operators while it is
    imported and fails if they are unknown, which is the case when its compiled library was built for another PyTorch.
    """
    try:
        import torchvision  # noqa: F401
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        global _torchvision_operators  # the registration lives as long as this object
        _torchvision_operators = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            _torchvision_operators.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import timm

    return timm


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="timm name, with or without a weight tag: deit_tiny_patch16_224.fb_in1k")
    parser.add_argument("--output", required=True, type=Path, help="file to write, *.onnx")
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument("--pretrained", action="store_true", help="weights of timm (downloaded or cached)")
    weights.add_argument("--checkpoint", type=Path, help="a local .safetensors, .pth or .bin of this model")
    weights.add_argument("--random-seed", type=int, help="random weights, for tests: unlike timm's initial ones their attention is not flat")
    parser.add_argument("--exporter", choices=("torchscript", "dynamo"), default="torchscript")
    parser.add_argument("--opset", type=int, default=17, help="ONNX operator set (default 17; dynamo starts at 18)")
    parser.add_argument("--img-size", type=int, help="input side in pixels, if it differs from the model's own")
    parser.add_argument("--model-args", type=json.loads, default={}, metavar="JSON", help='more arguments for timm.create_model: \'{"depths": [2, 2, 2, 2]}\'')
    parser.add_argument("--preprocess", type=json.loads, metavar="JSON", help='stored instead of the model\'s own: \'{"mean": [..], "std": [..], "crop_pct": 0.875, "interpolation": "bicubic"}\'')
    parser.add_argument("--external-data", action="store_true", help="write the weights to OUTPUT.data beside the graph")
    parser.add_argument("--weights", action="store_true", help="also write NAME.safetensors: the same weights by timm's names, which the workbench reads without Python")
    parser.add_argument("--golden", action="store_true", help=f"also write NAME.input.bin ({GOLDEN_IMAGES} fixed inputs) and NAME.logits.json (PyTorch's logits)")
    return parser.parse_args(arguments)


def create_model(options):
    """The model of `options` in evaluation mode, with its weights."""
    timm = import_timm()
    timm.layers.set_fused_attn(False)
    extra = dict(options.model_args)
    if options.img_size is not None:
        extra["img_size"] = options.img_size
    if options.checkpoint is not None:
        extra["checkpoint_path"] = str(options.checkpoint)
    model = timm.create_model(options.model, pretrained=options.pretrained, exportable=True, **extra)
    if options.random_seed is not None:
        randomise(model, options.random_seed)
    return model.eval()


@torch.no_grad()
def randomise(model, seed):
    """Give every parameter a seeded value such that attention differs from row to row and logits are of order 1.

    timm's initial weights (standard deviation 0.02, biases 0, norms 1) make attention nearly uniform and hide mistakes in
    biases and norms.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if name.endswith("relative_position_bias_table"):
            noise.mul_(0.5)
        elif name.endswith(("pos_embed", "cls_token", "dist_token", "reg_token")):
            noise.mul_(0.3)
        elif parameter.ndim >= 2:
            gain = 1.4 if ".qkv." in name else 0.5 if name.endswith(("proj.weight", "fc2.weight")) and "blocks" in name else 1.0
            noise.mul_(gain / parameter[0].numel() ** 0.5)
        elif "norm" in name and name.endswith("weight"):
            noise.mul_(0.2).add_(1.0)
        else:
            noise.mul_(0.05)
        parameter.copy_(noise)


PUBLISHED_CROP = {f"deit_{size}_patch16_224": 0.875 for size in ("tiny", "small", "base")}
"""The published accuracies were measured with this crop; timm's configuration says 0.9 for DeiT."""


def preprocess_of(model, name):
    """The model's preprocessing as `bitlog2.preprocess` stores it: the published one where there is one, else timm's."""
    config = model.pretrained_cfg
    return {
        "mean": list(config["mean"]),
        "std": list(config["std"]),
        "crop_pct": PUBLISHED_CROP.get(name.split(".")[0], config["crop_pct"]),
        "interpolation": config["interpolation"],
    }


def input_shape_of(model):
    """[3, H, W] the model was built for."""
    height, width = model.patch_embed.img_size
    return [3, height, width]


def golden_input(shape):
    """The fixed pixel tensor [GOLDEN_IMAGES, 3, H, W]: noise, a ramp with noise, and a flat picture."""
    generator = np.random.default_rng(20240229)
    noise = generator.standard_normal((GOLDEN_IMAGES, *shape))
    ramp = np.linspace(-1.5, 1.5, shape[2])[None, None, :] * np.array([1.0, -0.5, 0.25])[:, None, None]
    noise[1] = ramp + 0.1 * noise[1]
    noise[2] = np.array([0.5, -1.0, 1.5])[:, None, None]
    return noise.astype("<f4")


def export(model, options):
    """Write the graph to `options.output`."""
    options.output.parent.mkdir(parents=True, exist_ok=True)
    # Two images: an exporter may treat a batch of one as a constant.
    example = torch.randn(2, *input_shape_of(model), generator=torch.Generator().manual_seed(0))
    common = {"input_names": ["pixel_values"], "output_names": ["logits"], "opset_version": options.opset}
    if options.exporter == "torchscript":
        torch.onnx.export(
            model, (example,), str(options.output), dynamo=False,
            dynamic_axes={"pixel_values": {0: "batch"}, "logits": {0: "batch"}}, **common,
        )
        return
    with contextlib.redirect_stdout(sys.stderr):
        torch.onnx.export(
            model, (example,), str(options.output), dynamo=True, verbose=False,
            dynamic_shapes=({0: torch.export.Dim("batch")},), external_data=options.external_data, **common,
        )


def finish(options, preprocess):
    """Add the metadata, move the weights where the options want them, and return the opset that was really written."""
    external_already = options.exporter == "dynamo" and options.external_data
    graph = onnx.load(options.output, load_external_data=not external_already)
    onnx.helper.set_model_props(graph, {
        **{entry.key: entry.value for entry in graph.metadata_props},
        "bitlog2.preprocess": json.dumps(preprocess),
        "bitlog2.source": f"timm {options.model}",
    })
    if options.external_data and not external_already:
        onnx.save(graph, options.output, save_as_external_data=True, all_tensors_to_one_file=True,
                  location=f"{options.output.name}.data", size_threshold=1024)
    else:
        onnx.save(graph, options.output)
    return next(entry.version for entry in graph.opset_import if entry.domain in ("", "ai.onnx"))


@torch.no_grad()
def verify(model, options):
    """Compare ONNX Runtime with PyTorch, all golden images in one batch and each alone; return (inputs, logits, difference)."""
    import onnxruntime

    inputs = golden_input(input_shape_of(model))
    expected = model(torch.from_numpy(inputs)).numpy()
    session = onnxruntime.InferenceSession(str(options.output), providers=["CPUExecutionProvider"])
    together = session.run(["logits"], {"pixel_values": inputs})[0]
    alone = np.concatenate([session.run(["logits"], {"pixel_values": inputs[i:i + 1]})[0] for i in range(len(inputs))])
    difference = float(max(np.abs(together - expected).max(), np.abs(alone - expected).max()))
    if not difference <= TOLERANCE:
        raise SystemExit(f"{options.output}: logits of ONNX Runtime differ from PyTorch's by {difference:.3g}, more than {TOLERANCE}. Try another --exporter or --opset.")
    return inputs, expected, difference


def write_golden(output, inputs, logits):
    """NAME.input.bin (float32, little-endian, NCHW) and NAME.logits.json beside the model."""
    binary = output.with_suffix(".input.bin")
    binary.write_bytes(inputs.tobytes())
    record = {"input": binary.name, "shape": list(inputs.shape), "logits": [[float(x) for x in row] for row in logits]}
    output.with_suffix(".logits.json").write_text(json.dumps(record) + "\n")


def write_weights(model, options):
    """NAME.safetensors beside the model, as timm's own files are: everything of the state dictionary, by its names."""
    from safetensors.torch import save_file

    state = {name: tensor.detach().clone().contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, str(options.output.with_suffix(".safetensors")), metadata={"format": "pt"})


def main(arguments=None):
    options = parse_arguments(arguments)
    warnings.filterwarnings("ignore")
    model = create_model(options)
    if options.weights:
        write_weights(model, options)
    export(model, options)
    opset = finish(options, options.preprocess or preprocess_of(model, options.model))
    inputs, logits, difference = verify(model, options)
    if options.golden:
        write_golden(options.output, inputs, logits)
    print(f"{options.output}: opset {opset}, largest difference from PyTorch {difference:.2g}, logits' standard deviation {logits.std():.2f}")


if __name__ == "__main__":
    main()
