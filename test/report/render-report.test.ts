import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/render-report';
import { reportLanguages, reportWords } from '../../src/report/report-words';
import { englishWords } from '../../src/report/words';
import { koreanWords } from '../../src/report/words-ko';
import { board, pairedRecord, runRecord } from '../helpers/board-records';
import { datasetRecord, settings } from '../helpers/store-records';
import type { BoardCell, RunRecord } from '../../src/shared/records';
import type { ReportData, ReportRun } from '../../src/shared/report';

const data: ReportData = { board: board(), runs: [], pairs: [], workspace: '/somewhere/default.bitlog2', engine: '1.2.3', created: '2026-01-02T03:04:05.000Z' };

/** Elements of a kind whose attribute has this value. */
function marks(page: string, element: string, attribute: string, value: string): number {
  return page.split(`<${element} `).slice(1).filter((rest) => rest.slice(0, rest.indexOf('>')).includes(`${attribute}="${value}"`)).length;
}

describe('renderReport', () => {
  it('needs nothing from outside and runs no script', () => {
    const page = renderReport(data, datasetRecord('small'));
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)|href=|src=/i);
    expect(page.match(/https?:\/\/[^"' ]+/g)?.filter((url) => !url.startsWith('http://www.w3.org/')) ?? []).toEqual([]);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('gives each figure with its uncertainty, unit and number of images', () => {
    const page = renderReport(data, datasetRecord('small'));
    for (const text of ['fashion_swin', 'fashion_vit', '88.00', '[86.00, 89.50]', '−2.00 <i class="dot" role', '−7.00 <i class="dot filled"', '[−3.00, −1.00]', '30 / 10', 'of 1,000', '1,000 images', 'seed 0', '4/4', '32/32', '1.2.3', 'reference']) {
      expect(page, text).toContain(text);
    }
  });

  it('draws a dot for every measured cell in its colour, a cross for every published figure and a line for every FP32', () => {
    const svg = renderReport(data).split('<figure>')[1]?.split('</figure>')[0] ?? '';
    for (const variable of ['--fp32', '--sqrt2-17', '--single-17', '--half-17']) expect(marks(svg, 'circle', 'fill', `var(${variable})`) + marks(svg, 'path', 'fill', `var(${variable})`), variable).toBe(2);
    for (const variable of ['--sqrt2-16', '--single-16', '--half-16']) {
      const hollow = svg.split('<').filter((tag) => tag.includes(`stroke="var(${variable})"`) && tag.includes('fill="var(--surface)"'));
      expect(hollow, variable).toHaveLength(2);
    }
    expect(svg.split('<').filter((tag) => tag.startsWith('path') && tag.includes('stroke="var(--text-3)"') && tag.includes('fill="none"'))).toHaveLength(4);
  });

  it('escapes every string', () => {
    const nasty = '<script>alert("x")</script>&\'';
    const evil = board([nasty]);
    const page = renderReport({ ...data, board: evil, workspace: nasty, engine: nasty }, datasetRecord('small', { name: nasty, root: nasty }));
    expect(page).not.toContain('<script');
    expect(page).not.toContain('alert("x")');
    expect(page).toContain('&lt;script&gt;');
  });

  it('says what is partial and what was skipped', () => {
    const partial = board(['tiny']);
    const model = partial.models[0];
    if (model === undefined) throw new Error('no model');
    const cells = partial.cells.map((cell) => (cell.scheme === 'Sqrt2_16' ? { ...cell, run: runRecord(model, 'Sqrt2_16', 80, { state: 'stopped', images: 250, skipped: 3 }) } : cell));
    const page = renderReport({ ...data, board: { ...partial, cells } });
    expect(page).toContain('(stopped, 250 of 1,000)');
    expect(page).toContain('3 skipped');
    expect(page).toContain('250 to 1,000 images');
  });

  it('tells integer runs from reference ones, and whether they are so throughout', () => {
    const [, cell] = data.board.cells;
    const run = cell?.run ?? null;
    if (cell === undefined || run === null) throw new Error('the board has no run');
    const integer = (extra: Partial<RunRecord>): BoardCell => ({ ...cell, arithmetic: 'integer', run: { ...run, settings: { ...settings(cell.scheme), arithmetic: 'integer' }, ...extra } });
    const page = (extra: Partial<RunRecord>): string => renderReport({ ...data, board: { ...data.board, cells: [...data.board.cells, integer(extra)] } });
    expect(page({ exact: true })).toContain('integer, exact</span>');
    expect(page({ exact: false, fallbacks: [{ site: 'patch_embed', reason: 'r' }, { site: 'head', reason: 'r' }] })).toContain('integer, 2 sites in reference arithmetic</span>');
    expect(renderReport(data)).not.toContain('integer, exact');
  });

  it('is a page even without a run', () => {
    expect(renderReport({ ...data, board: { datasetId: null, models: [], columns: [], cells: [] } })).toContain('There is no run');
  });
});

describe('a run in detail', () => {
  const model = data.board.models[0];
  if (model === undefined) throw new Error('no model');
  const fp32 = runRecord(model, 'none', 90);
  const run = runRecord(model, 'BitLog2_Half_17', 88, { id: 'r1' });
  const figures = (relativeL2: number): { sqnrDb: number; relativeL2: number; cosine: number } => ({ sqnrDb: -20 * Math.log10(relativeL2), relativeL2, cosine: 0.99 });
  const site = (name: string, block: number | null, error: number) => ({
    site: name, role: 'linear', block, arithmetic: 'reference' as const, local: figures(error), cumulative: figures(2 * error), weights: figures(error / 2), activations: null, attention: null, clipped: null,
  });
  const flip = (file: string) => ({ index: 0, file, label: 0, flip: 'lost' as const, run: { top5: [1], margin: 1.25, loss: 2, correct: false }, baseline: { top5: [0], margin: 3.5, loss: 0.1, correct: true } });
  const detailed: ReportRun = {
    run, against: fp32, paired: pairedRecord(run, fp32),
    errors: { runId: run.id, images: 32, skipped: 0, sites: [site('patch_embed.proj', null, 0.01), site('blocks.0.attn.qkv', 0, 0.125), site('blocks.0.mlp.fc2', 0, 0.5)] },
    levels: [{ block: 'blocks.0.attn', counts: [10, 30, 0, 60] }],
    classNames: ['coat', 'shirt'],
    flips: { counts: { all: 1000, common: 1000, lost: 30, gained: 10, changed: 4 }, lost: [flip('val/a/7.png')], gained: [] },
  };
  const page = renderReport({ ...data, runs: [detailed] }, datasetRecord('small'));

  it('says how it was made, what it is held against, which sites hurt, which levels it uses, which images it lost', () => {
    for (const text of ['BitLog2_Half_17 W4A4', 'On the same images as FP32', 'BitLog2_Half_17 W4A4 − FP32', '30 lost, 10 gained, 4 changed', 'val/a/7.png', '3.50', '1.25', 'mean 0.5 0.5 0.5']) expect(page, text).toContain(text);
    const worst = page.split('<tbody>').find((body) => body.includes('blocks.0.mlp.fc2')) ?? '';
    expect(worst.indexOf('blocks.0.mlp.fc2')).toBeLessThan(worst.indexOf('blocks.0.attn.qkv'));
    expect(worst).toContain('<td>0.500</td><td>6.0</td>');
    // Ten of a hundred elements, thirty, none at all, sixty.
    expect([...page.matchAll(/class="share"[^>]*>([^<]+)</g)].map(([, text]) => text)).toEqual(['10', '30', '·', '60']);
  });

  it('names classes by the outputs of the run, not by the data set\'s own numbers', () => {
    // The data set calls its label 0 "a": under a map of labels output 0 stands for something else.
    const rows = page.split('Lost: those whose answer')[1]?.split('</table>')[0] ?? '';
    expect([...rows.matchAll(/<td>([^<]*)<\/td>/g)].map(([, text]) => text)).toEqual(['coat', 'coat', '3.50', 'shirt', '1.25']);
    const nameless = renderReport({ ...data, runs: [{ ...detailed, classNames: [null] }] }, datasetRecord('small')).split('Lost: those whose answer')[1]?.split('</table>')[0] ?? '';
    expect([...nameless.matchAll(/<td>([^<]*)<\/td>/g)].map(([, text]) => text)).toEqual(['0', '0', '3.50', '1', '1.25']);
  });

  it('draws a bar for every site with an error of its own', () => {
    const svg = page.split('Where the error arises')[1]?.split('</figure>')[0] ?? '';
    expect(svg.split('<path').filter((tag) => tag.includes('fill="var(--half-17)"')).length).toBeGreaterThanOrEqual(3);
  });

  it('says so when nobody asked for the errors of the sites', () => {
    expect(renderReport({ ...data, runs: [{ ...detailed, errors: null, levels: [], flips: null }] })).toContain('Errors of the sites were not computed');
  });

  it('holds chosen runs against each other, the correction named', () => {
    const other = runRecord(model, 'Sqrt2_17', 86, { id: 'r2', settings: settings('Sqrt2_17', { seed: 2, overrides: { 'blocks.0*': 'fp32' } }) });
    const both = renderReport({ ...data, runs: [detailed, { ...detailed, run: other }], pairs: [pairedRecord(other, run)] });
    expect(both).toContain('over exactly these 1 comparison');
    expect(both).toContain('Sqrt2_17 W4A4, seed 2, 1 override − BitLog2_Half_17 W4A4');
    expect(both).toContain('blocks.0* = fp32');
  });
});

describe('pictures and labels that are not treated the plain way', () => {
  const model = data.board.models[0];
  if (model === undefined) throw new Error('no model');
  const odd = settings('Sqrt2_17', { preprocess: { mean: [0, 0, 0], std: [1, 1, 1], cropPct: 1, interpolation: 'lanczos', channels: 'bgr', resize: 'squash' }, labelMap: 'plus-one', imageList: ['val/a/7.png'] });
  const run = runRecord(model, 'Sqrt2_17', 86, { settings: odd });
  const cells = data.board.cells.map((cell) => (cell.scheme === 'Sqrt2_17' && cell.modelId === model.id ? { ...cell, run } : cell));
  const report: ReportRun = { run, against: null, paired: null, errors: null, levels: [], classNames: [], flips: null };
  const chosen = datasetRecord('small', { labels: { file: 'val.txt', order: 'devkit' }, unconfirmed: true });
  const lists = (page: string): string[] => [...page.matchAll(/<dl>([^]*?)<\/dl>/g)].map(([, list]) => list ?? '');

  it.each([
    ['en', ['channels BGR (blue first)', 'both sides resized (squash)', 'mapped (plus-one): output = label + 1'], ['from val.txt', 'in the development kit’s order, as chosen', 'no picture’s name confirms their order', 'as listed', 'of some runs from a list chosen by hand']],
    ['ko', ['채널 순서 BGR (파랑 먼저)', '두 변을 모두 맞춤 (squash)', '대응 (plus-one): 출력 = 레이블 + 1'], ['val.txt에서 읽음', '고른 순서: 개발 키트의 번호', '이 순서를 확인해 주는 파일 이름이 없음', '목록 그대로', '일부 실행은 직접 고른 목록']],
  ] as const)('are named in %s, for the run and for the whole', (language, ofRun, ofAll) => {
    const [first = '', last = ''] = lists(renderReport({ ...data, board: { ...data.board, cells }, runs: [report] }, chosen, null, language));
    for (const text of ofRun) expect([first.includes(text), last.includes(text)], text).toEqual([true, true]);
    for (const text of ofAll) expect(last, text).toContain(text);
    // Written once in the run's own list.
    expect(first).toContain(reportWords(language).setup.chosenImages);
  });

  it('are not spoken of otherwise', () => {
    for (const language of reportLanguages) {
      const { setup } = reportWords(language);
      const page = lists(renderReport({ ...data, runs: [{ ...report, run: runRecord(model, 'Sqrt2_17', 86) }] }, datasetRecord('small'), null, language)).join('');
      for (const text of [setup.bgr, setup.squash, setup.labels, setup.chosenImages, setup.unconfirmed]) expect(page, text).not.toContain(text);
    }
  });
});

describe('spreads', () => {
  it('stand under the figure that they belong to', () => {
    const cells = data.board.cells.map((cell) => (cell.scheme === 'Sqrt2_17' ? { ...cell, seeds: { count: 3, min: 84.25, max: 86.5, mean: 85 }, noise: { repeats: 5, images: 1000, spread: 0.1 } } : cell));
    expect(renderReport({ ...data, board: { ...data.board, cells } })).toContain('3 seeds 84.25 to 86.50</span><br><span class="weak">rounding alone 0.10</span></td>');
    expect(renderReport(data)).not.toContain('rounding alone');
  });
});

describe('published figures', () => {
  it('name whose they are, and the log where it says another', () => {
    const cells = data.board.cells.map((cell) => (cell.scheme === 'Sqrt2_17' ? { ...cell, published: 75.61, publishedAs: 'RepQ-ViT', publishedLog: 75.72 } : cell.scheme === 'BitLog2_Half_16' ? { ...cell, published: 75.554, publishedLog: 75.594 } : cell));
    const page = renderReport({ ...data, board: { ...data.board, cells } });
    expect(page).toContain('75.61<br><span class="weak">RepQ-ViT</span><br><span class="weak">log 75.72</span>');
    expect(page).toContain('75.554<br><span class="weak">log 75.594</span>');
  });
});

it('says what the short bar of several seeds is, only where there is one', () => {
  const seeded = { ...data.board, cells: data.board.cells.map((cell) => (cell.scheme === 'Sqrt2_17' ? { ...cell, seeds: { count: 3, mean: 87, min: 86, max: 88.5 } } : cell)) };
  expect(renderReport({ ...data, board: seeded })).toContain('least to most over calibration draws');
  expect(renderReport(data)).not.toContain('least to most over calibration draws');
});

describe('the languages of the report', () => {
  /** Every sentence, with its place; functions stand for what they say of plain arguments. */
  function sentences(words: object, path = ''): [string, string][] {
    return Object.entries(words).flatMap(([key, value]): [string, string][] => {
      const at = `${path}.${key}`;
      if (typeof value === 'string') return [[at, value]];
      if (key === 'remark') return [];
      if (typeof value === 'function') return [[at, String(value(...['1', '2', '3', '4'].slice(0, value.length)))]];
      return typeof value === 'object' && value !== null ? sentences(value, at) : [];
    });
  }

  it('say the same things', () => {
    expect(sentences(koreanWords).map(([at]) => at).sort()).toEqual(sentences(englishWords).map(([at]) => at).sort());
    const korean = new Map(sentences(koreanWords));
    // Two English words and more are a sentence; the same ones in both languages were forgotten.
    expect(sentences(englishWords).filter(([at, text]) => /[a-z]{3,} [a-z]{3,}/.test(text) && korean.get(at) === text)).toEqual([]);
    expect(reportLanguages.map((language) => reportWords(language).lang)).toEqual(['en', 'ko']);
  });

  it('have the same figures', () => {
    const english = renderReport(data, datasetRecord('small'));
    const korean = renderReport(data, datasetRecord('small'), null, 'ko');
    const figures = (page: string): string[] => page.slice(page.indexOf('<tbody>'), page.lastIndexOf('</tbody>')).match(/[−+]?\d+\.\d\d/g) ?? [];
    expect(figures(korean)).toEqual(figures(english));
    expect(figures(korean).length).toBeGreaterThan(50);
    expect(korean).toContain('<html lang="ko">');
    expect(korean).toContain('어텐션 맵의 기법');
    for (const left of ['Top-1 accuracy', 'All figures', 'How it was measured', 'of 1,000', ' images', 'Scheme of']) expect(korean, left).not.toContain(left);
  });
});
