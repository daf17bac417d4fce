import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/engine/runtime/runs/pace';

describe('Pace', () => {
  it('gives a rate and the time left once they mean something', () => {
    let now = 0;
    const pace = new Pace(() => now);
    pace.plan(100);
    expect(pace.progress('evaluating', 'm')).toMatchObject({ done: 0, total: 100, rate: null, secondsLeft: null });
    pace.advance(10, 0);
    now = 1000;
    pace.advance(10, 1);
    expect(pace.progress('evaluating', 'm').rate).toBeNull();
    now = 2000;
    pace.advance(20, 0);
    // 30 evaluations since the first figure, in 2 s; 60 are left.
    expect(pace.progress('evaluating', 'm')).toEqual({ stage: 'evaluating', subject: 'm', done: 40, total: 100, rate: 15, secondsLeft: 4, skipped: 1 });
  });
});
