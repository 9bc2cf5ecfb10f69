import type { Core } from './core.ts';
import type { Result } from '../core/base/errors.ts';
import { openWebHost, type WebHost } from '../node/web-host/websocket-host.ts';

/** Serves the window of a core on 127.0.0.1, each browser over its own WebSocket. Errors: port-in-use. */
export const startHeadless = async (
  core: Core,
  options: {
    /** Zero: any free one. */
    readonly port: number;
    /** The folder of the built window. */
    readonly renderer: string;
  },
): Promise<Result<WebHost>> => {
  const host = await openWebHost({
    root: options.renderer,
    port: options.port,
    log: core.log,
    onClient: (client) => void core.bridge.connect(client),
  });
  if (host.ok) core.offerLinks(() => host.value.link());
  return host;
};
