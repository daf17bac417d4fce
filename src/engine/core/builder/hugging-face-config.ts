/** What the files beside weights say, as far as it matters here: `config.json` of Hugging Face or of timm, and `preprocessor_config.json`. */
import { fail } from '../../../shared/failure';
import { interpolations, type Preprocess } from '../../../shared/settings';
import type { WeightsConfig } from './weights-graph';

/** Architectures that the builders are for, as `architectures` names them, and their `model_type`s. */
const known = ['ViTForImageClassification', 'DeiTForImageClassification', 'DeiTForImageClassificationWithTeacher', 'SwinForImageClassification'] as const;
const knownTypes = ['vit', 'deit', 'swin'] as const;
/** Of GELU there are kinds; the builders' is the one by the error function. */
const activation = 'gelu';

/** @throws EngineError 'model-unsupported' for an architecture or an activation that is not built here */
export function readConfig(json: unknown, file: string): WeightsConfig {
  const config = fieldsOf(json);
  const architectures = Array.isArray(config['architectures']) ? config['architectures'].map(String) : [];
  const wrong = (place: string, what: string, expected: string): Error => fail('model-unsupported', `The network of this config cannot be built: ${what}`, { file, place, expected, next: 'Export the model to ONNX instead' });
  if (architectures.length > 0 && !architectures.some((name) => known.some((one) => one === name))) throw wrong('architectures', architectures.join(', '), known.join(', '));
  const type = config['model_type'];
  if (type !== undefined && !knownTypes.some((name) => name === type)) throw wrong('model_type', JSON.stringify(type), knownTypes.join(', '));
  if (config['hidden_act'] !== undefined && config['hidden_act'] !== activation) throw wrong('hidden_act', JSON.stringify(config['hidden_act']), activation);
  const heads = config['num_attention_heads'];
  return { heads: positive(heads), image: positive(config['image_size']), epsilon: positive(config['layer_norm_eps']) };
}

/** Names of the outputs (`id2label`), as many as the network has; null where there are none, or only the numbered ones that the library fills in. */
export function readClassNames(json: unknown, outputs: number): readonly string[] | null {
  const listed = fieldsOf(fieldsOf(json)['id2label']);
  const names = Array.from({ length: outputs }, (_, output) => listed[String(output)]);
  const said = names.filter((name): name is string => typeof name === 'string' && name.trim() !== '');
  return said.length < outputs || said.every((name) => /^LABEL_\d+$/.test(name)) ? null : said;
}

export interface PreprocessSaid {
  readonly preprocess: Preprocess;
  /** What of it is done otherwise here, one sentence each. */
  readonly notes: readonly string[];
}

/** Preprocessing in timm's `config.json` (`pretrained_cfg`); null when the file is none of timm's or says too little. */
export function readTimmPreprocess(json: unknown): PreprocessSaid | null {
  const config = fieldsOf(fieldsOf(json)['pretrained_cfg']);
  const mean = channels(config['mean']);
  const std = channels(config['std']);
  const cropPct = positive(config['crop_pct']);
  const interpolation = interpolations.find((name) => name === config['interpolation']);
  if (mean === null || std === null || cropPct === undefined || cropPct > 1 || interpolation === undefined) return null;
  const squash = config['crop_mode'] === 'squash';
  const notes = config['crop_mode'] === 'border' ? ['Its own preprocessing pads the picture to a square (crop_mode border); here the short side is resized and the centre is cut out'] : [];
  return { preprocess: { mean, std, cropPct, interpolation, ...(squash ? { resize: 'squash' } : {}) }, notes };
}

/** Pillow's numbers of its filters. */
const resampling: Readonly<Record<number, (typeof interpolations)[number]>> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };
const byteRange = 255;

/** The preprocessing of the picture processor for a network of `image` pixels; null when it says too little, or asks for what is not done here. */
export function readProcessor(json: unknown, image: number): PreprocessSaid | null {
  const config = fieldsOf(json);
  const normalised = normalisation(config);
  const interpolation = resampling[Number(config['resample'] ?? 2)];
  if (normalised === null || interpolation === undefined) return null;
  const crop = config['do_center_crop'] === true ? sides(config['crop_size'])?.side ?? image : image;
  const size = config['do_resize'] === false ? { side: crop, squash: false } : sides(config['size']) ?? { side: crop, squash: false };
  const notes = [
    ...(config['do_resize'] === false ? ['Its own processor resizes nothing and needs pictures of the right size; here they are resized'] : []),
    ...(size.side < crop ? [`Its own processor cuts ${crop} pixels out of ${size.side} and pads the rest; here the picture fills the square`] : []),
    ...(crop === image ? [] : [`Its own processor gives ${crop} pixels, the network takes ${image}: the same part of the picture is used at that size`]),
  ];
  const preprocess: Preprocess = { ...normalised, cropPct: cropShare(image, crop, size.side), interpolation, ...(size.squash ? { resize: 'squash' } : {}), ...(config['do_flip_channel_order'] === true ? { channels: 'bgr' } : {}) };
  return { preprocess, notes };
}

/** Mean and deviation of values from 0 to 1: a processor may leave them from 0 to 255, scale them otherwise, or not normalise. */
function normalisation(config: Readonly<Record<string, unknown>>): Pick<Preprocess, 'mean' | 'std'> | null {
  const plain = config['do_normalize'] === false;
  const mean = plain ? channels([0, 0, 0]) : channels(config['image_mean']);
  const std = plain ? channels([1, 1, 1]) : channels(config['image_std']);
  if (mean === null || std === null) return null;
  const factor = config['do_rescale'] === false ? 1 : positive(config['rescale_factor']) ?? 1 / byteRange;
  // Nearly one, the usual way: not to be touched by rounding.
  const range = Math.abs(factor * byteRange - 1) < 1e-6 ? 1 : factor * byteRange;
  return { mean: [mean[0] / range, mean[1] / range, mean[2] / range], std: [std[0] / range, std[1] / range, std[2] / range] };
}

/** The share for which floor(image / share) is the size that the processor resizes to, where that crops to `image`. */
function cropShare(image: number, crop: number, resized: number): number {
  if (resized <= crop) return 1;
  const share = crop / resized;
  return crop !== image || Math.floor(image / share) === resized ? share : crop / (resized + 0.5);
}

function sides(size: unknown): { readonly side: number; readonly squash: boolean } | null {
  if (typeof size === 'number') return { side: size, squash: true };
  const { shortest_edge: short, height, width } = fieldsOf(size);
  if (typeof short === 'number') return { side: short, squash: false };
  return typeof height === 'number' && height === width ? { side: height, squash: true } : null;
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
