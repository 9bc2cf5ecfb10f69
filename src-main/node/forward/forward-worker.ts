import { parentPort } from 'node:worker_threads';
import { CrashLimit } from '../../core/base/crash-limit.ts';
import { hearUncaught, surface } from '../../core/base/exception.ts';
import { isLoopback } from '../../core/base/loopback.ts';
import { descriptorPlan } from '../runtime/descriptors.ts';
import { ForwardBuffers } from './forward-buffers.ts';
import { ForwardListener } from './forward-listener.ts';
import { portCount } from './forward-servers.ts';
import type { WorkerCommand, WorkerReport } from './forward-messages.ts';
import { TrafficAggregator } from './forward-traffic.ts';

/** Entry of the worker thread: it owns every listener and moves every byte. */
const port = parentPort;
if (port === null) throw new Error('forward-worker.ts runs as a worker thread only');

const send = (report: WorkerReport): void => port.postMessage(report);

// An unexpected error ends its connection, not the ten thousand others. After repeated errors the worker ends, and main
// starts a new one.
const limit = new CrashLimit({ max: 5, withinMs: 60_000, monotonic: () => performance.now() });
const stopHearing = hearUncaught(process, (thrown) => {
  const error = thrown instanceof Error ? thrown : new Error('no error');
  send({ type: 'uncaught', name: error.name, stack: error.stack ?? '' });
  if (limit.allows()) return;
  stopHearing();
  surface(thrown);
});

const buffers = new ForwardBuffers();
const traffic = new TrafficAggregator((reports) => send({ type: 'traffic', reports }));
const listeners = new Map<string, ForwardListener>();

/** Descriptors belong to the process, so all forwards share them. */
const hasRoom = (): boolean => {
  let clients = 0;
  for (const listener of listeners.values()) clients += listener.clients;
  return clients < descriptorPlan().connections(portCount());
};

const listen = async (command: Extract<WorkerCommand, { type: 'listen' }>): Promise<void> => {
  const { id, address, request, options } = command;
  // Checked here again, where the socket would be opened, for every caller.
  if (![address, ...options.extraEndpoints.map((other) => other.address)].every(isLoopback))
    return send({ type: 'listen-failed', request, code: 'EADDRNOTAVAIL' });
  const started = performance.now();
  const known = listeners.get(id);
  const listener = known ?? new ForwardListener(id, { send, buffers, traffic, hasRoom });
  listeners.set(id, listener);
  const code = await listener.listen({ address, port: command.port });
  if (code === undefined) {
    const others = await listener.configure(options);
    return send({ type: 'listened', request, bindMs: performance.now() - started, ...others });
  }
  if (known === undefined && listeners.get(id) === listener) listeners.delete(id);
  send({ type: 'listen-failed', request, code });
};

const configure = async (command: Extract<WorkerCommand, { type: 'configure' }>): Promise<void> => {
  const { id, request, options } = command;
  const listener = listeners.get(id);
  if (listener === undefined) return send({ type: 'listen-failed', request, code: 'ENOENT' });
  if (!options.extraEndpoints.map((other) => other.address).every(isLoopback))
    return send({ type: 'listen-failed', request, code: 'EADDRNOTAVAIL' });
  send({ type: 'listened', request, bindMs: 0, ...(await listener.configure(options)) });
};

const unlisten = async ({ id, request }: Extract<WorkerCommand, { type: 'unlisten' }>): Promise<void> => {
  const listener = listeners.get(id);
  listeners.delete(id);
  await listener?.close();
  traffic.flush();
  send({ type: 'unlistened', request });
};

const leave = ({ request }: Extract<WorkerCommand, { type: 'leave' }>): void => {
  for (const listener of listeners.values()) listener.leave();
  send({ type: 'left', request });
};

/** Binding and closing run in turn, so that a port is free before it is bound again. */
let turn: Promise<void> = Promise.resolve();

port.on('message', (command: WorkerCommand) => {
  switch (command.type) {
    case 'listen':
      turn = turn.then(() => listen(command));
      return;
    case 'configure':
      turn = turn.then(() => configure(command));
      return;
    case 'unlisten':
      turn = turn.then(() => unlisten(command));
      return;
    case 'leave':
      turn = turn.then(() => leave(command));
      return;
    case 'use-tunnel':
      return listeners.get(command.id)?.useTunnel(command.tunnelId, command.target);
    case 'retire':
      return listeners.get(command.id)?.retire(command.tunnelId, command.onlyIfIdle);
    case 'break':
      return listeners.get(command.id)?.breakTunnel(command.tunnelId);
    case 'check':
      for (const listener of listeners.values()) listener.check();
      return;
    case 'peers':
      return send({ type: 'peers', request: command.request, peers: listeners.get(command.id)?.peers() ?? [] });
    case 'reject-waiting':
      return listeners.get(command.id)?.rejectWaiting();
  }
  return command satisfies never;
});
