import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/engine/runtime/runs/pace';

describe('Pace', () => {
  it('gives a rate and the time left once they mean something', () => {
    let now = 0;
    const pace = new Pace(() => now);
    pace.plan(100);
    expect(pace.progress('evaluating', 'm')).toMatchObject({ done: 0, total: 100, rate: null, secondsLeft: null });
    pace.start();
    now = 1000;
    pace.advance(10, 0);
    expect(pace.progress('evaluating', 'm').rate).toBeNull();
    now = 2000;
    pace.advance(30, 1);
    expect(pace.progress('evaluating', 'm')).toEqual({ stage: 'evaluating', subject: 'm', done: 40, total: 100, rate: 20, secondsLeft: 3, skipped: 1 });
  });

  it('leaves calibration out of the rate', () => {
    let now = 0;
    const pace = new Pace(() => now);
    pace.plan(200);
    pace.start();
    now = 2000;
    pace.advance(40, 0);
    pace.pause();
    now = 60_000;
    expect(pace.progress('calibrating', 'm', 1, 9)).toMatchObject({ done: 1, total: 9, rate: 20, secondsLeft: 8 });
    pace.start();
    now = 62_000;
    pace.advance(40, 0);
    expect(pace.progress('evaluating', 'm').rate).toBe(20);
  });
});
