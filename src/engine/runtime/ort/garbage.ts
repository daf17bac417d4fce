/**
 * Collects what JavaScript has let go of, where waiting for the collector would cost memory. Small pieces of native memory wait for it, and lie in
 * the gaps that large tensors leave: while hundreds of images pass through one segment each tensor then needs new memory (measured: 0.5 MB more
 * for every image, until a collection). And the weights of a model that was rewritten wait for it by the hundred megabytes, behind a heap of ten.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Without options everything is collected. */
type Collect = (options?: { readonly type: 'minor' }) => void;

/** A minor collection takes about a millisecond. Null where the host does not allow it: V8 then collects when it sees fit. */
export function youngGarbageCollector(): (() => void) | null {
  const collect = exposedCollector();
  return collect === null ? null : () => collect({ type: 'minor' });
}

/** Collects everything: about ten milliseconds. For the ends of phases that leave weights behind; where the host does not allow it, nothing happens. */
export function collectGarbage(): void {
  exposedCollector()?.();
}

let known: Collect | null | undefined;

function exposedCollector(): Collect | null {
  if (known !== undefined) return known;
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  setFlagsFromString('--no-expose-gc');
  known = typeof found === 'function' ? (...options) => void Reflect.apply(found, undefined, options) : null;
  return known;
}
