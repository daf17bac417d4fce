/** Ends a switch over a union: a case that the compiler did not see is a bug, named here. */
export function assertNever(value: never, what = 'case'): never {
  throw new Error(`unhandled ${what}: ${JSON.stringify(value)}`);
}
