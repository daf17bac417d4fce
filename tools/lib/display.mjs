/** Screens: whether there is one, and a virtual one for tests. */
import { spawn } from 'node:child_process';

/** Only Linux can be without; a window there needs X11 or Wayland. */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Starts Xvfb on a free display number.
 *
 * @returns {Promise<{ display: string, stop: () => Promise<void> }>}
 * @throws {Error} if it does not come up
 */
export function startVirtualDisplay({ width = 1600, height = 1000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const gone = new Promise((done) => child.on('close', done));
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error('Xvfb did not say which display it serves within 20 s'));
    }, 20_000);
    let number = '';
    child.stdio[3].on('data', (data) => {
      number += data;
      if (!number.includes('\n')) return;
      clearTimeout(timer);
      const stop = async () => {
        child.kill();
        await gone;
      };
      resolve({ display: `:${number.trim()}`, stop });
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`Xvfb does not start: ${error.message}`));
    });
  });
}
