/** The network as a grid: a column for each block in order, a row for each kind of site in it; what stands outside the blocks has a column of its own. */
import { shortBlockName } from '../format/block-name';

export interface StripSite {
  readonly site: string;
  readonly role: string;
  readonly block: number | null;
}

export interface StripColumn<S extends StripSite = StripSite> {
  readonly key: string;
  /** null: one site outside the blocks, drawn over all rows. */
  readonly block: number | null;
  /** Number of the block in its stage, or the role of the single site. */
  readonly label: string;
  /** Swin: the stage, shown once over its blocks. */
  readonly stage: string | null;
  readonly sites: readonly S[];
}

export interface StripGrid<S extends StripSite = StripSite> {
  readonly columns: readonly StripColumn<S>[];
  /** Roles, in the order in which a block computes them; a role that a block has twice stands twice. */
  readonly rows: readonly StripRow[];
  /** Neighbouring columns of one stage; empty when the network has no stages. */
  readonly stages: readonly { readonly stage: string | null; readonly columns: number }[];
}

export interface StripRow {
  readonly key: string;
  readonly role: string;
}

const roleOrder = ['patch_embed', 'reduction', 'qkv', 'q', 'k', 'v', 'matmul1', 'matmul2', 'proj', 'fc1', 'fc2', 'head', 'other'];
const placeOf = (role: string): number => (roleOrder.includes(role) ? roleOrder.indexOf(role) : roleOrder.length);

/** @param blocks names of the attention blocks, by index */
export function stripGrid<S extends StripSite>(sites: readonly S[], blocks: readonly string[]): StripGrid<S> {
  const columns: { key: string; block: number | null; label: string; stage: string | null; sites: S[] }[] = [];
  for (const site of sites) {
    const open = columns.at(-1);
    if (site.block !== null && open?.block === site.block) {
      open.sites.push(site);
      continue;
    }
    const name = site.block === null ? '' : shortBlockName(blocks[site.block] ?? '', site.block);
    const [stage, within] = name.split('.');
    columns.push({
      key: site.site, block: site.block, sites: [site],
      label: site.block === null ? site.role : within ?? name,
      stage: site.block === null || within === undefined ? null : stage ?? null,
    });
  }
  const keys = new Map<string, string>();
  for (const { block, sites: inside } of columns) if (block !== null) for (const { key, role } of keyed(inside)) keys.set(key, role);
  const rows = [...keys].map(([key, role]) => ({ key, role })).sort((a, b) => placeOf(a.role) - placeOf(b.role) || (a.key < b.key ? -1 : 1));
  return { columns, rows, stages: stagesOf(columns) };
}

/** The site of a column in a row; the single site of a column outside the blocks is in every row. */
export function siteAt<S extends StripSite>(column: StripColumn<S>, row: StripRow): S | null {
  if (column.block === null) return column.sites[0] ?? null;
  return keyed(column.sites).find(({ key }) => key === row.key)?.site ?? null;
}

/**
 * Where an arrow key leads from a site: along the row to the next column that has it, or within the column.
 * @param row the row that was walked along, for columns that have one site in all rows
 */
export function stepOnStrip<S extends StripSite>(grid: StripGrid<S>, from: string, row: number, key: string): { readonly site: S; readonly row: number } | null {
  const column = grid.columns.findIndex(({ sites }) => sites.some(({ site }) => site === from));
  const here = grid.columns[column];
  if (here === undefined) return null;
  const own = here.block === null ? row : grid.rows.findIndex((candidate) => siteAt(here, candidate)?.site === from);
  const sideways = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  const down = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
  if (sideways !== 0) {
    for (let at = column + sideways; at >= 0 && at < grid.columns.length; at += sideways) {
      const next = grid.columns[at];
      const wanted = grid.rows[own] ?? grid.rows[0];
      const site = next === undefined ? null : next.block === null || wanted === undefined ? next.sites[0] ?? null : siteAt(next, wanted);
      if (site !== null) return { site, row: own };
    }
    return null;
  }
  if (down === 0 || here.block === null) return null;
  for (let at = own + down; at >= 0 && at < grid.rows.length; at += down) {
    const wanted = grid.rows[at];
    const site = wanted === undefined ? null : siteAt(here, wanted);
    if (site !== null) return { site, row: at };
  }
  return null;
}

/** Where each site lies along the network, in columns: the sites of one column share its width. The chart under the strip uses it. */
export function depthPlaces<S extends StripSite>(grid: StripGrid<S>): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [column, { sites }] of grid.columns.entries()) {
    for (const [at, { site }] of sites.entries()) places.set(site, column + (at + 0.5) / sites.length);
  }
  return places;
}

/** Sites of a block with a key that tells equal roles apart. */
function keyed<S extends StripSite>(sites: readonly S[]): { readonly key: string; readonly role: string; readonly site: S }[] {
  const seen = new Map<string, number>();
  return sites.map((site) => {
    const count = seen.get(site.role) ?? 0;
    seen.set(site.role, count + 1);
    return { key: count === 0 ? site.role : `${site.role} ${count + 1}`, role: site.role, site };
  });
}

function stagesOf(columns: readonly StripColumn[]): { stage: string | null; columns: number }[] {
  if (columns.every(({ stage }) => stage === null)) return [];
  const stages: { stage: string | null; columns: number }[] = [];
  for (const { stage } of columns) {
    const open = stages.at(-1);
    if (open !== undefined && stage !== null && open.stage === stage) open.columns++;
    else stages.push({ stage, columns: 1 });
  }
  return stages;
}
