/** Entry of the page: the real engine behind a port, the real shell behind the preload bridge. */
import type { ShellBridge } from '../../shared/window-contract';
import { enginePortMessage } from '../../shared/window-contract';
import { PortClient } from './client';
import './styles/tokens.css';
import './styles/base.css';
import './styles/pieces.css';
import './styles/over.css';
import { createWorkbench } from './workbench';

declare global {
  interface Window {
    readonly workbench: ShellBridge;
  }
}

const engine = new PortClient();
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const [port] = event.ports;
  const { data } = event;
  if (event.source !== window || port === undefined || typeof data !== 'object' || data === null) return;
  if ('kind' in data && data.kind === enginePortMessage.kind) engine.connect(port);
});

createWorkbench({ engine, bridge: window.workbench }).mount('#app');
