/** The version of an OpenSSH client. */
export interface SshVersion {
  readonly major: number;
  readonly minor: number;
}

/**
 * Reads the output of `ssh -V`: `OpenSSH_9.2p1 Debian-2`, `OpenSSH_for_Windows_8.1p1`. Undefined for another program.
 */
export const readSshVersion = (text: string): SshVersion | undefined => {
  const [, major, minor] = /^OpenSSH_(?:for_Windows_)?(\d{1,3})\.(\d{1,3})/m.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
};

/** Whether a version is at least the given one; an unknown version counts as current. */
export const isSince = (version: SshVersion | undefined, major: number, minor: number): boolean =>
  version === undefined || version.major > major || (version.major === major && version.minor >= minor);

/** The first version of OpenSSH that takes an option or a form of its value. Source: openssh.com/releasenotes.html. */
const firstWith = {
  CanonicalizeHostname: [6, 5],
  ProxyUseFdpass: [6, 5],
  /** `+name` in a list of algorithms. What was allowed for a device was still on by itself before. */
  appendedAlgorithms: [7, 0],
  Include: [7, 3],
  RemoteCommand: [7, 6],
  'accept-new': [7, 6],
} as const;

/** Whether ssh takes it: an older one ends at an option that it does not know, whichever host is meant. */
export const takes = (version: SshVersion | undefined, option: keyof typeof firstWith): boolean =>
  isSince(version, firstWith[option][0], firstWith[option][1]);

/** How ssh is to check a first host key: pinned without a question where it can, else with its own question. */
export const firstKeyChecking = (version: SshVersion | undefined): 'accept-new' | 'ask' =>
  takes(version, 'accept-new') ? 'accept-new' : 'ask';
