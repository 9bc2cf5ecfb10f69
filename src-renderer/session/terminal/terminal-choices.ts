import { create } from 'zustand';
import { terminalNameSchema } from '../../../src-preload/contract/session.ts';
import type { BackspaceKey, OptionKey } from './keyboard.ts';

/** What the user chose for terminals in this window, and for those of one device; kept there. */
export interface TerminalChoices {
  readonly optionKey: OptionKey;
  /** Ours as the window has it (`theme`), ours always light or dark, or the name of an imported one. */
  readonly scheme: string;
}

export interface DeviceChoices {
  /** The terminal that the device is told of, as in `TERM`. */
  readonly term: string;
  readonly backspace: BackspaceKey;
  /** Whether programs there may fill the clipboard (OSC 52). They can never read it. */
  readonly fillsClipboard: boolean;
}

export const usualTerm = 'xterm-256color';
/** Names that hosts know which do not know the usual one. */
export const terms = [usualTerm, 'xterm', 'vt220', 'vt100', 'linux', 'ansi'] as const;

export const usualChoices: TerminalChoices = { optionKey: 'characters', scheme: 'theme' };
export const usualForDevice: DeviceChoices = { term: usualTerm, backspace: 'del', fillsClipboard: false };

const optionKeys: readonly OptionKey[] = ['characters', 'left', 'right', 'both'];

const fieldsOf = (stored: string | null): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(stored ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
};

export const parseChoices = (stored: string | null): TerminalChoices => {
  const { optionKey, scheme } = fieldsOf(stored);
  return {
    optionKey: optionKeys.find((one) => one === optionKey) ?? usualChoices.optionKey,
    scheme: typeof scheme === 'string' ? scheme : usualChoices.scheme,
  };
};

export const parseDeviceChoices = (stored: string | null): DeviceChoices => {
  const { term, backspace, fillsClipboard } = fieldsOf(stored);
  return {
    term: terminalNameSchema.catch(usualTerm).parse(term),
    backspace: backspace === 'bs' ? 'bs' : 'del',
    fillsClipboard: fillsClipboard === true,
  };
};

const memory = 'quayside.session.choices';
const memoryOf = (deviceKey: string): string => `quayside.session.device ${deviceKey}`;

export const useChoices = create<TerminalChoices>(() =>
  parseChoices(typeof localStorage === 'undefined' ? null : localStorage.getItem(memory)),
);

export const chooseForTerminals = (patch: Partial<TerminalChoices>): void => {
  useChoices.setState(patch);
  localStorage.setItem(memory, JSON.stringify(useChoices.getState()));
};

export const choicesOf = (deviceKey: string): DeviceChoices =>
  parseDeviceChoices(localStorage.getItem(memoryOf(deviceKey)));

/** Keeps what was chosen for a device; a name that no terminal can have leaves the one before. */
export const chooseForDevice = (deviceKey: string, patch: Partial<DeviceChoices>): DeviceChoices => {
  const chosen = { ...choicesOf(deviceKey), ...patch };
  const kept = terminalNameSchema.safeParse(chosen.term).success
    ? chosen
    : { ...chosen, term: choicesOf(deviceKey).term };
  localStorage.setItem(memoryOf(deviceKey), JSON.stringify(kept));
  return kept;
};
