import { expect, it } from 'vitest';
import { isTyped, joinBroadcast, receiversOf, toggleMark, unmarkAll, useMarked } from './broadcast.ts';

const join = (name: string, isOpen = true) => {
  const got: string[] = [];
  const leave = joinBroadcast(name, {
    isOpen: () => isOpen,
    send: (bytes) => void got.push(new TextDecoder().decode(bytes)),
    paste: (text) => void got.push(text),
  });
  return { got, leave };
};
const type = (from: string, text: string): void => {
  for (const receiver of receiversOf(from)) receiver.send(new TextEncoder().encode(text));
};

it('what is typed in a marked pane goes to all marked ones, once each, and to none that asks to sign in', () => {
  const [a, b, c, asking] = [join('a'), join('b'), join('c'), join('asking', false)];
  type('a', '1');
  for (const pane of ['a', 'b', 'asking']) toggleMark(pane);
  type('a', '2');
  // One that is not marked speaks for itself alone.
  type('c', '3');
  expect([a.got, b.got, c.got, asking.got]).toEqual([['1', '2'], ['2'], ['3'], []]);
  // Nor does one that asks speak for the others, or one that is no longer marked hear them.
  type('asking', 'secret');
  toggleMark('b');
  type('a', '4');
  expect([a.got.at(-1), b.got.at(-1)]).toEqual(['4', '2']);
  expect(JSON.stringify([a.got, b.got, c.got])).not.toContain('secret');
  a.leave();
  expect([...useMarked.getState().marked]).toEqual(['asking']);
  unmarkAll();
  expect(useMarked.getState().marked.size).toBe(0);
  for (const pane of [b, c, asking]) pane.leave();
});

it('keys go to the others, answers of the terminal to its own device only', () => {
  for (const key of [
    'a',
    '\r',
    '\u0003',
    '\u001b',
    '\u001b[A',
    '\u001bOA',
    '\u001b[1;5C',
    '\u001b[3~',
    '\u001bOR',
    '\u001bf',
    '\u001bP',
    'é',
    '\u001b[Z',
    '\u001b[200~x\u001b[201~',
  ])
    expect(isTyped(key), JSON.stringify(key)).toBe(true);
  for (const report of [
    '\u001b[24;80R',
    '\u001b[?62;22c',
    '\u001b[>0;276;0c',
    '\u001b[0n',
    '\u001b[I',
    '\u001b[O',
    '\u001b[<0;3;4M',
    '\u001b[<0;3;4m',
    '\u001b[M !!',
    '\u001bP1$r0m\u001b\\',
    '\u001b]11;rgb:00/00/00\u001b\\',
    '\u001b[?2004;1$y',
    '\u001b[8;24;80t',
  ])
    expect(isTyped(report), JSON.stringify(report)).toBe(false);
});
