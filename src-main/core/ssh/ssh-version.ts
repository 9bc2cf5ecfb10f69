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
