import { describe, expect, it } from 'vitest';
import { depthPlaces, siteAt, stepOnStrip, stripGrid, type StripSite } from '../../../src/renderer/src/layers/strip-grid';

const roles = ['qkv', 'matmul1', 'matmul2', 'proj', 'fc1', 'fc2'];
const block = (index: number, name: string): StripSite[] => roles.map((role) => ({ site: `${name}.${role}`, role, block: index }));
const single = (site: string, role: string): StripSite => ({ site, role, block: null });

const swin = [
  single('patch_embed.proj', 'patch_embed'), ...block(0, 'layers.0.blocks.0'), ...block(1, 'layers.0.blocks.1'),
  single('layers.1.downsample.reduction', 'reduction'), ...block(2, 'layers.1.blocks.0'), single('head.fc', 'head'),
];
const swinGrid = stripGrid(swin, ['layers.0.blocks.0.attn', 'layers.0.blocks.1.attn', 'layers.1.blocks.0.attn']);
const vit = stripGrid([single('patch_embed.proj', 'patch_embed'), ...block(0, 'blocks.0'), single('head', 'head'), single('head_dist', 'head')], ['blocks.0.attn']);

describe('stripGrid', () => {
  it('has a column for each block and for each site outside of the blocks', () => {
    expect(swinGrid.columns.map(({ label }) => label)).toEqual(['patch_embed', '0', '1', 'reduction', '0', 'head']);
    expect(vit.columns.map(({ label }) => label)).toEqual(['patch_embed', '0', 'head', 'head']);
  });

  it('has the stages of a network that has some', () => {
    expect(swinGrid.stages).toEqual([{ stage: null, columns: 1 }, { stage: '0', columns: 2 }, { stage: null, columns: 1 }, { stage: '1', columns: 1 }, { stage: null, columns: 1 }]);
    expect(vit.stages).toEqual([]);
  });

  it('has a row for each kind of site in a block, in the order of computing', () => {
    expect(swinGrid.rows.map(({ role }) => role)).toEqual(roles);
    const separate = stripGrid(['v', 'q', 'k', 'matmul1'].map((role) => ({ site: role, role, block: 0 })), ['blocks.0.attn']);
    expect(separate.rows.map(({ role }) => role)).toEqual(['q', 'k', 'v', 'matmul1']);
  });

  it('keeps two sites of one role apart', () => {
    const grid = stripGrid([{ site: 'a', role: 'other', block: 0 }, { site: 'b', role: 'other', block: 0 }], ['blocks.0.attn']);
    expect(grid.rows.map((row) => grid.columns[0] && siteAt(grid.columns[0], row)?.site)).toEqual(['a', 'b']);
  });

  it('is empty without sites', () => expect(stripGrid([], [])).toEqual({ columns: [], rows: [], stages: [] }));
});

describe('stepOnStrip', () => {
  const walk = (from: string, row: number, key: string): string | undefined => stepOnStrip(swinGrid, from, row, key)?.site.site;

  it('moves along a row and within a block', () => {
    expect(walk('layers.0.blocks.0.fc1', 4, 'ArrowRight')).toBe('layers.0.blocks.1.fc1');
    expect(walk('layers.0.blocks.0.fc1', 4, 'ArrowDown')).toBe('layers.0.blocks.0.fc2');
    expect(walk('layers.0.blocks.0.fc2', 5, 'ArrowDown')).toBeUndefined();
  });

  it('passes a site outside of the blocks and comes back to its row', () => {
    const over = stepOnStrip(swinGrid, 'layers.0.blocks.1.proj', 3, 'ArrowRight');
    expect(over).toMatchObject({ site: { site: 'layers.1.downsample.reduction' }, row: 3 });
    expect(walk('layers.1.downsample.reduction', over?.row ?? -1, 'ArrowRight')).toBe('layers.1.blocks.0.proj');
    expect(walk('patch_embed.proj', 0, 'ArrowLeft')).toBeUndefined();
  });
});

describe('depthPlaces', () => {
  it('spreads the sites of a block over its column', () => {
    const places = depthPlaces(swinGrid);
    expect(places.get('patch_embed.proj')).toBe(0.5);
    expect(places.get('layers.0.blocks.0.qkv')).toBeCloseTo(1 + 1 / 12);
    expect(places.get('head.fc')).toBe(5.5);
  });
});
