/** What the page is given from outside: the engine and the shell. Tests and previews give their own. */
import type { InjectionKey } from 'vue';
import { inject } from 'vue';
import type { EngineClient } from '../../shared/engine-contract';
import type { ShellBridge, WindowMethod, WindowParams, WindowResult } from '../../shared/window-contract';
import { callShell } from '../../shared/window-contract';
import type { Connection } from './client';

export interface Services {
  readonly engine: EngineClient & {
    readonly connection: Connection;
    onConnection(listener: (connection: Connection) => void): () => void;
  };
  readonly bridge: ShellBridge;
}

export const servicesKey: InjectionKey<Services> = Symbol('services');

/** @throws {Error} outside of an app made by createWorkbench */
export function useServices(): Services {
  const services = inject(servicesKey);
  if (services === undefined) throw new Error('no services: mount through createWorkbench');
  return services;
}

/** One call to the shell, checked both ways. */
export function useShell(): <M extends WindowMethod>(method: M, params: WindowParams<M>) => Promise<WindowResult<M>> {
  const { bridge } = useServices();
  return (method, params) => callShell(bridge, method, params);
}
