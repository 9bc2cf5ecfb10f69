import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readSshVersion, type SshVersion } from '../../core/ssh/ssh-version.ts';

/** Names asked for at a time: each takes one of Node's four threads for files and names. */
const lookupsAtOnce = 2;
/** Milliseconds for all names together. Those left then count as free. */
const lookupMs = 3_000;
/** Milliseconds that ssh may take to say its version. */
const versionMs = 5_000;

const resolves = (name: string): Promise<boolean> =>
  lookup(name).then(
    () => true,
    () => false,
  );

const resolving = async (names: readonly string[]): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  if (names.length === 0) return found;
  const until = performance.now() + lookupMs;
  // Where any name leads somewhere (a wildcard of the search domain, a hotel's login page), an answer says nothing.
  if (await resolves(`quayside-${crypto.randomUUID()}`)) return found;
  const waiting = [...names];
  const work = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined && performance.now() < until; name = waiting.pop())
      if (await resolves(name)) found.add(name);
  };
  await Promise.all(Array.from({ length: lookupsAtOnce }, work));
  return found;
};

const askVersion = (): Promise<SshVersion | undefined> =>
  new Promise((done) => {
    // It answers on its error output.
    execFile('ssh', ['-V'], { timeout: versionMs, windowsHide: true }, (_failure, stdout, stderr) =>
      done(readSshVersion(`${stderr}\n${stdout}`)),
    );
  });

/** What this computer says of host names and of its own ssh. */
export const sshEnvironment = () => {
  let version: Promise<SshVersion | undefined> | undefined;
  const programData = process.env['ProgramData'];
  const folder = process.platform === 'win32' && programData !== undefined ? join(programData, 'ssh') : '/etc/ssh';
  return {
    resolving,
    version: () => (version ??= askVersion()),
    userFolder: join(homedir(), '.ssh'),
    system: { file: join(folder, 'ssh_config'), folder },
  };
};
