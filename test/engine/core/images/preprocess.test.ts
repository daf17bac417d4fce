import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../src/shared/failure';
import { parsePreprocess, preprocessJson, preprocessPresets } from '../../../../src/engine/core/images/preprocess';

describe('presets', () => {
  it('are those of the three families', () => {
    expect(preprocessPresets.deit).toEqual({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], cropPct: 0.875, interpolation: 'bicubic' });
    expect(preprocessPresets.vit).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 0.9, interpolation: 'bicubic' });
    expect(preprocessPresets.swin).toEqual({ ...preprocessPresets.deit, cropPct: 0.9 });
  });
});

describe('parsePreprocess', () => {
  it('reads back what preprocessJson writes', () => {
    for (const preset of Object.values(preprocessPresets)) expect(parsePreprocess(preprocessJson(preset))).toEqual(preset);
    expect(parsePreprocess('{"interpolation":"lanczos","crop_pct":1,"std":[1,2,3],"mean":[0,-1,0.5]}'))
      .toEqual({ mean: [0, -1, 0.5], std: [1, 2, 3], cropPct: 1, interpolation: 'lanczos' });
  });

  const good = { mean: [0, 0, 0], std: [1, 1, 1], crop_pct: 0.9, interpolation: 'bicubic' };
  it.each([
    ['{mean:1}', 'JSON'],
    ['[1]', 'JSON'],
    ['"deit"', 'JSON'],
    [JSON.stringify({ ...good, mean: undefined }), 'mean'],
    [JSON.stringify({ ...good, mean: [0, 0] }), 'mean'],
    [JSON.stringify({ ...good, mean: [0, '0', 0] }), 'mean'],
    [JSON.stringify({ ...good, std: [1, 0, 1] }), 'std'],
    [JSON.stringify({ ...good, std: 'half' }), 'std'],
    [JSON.stringify({ ...good, crop_pct: 0 }), 'crop_pct'],
    [JSON.stringify({ ...good, crop_pct: 1.01 }), 'crop_pct'],
    [JSON.stringify({ ...good, interpolation: 'nearest' }), 'interpolation'],
    [JSON.stringify({ ...good, cropPct: 0.9 }), 'cropPct'],
  ])('says what is wrong with %s', (text, place) => {
    let failure;
    try {
      parsePreprocess(text);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      failure = error.failure;
    }
    expect(failure).toMatchObject({ kind: 'settings', place });
    expect(failure?.expected).toBeTruthy();
  });
});

describe('unusual ways to prepare a picture', () => {
  const base = '"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"crop_pct":1,"interpolation":"bicubic"';

  it('are read, written again, and left out where they are the usual ones', () => {
    const unusual = parsePreprocess(`{${base},"channels":"bgr","resize":"squash"}`);
    expect(unusual).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 1, interpolation: 'bicubic', channels: 'bgr', resize: 'squash' });
    expect(parsePreprocess(preprocessJson(unusual))).toEqual(unusual);
    const usual = parsePreprocess(`{${base},"channels":"rgb","resize":"short-side"}`);
    expect(Object.keys(usual)).toEqual(['mean', 'std', 'cropPct', 'interpolation']);
  });

  it.each([['channels', '"gbr"'], ['resize', '1']])('names a %s that is not known', (key, value) => {
    expect(() => parsePreprocess(`{${base},"${key}":${value}}`)).toThrow(key);
  });
});
