import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ok, type Result } from '../../core/base/errors.ts';
import { allowedOutdated, hostKeyPinsFormat } from '../../core/ssh/host-key-pins.ts';
import { jsonDocument } from '../../node/storage/json-document.ts';
import { openProfile } from '../../node/storage/profile-paths.ts';
import { sshEnvironment } from '../../node/ssh/ssh-environment.ts';
import { userFiles } from '../../node/storage/user-files.ts';
import type { LongerFor, SshHostBlock } from '../../core/ssh/ssh-config.ts';
import { SshConfig, type SshConfigPreview } from '../../services/ssh/ssh-config.ts';
import { appImageWords } from '../app-image-words.ts';
import { readSeconds, usage } from '../flags.ts';
import { withCore, type Command, type Context } from '../command-context.ts';
import { allDevices, resultOf } from '../find-account.ts';
import { listAll, tellMissing } from '../refresh-devices.ts';
import { CommandDeadline, usualSeconds } from '../command-deadline.ts';
import { exitCodes, note, plain, print, printError } from '../terminal.ts';
import { defined } from '../../core/base/defined.ts';

const platform = process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';

/** The arguments that run this program with this profile, from anywhere. */
const ownWords = (profile: string, context: Context): readonly string[] => {
  const script = process.argv[1];
  return [
    ...(appImageWords({ execPath: process.execPath, env: process.env, asRoot: process.getuid?.() === 0 }) ?? [
      process.execPath,
      ...(script === undefined ? [] : [realpathSync(script)]),
    ]),
    ...(context.place.profile === undefined ? [] : ['--profile', profile]),
    ...(context.place.vault === undefined ? [] : ['--vault', context.place.vault]),
  ];
};

/** Why an alias is longer than the name of its device. */
const longerWords: Readonly<Record<LongerFor, string>> = {
  several: 'several devices have this name',
  configured: 'your SSH configuration has this name',
  resolves: 'this computer finds another host by this name',
  impossible: 'ssh would read this name as something else',
  kept: 'it had this name before',
};

/** Hosts whose alias is longer than the name, one a line. */
const longerLines = (hosts: readonly SshHostBlock[]): readonly string[] =>
  hosts.flatMap(({ alias, deviceName, longerFor }) =>
    longerFor === undefined ? [] : [`  ${plain(deviceName)} is ${alias}: ${longerWords[longerFor]}`],
  );

/** The number of lines that are shown. */
const maxLines = 10;

const show = (preview: SshConfigPreview, done: boolean, json: boolean): void => {
  const { hosts, ownFile, ownText, configFile, line, included } = preview;
  if (json) {
    const names = hosts.map(({ alias, deviceKey, serviceId, longerFor }) => ({
      alias,
      device: deviceKey,
      service: serviceId,
      ...(longerFor === undefined ? {} : { longerFor }),
    }));
    print(JSON.stringify({ written: done, included, configFile, ownFile, line: line.trimEnd(), hosts: names }));
    return;
  }
  const longer = longerLines(hosts);
  const tellLonger = (): void => {
    for (const line of longer.slice(0, maxLines)) note(line);
    if (longer.length > maxLines) note(`  and ${longer.length - maxLines} more (see --json)`);
  };
  if (done) {
    print(`${hosts.length} hosts in ${ownFile}, included by the first line of ${configFile}.`);
    for (const host of hosts.slice(0, maxLines)) print(`  ssh ${host.alias}    ${plain(host.deviceName)}`);
    tellLonger();
    return;
  }
  print(`# ${ownFile}\n${ownText}`);
  print(`# The first line of ${configFile}${included ? ' (it is there already)' : ''}\n${line.trimEnd()}`);
  tellLonger();
  note('Nothing was written. Write it with quayside ssh-config --write; take it back with --remove.');
};

/** `quayside ssh-config [--write|--remove]` */
export const sshConfigCommand: Command = async (context) => {
  const { positionals, values } = context.args;
  if (positionals.length > 0) return printError(usage('ssh-config takes no words.').error, context.json);
  if (values.write === true && values.remove === true) {
    return printError(usage('ssh-config takes --write or --remove, not both.').error, context.json);
  }
  const profile = await openProfile(context.place.profile);
  if (!profile.ok) return printError(profile.error, context.json);
  const { knownHosts, profile: folder } = profile.value;
  const configFile = resolve(values.config ?? join(homedir(), '.ssh', 'config'));
  const config = new SshConfig({
    files: userFiles,
    surroundings: sshEnvironment(),
    ownFile: join(folder, 'ssh_config'),
  });
  if (values.remove === true) {
    const removed = await config.remove({ platform, configFile });
    if (!removed.ok) return printError(removed.error, context.json);
    print(context.json ? '{"removed":true}' : 'Your SSH configuration is as it was.');
    return exitCodes.done;
  }
  const seconds = readSeconds(values.timeout, usualSeconds);
  if (!seconds.ok) return printError(seconds.error, context.json);
  const patience = new CommandDeadline(seconds.value, context.signal);
  const ended = await withCore(context, async ({ client }): Promise<Result<number>> => {
    const accounts = resultOf(await client.request('accounts.list', {}, context.signal));
    if (!accounts.ok) return accounts;
    // Only accounts that were never listed are asked: for the others the last list is good enough.
    const unlisted = accounts.value.filter(({ lastGoodAt }) => lastGoodAt === undefined);
    const missing = await listAll(client, unlisted, patience);
    const known = resultOf(await client.request('devices.query', { query: '', limit: allDevices }, context.signal));
    if (!known.ok) return known;
    const devices = known.value.devices;
    const settings = resultOf(await client.request('settings.change', {}, context.signal));
    if (!settings.ok) return settings;
    // What the person allowed for old devices is stored with their host keys.
    const pins = await jsonDocument({ path: join(folder, 'host-keys.json'), ...hostKeyPinsFormat }).read();
    const options = {
      quayside: ownWords(folder, context),
      knownHostsFile: knownHosts,
      outdated: (alias: string) => (pins.ok ? allowedOutdated(pins.value, alias) : []),
      user: settings.value.sshUser,
      platform,
      configFile,
    } as const;
    const named = devices.map((device) => ({
      ...device,
      services: device.services.map(({ id, kind, route, port, host }) => ({
        id,
        kind,
        route,
        ...defined({ port, host }),
      })),
    }));
    const result = values.write === true ? await config.write(named, options) : await config.preview(named, options);
    if (!result.ok) return result;
    show(result.value, values.write === true, context.json);
    return ok(await tellMissing(client, missing, context.json));
  });
  patience.dispose();
  return ended;
};
