import { shell } from 'electron';

/** Shows one of the program's own folders with the system's file manager; what cannot be shown is told on our output. */
export async function showFolder(folder: string): Promise<void> {
  const problem = await shell.openPath(folder);
  if (problem !== '') process.stderr.write(`${folder} cannot be shown: ${problem}\n`);
}
