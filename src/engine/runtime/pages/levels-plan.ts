/** Which delta each scheme gets on the maps of a run: the run's own, that of a sibling, or one still to be searched. Pure. */
import { at } from '../../../shared/at';
import type { DeltaSource } from '../../../shared/levels';
import type { RunSettings, SchemeId } from '../../../shared/settings';
import { mapDelta, mapSettings, wholeMap, type MapQuantizer } from '../../core/graph/map-settings';
import { quantizerSettings, type NetworkParameters } from '../../core/graph/parameters';
import type { AttentionBlock, ModelStructure, ProductSite } from '../../core/graph/types';
import type { LogScheme } from '../../core/quantizers/scheme';
import { logSchemes } from '../../core/quantizers/scheme-table';
import { canonicalJson } from '../store/stored-json';
import type { StoredRun } from '../store/store-types';

/** A calibrated run. */
export interface Calibrated {
  readonly id: string;
  readonly settings: RunSettings;
  readonly parameters: NetworkParameters;
}

/** One scheme on one block. */
export interface GridPlan {
  readonly block: AttentionBlock;
  readonly scheme: LogScheme;
  /** What the scheme's functions take as `aBits`. */
  readonly aBits: number;
  /** Null: the scheme's own search finds it. */
  readonly known: { readonly delta: number; readonly source: DeltaSource } | null;
}

export interface LevelsPlan {
  readonly structure: ModelStructure;
  readonly schemes: readonly { readonly scheme: LogScheme; readonly sibling: string | null; /** By block. */ readonly grids: readonly GridPlan[] }[];
}

/** @param siblings by scheme; @param own null for an FP32 run, and for one that is not calibrated */
export function planLevels(structure: ModelStructure, settings: RunSettings, own: Calibrated | null, siblings: ReadonlyMap<SchemeId, Calibrated>): LevelsPlan {
  const schemes = logSchemes.map((scheme) => {
    const sibling = siblings.get(scheme.id) ?? null;
    const grids = structure.blocks.map((block): GridPlan => {
      const site = productWithV(structure, block.index);
      const asRun = quantizersOf(settings, site, block).find((quantizer) => quantizer.scheme === scheme.id);
      const aBits = asRun?.bits ?? scheme.bitsFor(settings.aBits);
      const from = (run: Calibrated | null, source: DeltaSource): GridPlan['known'] => {
        const wanted = run === null ? undefined : quantizersOf(run.settings, site, block).find((quantizer) => quantizer.scheme === scheme.id && quantizer.bits === aBits);
        return run === null || wanted === undefined ? null : { delta: mapDelta(run.parameters, quantizerSettings(run.settings), site.name, wanted), source };
      };
      return { block, scheme, aBits, known: from(own, 'run') ?? from(sibling, 'sibling') };
    });
    return { scheme, sibling: grids.some(({ known }) => known?.source === 'sibling') ? sibling?.id ?? null : null, grids };
  });
  return { structure, schemes };
}

/** Runs on the same model and data whose settings differ from those of `run` by the scheme alone, newest first. `runs` in the order they were made. */
export function siblingRuns(run: StoredRun, runs: readonly StoredRun[]): StoredRun[] {
  const key = (settings: RunSettings): string => canonicalJson({ ...settings, scheme: 'none', overrides: null }) + JSON.stringify(settings.overrides ?? null);
  const own = key(run.settings);
  return runs.filter((other) => other.id !== run.id && other.modelHash === run.modelHash && other.datasetHash === run.datasetHash && other.settings.scheme !== run.settings.scheme && key(other.settings) === own).reverse();
}

/** The scheme that quantises the whole map of each block in the run; null where there are several, or none. */
export function wholeSchemes(structure: ModelStructure, settings: RunSettings): (SchemeId | null)[] {
  return structure.blocks.map((block) => wholeMap(mapSettings(quantizerSettings(settings), productWithV(structure, block.index), block.heads))?.scheme ?? null);
}

/** The product of a block's map and v. */
export function productWithV({ sites }: ModelStructure, block: number): ProductSite {
  const site = sites.find((candidate) => candidate.kind === 'product' && candidate.role === 'matmul2' && candidate.block === block);
  if (site?.kind !== 'product') throw new Error(`block ${block} has no product of attention and v`);
  return site;
}

/** Elements of one head in one image. */
export function headSize({ windows, tokens }: AttentionBlock): number {
  return (windows?.count ?? 1) * tokens * tokens;
}

/** Groups of whole batches, `images` each: the same whatever the number of workers, so that sums do not depend on it. */
export function batchGroups<T>(batches: readonly T[], batchSize: number, images: number): T[][] {
  const size = Math.max(1, Math.floor(images / batchSize));
  return Array.from({ length: Math.ceil(batches.length / size) }, (_, group) => batches.slice(group * size, (group + 1) * size));
}

function quantizersOf(settings: RunSettings, site: ProductSite, { heads }: AttentionBlock): readonly MapQuantizer[] {
  return mapSettings(quantizerSettings(settings), site, heads).quantizers;
}

/** All grids of a block. */
export function gridsOfBlock(plan: LevelsPlan, block: number): GridPlan[] {
  return plan.schemes.map(({ grids }) => at(grids, block));
}
