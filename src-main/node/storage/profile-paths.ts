import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';

/** Where Quayside keeps its files. None of them holds a secret, save the encrypted vault file. */
export interface ProfilePaths {
  readonly profile: string;
  readonly accounts: string;
  readonly settings: string;
  readonly devicePreferences: string;
  readonly forwards: string;
  /** Devices connected to, often and lately. */
  readonly recents: string;
  /** Folder: reports of problems the user asked for. */
  readonly reports: string;
  /** User names of services; their passwords are in the vault. */
  readonly serviceCredentials: string;
  /** Folder. */
  readonly cache: string;
  readonly knownHosts: string;
  /** Folder. */
  readonly logs: string;
  /** Folder: logs of devices that a vendor hands out once. */
  readonly deviceLogs: string;
  /** Folder. */
  readonly speedTests: string;
  /** Folder: files of devices for as long as they are edited. */
  readonly edits: string;
  /** The encrypted vault, where the user chose a file. */
  readonly vault: string;
}

/** The profile folder of this user on this system. */
export const defaultProfile = (): string =>
  envPaths(process.platform === 'linux' ? 'quayside' : 'Quayside', { suffix: '' }).config;

/** The files of a profile folder. */
export const profilePaths = (profile: string): ProfilePaths => {
  const root = path.resolve(profile);
  return {
    profile: root,
    accounts: path.join(root, 'accounts.json'),
    settings: path.join(root, 'settings.json'),
    devicePreferences: path.join(root, 'devices-notes.json'),
    forwards: path.join(root, 'forwards.json'),
    recents: path.join(root, 'recents.json'),
    reports: path.join(root, 'reports'),
    serviceCredentials: path.join(root, 'service-credentials.json'),
    cache: path.join(root, 'cache'),
    knownHosts: path.join(root, 'known_hosts'),
    logs: path.join(root, 'logs'),
    deviceLogs: path.join(root, 'device-logs'),
    speedTests: path.join(root, 'speed-tests'),
    edits: path.join(root, 'edits'),
    vault: path.join(root, 'vault.json'),
  };
};

const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';

/**
 * Makes the profile folder (the system's default, or `profile`), readable by its owner alone. A folder the
 * user named that existed before keeps its mode. Error: invalid-input.
 */
export const openProfile = async (profile?: string): Promise<Result<ProfilePaths>> => {
  const paths = profilePaths(profile ?? defaultProfile());
  try {
    const made = await mkdir(paths.profile, { recursive: true, mode: 0o700 });
    if (made !== undefined || profile === undefined) await chmod(paths.profile, 0o700);
    for (const folder of [paths.cache, paths.logs]) await mkdir(folder, { recursive: true, mode: 0o700 });
    return ok(paths);
  } catch (error) {
    return fail(
      'invalid-input',
      `The profile folder ${paths.profile} cannot be used (${reason(error)}).`,
      'Choose a folder you may write to, with --profile on the command line.',
    );
  }
};
