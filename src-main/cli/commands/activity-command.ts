import { ok } from '../../core/base/errors.ts';
import type { ActivityView } from '../../../src-preload/contract/history.ts';
import { withCore, type Command } from '../command-context.ts';
import { resultOf } from '../find-account.ts';
import { exitCodes, note, plain, print, table } from '../terminal.ts';
import { defined } from '../../core/base/defined.ts';

/** The number of lines for a person; scripts and spreadsheets get all. */
const shownLines = 200;
const pageLines = 1000;

/** A line of the history in JSON. */
const entryJson = (entry: ActivityView): object => ({
  at: new Date(entry.at).toISOString(),
  kind: entry.kind,
  ...defined({ accountId: entry.accountId, deviceKey: entry.deviceKey }),
  name: entry.name,
  text: entry.text,
  ...defined({ incidentId: entry.incidentId }),
});

/** `quayside activity [WORDS]` */
export const activityCommand: Command = (context) =>
  withCore(context, async ({ client }) => {
    const words = context.args.positionals.join(' ');
    const filter = words === '' ? {} : { text: words };
    if (context.args.values.csv === true) {
      for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
        const from = defined({ cursor });
        const piece = resultOf(await client.request('history.export', { ...filter, ...from }, context.signal));
        if (!piece.ok) return piece;
        process.stdout.write(piece.value.csv);
        cursor = piece.value.next;
      }
      return ok(exitCodes.done);
    }
    const most = context.json ? Number.POSITIVE_INFINITY : shownLines;
    const entries: ActivityView[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(pageLines, most - entries.length);
      const from = defined({ cursor });
      const page = resultOf(await client.request('history.query', { ...filter, limit, ...from }, context.signal));
      if (!page.ok) return page;
      entries.push(...page.value.entries);
      cursor = page.value.next;
    } while (cursor !== undefined && entries.length < most);
    if (context.json) print(JSON.stringify(entries.map(entryJson)));
    else if (entries.length === 0)
      note(words === '' ? 'Nothing has happened yet. Quayside notes what it sees while it runs.' : 'Nothing matches.');
    else {
      const rows = entries.map((entry) => [
        new Date(entry.at).toISOString(),
        entry.kind,
        plain(entry.text || entry.name),
      ]);
      print(table([['TIME', 'KIND', 'WHAT'], ...rows]));
      if (cursor !== undefined) note(`These are the last ${shownLines}. Add words to narrow, or --csv for all.`);
    }
    return ok(exitCodes.done);
  });
