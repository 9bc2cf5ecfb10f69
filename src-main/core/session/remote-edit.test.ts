import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail } from '../base/errors.ts';
import {
  beginEdit,
  isUnsent,
  phaseOf,
  stepEdit,
  type FoundFile,
  type RemoteEdit,
  type RemoteEditAnswer,
  type RemoteEditEffect,
  type RemoteEditFact,
} from './remote-edit.ts';

const stamp = (second: number, size = 4) => ({ size, modifiedAt: second * 1000 });
const begun = (isAllowed = false): RemoteEdit => beginEdit({ stamp: stamp(1), hash: 'a', isAllowed });
const refused = fail('forbidden', 'The device does not let you do this.', 'Sign in as a user who may.').error;

/** Takes facts one after the other; the effects that came of them. */
const play = (
  edit: RemoteEdit,
  facts: readonly RemoteEditFact[],
): { readonly edit: RemoteEdit; readonly effects: readonly RemoteEditEffect[] } => {
  const effects: RemoteEditEffect[] = [];
  let now = edit;
  for (const fact of facts) {
    const [next, effect] = stepEdit(now, fact);
    now = next;
    if (effect !== undefined) effects.push(effect);
  }
  return { edit: now, effects };
};

const saved = (hash: string): RemoteEditFact => ({ type: 'saved', hash });
const answer = (said: RemoteEditAnswer): RemoteEditFact => ({ type: 'answer', answer: said });
const looked = (turn: number, found: FoundFile): RemoteEditFact => ({ type: 'looked', turn, found });
const sent = (turn: number, hash: string, second: number): RemoteEditFact => ({
  type: 'sent',
  turn,
  hash,
  stamp: stamp(second),
  at: second,
});

describe('an edit of a file of a device', () => {
  it('asks once, and sends every save from then on', () => {
    const asked = play(begun(), [saved('b'), saved('c')]);
    expect([phaseOf(asked.edit), asked.effects]).toEqual(['asking', []]);
    const first = play(asked.edit, [answer('send'), looked(1, { stamp: stamp(1) }), sent(1, 'c', 2)]);
    expect(first.effects).toEqual([
      { type: 'look', turn: 1 },
      { type: 'send', turn: 1, beside: false },
    ]);
    expect([phaseOf(first.edit), isUnsent(first.edit), first.edit.sentAt]).toEqual(['open', false, 2]);
    const second = play(first.edit, [saved('d'), looked(2, { stamp: stamp(2) }), sent(2, 'd', 3)]);
    expect([phaseOf(second.edit), second.edit.sentAt]).toEqual(['open', 3]);
  });

  it('sends without asking what is allowed for good, and nothing that was refused until somebody says so', () => {
    expect(play(begun(true), [saved('b')]).effects).toEqual([{ type: 'look', turn: 1 }]);
    const held = play(begun(), [saved('b'), answer('not'), saved('c')]);
    expect([phaseOf(held.edit), held.effects]).toEqual(['held', []]);
    const once = play(held.edit, [answer('again'), looked(1, { stamp: stamp(1) }), sent(1, 'c', 2), saved('d')]);
    expect([phaseOf(once.edit), once.effects.length]).toEqual(['held', 2]);
  });

  it('knows nothing to send where a save is what the device has', () => {
    const { edit, effects } = play(begun(true), [saved('a')]);
    expect([phaseOf(edit), effects]).toEqual(['open', []]);
    expect(phaseOf(play(begun(), [saved('b'), saved('a')]).edit)).toBe('open');
  });

  it('asks before it replaces what changed at the device, and once more when that changed again', () => {
    const changed = play(begun(true), [saved('b'), looked(1, { stamp: stamp(7) })]);
    expect(phaseOf(changed.edit)).toBe('changed');
    expect(phaseOf(play(changed.edit, [saved('c')]).edit)).toBe('changed');
    const again = play(changed.edit, [answer('replace'), looked(2, { stamp: stamp(8) })]);
    expect(phaseOf(again.edit)).toBe('changed');
    const replaced = play(again.edit, [answer('replace'), looked(3, { stamp: stamp(8) }), sent(3, 'b', 9)]);
    expect([phaseOf(replaced.edit), replaced.edit.known]).toEqual(['open', stamp(9)]);
  });

  it('goes by the content where it was read: a second writer within one second is noticed, a touched file is not', () => {
    const same = { stamp: stamp(1), hash: 'x' };
    const changed = play(begun(true), [saved('b'), looked(1, same)]);
    expect(phaseOf(changed.edit)).toBe('changed');
    const replaced = play(changed.edit, [answer('replace'), looked(2, same)]);
    expect(replaced.effects.at(-1)).toEqual({ type: 'send', turn: 2, beside: false });
    const touched = play(begun(true), [saved('b'), looked(1, { stamp: stamp(50), hash: 'a' })]);
    expect(touched.effects.at(-1)).toEqual({ type: 'send', turn: 1, beside: false });
  });

  it('asks before it makes a file that was deleted at the device', () => {
    const gone = play(begun(true), [saved('b'), looked(1, undefined)]);
    expect(phaseOf(gone.edit)).toBe('changed');
    const made = play(gone.edit, [answer('replace'), looked(2, undefined)]);
    expect(made.effects.at(-1)).toEqual({ type: 'send', turn: 2, beside: false });
  });

  it('keeps both: the save goes under a name of its own, and further ones after it', () => {
    const changed = play(begun(true), [saved('b'), looked(1, { stamp: stamp(7) })]);
    const beside = play(changed.edit, [answer('beside')]);
    expect(beside.effects).toEqual([{ type: 'send', turn: 2, beside: true }]);
    const next = play(beside.edit, [sent(2, 'b', 8), saved('c'), looked(3, { stamp: stamp(8) })]);
    expect(next.effects.at(-1)).toEqual({ type: 'send', turn: 3, beside: false });
  });

  it('waits for a connection and goes on when it is back, even if the answer to the last sending was lost', () => {
    const lost = play(begun(true), [saved('b'), looked(1, { stamp: stamp(1) }), { type: 'disconnected' }]);
    expect(phaseOf(lost.edit)).toBe('waiting');
    // What comes late of the old connection counts no more.
    expect(stepEdit(lost.edit, { type: 'failed', turn: 1, error: refused })).toEqual([lost.edit, undefined]);
    const back = play(lost.edit, [{ type: 'connected' }]);
    expect(back.effects).toEqual([{ type: 'look', turn: 3 }]);
    const there = play(back.edit, [looked(3, { stamp: stamp(9), hash: 'b' })]);
    expect([phaseOf(there.edit), there.effects]).toEqual(['open', []]);
  });

  it('says that it failed, and tries again when asked, or with the next save', () => {
    const failed = play(begun(true), [saved('b'), { type: 'failed', turn: 1, error: refused }]);
    expect([phaseOf(failed.edit), failed.edit.error]).toEqual(['failed', refused]);
    expect(play(failed.edit, [answer('again')]).effects).toEqual([{ type: 'look', turn: 2 }]);
    expect(play(failed.edit, [saved('c')]).effects).toEqual([{ type: 'look', turn: 2 }]);
  });
});

/** A device and a person who do anything in any order; the effects of the machine are carried out on the device. */
type Move =
  | { readonly do: 'save'; readonly content: string }
  | { readonly do: 'say'; readonly answer: RemoteEditAnswer }
  | { readonly do: 'write'; readonly content: string }
  | { readonly do: 'delete' | 'finish' | 'refuse' | 'lose' | 'lose-answer' | 'connect' };

const content = fc.constantFrom('a', 'b', 'c', 'd');
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('save' as const), content }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      answer: fc.constantFrom<RemoteEditAnswer>('send', 'not', 'replace', 'beside', 'again'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('write' as const), content: fc.constantFrom('x', 'y') }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('delete' as const, 'finish', 'finish', 'finish', 'refuse', 'lose', 'lose-answer', 'connect'),
    }),
  },
);

it('never sends unasked, never takes the place of what others wrote unseen, and loses no save', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), fc.boolean(), (moves, isAllowed) => {
      let clock = 1;
      let near = 'a';
      let far: { content: string; stamp: ReturnType<typeof stamp> } | undefined = { content: 'a', stamp: stamp(1) };
      /** What others wrote and nobody has agreed to lose. */
      let precious: string | undefined;
      let under: RemoteEditEffect | undefined;
      let edit = begun(isAllowed);
      let mayOnce = false;
      const take = (fact: RemoteEditFact): void => {
        const before = under;
        const [next, effect] = stepEdit(edit, fact);
        edit = next;
        if (effect === undefined) return;
        expect(before, 'one effect at a time').toBeUndefined();
        expect(edit.isConnected).toBe(true);
        expect(edit.consent === 'given' || mayOnce, 'somebody agreed').toBe(true);
        under = effect;
      };
      const settle = (effect: RemoteEditEffect, isAnswered: boolean): void => {
        const { turn } = effect;
        under = undefined;
        if (effect.type === 'look')
          return take({
            type: 'looked',
            turn,
            found: far === undefined ? undefined : { stamp: far.stamp, hash: far.content },
          });
        if (effect.beside) precious = undefined;
        else if (precious !== undefined) expect(far?.content, 'what others wrote was seen').not.toBe(precious);
        clock += 1;
        far = { content: near, stamp: stamp(clock) };
        if (isAnswered) take({ type: 'sent', turn, hash: near, stamp: far.stamp, at: clock });
      };
      const connect = (): void => {
        if (!edit.isConnected) take({ type: 'connected' });
      };
      for (const step of moves) {
        switch (step.do) {
          case 'save':
            near = step.content;
            take({ type: 'saved', hash: near });
            break;
          case 'say':
            if (step.answer === 'again') mayOnce = true;
            if (step.answer === 'replace' && edit.changed?.found?.hash === precious) precious = undefined;
            take({ type: 'answer', answer: step.answer });
            break;
          case 'write':
            // Between a look and the sending there is a moment that nobody can close over SFTP.
            if (under?.type === 'send') break;
            clock += 1;
            far = { content: step.content, stamp: stamp(clock) };
            precious = step.content;
            break;
          case 'delete':
            if (under?.type !== 'send') far = undefined;
            precious = undefined;
            break;
          case 'finish':
            if (under !== undefined) settle(under, true);
            break;
          case 'refuse':
            if (under === undefined) break;
            {
              const { turn } = under;
              under = undefined;
              take({ type: 'failed', turn, error: refused });
            }
            break;
          case 'lose':
          case 'lose-answer': {
            const last = under;
            under = undefined;
            if (edit.isConnected) take({ type: 'disconnected' });
            if (step.do === 'lose-answer' && last?.type === 'send') settle(last, false);
            break;
          }
          case 'connect':
            connect();
            break;
          default:
            step satisfies never;
        }
        expect(isUnsent(edit) || edit.saved === near).toBe(true);
      }
      // In the end somebody agrees to all of it, and the device is there.
      connect();
      mayOnce = true;
      for (let round = 0; round < 12 && (under !== undefined || isUnsent(edit)); round += 1) {
        precious = undefined;
        take({ type: 'answer', answer: 'send' });
        if (edit.changed !== undefined) take({ type: 'answer', answer: 'replace' });
        if (under !== undefined) settle(under, true);
      }
      expect(isUnsent(edit)).toBe(false);
      expect(phaseOf(edit)).toBe('open');
      expect(edit.sent).toBe(near);
    }),
    { seed: 20261201, numRuns: 3000 },
  );
});
