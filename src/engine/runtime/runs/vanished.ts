/** A picture that is gone is skipped and listed; a folder that is gone (a drive unplugged, a right taken away) ends the run, which goes on when it is back. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { fail, type EngineError } from '../../../shared/failure';
import { readPlace } from '../datasets/picture-place';

/** @param path absolute path (or place) of a picture that could not be read; null while its folder or archive can be used */
export function vanished(path: string): EngineError | null {
  const place = readPlace(path);
  const wanted = place.kind === 'file' ? dirname(place.file) : place.file;
  try {
    accessSync(wanted, place.kind === 'file' ? constants.R_OK | constants.X_OK : constants.R_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const what = code === 'EACCES' || code === 'EPERM' ? 'The pictures may not be read any more' : 'The folder of the pictures is not there any more';
    return fail('dataset-unreadable', what, {
      file: wanted,
      expected: 'the data set as it was when the run began',
      next: 'Nothing was skipped for it: put the folder back (or its permissions) and continue the run, which goes on from its last stored batch',
    });
  }
}

/** The first failure among skipped pictures. */
export function vanishedAmong(skipped: readonly { readonly file: string; readonly reason: string }[]): EngineError | null {
  for (const { file, reason } of skipped) {
    const failure = reason === 'unreadable' ? vanished(file) : null;
    if (failure !== null) return failure;
  }
  return null;
}
