/** One row for each site of the network, with everything that is known of it so far: the page's strip, chart and table are drawn from these. */
import type { InspectedSite } from '../../../shared/inspection';
import type { SensitivityRow, SiteError, SiteErrors } from '../../../shared/layers';
import type { KlScope } from './metric';

export interface LayerRow {
  readonly site: string;
  readonly role: string;
  /** Index of the attention block; null outside the blocks. */
  readonly block: number | null;
  /** Position in the network. */
  readonly order: number;
  /** Null until the errors were measured. */
  readonly error: SiteError | null;
  /** Null until this site's turn came. */
  readonly sensitivity: Readonly<Record<KlScope, SensitivityRow | null>>;
}

/** What names a site before anything was measured: the importer's list. */
type KnownSite = Pick<InspectedSite, 'name' | 'role' | 'block'>;
type SensitivityRows = Readonly<Partial<Record<KlScope, readonly SensitivityRow[]>>>;

/** Rows in network order. Measured errors bring their own sites; until then the importer's list stands in. */
export function layerRows(known: readonly KnownSite[], errors: SiteErrors | null, sensitivity: SensitivityRows): LayerRow[] {
  const sites = errors === null ? known.map(({ name, role, block }) => ({ site: name, role, block, error: null })) : errors.sites.map((error) => ({ site: error.site, role: error.role, block: error.block, error }));
  const found = (scope: KlScope): ReadonlyMap<string, SensitivityRow> => new Map((sensitivity[scope] ?? []).map((row) => [row.site, row]));
  const onAlone = found('on-alone');
  const offAlone = found('off-alone');
  return sites.map((site, order) => ({
    ...site,
    order,
    sensitivity: { 'on-alone': onAlone.get(site.site) ?? null, 'off-alone': offAlone.get(site.site) ?? null },
  }));
}

/** Operands of a site that a quantiser may lie on, by its role. */
export function operandsOf(role: string): readonly ('input' | 'weight' | 'A' | 'B')[] {
  return role === 'matmul1' || role === 'matmul2' ? ['A', 'B'] : ['input', 'weight'];
}

/** Whether the site is the product whose first operand is an attention map. */
export function hasAttentionMap(role: string): boolean {
  return role === 'matmul2';
}
