/** Chromium refuses its sandbox to root, and there is no GPU behind a virtual display. */
export function rootSwitches() {
  return process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox', '--disable-gpu'] : [];
}
