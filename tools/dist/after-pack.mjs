/** What electron-builder's copy of Electron still needs before it is the program: nothing of the carrier in it, and its fuses set. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFuses } from './fuses.mjs';

/** The program inside a packed folder: the .app on macOS, the executable elsewhere. */
export function programIn(folder, { electronPlatformName, packager }) {
  const { productFilename, executableName } = { productFilename: packager.appInfo.productFilename, executableName: packager.executableName };
  if (electronPlatformName === 'darwin') return join(folder, `${productFilename}.app`);
  return join(folder, electronPlatformName === 'win32' ? `${productFilename}.exe` : (executableName ?? productFilename));
}

/**
 * @param {{ mayLackFuses: boolean, onLacking: (names: string[]) => void }} how mayLackFuses: only for test packages, which may carry an older Electron
 * @returns electron-builder's afterPack hook
 */
export function afterPack({ mayLackFuses, onLacking }) {
  return async (context) => {
    // An app folder beside app.asar is what the carrier starts by itself; ours is app.asar alone.
    rmSync(join(context.appOutDir, 'resources', 'app'), { recursive: true, force: true });
    rmSync(join(context.appOutDir, '.made-from'), { force: true });
    const program = programIn(context.appOutDir, context);
    if (!existsSync(program)) throw new Error(`${program} is not where electron-builder should have put it`);
    // Arm64 Macs start no program whose signature does not fit its bytes; a real signature comes after this hook.
    onLacking(await setFuses(program, { mayLack: mayLackFuses, adHocSignature: context.electronPlatformName === 'darwin' }));
  };
}
