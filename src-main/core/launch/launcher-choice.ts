import { z } from 'zod';
import { serviceKinds } from '../fleet/device.ts';
import type { ServiceKind } from '../fleet/device.ts';

/** For what a launcher was chosen. */
export type LauncherScope = 'service' | 'device' | 'group' | 'default';

/** That services of a kind are opened with a certain launcher. */
export interface LauncherChoice {
  readonly kind: ServiceKind;
  readonly scope: LauncherScope;
  /** `deviceKey service id` joined by a line feed, a device key, or the name of a group; empty for `default`. */
  readonly target: string;
  /** The name of a client that was found, or of a custom launcher. */
  readonly launcher: string;
}

/** Choices a person may keep. */
export const maxChoices = 2000;

/** The target of a choice for one service of a device. Neither part can hold a line feed. */
export const serviceTarget = (deviceKey: string, serviceId: string): string => `${deviceKey}\n${serviceId}`;

/** What is to be opened. */
export interface LauncherQuestion {
  readonly kind: ServiceKind;
  readonly deviceKey: string;
  readonly serviceId: string;
  readonly groups: readonly string[];
}

/**
 * The names of the launchers chosen for a service, the most particular first: for the service itself, its device,
 * each of its groups in the device's order, by default. The caller takes the first that is there.
 */
export const chosenLaunchers = (choices: readonly LauncherChoice[], question: LauncherQuestion): readonly string[] => {
  const { kind, deviceKey, serviceId, groups } = question;
  const places: readonly (readonly [LauncherScope, string])[] = [
    ['service', serviceTarget(deviceKey, serviceId)],
    ['device', deviceKey],
    ...groups.map((group) => ['group', group] as const),
    ['default', ''],
  ];
  const names = places.flatMap(([scope, target]) => {
    const choice = choices.find(
      (candidate) => candidate.kind === kind && candidate.scope === scope && candidate.target === target,
    );
    return choice === undefined ? [] : [choice.launcher];
  });
  return [...new Set(names)];
};

/** The choices with one changed; without a launcher it is taken back. */
export const withChoice = (
  choices: readonly LauncherChoice[],
  change: Omit<LauncherChoice, 'launcher'> & { readonly launcher?: string },
): readonly LauncherChoice[] => {
  const { kind, scope, target, launcher } = change;
  const others = choices.filter((known) => known.kind !== kind || known.scope !== scope || known.target !== target);
  return launcher === undefined ? others : [...others, { kind, scope, target, launcher }];
};

const choices = z
  .array(
    z
      .object({
        kind: z.enum(serviceKinds),
        scope: z.enum(['service', 'device', 'group', 'default']),
        target: z.string().max(2048),
        launcher: z.string().min(1).max(64),
      })
      .refine(({ scope, target }) => (scope === 'default') === (target === '')),
  )
  .max(maxChoices);

/** Whether a value is a list of choices that may be stored. */
export const areChoices = (value: unknown): value is readonly LauncherChoice[] => choices.safeParse(value).success;
