/** Under which names files keep the parameters that the builders ask for by timm's names: timm's own (old and current) and Hugging Face's. */

/** Names in the file whose tensors, one after the other along the first axis, are the parameter. */
export type WeightLayout = (timmName: string) => readonly string[];

export interface LayoutFound {
  readonly family: 'vit' | 'swin';
  readonly library: 'timm' | 'Hugging Face';
  readonly layout: WeightLayout;
}

/** The layout of a file by its names; null when they belong to nothing that is known. */
export function findLayout(names: ReadonlySet<string>): LayoutFound | null {
  if (names.has('patch_embed.proj.weight')) {
    const swin = names.has('layers.0.blocks.0.attn.relative_position_bias_table');
    if (swin) return { family: 'swin', library: 'timm', layout: timmSwin(names) };
    return names.has('blocks.0.attn.qkv.weight') ? { family: 'vit', library: 'timm', layout: (name) => [name] } : null;
  }
  for (const root of ['vit', 'deit']) if (names.has(`${root}.embeddings.patch_embeddings.projection.weight`)) return { family: 'vit', library: 'Hugging Face', layout: huggingFaceVit(root) };
  return names.has('swin.embeddings.patch_embeddings.projection.weight') ? { family: 'swin', library: 'Hugging Face', layout: huggingFaceSwin } : null;
}

/** Older files put a stage's downsampling at the end of the stage before, and the head under another name. */
function timmSwin(names: ReadonlySet<string>): WeightLayout {
  const old = names.has('layers.0.downsample.reduction.weight');
  return (name) => {
    const down = /^layers\.(\d+)\.downsample\.(.+)$/.exec(name);
    if (down !== null && old) return [`layers.${Number(down[1]) - 1}.downsample.${down[2]}`];
    return name.startsWith('head.fc.') && !names.has(name) ? [name.replace('head.fc.', 'head.')] : [name];
  };
}

const partNames: readonly (readonly [RegExp, string])[] = [
  [/^norm1\./, 'layernorm_before.'],
  [/^norm2\./, 'layernorm_after.'],
  [/^mlp\.fc1\./, 'intermediate.dense.'],
  [/^mlp\.fc2\./, 'output.dense.'],
  [/^attn\.proj\./, 'attention.output.dense.'],
];

/** A block's parameter; q, k and v lie apart there. `self`: what their attention module is called. */
function blockNames(path: string, part: string, self: string): readonly string[] {
  const qkv = /^attn\.qkv\.(weight|bias)$/.exec(part);
  if (qkv !== null) return ['query', 'key', 'value'].map((one) => `${path}.attention.${self}.${one}.${qkv[1]}`);
  for (const [pattern, theirs] of partNames) if (pattern.test(part)) return [`${path}.${part.replace(pattern, theirs)}`];
  return [`${path}.${part.replace(/^attn\./, `attention.${self}.`)}`];
}

function huggingFaceVit(root: string): WeightLayout {
  const whole: Readonly<Record<string, string>> = {
    cls_token: 'embeddings.cls_token', dist_token: 'embeddings.distillation_token', pos_embed: 'embeddings.position_embeddings',
    'patch_embed.proj.weight': 'embeddings.patch_embeddings.projection.weight', 'patch_embed.proj.bias': 'embeddings.patch_embeddings.projection.bias',
    'norm.weight': 'layernorm.weight', 'norm.bias': 'layernorm.bias',
  };
  return (name) => {
    const known = whole[name];
    if (known !== undefined) return [`${root}.${known}`];
    const block = /^blocks\.(\d+)\.(.+)$/.exec(name);
    if (block !== null) return blockNames(`${root}.encoder.layer.${block[1]}`, block[2], 'attention');
    return [name.replace(/^head_dist\./, 'distillation_classifier.').replace(/^head\./, 'classifier.')];
  };
}

const huggingFaceSwin: WeightLayout = (name) => {
  const block = /^layers\.(\d+)\.blocks\.(\d+)\.(.+)$/.exec(name);
  if (block !== null) return blockNames(`swin.encoder.layers.${block[1]}.blocks.${block[2]}`, block[3], 'self');
  // Theirs stands at the end of the stage before.
  const down = /^layers\.(\d+)\.downsample\.(.+)$/.exec(name);
  if (down !== null) return [`swin.encoder.layers.${Number(down[1]) - 1}.downsample.${down[2]}`];
  if (name.startsWith('patch_embed.proj.')) return [name.replace('patch_embed.proj.', 'swin.embeddings.patch_embeddings.projection.')];
  if (name.startsWith('patch_embed.norm.')) return [name.replace('patch_embed.norm.', 'swin.embeddings.norm.')];
  return [name.startsWith('norm.') ? `swin.layernorm.${name.slice('norm.'.length)}` : name.replace('head.fc.', 'classifier.')];
};
