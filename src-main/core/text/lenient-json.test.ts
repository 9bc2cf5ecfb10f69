import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForeignJson, parseLenientJson } from './lenient-json.ts';

const repaired = (text: string): unknown => {
  const read = parseLenientJson(text);
  if (!read.ok) throw new Error('not read');
  expect(read.repaired).toBe(true);
  return read.value;
};

describe('JSON of somebody else', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

  it('is read up to 200 brackets deep, whatever stands in its strings', () => {
    expect(parseForeignJson(nested(200))).toBeDefined();
    const brackets = { text: `${'['.repeat(500)}\\"` };
    expect(parseForeignJson(JSON.stringify(brackets))).toEqual(brackets);
    expect(parseForeignJson(JSON.stringify(Array.from({ length: 500 }, () => ({ a: [1] }))))).toHaveLength(500);
    expect(parseForeignJson('[1,')).toBeUndefined();
  });

  it('is refused beyond, before V8 has to look at all of it', () => {
    for (const text of [nested(201), '['.repeat(1_000_000), '{"a":'.repeat(1_000_000)]) {
      expect(parseForeignJson(text)).toBeUndefined();
      expect(parseLenientJson(text)).toEqual({ ok: false });
    }
  });
});

describe('parseLenientJson', () => {
  it('reads good JSON without repairing', () => {
    expect(parseLenientJson('[{"a":1},{"a":2}]')).toEqual({ ok: true, value: [{ a: 1 }, { a: 2 }], repaired: false });
  });

  it('drops a comma before a closing bracket', () => {
    expect(repaired('{\n"Host": "proxy7.remoteiot.com",\n"Port": 23401,\n}')).toEqual({
      Host: 'proxy7.remoteiot.com',
      Port: 23401,
    });
    expect(repaired('[1, [2, 3,], ]')).toEqual([1, [2, 3]]);
  });

  it('adds a comma between members and between elements', () => {
    expect(repaired('[{\n"Name": "Chart1"\n"ChartId": "12"\n}\n{"Name": "b"}]')).toEqual([
      { Name: 'Chart1', ChartId: '12' },
      { Name: 'b' },
    ]);
    expect(repaired('[1 2 "x" null true{}[]]')).toEqual([1, 2, 'x', null, true, {}, []]);
  });

  it('puts quotes around the names of members, and around nothing else', () => {
    expect(parseLenientJson('{ group_uid: "0123-CDEF" }')).toEqual({
      ok: true,
      value: { group_uid: '0123-CDEF' },
      repaired: true,
    });
    expect(parseLenientJson('{ a: true b :[null, {rdp.x: 1}] }')).toMatchObject({
      value: { a: true, b: [null, { 'rdp.x': 1 }] },
    });
    for (const text of ['{ a: b }', '[a]', '{ 1a: 2 }', 'a: 1', '{ a: 1', '{ a b: 1 }'])
      expect(parseLenientJson(text), text).toEqual({ ok: false });
  });

  it('leaves strings alone', () => {
    const value = { a: ',] ,} "x" \\" {"', b: '\\' };
    expect(repaired(JSON.stringify(value, null, 1).replace('",\n', '"\n'))).toEqual(value);
  });

  it.each([
    '',
    '{',
    '[1,,2]',
    '[,]',
    '[1,2,,]',
    '{,}',
    '[1],',
    '{} {}',
    '1 2',
    '{"a" "b"}',
    '{"a" 1}',
    '{"a":}',
    '{"a",}',
    '[1}',
    "{'a':1}",
    '<html></html>',
    '[1]]',
  ])('refuses %j', (text) => expect(parseLenientJson(text)).toEqual({ ok: false }));

  it('never takes a truncated text for a whole one', () => {
    const whole = '[{\n"Name": "Test1"\n"UnitId": "00",\n},{"Name": "a,b]}" "UnitId": "01", }]';
    expect(repaired(whole)).toHaveLength(2);
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseLenientJson(whole.slice(0, length)), `cut at ${length}`).toEqual({ ok: false });
    }
  });

  it('restores any document whose commas were lost or doubled at the ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 2 }),
        fc.array(fc.boolean(), { minLength: 1 }),
        (value, drops) => {
          const normal = JSON.parse(JSON.stringify(value)) as unknown;
          let turn = 0;
          // Printed with line breaks, a comma that ends a line is a separator and never part of a string.
          const spoiled = JSON.stringify(value, null, 1)
            .replaceAll(/,$/gm, () => (drops[turn++ % drops.length] === true ? '' : ','))
            .replace(/\n\]$/, ',\n]');
          expect(parseLenientJson(spoiled)).toMatchObject({ ok: true, repaired: true });
          expect(repaired(spoiled)).toEqual(normal);
        },
      ),
      { seed: 20261121, numRuns: 300 },
    );
  });

  // A step that looks back over the text would not end within the time a test has.
  it('repairs a text of megabytes', () => {
    const text = `[${'{"a":"x" "b":[1,2,],} '.repeat(100_000)}]`;
    expect(repaired(text)).toHaveLength(100_000);
  });
});
