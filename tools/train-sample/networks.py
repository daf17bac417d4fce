"""The two sample networks, built from timm's classes so that their ONNX nodes are named like those of the big models."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "export-timm"))
from export_timm import import_timm  # noqa: E402

from pictures import CLASSES, SIDE  # noqa: E402

PREPROCESS = {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "crop_pct": 1.0, "interpolation": "bicubic"}
"""With crop_pct 1 a 56x56 picture reaches the network without being resized."""


def fashion_vit():
    """14x14 patches of 4x4 pixels and a class token: 197 tokens, as a ViT or DeiT at 224 pixels has."""
    from timm.models.vision_transformer import VisionTransformer

    return VisionTransformer(img_size=SIDE, patch_size=4, embed_dim=64, depth=4, num_heads=4, mlp_ratio=2, num_classes=len(CLASSES))


def fashion_swin():
    """14x14 patches in windows of 7x7, shifted in every second block, then one downsampling to 7x7."""
    from timm.models.swin_transformer import SwinTransformer

    return SwinTransformer(
        img_size=SIDE, patch_size=4, window_size=7, embed_dim=48, depths=(2, 2), num_heads=(3, 6), mlp_ratio=2,
        num_classes=len(CLASSES), drop_path_rate=0.0,
    )


NETWORKS = {"fashion_vit": fashion_vit, "fashion_swin": fashion_swin}


def create(name, fused_attention):
    """The network `name` with timm's initial weights. Training wants fused attention for speed, export must not have it."""
    timm = import_timm()
    timm.layers.set_fused_attn(fused_attention)
    return NETWORKS[name]()
