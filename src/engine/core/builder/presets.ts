/** The seven models of the method's table, by the names that its command line uses. */
import type { Graph } from '../graph/types';
import { swinGraph, type SwinOptions } from './build-swin';
import { vitGraph, type VitOptions } from './build-vit';
import { randomWeights, type WeightSource } from './weight-source';

export type Preset = { readonly family: 'vit'; readonly options: VitOptions } | { readonly family: 'swin'; readonly options: SwinOptions };

const vit = (dim: number, heads: number): Preset => ({ family: 'vit', options: { image: 224, patch: 16, dim, depth: 12, heads, mlpRatio: 4, classes: 1000 } });
const swin = (depths: readonly number[]): Preset => ({ family: 'swin', options: { image: 224, patch: 4, dim: 96, depths, heads: [3, 6, 12, 24], window: 7, mlpRatio: 4, classes: 1000 } });

export const presets = {
  vit_small: vit(384, 6),
  vit_base: vit(768, 12),
  deit_tiny: vit(192, 3),
  deit_small: vit(384, 6),
  deit_base: vit(768, 12),
  swin_tiny: swin([2, 2, 6, 2]),
  swin_small: swin([2, 2, 18, 2]),
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;
export const presetNames = ['vit_small', 'vit_base', 'deit_tiny', 'deit_small', 'deit_base', 'swin_tiny', 'swin_small'] as const satisfies readonly PresetName[];

/** One of the seven with random weights; ViT-B takes a second. */
export function buildPreset(name: PresetName, seed: number): Graph {
  return presetGraph(presets[name], randomWeights(seed));
}

/** A network of either family with parameters from `weights`. */
export function presetGraph(preset: Preset, weights: WeightSource): Graph {
  switch (preset.family) {
    case 'vit': return vitGraph(preset.options, weights);
    case 'swin': return swinGraph(preset.options, weights);
  }
}
