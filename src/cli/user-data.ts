/** Where the program keeps its data: the same folder as the window's, so that both open the same workspace. */
import { homedir } from 'node:os';
import { join } from 'node:path';

const folderName = 'bitlog2-workbench';

export function userDataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  switch (platform) {
    case 'win32': return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), folderName);
    case 'darwin': return join(homedir(), 'Library', 'Application Support', folderName);
    default: return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), folderName);
  }
}
