import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fail, ok } from '../core/base/errors.ts';
import type { Result } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../core/base/http.ts';
import type { Log } from '../core/base/log.ts';
import { classifyByStatus } from './classify-answer.ts';
import { execute, fillPath } from './execute.ts';
import type { OutgoingRequest, VendorWire } from './execute.ts';
import { defineOperation } from './vendor.ts';
import type { VendorContext } from './vendor.ts';

const clock: Clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined };
const log: Log = { write: () => undefined, child: () => log };
const signal = new AbortController().signal;

/** An outside that answers each request in turn, and keeps what it was sent. */
const outside = (...answers: readonly Partial<HttpAnswer>[]) => {
  const sent: HttpRequest[] = [];
  const http: HttpClient = {
    request: async (request): Promise<Result<HttpAnswer>> => {
      const { text = '', status = 200, headers = {} } = answers[sent.length] ?? {};
      sent.push(request);
      const answer = { status, headers, text, bytes: Buffer.from(text), receivedAt: 0 };
      const error = request.classify(answer);
      return error === undefined ? ok(answer) : { ok: false, error };
    },
  };
  const session: VendorContext = {
    accountId: 'a',
    baseUrl: 'https://api.example.com/v1/',
    fields: {},
    secrets: { key: 'key-1234' },
    http,
    clock,
    random: () => 0,
    log,
  };
  return { sent, session };
};

const wire = (extra: Partial<VendorWire> = {}): VendorWire => ({
  vendorName: 'Example',
  rateLimitGroup: { account: 'a', concurrency: 1, budget: 'b', requestsPerMinute: 60 },
  authorize: async () => ok({ headers: { authorization: 'key-1234' }, secrets: ['key-1234'] }),
  classify: (answer, operation, secrets) =>
    classifyByStatus(answer, {
      vendorName: 'Example',
      baseUrlHint: 'https://api.example.com/v1',
      credential: 'key',
      answer: operation.answer,
      secrets,
    }),
  ...extra,
});

const operation = defineOperation({
  id: 'update',
  number: 'X-01',
  summary: 'Updates.',
  method: 'PUT',
  path: '/things/{id}/proxy/{+path}',
  callers: ['user'],
  input: z.strictObject({
    id: z.string(),
    path: z.string(),
    filter: z.string().optional(),
    password: z.string().optional(),
    name: z.string(),
  }),
  output: z.looseObject({ id: z.string() }).or(z.undefined()),
  answer: 'json',
  danger: { level: 'changes' },
  repeatable: false,
  cacheable: false,
  secretFields: ['password'],
  wire: ({ id, path, filter, name, password }) => ({
    path: { id, path },
    query: { filter, page: '1' },
    headers: { 'X-Extra': 'yes' },
    body: { kind: 'json', value: { name, password } },
  }),
});
const input = { id: 'a/b', path: '/x y/z', name: 'é' };

describe('execute', () => {
  it('builds the request from path, query, headers and body', async () => {
    const { sent, session } = outside({ text: '{"id":"1","more":2}' });
    expect(await execute(session, wire(), operation, { ...input, filter: 'a&b' }, signal)).toEqual(
      ok({ id: '1', more: 2 }),
    );
    expect(sent[0]).toMatchObject({
      method: 'PUT',
      url: 'https://api.example.com/v1/things/a%2Fb/proxy/x%20y/z?filter=a%26b&page=1',
      headers: { 'x-extra': 'yes', authorization: 'key-1234' },
      body: { kind: 'text', text: '{"name":"é"}', contentType: 'application/json' },
      repeatable: false,
    });
  });

  it('leaves undefined parameters out and takes an empty answer where the operation does', async () => {
    const { sent, session } = outside({ status: 204 });
    expect(await execute(session, wire(), operation, input, signal)).toEqual(ok(undefined));
    expect(sent[0]?.url).toBe('https://api.example.com/v1/things/a%2Fb/proxy/x%20y/z?page=1');
  });

  it('hands the very bytes that are sent to whoever signs', async () => {
    const { session } = outside({});
    let seen: OutgoingRequest | undefined;
    await execute(
      session,
      wire({ authorize: async (request) => ((seen = request), ok({ headers: {}, secrets: [] })) }),
      operation,
      input,
      signal,
    );
    expect(seen).toMatchObject({
      method: 'PUT',
      url: { pathname: '/v1/things/a%2Fb/proxy/x%20y/z' },
      body: { kind: 'text', text: '{"name":"é"}' },
    });
  });

  it('names input and answer fields, never their values', async () => {
    const { sent, session } = outside({ text: '{"id":["private"]}' });
    const bad = await execute(session, wire(), operation, { ...input, name: { secret: 'private' } }, signal);
    expect(bad).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input', message: expect.stringContaining('name: expected text') },
    });
    expect(sent).toEqual([]);
    const answered = await execute(session, wire(), operation, input, signal);
    expect(answered).toMatchObject({ ok: false, error: { kind: 'bad-response' } });
    expect(JSON.stringify([bad, answered])).not.toContain('private');
  });

  it('passes every secret on for blotting out', async () => {
    const { sent, session } = outside({ status: 400, text: 'no hunter22 key-1234' });
    const result = await execute(session, wire(), operation, { ...input, password: 'hunter22' }, signal);
    expect(sent[0]?.secrets).toEqual(expect.arrayContaining(['key-1234', 'hunter22']));
    expect(result).toMatchObject({ error: { vendorMessage: 'no [removed] [removed]' } });
  });

  it('renews the session once after it was refused', async () => {
    let token = 'old-token';
    let renewals = 0;
    const renewing = wire({
      authorize: async () => ok({ headers: { token }, secrets: [token] }),
      renew: async () => {
        renewals += 1;
        token = 'new-token';
        return true;
      },
    });
    const once = outside({ status: 401 }, { text: '{"id":"1"}' });
    expect(await execute(once.session, renewing, operation, input, signal)).toEqual(ok({ id: '1' }));
    expect(once.sent.map((request) => request.headers['token'])).toEqual(['old-token', 'new-token']);
    const always = outside({ status: 401 }, { status: 401 }, { status: 401 });
    expect(await execute(always.session, renewing, operation, input, signal)).toMatchObject({
      error: { kind: 'unauthorized' },
    });
    expect(always.sent).toHaveLength(2);
    expect(renewals).toBe(2);
  });

  it('sends nothing when authorizing fails or the caller has gone', async () => {
    const { sent, session } = outside();
    const locked = wire({ authorize: async () => fail('unauthorized', 'No login.', 'Log in.') });
    expect(await execute(session, locked, operation, input, signal)).toMatchObject({ error: { message: 'No login.' } });
    expect(await execute(session, wire(), operation, input, AbortSignal.abort())).toMatchObject({
      error: { kind: 'cancelled' },
    });
    expect(sent).toEqual([]);
  });
});

describe('fillPath', () => {
  it.each([
    ['/a/{id}', { id: 'x/../y?#' }, '/a/x%2F..%2Fy%3F%23'],
    ['/a/{+path}', { path: 'b/c d' }, '/a/b/c%20d'],
    ['/a/', {}, '/a/'],
    ['/a/{id}', { id: '' }, undefined],
    ['/a/{id}', { id: '..' }, undefined],
    ['/a/{+path}', { path: 'b/../c' }, undefined],
    ['/a/{id}', {}, undefined],
    ['/a/{constructor}', {}, undefined],
    ['/a/{type}[_{port}]/b', { type: 'RDP', port: '3390' }, '/a/RDP_3390/b'],
    ['/a/{type}[_{port}]/b', { type: 'RDP' }, '/a/RDP/b'],
    ['/a/{type}[_{port}]/b', { port: '3390' }, undefined],
    ['/a/{type}[_{port}]', { type: 'RDP', port: '' }, undefined],
  ])('%s with %j', (template, values: Record<string, string>, path) => expect(fillPath(template, values)).toBe(path));
});
