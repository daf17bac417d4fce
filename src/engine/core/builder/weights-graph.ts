/** A network built from a file of weights: the architecture is read off names and shapes, so that no Python is needed. */
import { fail } from '../../../shared/failure';
import type { Graph, Tensor } from '../graph/types';
import { elementCount } from '../onnx/element-types';
import type { Safetensors, StoredTensor, TensorHead } from '../safetensors/read-safetensors';
import { floatTypes, toFloat32 } from '../safetensors/to-float';
import type { SwinOptions } from './build-swin';
import type { VitOptions } from './build-vit';
import { presetGraph, type Preset } from './presets';
import { findLayout, type LayoutFound } from './weight-layouts';

/** What a `config.json` beside the weights adds; everything that it leaves out is read off the weights. */
export interface WeightsConfig {
  readonly heads?: number | undefined;
  readonly image?: number | undefined;
  readonly epsilon?: number | undefined;
}

export interface BuiltFromWeights {
  readonly graph: Graph;
  /** What was taken for what, one sentence each. */
  readonly notes: readonly string[];
}

/** timm's and Hugging Face's ViTs and DeiTs in use have heads of 64 channels. */
const headChannels = 64;
/** A Swin divides its picture by this in all, in steps of patch and mergings, and ends with one window. */
const swinStride = 32;
/** Kept in files for the framework's own use: they follow from the sizes, or (the pooler) no class comes of them. */
export const derived = /(relative_position_index|attn_mask|^(vit|deit|swin)\.pooler\.dense\.(weight|bias))$/;

/**
 * @param file for messages
 * @throws EngineError 'model-unsupported' or 'model-unreadable', naming every parameter that is missing, of another shape, or not understood
 */
export function graphFromWeights({ tensors }: Safetensors, config: WeightsConfig, file: string): BuiltFromWeights {
  const names = new Set(tensors.keys());
  const found = findLayout(names);
  if (found === null) {
    throw fail('model-unsupported', 'The weights are of no network that can be built here', {
      file, place: [...names].slice(0, 3).join(', '), expected: 'ViT, DeiT or Swin with the parameter names of timm or of Hugging Face transformers', next: 'Export the model to ONNX instead (tools/export-timm)',
    });
  }
  const read = new Reader(tensors, found, file);
  const preset = found.family === 'vit' ? vitPreset(read, config) : swinPreset(read, config);
  const graph = presetGraph(preset, (name, dims) => read.parameter(name, dims));
  read.finish();
  const { options } = preset;
  const size = preset.family === 'vit' ? `${preset.options.depth} blocks, ${preset.options.heads} heads` : `stages of ${preset.options.depths.join(', ')} blocks, window ${preset.options.window}`;
  return { graph, notes: [`The network was built from the weights (${found.library} names): ${preset.family === 'vit' ? 'ViT' : 'Swin'}, ${options.dim} channels, ${size}, ${options.image} x ${options.image} pixels, ${options.classes} classes`, ...read.notes] };
}

/** Parts by which a block is known to be there: one of them may be missing, which is then named, and the blocks after it are not taken for left over. */
const blockParts = (block: string): readonly string[] => ['norm1.weight', 'norm2.weight', 'attn.proj.weight', 'mlp.fc1.weight', 'mlp.fc2.weight'].map((part) => `${block}.${part}`);

function vitPreset(read: Reader, config: WeightsConfig): Preset {
  read.need(['patch_embed.proj.weight', 'pos_embed', 'blocks.0.mlp.fc1.weight', 'head.weight']);
  const [dim = 0, , patch = 0] = read.shape('patch_embed.proj.weight');
  const [, tokens = 0] = read.shape('pos_embed');
  const distillation = read.has('dist_token');
  const distilled = distillation && read.has('head_dist.weight');
  const classToken = read.has('cls_token');
  const grid = Math.sqrt(tokens - Number(classToken) - Number(distillation));
  // One position too many is that of the class token, which then lacks its own values.
  if (!Number.isInteger(grid) && !classToken && Number.isInteger(Math.sqrt(tokens - 1 - Number(distillation)))) read.need(['cls_token']);
  if (!Number.isInteger(grid)) throw read.unsupported('pos_embed', `${tokens} tokens are no square of patches and its class tokens`);
  const options: VitOptions = {
    image: grid * patch, patch, dim, depth: read.count((block) => blockParts(`blocks.${block}`)), heads: config.heads ?? dim / headChannels,
    mlpRatio: (read.shape('blocks.0.mlp.fc1.weight')[0] ?? 0) / dim, classes: read.shape('head.weight')[0] ?? 0,
    ...(distilled ? { distilled } : {}), ...(distillation && !distilled ? { idleToken: true } : {}), ...(classToken ? {} : { classToken }), ...(config.epsilon === undefined ? {} : { epsilon: config.epsilon }),
  };
  if (config.heads === undefined) read.notes.push(`${options.heads} heads of ${headChannels} channels are assumed: the file does not say`);
  return { family: 'vit', options };
}

function swinPreset(read: Reader, config: WeightsConfig): Preset {
  const tableOf = (stage: number): string => `layers.${stage}.blocks.0.attn.relative_position_bias_table`;
  const each = Array.from({ length: read.count((stage) => [tableOf(stage), ...blockParts(`layers.${stage}.blocks.0`)]) }, (_, stage) => stage);
  read.need(['patch_embed.proj.weight', ...each.map(tableOf), 'layers.0.blocks.0.mlp.fc1.weight', 'head.fc.weight']);
  const [dim = 0, , patch = 0] = read.shape('patch_embed.proj.weight');
  const table = (stage: number): readonly number[] => read.shape(tableOf(stage));
  const window = (Math.sqrt(table(0)[0] ?? 0) + 1) / 2;
  if (!Number.isInteger(window)) throw read.unsupported('layers.0.blocks.0.attn.relative_position_bias_table', `${String(table(0)[0])} rows belong to no square window`);
  const options: SwinOptions = {
    image: config.image ?? window * swinStride, patch, dim, window,
    depths: each.map((stage) => read.count((block) => blockParts(`layers.${stage}.blocks.${block}`))), heads: each.map((stage) => table(stage)[1] ?? 0),
    mlpRatio: (read.shape('layers.0.blocks.0.mlp.fc1.weight')[0] ?? 0) / dim, classes: read.shape('head.fc.weight')[0] ?? 0,
    ...(config.epsilon === undefined ? {} : { epsilon: config.epsilon }),
  };
  return { family: 'swin', options };
}

/** Takes parameters out of the file, and knows at the end what was missing, wrong or left over. */
class Reader {
  readonly notes: string[] = [];
  private readonly used = new Set<string>();
  private readonly wrong: string[] = [];

  constructor(private readonly tensors: ReadonlyMap<string, StoredTensor>, private readonly found: LayoutFound, private readonly file: string) {}

  has(name: string): boolean {
    return this.found.layout(name).every((stored) => this.tensors.has(stored));
  }

  /** How many of `parts(0)`, `parts(1)`, ... there are: one part of each is enough. */
  count(parts: (index: number) => readonly string[]): number {
    let count = 0;
    while (parts(count).some((name) => this.has(name))) count++;
    return count;
  }

  /** @throws EngineError 'model-unsupported' that names every one that is not there: without these the sizes of the network are not known */
  need(names: readonly string[]): void {
    const absent = names.flatMap((name) => this.found.layout(name)).filter((stored) => !this.tensors.has(stored));
    if (absent.length === 0) return;
    throw fail('model-unsupported', absent.length === 1 ? 'A parameter is missing from the weights' : `${absent.length} parameters are missing from the weights`, { file: this.file, place: listed(absent.map((stored) => `${stored}: ${missing}`)), expected: 'every parameter of the architecture', next: 'Check that the file is complete, or export the model to ONNX' });
  }

  /** Shape of the whole parameter, its parts joined along the first axis; it must be there (`need`). */
  shape(name: string): readonly number[] {
    const parts = this.found.layout(name).map((stored) => this.tensors.get(stored)?.shape ?? []);
    const [first = []] = parts;
    return [parts.reduce((sum, [rows = 0]) => sum + rows, 0), ...first.slice(1)];
  }

  /** The parameter as float32. What is missing or of another shape is gathered for `finish` and stands as zeros until then. */
  parameter(name: string, dims: readonly number[]): Tensor {
    const data = new Float32Array(elementCount(dims));
    const parts = this.found.layout(name);
    const share = [(dims[0] ?? 0) / parts.length, ...dims.slice(1)];
    let at = 0;
    for (const stored of parts) {
      const tensor = this.tensors.get(stored);
      this.used.add(stored);
      const problem = tensor === undefined ? missing : problemOf(tensor, share);
      if (problem !== null) this.wrong.push(`${stored}: ${problem}`);
      else if (tensor !== undefined) data.set(toFloat32(tensor), at);
      at += elementCount(share);
    }
    return { type: 'float32', dims: [...dims], data };
  }

  /** @throws EngineError 'model-unsupported' with all that did not fit */
  finish(): void {
    const left = [...this.tensors.keys()].filter((name) => !this.used.has(name) && !derived.test(name));
    if (this.wrong.length > 0) {
      throw fail('model-unsupported', `${this.wrong.length} parameters of the weights do not fit the network`, {
        file: this.file, place: listed(this.wrong), expected: 'every parameter of the architecture, in its shape', next: 'Check that the file is complete and of this architecture, or export the model to ONNX',
      });
    }
    if (left.length > 0) {
      throw fail('model-unsupported', `${left.length} parameters of the weights belong to nothing in a plain ${this.found.family === 'vit' ? 'ViT' : 'Swin'}`, {
        file: this.file, place: listed(left), expected: 'a network without further parts (LayerScale, registers, normalised q and k, ...)', next: 'Export the model to ONNX instead (tools/export-timm): what lies in the graph is used as it is',
      });
    }
  }

  unsupported(name: string, what: string): Error {
    return fail('model-unsupported', `The weights cannot be understood: ${what}`, { file: this.file, place: this.found.layout(name).join(', '), next: 'Export the model to ONNX instead (tools/export-timm)' });
  }
}

/** What is wrong with a stored parameter of the dimensions `wanted`, or null. */
export function problemOf({ type, shape }: TensorHead, wanted: readonly number[]): string | null {
  if (!floatTypes.some((known) => known === type)) return `of type ${type}, ${floatTypes.join(', ')} expected`;
  // A token may be stored as [n], [1, n] or [1, 1, n].
  const plain = (dims: readonly number[]): string => dims.slice(dims.findIndex((dim) => dim !== 1)).join(' x ');
  return plain(shape) === plain(wanted) ? null : `shape ${shape.join(' x ')}, ${wanted.join(' x ')} expected`;
}

/** What `listed` never leaves out. */
export const missing = 'missing';
const mostListed = 8;

/** Names with what is wrong with them, for a message: everything that is missing, of the rest the first few. */
export function listed(names: readonly string[]): string {
  let others = 0;
  const shown = names.filter((name) => name.endsWith(`: ${missing}`) || others++ < mostListed);
  return shown.length < names.length ? `${shown.join('; ')}; and ${names.length - shown.length} more` : names.join('; ');
}
