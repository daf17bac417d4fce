import { describe, expect, it } from 'vitest';
import { judge } from '../../../tools/bench/bars';
import { parseKilobytes } from '../../../tools/bench/resident';
import { summarise } from '../../../tools/bench/statistics';
import { benchTable, short } from '../../../tools/bench/table';

const row = (id: string, figures: Readonly<Record<string, readonly number[]>>) => ({ id, figures: Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, summarise(values)])) });

describe('judge', () => {
  it.each([
    ['calibration.deit_tiny.32', 'fp32_passes', 8, true], ['calibration.deit_tiny.32', 'fp32_passes', 8.1, false],
    ['deit_tiny.reference.Sqrt2_17', 'ratio_to_fp32', 0.6, true], ['deit_tiny.reference.Sqrt2_17', 'ratio_to_fp32', 0.59, false],
    ['workers.2', 'ratio_to_one', 1.85, true], ['workers.2', 'ratio_to_one', 1.84, false],
    ['kernel.BitLog2_Half_17', 'ratio_to_memcpy', 1, true], ['kernel.BitLog2_Half_17', 'ratio_to_memcpy', 1.1, false],
    ['memory.flat', 'growth', 1.04, true], ['memory.flat', 'growth', 1.06, false], ['memory.flat', 'growth', 0.9, false],
    ['memory.estimate.deit_tiny.1', 'ratio', 0.71, true], ['memory.estimate.deit_tiny.1', 'ratio', 0.69, false], ['memory.estimate.deit_tiny.1', 'ratio', 1.31, false],
  ])('%s with %s = %d: %s', (id, figure, value, kept) => {
    expect(judge(row(id, { [figure]: [value] }))?.kept).toBe(kept);
  });

  it('judges by the median, and nothing where nothing was promised', () => {
    expect(judge(row('workers.2', { ratio_to_one: [1, 1.9, 1.9] }))?.kept).toBe(true);
    expect(judge(row('kernel.Sqrt2_16', { ns_per_element: [3] }))).toBeNull();
  });
});

describe('benchTable', () => {
  it('writes one figure a line and marks the one that was promised', () => {
    const text = benchTable([row('workers.2', { ratio_to_one: [1.7], images_per_second: [123.4] }), row('memory.x', { at_200_bytes: [250e6] })]);
    expect(text.split('\n')).toEqual([
      'row        figure             median     min     max  promise',
      'workers.2  ratio_to_one         1.70    1.70    1.70  MISSED: ratio_to_one >= 1.85',
      '           images_per_second     123     123     123',
      'memory.x   at_200_bytes       250 MB  250 MB  250 MB',
      '',
    ]);
  });
});

it('shortens numbers to what can be read', () => {
  expect([1234.5, 99.96, 10.04, 1.234, 0.1234, -3.456].map(short)).toEqual(['1235', '100.0', '10.0', '1.23', '0.123', '-3.46']);
});

it('reads one line of /proc/self/status', () => {
  expect(parseKilobytes('Name:\tnode\nVmHWM:\t  123456 kB\nVmRSS:\t   99 kB\n', 'VmHWM')).toBe(123456);
  expect(() => parseKilobytes('Name:\tnode\n', 'VmHWM')).toThrow('no line VmHWM');
});
