import { expect, test } from 'vitest';
import type { UpdateState } from '../../services/app/updates.ts';
import { appRequests, type AppRequestDeps } from './app-requests.ts';
import { AppState } from '../../services/app/app-state.ts';

const start = () => {
  const app = new AppState({
    version: '1.0.0',
    host: 'desktop',
    platform: 'linux',
    demo: false,
    polling: true,
    vaultKind: 'memory',
    terminals: [],
    notices: [],
  });
  const heard: string[] = [];
  app.updateAnswered.on((answer) => heard.push(answer));
  // These requests look at nothing but the application's state.
  const requests = appRequests({ app } as unknown as AppRequestDeps);
  const answer = (given: 'restart' | 'later') =>
    requests['update.answer']({ answer: given }, AbortSignal.timeout(1000), {});
  return { app, heard, answer };
};

const waiting: UpdateState = {
  method: 'itself',
  ready: { version: '2.0.0', text: 'Quayside 2.0.0 is ready.', hint: 'It takes the place of this one when you quit.' },
  asks: true,
};

test('a window cannot restart a copy that has nothing to install', async () => {
  const { app, heard, answer } = start();
  expect(await answer('restart')).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
  app.setUpdate({ method: 'itself', asks: false });
  expect(await answer('restart')).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
  expect(heard).toEqual([]);
});

test('what the user says about a version that waits reaches whoever installs it', async () => {
  const { app, heard, answer } = start();
  app.setUpdate(waiting);
  expect(await answer('later')).toEqual({ ok: true, value: {} });
  expect(await answer('restart')).toEqual({ ok: true, value: {} });
  expect(heard).toEqual(['later', 'restart']);
});
