import { ok } from '../core/errors.ts';
import {
  includeLine,
  madeConfigMark,
  namedHosts,
  renderSshHosts,
  sshHosts,
  withInclude,
  withoutInclude,
} from '../core/ssh-config.ts';
import type { Result } from '../core/errors.ts';
import type { SshConfigFacts, SshHost } from '../core/ssh-config.ts';

/** Files of the user, as bytes in Latin-1 so that whatever is in them survives. */
export interface UserFiles {
  /** Undefined where there is none. Errors: invalid-input (cannot be read). */
  read(path: string): Promise<Result<string | undefined>>;
  /**
   * Atomic; follows a link to the file it means, keeps its permissions, and refuses (`conflict`) where the file is no
   * longer as it was read. Makes the folder, for its owner alone.
   */
  replace(path: string, before: string | undefined, after: string): Promise<Result<void>>;
  /** Removing what is not there is success. */
  remove(path: string): Promise<Result<void>>;
}

/** What the integration would do, or has done. */
export interface SshConfigPreview {
  readonly hosts: readonly SshHost[];
  readonly ownFile: string;
  readonly ownText: string;
  readonly configFile: string;
  /** The line put first in the user's configuration. */
  readonly line: string;
  /** Whether that line is there already. */
  readonly included: boolean;
}

/** The opt-in integration with the user's own ssh: a file of Host blocks, and one line that includes it. */
export class SshConfig {
  readonly #files: UserFiles;
  readonly #configFile: string;
  readonly #ownFile: string;

  /** `configFile`: the user's, usually ~/.ssh/config; `ownFile`: ours, in the profile. */
  constructor(options: { readonly files: UserFiles; readonly configFile: string; readonly ownFile: string }) {
    this.#files = options.files;
    this.#configFile = options.configFile;
    this.#ownFile = options.ownFile;
  }

  /** What writing would do; touches nothing. Errors: invalid-input. */
  async preview(devices: Parameters<typeof sshHosts>[0], facts: SshConfigFacts): Promise<Result<SshConfigPreview>> {
    const line = includeLine(this.#ownFile, facts.platform);
    if (!line.ok) return line;
    const config = await this.#files.read(this.#configFile);
    if (!config.ok) return config;
    const own = await this.#files.read(this.#ownFile);
    if (!own.ok) return own;
    const hosts = sshHosts(devices, namedHosts(withoutInclude(config.value ?? '', line.value)));
    const text = renderSshHosts(hosts, facts);
    if (!text.ok) return text;
    const included = config.value?.startsWith(line.value) === true;
    const made = included ? own.value?.includes(madeConfigMark) === true : config.value === undefined;
    return ok({
      hosts,
      ownFile: this.#ownFile,
      ownText: made ? text.value.replace('\nHost ', `${madeConfigMark}\nHost `) : text.value,
      configFile: this.#configFile,
      line: line.value,
      included,
    });
  }

  /** Writes our file, then the line: an include of nothing is never seen. Errors: those of `preview` and the files. */
  async write(devices: Parameters<typeof sshHosts>[0], facts: SshConfigFacts): Promise<Result<SshConfigPreview>> {
    const planned = await this.preview(devices, facts);
    if (!planned.ok) return planned;
    const { ownText, line } = planned.value;
    const own = await this.#files.read(this.#ownFile);
    if (!own.ok) return own;
    const wrote = await this.#files.replace(this.#ownFile, own.value, toLatin1(ownText));
    if (!wrote.ok) return wrote;
    const config = await this.#files.read(this.#configFile);
    if (!config.ok) return config;
    const after = withInclude(config.value ?? '', toLatin1(line));
    if (after !== config.value) {
      const changed = await this.#files.replace(this.#configFile, config.value, after);
      if (!changed.ok) return changed;
    }
    return ok({ ...planned.value, included: true });
  }

  /** Takes both back: the user's file is as it was, byte for byte, with whatever was changed in it since. */
  async remove(platform: SshConfigFacts['platform']): Promise<Result<void>> {
    const line = includeLine(this.#ownFile, platform);
    if (!line.ok) return line;
    const own = await this.#files.read(this.#ownFile);
    if (!own.ok) return own;
    const config = await this.#files.read(this.#configFile);
    if (!config.ok) return config;
    if (config.value !== undefined) {
      const after = withoutInclude(config.value, toLatin1(line.value));
      const changed =
        after === '' && own.value?.includes(madeConfigMark) === true
          ? await this.#files.remove(this.#configFile)
          : after === config.value
            ? ok(undefined)
            : await this.#files.replace(this.#configFile, config.value, after);
      if (!changed.ok) return changed;
    }
    return this.#files.remove(this.#ownFile);
  }
}

/** UTF-8 text as Latin-1 of its bytes, the form `UserFiles` has. */
const toLatin1 = (text: string): string => {
  let out = '';
  for (const byte of new TextEncoder().encode(text)) out += String.fromCharCode(byte);
  return out;
};
