import { describe, expect, it } from 'vitest';
import { darkTheme, lightTheme } from '../../src/charts/chart-theme';
import { depthLook, depthSeries, layersDepthOption, layersLeft, type DepthPoint, type LayersDepth } from '../../src/charts/layers-depth-option';
import { renderSvg } from '../../src/charts/render-svg';

const point = (site: string, x: number, local: number | null, cumulative: number): DepthPoint => ({ site, x, values: { cumulative, local, weights: 0.02, activations: null, attention: null } });
const points = [point('patch_embed.proj', 0.5, 0.01, 0.01), point('blocks.0.attn.qkv', 1.25, 0.1, 0.1), point('blocks.0.mlp.fc1', 1.75, null, 0.15), point('head', 2.5, 0.05, 0.3)];
const depth: LayersDepth = { points, columns: 3, shown: ['cumulative', 'local'], selected: 'blocks.0.mlp.fc1', fromZero: true };
const words = { figure: 'rel. L2', names: { cumulative: 'Cumulative', local: 'Local', weights: 'Weights', activations: 'Activations', attention: 'Attention map' }, number: (value: number) => value.toFixed(2) };

describe('layersDepthOption', () => {
  it('counts columns, so that the strip can stand over it', () => {
    expect(layersDepthOption(depth, darkTheme, words)).toMatchObject({ grid: { left: layersLeft, right: 0 }, xAxis: { min: 0, max: 3, interval: 1 } });
  });

  it('draws what is shown, a gap where there is nothing', () => {
    const { series } = layersDepthOption({ ...depth, shown: ['cumulative', 'activations'] }, darkTheme, words);
    expect(series).toMatchObject([
      { id: 'cumulative', type: 'line', data: [[0.5, 0.01], [1.25, 0.1], [1.75, 0.15], [2.5, 0.3]] },
      { id: 'activations', data: [[0.5, '-'], [1.25, '-'], [1.75, '-'], [2.5, '-']] },
      { id: 'selected', markLine: { data: [{ xAxis: 1.75 }] } },
    ]);
  });

  it('draws a bar for each site that has an error of its own', () => {
    const svg = renderSvg(layersDepthOption({ ...depth, shown: ['local'], selected: null }, lightTheme, words), { width: 600, height: 140 });
    expect(svg.match(new RegExp(`fill="${lightTheme.textWeak}"[^>]*opacity="0.6"|opacity="0.6"[^>]*fill="${lightTheme.textWeak}"`, 'g')) ?? svg.match(/fill-opacity="0.6"/g)).toHaveLength(3);
  });

  it('says every figure under the pointer, without HTML', () => {
    const { tooltip } = layersDepthOption({ ...depth, shown: [...depthSeries] }, darkTheme, words);
    if (tooltip === undefined || Array.isArray(tooltip) || typeof tooltip.formatter !== 'function') throw new Error('no tooltip');
    expect(tooltip.renderMode).toBe('richText');
    const item = { dataIndex: 1, name: '', value: 0, data: 0, $vars: [], componentType: 'series', componentSubType: 'line', componentIndex: 0 };
    expect(tooltip.formatter([item], '')).toBe('blocks.0.attn.qkv\nrel. L2\nCumulative 0.10\nLocal 0.10\nWeights 0.02');
  });

  it('tells lines apart by mark and dash too', () => {
    const looks = depthSeries.map((name) => depthLook(name, lightTheme));
    expect(new Set(looks.map(({ colour }) => colour)).size).toBe(5);
    expect(new Set(looks.filter(({ dashed }) => dashed).map(({ symbol }) => symbol)).size).toBe(3);
  });
});
