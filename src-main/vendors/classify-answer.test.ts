import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../core/base/http.ts';
import { answerError, classifyByStatus } from './classify-answer.ts';
import type { ClassifyContext } from './classify-answer.ts';

const secret = 'pass "1"\\/x';
const context: ClassifyContext = {
  vendorName: 'Example',
  baseUrlHint: 'https://api.example.com',
  credential: 'API token',
  answer: 'json',
  secrets: ['', secret],
};
const answer = (text: string, change: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status: 400,
  headers: {},
  text,
  bytes: Buffer.from(text),
  receivedAt: Date.UTC(2026, 0, 1),
  ...change,
});
const said = (text: string): string | undefined => answerError('invalid-input', answer(text), context).vendorMessage;

describe('what the vendor said is told', () => {
  it.each([
    ['as it is', secret],
    ['as JSON writes it', JSON.stringify(secret).slice(1, -1)],
    ['as a URL writes it', encodeURIComponent(secret)],
  ])('without the secret, %s, wherever it stands', (_how, form) => {
    expect(said(`refused: ${form}; again: ${form}.`)).toBe('refused: [removed]; again: [removed].');
    expect(said(JSON.stringify({ reason: `refused: ${form}` }))).toBe('refused: [removed]');
    expect(said(JSON.stringify(`refused: ${form}`))).toBe('refused: [removed]');
  });

  it.each([
    ['without a credential that is not known', 'got Bearer abc.def, sorry', 'got Bearer [removed] sorry'],
    ['without tags', 'a <b>bold</b> word', 'a bold word'],
    ['without scripts, their text included', 'a<script>steal()</script> b', 'a b'],
    ['without a script that never ends', 'a <style>p { }', 'a'],
    ['without half a tag', 'a < b', 'a b'],
    ['on one line', 'a\r\n\tb\u2028c', 'a b c'],
    ['without what steers a terminal or reorders words', 'a\u001b[31mb\u202Ec', 'a [31mb c'],
    ['by its reason', '{"error":"no","reason":"The port is closed.","x":1}', 'The port is closed.'],
    ['by the next field where a reason is empty', '{"reason":"","message":"Try later."}', 'Try later.'],
    ['by the title of a web page', '<html><head><title>Not here</title></head><body>x</body></html>', 'Not here'],
  ])('%s', (_how, text, told) => {
    expect(said(text)).toBe(told);
  });

  it('in at most 200 characters, and not at all where there is nothing', () => {
    expect(said('x'.repeat(200))).toBe('x'.repeat(200));
    expect(said('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
    expect(said('  \n')).toBeUndefined();
  });
});

describe('a refusal', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [405, 'wrong-url'],
    [408, 'timeout'],
    [409, 'conflict'],
    [410, 'not-found'],
    [422, 'invalid-input'],
    [429, 'rate-limited'],
    [302, 'wrong-url'],
    [500, 'vendor-unavailable'],
    [503, 'vendor-unavailable'],
  ])('of status %i is %s', (status, kind) => {
    expect(classifyByStatus(answer('', { status }), context)).toMatchObject({ kind });
  });

  it('of a key is the clock’s where both clocks differ by more than five minutes, and says by how much', () => {
    const skewed = (ms: number) => {
      const date = new Date(Date.UTC(2026, 0, 1) - ms).toUTCString();
      return classifyByStatus(answer('', { status: 401, headers: { date } }), context);
    };
    expect(skewed(5 * 60_000)).toMatchObject({ kind: 'unauthorized' });
    expect(skewed(6 * 60_000)).toMatchObject({
      kind: 'clock-skew',
      message: expect.stringContaining('is 6 min ahead of') as string,
    });
    expect(skewed(-6 * 60_000)).toMatchObject({
      kind: 'clock-skew',
      message: expect.stringContaining('is 6 min behind') as string,
    });
  });

  it('is a wrong address where a web page answers instead of data', () => {
    const page = '<!DOCTYPE html><title>Welcome</title>';
    for (const status of [200, 400, 404])
      expect(classifyByStatus(answer(page, { status }), context)).toMatchObject({
        kind: 'wrong-url',
        message: expect.stringContaining('a web page') as string,
        hint: expect.stringContaining('https://api.example.com') as string,
      });
    expect(classifyByStatus(answer(page, { status: 200 }), { ...context, answer: 'text' })).toBeUndefined();
    expect(classifyByStatus(answer('{}', { status: 200 }), context)).toBeUndefined();
  });

  it('by a broken vendor blames nobody else', () => {
    expect(answerError('unauthorized', answer('', { status: 500 }), context)).toMatchObject({
      kind: 'vendor-unavailable',
    });
  });
});
