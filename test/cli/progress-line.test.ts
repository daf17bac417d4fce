import { describe, expect, it } from 'vitest';
import { ProgressLine, progressText } from '../../src/cli/progress-line';
import type { Progress } from '../../src/shared/evaluation';

const at = (done: number, extra: Partial<Progress> = {}): { kind: 'progress'; progress: Progress } => ({
  kind: 'progress', progress: { stage: 'evaluating', subject: 'tiny', done, total: 7000, rate: 31.4, secondsLeft: 178, skipped: 0, ...extra },
});

function recorder(isTTY: boolean, columns = 80, colour = false): { line: ProgressLine; text(): string; advance(ms: number): void } {
  let text = '';
  let clock = 0;
  return {
    line: new ProgressLine({ stderr: { write: (chunk) => { text += chunk; }, isTTY, columns }, colour, now: () => clock }),
    text: () => text,
    advance: (ms) => { clock += ms; },
  };
}

describe('progress', () => {
  it('reads as a sentence with units', () => {
    expect(progressText(at(1240, { skipped: 2 }).progress)).toBe('evaluating tiny  1,240 of 7,000  31 images/s  3 min left  2 skipped');
    expect(progressText(at(3, { stage: 'calibrating', rate: null, secondsLeft: null, total: 20 }).progress)).toBe('calibrating tiny  3 of 20');
    expect(progressText(at(0, { rate: 2.345, secondsLeft: 30_000 }).progress)).toContain('2.3 images/s  8 h 20 min left');
  });

  it('writes a line every five seconds into a log, without control characters', () => {
    const { line, text, advance } = recorder(false);
    for (let i = 0; i < 100; i++) {
      line.onEvent(at(i));
      advance(200);
    }
    line.clear();
    expect(text().trim().split('\n')).toHaveLength(4);
    // eslint-disable-next-line no-control-regex
    expect(text()).not.toMatch(/[\x1b\r]/);
  });

  it('rewrites one line on a terminal, no wider than it, and clears it', () => {
    const { line, text, advance } = recorder(true, 40);
    line.onEvent(at(1));
    line.onEvent(at(2));
    advance(150);
    line.onEvent(at(3));
    line.clear();
    expect(text()).not.toContain('\n');
    expect(text().split('\r\x1b[2K')).toEqual(['evaluating tiny  1 of 7,000  31 images/', 'evaluating tiny  3 of 7,000  31 images/', '']);
  });

  it('says notes once and names skipped images until there are too many', () => {
    const { line, text } = recorder(false);
    for (let i = 0; i < 3; i++) line.onEvent({ kind: 'note', text: 'seventeen values' });
    for (let i = 0; i < 30; i++) line.onEvent({ kind: 'skipped', image: { file: `val/${i}.png`, reason: 'broken', detail: 'truncated' } });
    expect(text().split('seventeen')).toHaveLength(2);
    expect(text()).toContain('skipped: val/19.png: broken, truncated');
    expect(text()).not.toContain('val/20.png');
    expect(text()).toContain('more than 20');
  });

  it('uses colour only where it may', () => {
    const plain = recorder(false);
    plain.line.note('x');
    expect(plain.text()).toBe('note: x\n');
    const coloured = recorder(true, 80, true);
    coloured.line.note('x');
    expect(coloured.text()).toBe('\x1b[2mnote:\x1b[22m x\n');
  });
});
