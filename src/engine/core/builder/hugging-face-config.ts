/** What `config.json` and `preprocessor_config.json` beside Hugging Face weights say, as far as it matters here. */
import { fail } from '../../../shared/failure';
import type { interpolations, Preprocess } from '../../../shared/settings';
import type { WeightsConfig } from './weights-graph';

/** Architectures that the builders are for, as `architectures` names them. */
const known = ['ViTForImageClassification', 'DeiTForImageClassification', 'DeiTForImageClassificationWithTeacher', 'SwinForImageClassification'] as const;
const activations = ['gelu', undefined] as const;

/** @throws EngineError 'model-unsupported' for an architecture or an activation that is not built here */
export function readConfig(json: unknown, file: string): WeightsConfig {
  const config = fieldsOf(json);
  const architectures = Array.isArray(config['architectures']) ? config['architectures'].map(String) : [];
  const wrong = (place: string, what: string, expected: string): Error => fail('model-unsupported', `The network of this config cannot be built: ${what}`, { file, place, expected, next: 'Export the model to ONNX instead' });
  if (architectures.length > 0 && !architectures.some((name) => known.some((one) => one === name))) throw wrong('architectures', architectures.join(', '), known.join(', '));
  if (!activations.some((name) => name === config['hidden_act'])) throw wrong('hidden_act', JSON.stringify(config['hidden_act']) ?? '', 'gelu');
  const heads = config['num_attention_heads'];
  return { heads: positive(heads), image: positive(config['image_size']), epsilon: positive(config['layer_norm_eps']) };
}

/** Pillow's numbers of its filters. */
const resampling: Readonly<Record<number, (typeof interpolations)[number]>> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };

/** The preprocessing of the picture processor, and what of it is done otherwise here; null when it says too little. */
export function readProcessor(json: unknown, image: number): { readonly preprocess: Preprocess; readonly notes: readonly string[] } | null {
  const config = fieldsOf(json);
  const mean = channels(config['image_mean']);
  const std = channels(config['image_std']);
  const interpolation = resampling[Number(config['resample'] ?? 2)];
  if (mean === null || std === null || interpolation === undefined) return null;
  const size = sides(config['size']);
  const crop = config['do_center_crop'] === true ? sides(config['crop_size'])?.side ?? image : image;
  const resized = size?.side ?? crop;
  const notes = size?.squashed === true && config['do_center_crop'] !== true ? ['Its own processor squeezes the whole picture into a square; here the short side is resized and the centre is cut out'] : [];
  return { preprocess: { mean, std, cropPct: Math.min(1, crop / resized), interpolation }, notes };
}

function sides(size: unknown): { readonly side: number; readonly squashed: boolean } | null {
  if (typeof size === 'number') return { side: size, squashed: false };
  const { shortest_edge: short, height } = fieldsOf(size);
  if (typeof short === 'number') return { side: short, squashed: false };
  return typeof height === 'number' ? { side: height, squashed: true } : null;
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.fromEntries(Object.entries(json)) : {};
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

function channels(value: unknown): [number, number, number] | null {
  if (!Array.isArray(value) || value.length !== 3 || !value.every((item) => typeof item === 'number')) return null;
  const [red, green, blue] = value.map(Number);
  return red === undefined || green === undefined || blue === undefined ? null : [red, green, blue];
}
