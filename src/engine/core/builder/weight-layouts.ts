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
  for (const root of ['vit', 'deit']) if (names.has(`${root}.embeddings.patch_embeddings.projection.weight`)) return { family: 'vit', library: 'Hugging Face', layout: huggingFaceVit(root, names) };
  return names.has('swin.embeddings.patch_embeddings.projection.weight') ? { family: 'swin', library: 'Hugging Face', layout: huggingFaceSwin(names) } : null;
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

/** What a block's parts are called: in files (which transformers 5 still writes so), and in transformers 5 itself, for weights that were saved from there without renaming. */
interface PartNames {
  readonly qkv: readonly string[];
  readonly renamed: readonly (readonly [RegExp, string])[];
}

const norms = [[/^norm1\./, 'layernorm_before.'], [/^norm2\./, 'layernorm_after.']] as const;

/** `self`: what the module inside the attention is called. */
const inFiles = (self: string): PartNames => ({
  qkv: ['query', 'key', 'value'].map((one) => `attention.${self}.${one}`),
  renamed: [...norms, [/^mlp\.fc1\./, 'intermediate.dense.'], [/^mlp\.fc2\./, 'output.dense.'], [/^attn\.proj\./, 'attention.output.dense.'], [/^attn\./, `attention.${self}.`]],
});

const inVersion5: PartNames = {
  qkv: ['q_proj', 'k_proj', 'v_proj'].map((one) => `attention.${one}`),
  renamed: [...norms, [/^attn\.proj\./, 'attention.o_proj.'], [/^attn\.relative_position_bias_table$/, 'attention.relative_position_bias.relative_position_bias_table']],
};

/** A block's parameter; q, k and v lie apart there. */
function blockNames(path: string, part: string, { qkv, renamed }: PartNames): readonly string[] {
  const kind = /^attn\.qkv\.(weight|bias)$/.exec(part);
  if (kind !== null) return qkv.map((one) => `${path}.${one}.${kind[1]}`);
  for (const [pattern, theirs] of renamed) if (pattern.test(part)) return [`${path}.${part.replace(pattern, theirs)}`];
  return [`${path}.${part}`];
}

function huggingFaceVit(root: string, names: ReadonlySet<string>): WeightLayout {
  const whole: Readonly<Record<string, string>> = {
    cls_token: 'embeddings.cls_token', dist_token: 'embeddings.distillation_token', pos_embed: 'embeddings.position_embeddings',
    'patch_embed.proj.weight': 'embeddings.patch_embeddings.projection.weight', 'patch_embed.proj.bias': 'embeddings.patch_embeddings.projection.bias',
    'norm.weight': 'layernorm.weight', 'norm.bias': 'layernorm.bias',
  };
  const version5 = names.has(`${root}.layers.0.layernorm_before.weight`);
  const blocks = `${root}.${version5 ? 'layers' : 'encoder.layer'}`;
  const parts = version5 ? inVersion5 : inFiles('attention');
  // With a teacher each of the two heads has its own name.
  const head = names.has('cls_classifier.weight') ? 'cls_classifier.' : 'classifier.';
  return (name) => {
    const known = whole[name];
    if (known !== undefined) return [`${root}.${known}`];
    const block = /^blocks\.(\d+)\.(.+)$/.exec(name);
    if (block !== null) return blockNames(`${blocks}.${block[1]}`, block[2], parts);
    return [name.replace(/^head_dist\./, 'distillation_classifier.').replace(/^head\./, head)];
  };
}

function huggingFaceSwin(names: ReadonlySet<string>): WeightLayout {
  const parts = names.has('swin.encoder.layers.0.blocks.0.attention.q_proj.weight') ? inVersion5 : inFiles('self');
  return (name) => {
    const block = /^layers\.(\d+)\.blocks\.(\d+)\.(.+)$/.exec(name);
    if (block !== null) return blockNames(`swin.encoder.layers.${block[1]}.blocks.${block[2]}`, block[3], parts);
    // Theirs stands at the end of the stage before.
    const down = /^layers\.(\d+)\.downsample\.(.+)$/.exec(name);
    if (down !== null) return [`swin.encoder.layers.${Number(down[1]) - 1}.downsample.${down[2]}`];
    if (name.startsWith('patch_embed.proj.')) return [name.replace('patch_embed.proj.', 'swin.embeddings.patch_embeddings.projection.')];
    if (name.startsWith('patch_embed.norm.')) return [name.replace('patch_embed.norm.', 'swin.embeddings.norm.')];
    return [name.startsWith('norm.') ? `swin.layernorm.${name.slice('norm.'.length)}` : name.replace('head.fc.', 'classifier.')];
  };
}
