import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import { limitClients, pageLimits } from '../runtime/descriptors.ts';
import { WebSessionRegistry } from '../../core/session/web-session-registry.ts';
import type { WebSessionPages } from '../../core/session/web-session.ts';

const host = '127.0.0.1';
const maxBodyBytes = 4096;

const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part as Buffer);
    size += bytes.length;
    if (size > maxBodyBytes) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
};

/**
 * Web sessions as pages for tabs of a browser: on 127.0.0.1 at a port of their own, so that the vendor's script shares
 * no origin with our window. Cookies are neither set nor read. The port is opened with the first session.
 */
export const createWebSessionPages = (deps: { readonly clock: Clock; readonly log: Log }): WebSessionPages => {
  const desk = new WebSessionRegistry({ clock: deps.clock, newTicket: () => randomBytes(24).toString('base64url') });
  let listening: Promise<Result<{ readonly server: Server; readonly origin: string }>> | undefined;
  let isOver = false;

  const refuse = (response: ServerResponse, status: number, why: string): void => {
    deps.log.write('warn', 'web-session.refused', { why });
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.end('Quayside does not answer this.\n');
  };

  const serve = async (request: IncomingMessage, response: ServerResponse, origin: string): Promise<void> => {
    // A rebinding page has a name of its own, and a foreign page an origin of its own.
    if (`http://${request.headers.host ?? ''}` !== origin) return refuse(response, 403, 'host');
    const method = request.method ?? '';
    if (method !== 'GET' && request.headers.origin !== origin) return refuse(response, 403, 'origin');
    const body = await bodyOf(request);
    if (body === undefined) return refuse(response, 413, 'size');
    const answer = await desk.answer({ method, path: request.url ?? '/', body });
    response.writeHead(answer.status, { ...answer.headers });
    response.end(answer.body);
  };

  const listen = (): Promise<Result<{ readonly server: Server; readonly origin: string }>> =>
    new Promise((resolve) => {
      let origin = '';
      const server = createServer(pageLimits, (request, response) => {
        serve(request, response, origin).catch(() => response.destroy());
      });
      limitClients(server, 'session pages', deps.log);
      server.once('error', () =>
        resolve(fail('internal', 'No local port could be opened for the session’s page.', 'Try again.')),
      );
      server.listen({ host, port: 0, exclusive: true }, () => {
        origin = `http://${host}:${(server.address() as AddressInfo).port}`;
        resolve(ok({ server, origin }));
      });
    });

  return {
    open: async (order) => {
      if (isOver) return fail('cancelled', 'Quayside is closing.', 'Start it again.');
      listening ??= listen();
      const open = await listening;
      if (!open.ok) {
        listening = undefined;
        return open;
      }
      return ok({ address: `${open.value.origin}${desk.admit(order)}` });
    },
    endAll: async () => undefined,
    dispose: async () => {
      isOver = true;
      desk.dispose();
      const open = await listening;
      if (open?.ok !== true) return;
      const { server } = open.value;
      listening = undefined;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
};
