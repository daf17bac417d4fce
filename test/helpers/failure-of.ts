/** Failures as values, so that a test can look into them. Errors that are no failures go on, and stop the test. */
import { EngineError, type Failure } from '../../src/shared/failure';

/** Null when `work` did not fail. */
export function failureOf(work: () => unknown): Failure | null {
  try {
    work();
    return null;
  } catch (error) {
    return expected(error);
  }
}

/** Null when `work` was done. */
export function rejection(work: Promise<unknown>): Promise<Failure | null> {
  return work.then(() => null, expected);
}

/** 'none' when `work` was done. */
export async function failureKind(work: Promise<unknown>): Promise<string> {
  return (await rejection(work))?.kind ?? 'none';
}

function expected(error: unknown): Failure {
  if (error instanceof EngineError) return error.failure;
  throw error;
}
