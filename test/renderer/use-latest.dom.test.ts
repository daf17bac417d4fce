import { describe, expect, it } from 'vitest';
import { effectScope } from 'vue';
import { useLatest } from '../../src/renderer/src/composables/use-latest';
import { fail } from '../../src/shared/failure';

describe('useLatest', () => {
  it('keeps the newest answer whatever the order of arrival, and aborts the older request', async () => {
    const scope = effectScope();
    const arrivals = new Map<string, (value: string) => void>();
    const aborted: string[] = [];
    await scope.run(async () => {
      const latest = useLatest((signal, name: string) => new Promise<string>((resolve) => {
        signal.addEventListener('abort', () => aborted.push(name));
        arrivals.set(name, resolve);
      }));
      const first = latest.run('first');
      const second = latest.run('second');
      arrivals.get('second')?.('second');
      await second;
      arrivals.get('first')?.('first');
      await first;
      expect(latest.value.value).toBe('second');
      expect(aborted).toEqual(['first']);
      expect(latest.busy.value).toBe(false);
    });
    scope.stop();
  });

  it('shows a failure of the newest request only, and clears it with the next answer', async () => {
    const scope = effectScope();
    await scope.run(async () => {
      const latest = useLatest(async (_signal, good: boolean) => {
        if (!good) throw fail('not-found', 'gone');
        return 1;
      });
      await latest.run(false);
      expect(latest.failure.value?.what).toBe('gone');
      await latest.run(true);
      expect([latest.failure.value, latest.value.value]).toEqual([null, 1]);
    });
    scope.stop();
  });

  it('aborts what is under way when its owner goes away', () => {
    const scope = effectScope();
    let aborted = false;
    scope.run(() => {
      const latest = useLatest((signal) => new Promise<void>(() => { signal.addEventListener('abort', () => { aborted = true; }); }));
      void latest.run();
    });
    scope.stop();
    expect(aborted).toBe(true);
  });
});
