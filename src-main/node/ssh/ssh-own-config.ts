import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { readCertificate, readPublicLine } from '../../core/ssh/certificate.ts';
import { readOpenSshPrivate } from '../../core/ssh/private-key.ts';
import { expandTokens, readSshOwnConfig } from '../../core/ssh/ssh-own-config.ts';
import type { SshOwnSetup } from '../../core/ssh/ssh-client.ts';
import { findAuthority } from './own-ssh.ts';

/** The keys that OpenSSH tries where none is configured. Used where there is no OpenSSH to ask. */
const usualKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `~/.ssh/${name}`);
/** Keys and certificates are some kilobytes. */
const maxKeyFileBytes = 64 * 1024;
/** A name that no configuration has a block for: what it says of this one, it says of all. */
const nobody = 'quayside-asks-for-what-holds-for-all-hosts';

/** What the user's own ssh says of an alias. Undefined: there is no ssh, or it does not say. */
const ask = (alias: string, configFile: string | undefined): Promise<string | undefined> =>
  new Promise((resolve) => {
    if (alias === '') return resolve(undefined);
    const args = [...(configFile === undefined ? [] : ['-F', configFile]), '-G', '--', alias];
    execFile('ssh', args, { timeout: 5000, windowsHide: true }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });

/** A path with `~` as the home folder. */
export const expandHome = (path: string, home = homedir()): string =>
  path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;

/** The text of a key file. Undefined: it cannot be read, or is too long for one. */
export const readKeyText = async (file: string): Promise<string | undefined> => {
  try {
    const stats = await stat(file);
    return stats.isFile() && stats.size <= maxKeyFileBytes ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
};

const base64 = (blob: Uint8Array | undefined): readonly string[] =>
  blob === undefined ? [] : [Buffer.from(blob).toString('base64')];

/**
 * What the user's own ssh would sign in with to `alias`, as far as it is there. `configFile`: their configuration, where
 * it is not the usual one.
 */
export const readOwnSetup = async (
  alias: string,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  configFile: string | undefined,
): Promise<SshOwnSetup> => {
  const [told, toldOfAll] = await Promise.all([ask(alias, configFile), ask(alias === '' ? '' : nobody, configFile)]);
  const own = readSshOwnConfig(told ?? usualKeys.map((path) => `identityfile ${path}`).join('\n'));
  const ofAll = readSshOwnConfig(toldOfAll ?? '');
  const tokens = { d: home, h: own.host, n: alias, r: own.user, u: userInfo().username };
  const files = own.identityFiles.map((path) => expandTokens(path, tokens));
  const place = (path: string): string => expandHome(path, home);

  const read = await Promise.all(
    files.map(async (path) => {
      const text = await readKeyText(place(path));
      const line = await readKeyText(place(`${path}.pub`));
      // A file that names a public key stands for one that the agent has.
      const blob = readPublicLine(line ?? '') ?? readPublicLine(text ?? '') ?? readOpenSshPrivate(text ?? '');
      return { path, isThere: text !== undefined, key: base64(blob) };
    }),
  );
  // OpenSSH also takes the certificate beside a key.
  const certificateFiles = [
    ...own.certificateFiles.map((path) => expandTokens(path, tokens)),
    ...files.map((path) => `${path}-cert.pub`),
  ];
  const certificates = await Promise.all(
    [...new Set(certificateFiles)].map(async (path) => {
      const blob = readPublicLine((await readKeyText(place(path))) ?? '');
      const certificate = blob === undefined ? undefined : readCertificate(blob);
      return certificate === undefined ? [] : [{ path, certificate }];
    }),
  );
  const authority = own.host === undefined ? undefined : await findAuthority(own.host, own.knownHostsFiles.map(place));
  const socket = own.agent?.startsWith('$') === true ? (env[own.agent.replaceAll(/[${}]/g, '')] ?? 'none') : own.agent;
  return {
    identityFiles: read.filter(({ isThere }) => isThere).map(({ path }) => path),
    certificates: certificates.flat(),
    publicKeys: [
      ...read.flatMap(({ key }) => key),
      ...certificates.flat().flatMap(({ certificate }) => base64(certificate.key)),
    ],
    identitiesOnly: own.identitiesOnly,
    isUserOnlyHere: own.user !== ofAll.user,
    ...(own.user === undefined ? {} : { user: own.user }),
    ...(socket === undefined ? {} : { agent: socket === 'none' ? socket : place(expandTokens(socket, tokens)) }),
    ...(authority === undefined ? {} : { authority }),
  };
};
