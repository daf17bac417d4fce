import { describe, expect, it } from 'vitest';
import { darkTheme } from '../../src/charts/chart-theme';
import { depthLeft, depthOption } from '../../src/charts/depth-option';

const depth = [0.05, 0.09, 0.26].map((relativeL2, index) => ({ name: `blocks.${index}.attn`, error: { sqnrDb: 20, relativeL2, cosine: 1 } }));
const words = { relativeL2: 'rel. L2', logits: 'logits', number: (value: number) => value.toFixed(2) };

describe('depthOption', () => {
  const option = depthOption(depth, 1, 'Sqrt2_16', darkTheme, words);

  it('has a column per block, and the logits last', () => {
    expect(option.xAxis).toMatchObject({ data: ['blocks.0.attn', 'blocks.1.attn', 'logits'], boundaryGap: true });
    expect(option.grid).toMatchObject({ left: depthLeft, right: 0 });
  });

  it('draws the figures as they are, in the colour and dash of the scheme', () => {
    expect(option.series).toMatchObject([{ type: 'line', data: [0.05, 0.09, 0.26], lineStyle: { color: '#56b4e9', type: 'dashed' } }]);
  });

  it('says the figure under the pointer without HTML', () => {
    const { tooltip } = option;
    if (tooltip === undefined || Array.isArray(tooltip) || typeof tooltip.formatter !== 'function') throw new Error('no tooltip');
    expect(tooltip.renderMode).toBe('richText');
    const item = { dataIndex: 2, name: '', value: 0, data: 0, $vars: [], componentType: 'series', componentSubType: 'line', componentIndex: 0 };
    expect(tooltip.formatter([item], '')).toBe('logits\nrel. L2 0.26');
  });
});
