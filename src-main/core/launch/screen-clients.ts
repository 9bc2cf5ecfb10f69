import { fail, ok } from '../base/errors.ts';
import type { Result } from '../base/errors.ts';
import type { LaunchPlan, LaunchPlatform } from './launch-plan.ts';

/** What a VNC or RDP client needs to know. */
export interface ViewerTarget {
  /** The loopback address of the forward. */
  readonly address: string;
  readonly port: number;
  /** From `hostKeyAlias`: the name under which the client keeps the device's certificate. */
  readonly alias: string;
  readonly user?: string;
  /** The fingerprint of the certificate that the device must show; absent: the client compares by itself. */
  readonly certificate?: string;
  /** Whether a password will be handed over where the client has a way for it. */
  readonly withPassword: boolean;
}

/** A client that is on this computer. */
export interface FoundViewer {
  /** Shown to people and kept in the settings. */
  readonly name: string;
  /**
   * The plan that opens the target. Without `password` in it, the client asks for one itself; with `inTerminal`, it
   * does so in the terminal it is started from. Errors: invalid-input, unsupported.
   */
  plan(target: ViewerTarget): Result<ViewerPlan>;
}

/** A plan, and whether the client needs a terminal to ask its questions in. */
export interface ViewerPlan {
  readonly plan: LaunchPlan;
  readonly inTerminal: boolean;
}

/** A client as the catalogues describe it. */
export interface Viewer {
  readonly name: string;
  /**
   * Names to look for, best first. A name ending in `.app` is a bundle; one with a backslash is looked for below
   * Windows' program folders; an absolute path is taken as it is.
   */
  readonly probes: readonly string[];
  /** Tells it from another client of the same file name: one of these is there, or none of them. */
  readonly marks?: { readonly any?: readonly string[]; readonly none?: readonly string[] };
  readonly run: (path: string, target: ViewerTarget) => Result<ViewerPlan>;
}

/** The names to look for, for a catalogue. */
export const viewerProbes = (viewers: readonly Viewer[]): readonly string[] => [
  ...new Set(viewers.flatMap(({ probes, marks }) => [...probes, ...(marks?.any ?? []), ...(marks?.none ?? [])])),
];

/** What is known when looking for clients. */
export interface ViewerOptions {
  readonly platform: LaunchPlatform;
  /** Absolute paths of what was found, by probe. */
  readonly found: ReadonlyMap<string, string>;
  /** Whether windows can be shown at all; without, there are no clients. */
  readonly display: boolean;
  /** Names from earlier answers, the most wanted first. */
  readonly preferred: readonly string[];
}

/** The clients of a catalogue that are here: the user's choice first, then in the catalogue's order. */
export const discoverViewers = (viewers: readonly Viewer[], options: ViewerOptions): readonly FoundViewer[] => {
  if (!options.display) return [];
  const rank = ({ name }: Viewer): number => {
    const at = options.preferred.indexOf(name);
    return at === -1 ? options.preferred.length : at;
  };
  return viewers
    .flatMap((viewer) => {
      const path = viewer.probes.map((probe) => options.found.get(probe)).find((candidate) => candidate !== undefined);
      const { any, none } = viewer.marks ?? {};
      if (path === undefined || none?.some((mark) => options.found.has(mark)) === true) return [];
      return any !== undefined && !any.some((mark) => options.found.has(mark)) ? [] : [{ viewer, path }];
    })
    .toSorted((one, other) => rank(one.viewer) - rank(other.viewer))
    .map(({ viewer, path }) => ({
      name: viewer.name,
      plan: (target) => {
        const checked = checkTarget(target);
        return checked.ok ? viewer.run(path, target) : checked;
      },
    }));
};

/** A client that asks for the password in its own window. */
export const windowed = (plan: Omit<LaunchPlan, 'detached'>): Result<ViewerPlan> =>
  ok({ plan: { ...plan, detached: true }, inTerminal: false });

/** An address as the host of a URL, or before a port. */
export const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/**
 * A user name for VNC or RDP: one line of visible text, so `Jane Doe`, `PLANT\jane` and `jane@plant.example` are.
 * Errors: invalid-input.
 */
export const checkViewerUser = (user: string): Result<string> => {
  const bad = user === '' || user.length > 256 || user.startsWith('-') || user.startsWith('/');
  if (!bad && !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(user)) return ok(user);
  return fail(
    'invalid-input',
    'This is no user name: it is empty, too long, starts with a dash or slash, or holds an invisible character.',
    'Give the name as it is on the device, such as administrator.',
  );
};

const checkTarget = (target: ViewerTarget): Result<void> => {
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535) {
    return fail('invalid-input', 'The port is not a number from 1 to 65535.', 'Give the forward another port.');
  }
  if (!/^[0-9a-f][0-9a-f.:]*$|^::1$/.test(target.address) || !/^[a-z0-9][a-z0-9._-]*$/.test(target.alias)) {
    return fail(
      'invalid-input',
      'The address of the forward is no IP address.',
      'Remove the forward and open it again.',
    );
  }
  if (target.certificate !== undefined && !/^SHA256:[A-Za-z0-9+/]{43}$/.test(target.certificate)) {
    return fail('invalid-input', 'The certificate of the device has no fingerprint.', 'Connect again.');
  }
  const user = target.user === undefined ? ok('') : checkViewerUser(target.user);
  return user.ok ? ok(undefined) : user;
};
