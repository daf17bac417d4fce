import { join } from 'node:path';
import { app, crashReporter } from 'electron';
import { keepNewest } from './log-file';

/** They are large. */
const reportsKept = 10;

/** Crash reports of all processes stay in this folder: there is nowhere to send them to. Must run before the app is ready. */
export function keepCrashReports(folder: string): void {
  app.setPath('crashDumps', folder);
  crashReporter.start({ submitURL: '', uploadToServer: false });
  for (const stage of ['new', 'pending', 'completed']) keepNewest(join(folder, stage), reportsKept);
}
