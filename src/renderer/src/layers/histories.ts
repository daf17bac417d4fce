/** Steps that can be undone and done again. Pure: every step is a new record. */
export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
}

const depth = 200;

export function historyOf<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

export function step<T>(history: History<T>, next: T): History<T> {
  return { past: [...history.past, history.now].slice(-depth), now: next, future: [] };
}

export function undone<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1);
  return previous === undefined ? history : { past: history.past.slice(0, -1), now: previous, future: [history.now, ...history.future] };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  return next === undefined ? history : { past: [...history.past, history.now], now: next, future: rest };
}
