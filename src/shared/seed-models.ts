/** The seven models of the method's table, and which of several files in a folder is meant by one of their names. */

export interface SeedModel {
  /** As on the method's command line. */
  readonly name: string;
  /** timm's architecture, with which the file's name begins. */
  readonly architecture: string;
  /** timm's tag of the weights that the published figures belong to. */
  readonly tag: string;
  /** Whose preprocessing the published figures were measured with. */
  readonly preprocess: 'vit' | 'deit' | 'swin';
}

export const seedModels: readonly SeedModel[] = [
  { name: 'vit_small', architecture: 'vit_small_patch16_224', tag: 'augreg_in21k_ft_in1k', preprocess: 'vit' },
  { name: 'vit_base', architecture: 'vit_base_patch16_224', tag: 'augreg_in21k_ft_in1k', preprocess: 'vit' },
  { name: 'deit_tiny', architecture: 'deit_tiny_patch16_224', tag: 'fb_in1k', preprocess: 'deit' },
  { name: 'deit_small', architecture: 'deit_small_patch16_224', tag: 'fb_in1k', preprocess: 'deit' },
  { name: 'deit_base', architecture: 'deit_base_patch16_224', tag: 'fb_in1k', preprocess: 'deit' },
  { name: 'swin_tiny', architecture: 'swin_tiny_patch4_window7_224', tag: 'ms_in1k', preprocess: 'swin' },
  { name: 'swin_small', architecture: 'swin_small_patch4_window7_224', tag: 'ms_in1k', preprocess: 'swin' },
];

/** The model that a file's name (without extension) is of: its short name or its architecture, with its own tag or none. */
export function seedModelOf(stem: string): SeedModel | null {
  const wanted = stem.toLowerCase();
  return seedModels.find(({ name, architecture, tag }) => [name, architecture].some((base) => wanted === base || wanted === `${base}.${tag}`)) ?? null;
}

export interface SeedFile {
  readonly file: string;
  /** What stands between architecture and extension ("fb_in1k"); null when nothing does. */
  readonly tag: string | null;
}

/** Of a folder's files the one that a model's name stands for: the published weights before those without a tag, those before any others. */
export function pickSeedFile(names: readonly string[], model: SeedModel): SeedFile | null {
  const found = names.filter((name) => name.startsWith(model.architecture) && /\.(onnx|safetensors)$/i.test(name)).sort().map((file) => ({ file, tag: tagOf(file, model) }));
  return found.find(({ tag }) => tag === model.tag) ?? found.find(({ tag }) => tag === null) ?? found[0] ?? null;
}

/** True for weights that the published figures do not belong to. */
export function isForeign({ tag }: SeedFile, model: SeedModel): boolean {
  return tag !== null && tag !== model.tag;
}

function tagOf(name: string, { architecture }: SeedModel): string | null {
  const rest = name.slice(architecture.length).replace(/\.(onnx|safetensors)$/i, '').replace(/^\./, '');
  return rest === '' ? null : rest;
}
