import { ok, fail, type Result } from '../../core/base/errors.ts';
import { openInBrowser } from '../../node/desktop/browser-open.ts';
import type { RequestOutput } from '../../../src-preload/contract/requests.ts';
import { usage } from '../flags.ts';
import { attach } from '../attach.ts';
import { withCore, type Command } from '../command-context.ts';
import { findDevice } from '../find-device.ts';
import { resultOf } from '../find-account.ts';
import { exitCodes, note, plain, print, printError, table } from '../terminal.ts';

type Action = RequestOutput<'actions.list'>['actions'][number];

/** The action that a word names: by id, by label, by `TYPE/name`, or by its name alone if that is unambiguous. */
const pickAction = (actions: readonly Action[], word: string): Result<Action> => {
  const folded = word.toLowerCase();
  const matchers: readonly ((action: Action) => boolean)[] = [
    ({ id }) => id.toLowerCase() === folded,
    ({ label }) => label.toLowerCase() === folded,
    ({ id, type }) => id.toLowerCase().split('/').at(-1) === folded || type.toLowerCase() === folded,
  ];
  for (const matches of matchers) {
    const [first, ...others] = actions.filter(matches);
    if (first === undefined) continue;
    if (others.length === 0) return ok(first);
    const names = [first, ...others].map(({ id }) => plain(id)).join(', ');
    return fail('ambiguous', `${plain(word)} may be several actions: ${names}.`, 'Use one of these instead.');
  }
  const names = actions.map(({ id }) => plain(id)).join(', ');
  return fail(
    'not-found',
    `The device does not offer ${plain(word)} now.`,
    names === '' ? 'It offers nothing now.' : `It offers: ${names}.`,
  );
};

/** `quayside action DEVICE [--list | ACTION]` */
export const actionCommand: Command = async (context) => {
  const { positionals, values } = context.args;
  const [word, wanted, ...more] = positionals;
  const isList = values.list === true;
  if (word === undefined || more.length > 0 || isList === (wanted !== undefined)) {
    return printError(usage('action takes a device, and --list or one action.').error, context.json);
  }
  return withCore(context, async ({ client }) => {
    const device = await findDevice(client, word, context.signal);
    if (!device.ok) return device;
    const deviceKey = device.value.key;
    const listed = resultOf(await client.request('actions.list', { deviceKey }, context.signal));
    if (!listed.ok) return listed;
    const { actions } = listed.value;
    if (wanted === undefined) {
      if (context.json) print(JSON.stringify(actions));
      else if (actions.length === 0) note(`${plain(device.value.name)} offers nothing now.`);
      else print(table(actions.map(({ id, label }) => [plain(id), plain(label)])));
      return ok(exitCodes.done);
    }
    const action = pickAction(actions, wanted);
    if (!action.ok) return action;
    const { id, label } = action.value;
    const ran = resultOf(await client.request('actions.run', { deviceKey, actionId: id }, context.signal));
    if (!ran.ok) return ran;
    if (context.json) print(JSON.stringify({ device: device.value.id, action: id }));
    else print(`${plain(label)}: ${plain(device.value.name)}`);
    return ok(exitCodes.done);
  });
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** `quayside session DEVICE` */
export const sessionCommand: Command = async (context) => {
  const { positionals, values } = context.args;
  const [word, ...more] = positionals;
  if (word === undefined || more.length > 0) return printError(usage('session takes one device.').error, context.json);
  const attached = await attach(context.place, true, context.signal);
  if (!attached.ok) return printError(attached.error, context.json);
  const { client, own } = attached.value;
  try {
    const device = await findDevice(client, word, context.signal);
    if (!device.ok) return printError(device.error, context.json);
    const opened = resultOf(await client.request('webSession.open', { deviceKey: device.value.key }, context.signal));
    if (!opened.ok) return printError(opened.error, context.json);
    const { address } = opened.value;
    const name = plain(device.value.name);
    if (context.json)
      print(JSON.stringify({ device: device.value.id, ...(address === undefined ? { window: true } : { address }) }));
    else if (address === undefined) print(`The session with ${name} is in a window of Quayside.`);
    else print(`The session with ${name} is at ${address}\nThe address is good once, for ten minutes.`);
    if (address !== undefined && values.open === true && (await openInBrowser(new URL(address))) === undefined)
      note('No browser could be opened here; open the address yourself.');
    if (address !== undefined && own) {
      if (!context.json) note('Ctrl-C ends it: the page is served by this command.');
      await aborted(context.signal);
    }
    return exitCodes.done;
  } finally {
    await attached.value.dispose();
  }
};
