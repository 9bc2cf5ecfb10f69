import type { Bridge } from '../bridge/bridge.ts';
import type { MessageSocket } from '../node/control/control-socket.ts';
import { isHandOverRequest } from './compose-hand-over.ts';
import type { Core } from './core.ts';

const isLinkRequest = (message: unknown): message is { readonly type: 'link'; readonly show?: unknown } =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'link';

/** Serves the clients of the control socket, which may also ask for a link to the window or for the profile itself. */
export const composeClients = (deps: {
  readonly bridge: Pick<Bridge, 'connect'>;
  /** Whether a window is served to browsers. It comes later than the profile; a request for its link waits for it. */
  readonly servesWindow: boolean;
  /** Gives the profile to a process that asks for it; if absent, it is not given away. */
  readonly giveProfile: ((successor: MessageSocket) => Promise<void>) | undefined;
}): Pick<Core, 'offerLinks' | 'offerWindow'> & { serve(client: MessageSocket): void } => {
  const { bridge, giveProfile } = deps;
  const links = Promise.withResolvers<(() => string) | undefined>();
  if (!deps.servesWindow) links.resolve(undefined);
  let showWindow: (() => Promise<boolean>) | undefined;
  const answerLink = async (client: MessageSocket, show: boolean): Promise<void> => {
    const giveLink = await links.promise;
    const shown = show && (await showWindow?.()) === true;
    client.send({ type: 'link', url: giveLink?.(), shown });
  };
  return {
    offerLinks: links.resolve,
    offerWindow: (show) => {
      showWindow = show;
    },
    serve: (client) => {
      bridge.connect({
        send: (frame) => client.send(frame),
        onMessage: (listener) =>
          client.onMessage((message) => {
            if (isLinkRequest(message)) void answerLink(client, message.show === true);
            else if (giveProfile !== undefined && isHandOverRequest(message)) void giveProfile(client);
            else listener(message);
          }),
        onClose: (listener) => client.onClose(listener),
        backlog: () => client.backlog(),
      });
    },
  };
};
