/** A lock between processes: a folder that only one can create. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function ownerIsAlive(folder) {
  let pid;
  try {
    pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  } catch (error) {
    // Between mkdir and write the owner has no name yet.
    if (error.code === 'ENOENT') return true;
    throw error;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Runs `work` while holding `folder`. A lock whose owner has died is taken over.
 *
 * @throws {Error} after `patienceMs` behind a living owner
 */
export async function withLock(folder, work, { patienceMs = 180_000, stepMs = 100 } = {}) {
  for (let waited = 0; ; waited += stepMs) {
    try {
      mkdirSync(folder);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!ownerIsAlive(folder)) rmSync(folder, { recursive: true, force: true });
    else if (waited > patienceMs) throw new Error(`another build holds ${folder}; if none is running, delete that folder`);
    await pause(stepMs);
  }
  try {
    writeFileSync(join(folder, 'pid'), String(process.pid));
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
