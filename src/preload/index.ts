/** Runs in the sandbox before the page: forwards calls, events and the engine's port. No logic; both ends check. */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron';

const nonceSwitch = '--style-nonce=';

/** Electron 32 took `File.path` away and gave webUtils instead; older ones have only the former. */
function pathOfFile(file: File & { readonly path?: string }): string {
  return typeof webUtils === 'object' ? webUtils.getPathForFile(file) : (file.path ?? '');
}

contextBridge.exposeInMainWorld('workbench', {
  styleNonce: process.argv.find((arg) => arg.startsWith(nonceSwitch))?.slice(nonceSwitch.length) ?? '',
  call: (method: unknown, params: unknown): Promise<unknown> => ipcRenderer.invoke('workbench-call', method, params),
  onEvent: (listener: (event: unknown) => void): (() => void) => {
    const forward = (_event: IpcRendererEvent, payload: unknown): void => listener(payload);
    ipcRenderer.on('workbench-event', forward);
    return () => void ipcRenderer.removeListener('workbench-event', forward);
  },
  pathOfFile,
});

ipcRenderer.on('engine-port', (event) => window.postMessage({ kind: 'engine-port' }, '/', event.ports));
