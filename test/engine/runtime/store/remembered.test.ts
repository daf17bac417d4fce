import { describe, expect, it } from 'vitest';
import { Remembered } from '../../../../src/engine/runtime/store/remembered';

describe('Remembered', () => {
  it('asks once until it is told to forget', async () => {
    let asked = 0;
    const remembered = new Remembered(async () => ++asked);
    expect([await remembered.get(), await remembered.get()]).toEqual([1, 1]);
    remembered.forget();
    expect([await remembered.get(), await remembered.get()]).toEqual([2, 2]);
  });

  it('does not keep an answer that was under way when it was told to forget', async () => {
    const answers: ((value: string) => void)[] = [];
    const remembered = new Remembered(() => new Promise<string>((resolve) => answers.push(resolve)));
    const before = remembered.get();
    remembered.forget();
    const after = remembered.get();
    answers[1]?.('new');
    answers[0]?.('old');
    expect([await before, await after, await remembered.get()]).toEqual(['old', 'new', 'new']);
  });

  it('does not keep a failure', async () => {
    let asked = 0;
    const remembered = new Remembered(async () => {
      asked++;
      if (asked === 1) throw new Error('busy');
      return asked;
    });
    await expect(remembered.get()).rejects.toThrow('busy');
    expect(await remembered.get()).toBe(2);
  });
});
