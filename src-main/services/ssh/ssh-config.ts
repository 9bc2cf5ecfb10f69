import { fail, ok } from '../../core/base/errors.ts';
import {
  aliasesIn,
  includedFiles,
  includeLine,
  isIncluded,
  isLongerAlias,
  namedHosts,
  readSshConfigOrigin,
  renderSshHosts,
  sshHosts,
  withInclude,
  withoutInclude,
} from '../../core/ssh/ssh-config.ts';
import type { Result } from '../../core/base/errors.ts';
import { takes, type SshVersion } from '../../core/ssh/ssh-version.ts';
import type { SshConfigOptions, SshConfigOrigin, SshHostBlock } from '../../core/ssh/ssh-config.ts';

/** Files of the user, as bytes in Latin-1 so that whatever is in them survives. */
export interface UserFiles {
  /** Undefined if there is none. Errors: invalid-input (cannot be read). */
  read(path: string): Promise<Result<string | undefined>>;
  /**
   * Atomic; follows a link to the file it means, keeps its permissions, and refuses (`conflict`) where the file is no
   * longer as it was read. Makes the folder, for its owner alone.
   */
  replace(path: string, before: string | undefined, after: string): Promise<Result<void>>;
  /** Removing what is not there is success. */
  remove(path: string): Promise<Result<void>>;
  /** Paths of the files that a pattern of the shell means, relative ones below `folder`; of what cannot be read, none. */
  matching(pattern: string, folder: string): Promise<readonly string[]>;
}

/** What this computer says of names and of its own ssh. */
export interface SshEnvironment {
  /** Of these names, those that this computer finds a host by. Never fails; a name that is not answered in time is free. */
  resolving(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** The version of the user's ssh; undefined where none was found. */
  version(): Promise<SshVersion | undefined>;
  /** The folder that relative includes of the user's configuration start from. */
  readonly userFolder: string;
  /** The configuration of all users of this computer, and the folder its includes start from. */
  readonly system: { readonly file: string; readonly folder: string };
}

/** The devices that hosts are made of. */
export type SshConfigDevices = Parameters<typeof sshHosts>[0];

/** What is asked for: where the user's configuration is, and what the blocks have in common. */
export type SshConfigTarget = Omit<SshConfigOptions, 'madeConfig' | 'sshVersion'>;

/** What the integration would do, or has done. */
export interface SshConfigPreview {
  readonly hosts: readonly SshHostBlock[];
  readonly ownFile: string;
  readonly ownText: string;
  readonly configFile: string;
  /** The line put first in the user's configuration. */
  readonly line: string;
  /** Whether that line is there already. */
  readonly included: boolean;
}

/** Files that a configuration may include: more than ssh's own 16 levels of a few files each. */
const maxIncluded = 200;

/** The opt-in integration with the user's own ssh: a file of Host blocks, and one line that includes it. */
export class SshConfig {
  readonly #files: UserFiles;
  readonly #ownFile: string;
  readonly #surroundings: SshEnvironment;

  /** `ownFile`: ours, in the profile. */
  constructor(options: { readonly files: UserFiles; readonly ownFile: string; readonly surroundings: SshEnvironment }) {
    this.#files = options.files;
    this.#ownFile = options.ownFile;
    this.#surroundings = options.surroundings;
  }

  /** What writing would do; touches nothing. Errors: invalid-input, unsupported (an ssh that cannot include files). */
  async preview(devices: SshConfigDevices, target: SshConfigTarget): Promise<Result<SshConfigPreview>> {
    const line = includeLine(this.#ownFile, target.platform);
    if (!line.ok) return line;
    const config = await this.#files.read(target.configFile);
    if (!config.ok) return config;
    const origin = await this.#origin();
    if (!origin.ok) return origin;
    const included = isIncluded(config.value ?? '', toLatin1(line.value));
    const madeConfig = included ? origin.value?.madeConfig === true : config.value === undefined;
    const hosts = await this.#hosts(devices, target.configFile);
    const sshVersion = await this.#surroundings.version();
    if (!takes(sshVersion, 'Include')) {
      return fail(
        'unsupported',
        'The ssh of this computer is older than OpenSSH 7.3 and cannot include a file: it would refuse every host.',
        'Use `quayside ssh NAME`, or install a newer OpenSSH client.',
      );
    }
    const text = renderSshHosts(hosts, { ...target, madeConfig, sshVersion });
    if (!text.ok) return text;
    return ok({
      hosts,
      ownFile: this.#ownFile,
      ownText: text.value,
      configFile: target.configFile,
      line: line.value,
      included,
    });
  }

  /** Writes our file, then the line: an include of nothing is never seen. Errors: those of `preview` and the files. */
  async write(devices: SshConfigDevices, target: SshConfigTarget): Promise<Result<SshConfigPreview>> {
    const planned = await this.preview(devices, target);
    if (!planned.ok) return planned;
    const wrote = await this.#writeOwn(planned.value.ownText);
    if (!wrote.ok) return wrote;
    const config = await this.#files.read(target.configFile);
    if (!config.ok) return config;
    const after = withInclude(config.value ?? '', toLatin1(planned.value.line));
    if (after !== config.value) {
      const changed = await this.#files.replace(target.configFile, config.value, after);
      if (!changed.ok && changed.error.kind === 'invalid-input') {
        const hint = `The hosts are in ${this.#ownFile}. Add this as the first line of your configuration yourself, where it is made: ${planned.value.line.trimEnd()}`;
        return fail('invalid-input', changed.error.message, hint);
      }
      if (!changed.ok) return changed;
    }
    return ok({ ...planned.value, included: true });
  }

  /** The hosts, none of them under a name that is another's. */
  async #hosts(devices: SshConfigDevices, configFile: string): Promise<readonly SshHostBlock[]> {
    const { userFolder, system } = this.#surroundings;
    const configured = new Set<string>();
    await this.#addNames(configFile, userFolder, configured);
    await this.#addNames(system.file, system.folder, configured);
    const taken = new Map<string, 'configured' | 'resolves' | 'kept'>(
      [...configured].map((name) => [name, 'configured']),
    );
    const hosts = sshHosts(devices, taken);
    const own = await this.#files.read(this.#ownFile);
    const before = aliasesIn(own.ok ? fromLatin1(own.value ?? '') : '');
    // Only what is new is asked of the network: an alias stays as it is, wherever this computer happens to be now.
    const asked: string[] = [];
    for (const { alias, hostKeyAlias, deviceKey } of hosts) {
      const known = before.get(hostKeyAlias);
      if (known === alias) continue;
      if (known !== undefined && isLongerAlias(known, alias, deviceKey)) taken.set(alias, 'kept');
      else asked.push(alias);
    }
    for (const name of await this.#surroundings.resolving(asked)) taken.set(name, 'resolves');
    return sshHosts(devices, taken);
  }

  /** Adds the names of a configuration and of all that it includes; our own file and what cannot be read have none. */
  async #addNames(
    file: string,
    folder: string,
    names: Set<string>,
    seen = new Set<string>([this.#ownFile]),
  ): Promise<void> {
    if (seen.has(file) || seen.size > maxIncluded) return;
    seen.add(file);
    const config = await this.#files.read(file);
    if (!config.ok || config.value === undefined) return;
    const text = fromLatin1(config.value);
    for (const name of namedHosts(text)) names.add(name);
    for (const pattern of includedFiles(text))
      for (const path of await this.#files.matching(pattern, folder)) await this.#addNames(path, folder, names, seen);
  }

  /** Writes our file again where the user has asked for it before; does nothing otherwise, and never touches theirs. */
  async refresh(
    devices: SshConfigDevices,
    facts: Omit<SshConfigOptions, keyof SshConfigOrigin | 'sshVersion'>,
  ): Promise<Result<void>> {
    const origin = await this.#origin();
    if (!origin.ok || origin.value === undefined) return origin.ok ? ok(undefined) : origin;
    const { quayside, configFile } = origin.value;
    const planned = await this.preview(devices, { ...facts, quayside, configFile });
    return planned.ok ? this.#writeOwn(planned.value.ownText) : planned;
  }

  /**
   * Takes both back: the user's file (`configFile`, or the one our file tells of) is as it was, byte for byte, with
   * whatever was changed in it since.
   */
  async remove(options: {
    readonly platform: SshConfigOptions['platform'];
    readonly configFile: string;
  }): Promise<Result<void>> {
    const line = includeLine(this.#ownFile, options.platform);
    if (!line.ok) return line;
    const origin = await this.#origin();
    if (!origin.ok) return origin;
    for (const configFile of new Set([options.configFile, origin.value?.configFile ?? options.configFile])) {
      const config = await this.#files.read(configFile);
      if (!config.ok) return config;
      if (config.value === undefined) continue;
      const after = withoutInclude(config.value, toLatin1(line.value));
      if (after === config.value) continue;
      const changed =
        after === '' && origin.value?.madeConfig === true
          ? await this.#files.remove(configFile)
          : await this.#files.replace(configFile, config.value, after);
      if (!changed.ok) return changed;
    }
    return this.#files.remove(this.#ownFile);
  }

  async #origin(): Promise<Result<SshConfigOrigin | undefined>> {
    const own = await this.#files.read(this.#ownFile);
    if (!own.ok) return own;
    return ok(own.value === undefined ? undefined : readSshConfigOrigin(fromLatin1(own.value)));
  }

  async #writeOwn(text: string): Promise<Result<void>> {
    const own = await this.#files.read(this.#ownFile);
    if (!own.ok) return own;
    const after = toLatin1(text);
    return after === own.value ? ok(undefined) : this.#files.replace(this.#ownFile, own.value, after);
  }
}

/** UTF-8 text as Latin-1 of its bytes, the form `UserFiles` has. */
const toLatin1 = (text: string): string => {
  let out = '';
  for (const byte of new TextEncoder().encode(text)) out += String.fromCharCode(byte);
  return out;
};

const fromLatin1 = (text: string): string =>
  new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0)));
