/** timm's names for sites, from node names where the exporter kept the module path, else from position. */
import type { LinearRole } from './types';

/** Where a Linear stands; `stage` is null in a network without stages. */
export interface SitePlace {
  readonly role: LinearRole;
  readonly stage: number | null;
  /** Block within its stage (or within the network); null outside the blocks. */
  readonly block: number | null;
  /** Number among sites of this role outside the blocks: heads, reductions, others. */
  readonly position: number;
  /** The exporter's name of the node. */
  readonly nodeName: string;
}

const ownNames: Readonly<Record<LinearRole, RegExp>> = {
  patch_embed: /^patch_embed\.proj$/,
  qkv: /^(layers\.\d+\.)?blocks\.\d+\.attn\.qkv$/,
  q: /^(layers\.\d+\.)?blocks\.\d+\.attn\.q$/,
  k: /^(layers\.\d+\.)?blocks\.\d+\.attn\.k$/,
  v: /^(layers\.\d+\.)?blocks\.\d+\.attn\.v$/,
  proj: /^(layers\.\d+\.)?blocks\.\d+\.attn\.proj$/,
  fc1: /^(layers\.\d+\.)?blocks\.\d+\.mlp\.fc1$/,
  fc2: /^(layers\.\d+\.)?blocks\.\d+\.mlp\.fc2$/,
  reduction: /^layers\.\d+\.downsample\.reduction$/,
  head: /^head(_dist)?(\.fc)?$/,
  other: /^[A-Za-z_][\w.]*$/,
};

/** `blocks.3` or `layers.1.blocks.0`. */
export function blockName(stage: number | null, block: number): string {
  return stage === null ? `blocks.${block}` : `layers.${stage}.blocks.${block}`;
}

/** One name per place, unique. The file's own names are taken when all of them are timm's and agree with the positions, else none. */
export function nameSites(places: readonly SitePlace[]): readonly string[] {
  const own = places.map((place) => modulePath(place.nodeName));
  const byPosition = places.map(positionName);
  const agree = own.every((name, i) => ownNames[places[i].role].test(name) && agrees(name, byPosition[i], places[i]));
  return agree && new Set(own).size === own.length ? own : byPosition;
}

/** Inside the blocks both must be the same; outside, versions of timm differ (`head.fc`, `layers.1.downsample`). */
function agrees(own: string, byPosition: string, place: SitePlace): boolean {
  return place.block === null || own === byPosition;
}

/** `/layers/layers.0/blocks/blocks.1/attn/qkv/MatMul/MatMulAddFusion` -> `layers.0.blocks.1.attn.qkv`: without operators, a segment that the next repeats is dropped. */
export function modulePath(nodeName: string): string {
  const segments = nodeName.split('/').filter((segment) => segment !== '');
  while (segments.length > 0 && /^[A-Z]/.test(segments[segments.length - 1])) segments.pop();
  return segments.filter((segment, i) => !segments[i + 1]?.startsWith(`${segment}.`)).join('.');
}

function positionName({ role, stage, block, position }: SitePlace): string {
  if (block !== null) {
    const part = role === 'fc1' || role === 'fc2' ? 'mlp' : 'attn';
    return `${blockName(stage, block)}.${part}.${role}`;
  }
  switch (role) {
    case 'patch_embed': return 'patch_embed.proj';
    case 'reduction': return `layers.${position}.downsample.reduction`;
    case 'head': return ['head', 'head_dist'][position] ?? `head.${position}`;
    default: return `linear.${position}`;
  }
}
