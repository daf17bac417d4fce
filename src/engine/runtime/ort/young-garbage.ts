/**
 * Collects what JavaScript has just let go of. Small pieces of native memory wait for it, and lie in the gaps that large tensors leave: while
 * hundreds of images pass through one segment each tensor then needs new memory (measured: 0.5 MB more for every image, until a collection).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

/** A minor collection takes about a millisecond. Null where the host does not allow it: V8 then collects when it sees fit. */
export function youngGarbageCollector(): (() => void) | null {
  const collect = exposedCollector();
  return collect === null ? null : () => collect({ type: 'minor' });
}

let known: Collect | null | undefined;

function exposedCollector(): Collect | null {
  if (known !== undefined) return known;
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  setFlagsFromString('--no-expose-gc');
  known = typeof found === 'function' ? (options) => void Reflect.apply(found, undefined, [options]) : null;
  return known;
}
