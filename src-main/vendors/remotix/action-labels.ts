import { typeText } from './schemas.ts';
import type { ActionRow } from './schemas.ts';

/** The actions of the document in words. */
const words: Readonly<Record<string, string>> = {
  control: 'Control',
  curtain: 'Control behind a curtain',
  observe: 'Observe',
  ft: 'Transfer files',
  chat: 'Chat',
};

/** `Control (RDP, port 3390)`; an action that the document does not name is shown by its own name. */
export const actionLabel = ({ action, type }: ActionRow): string => {
  const word = Object.hasOwn(words, action) ? (words[action] ?? action) : action;
  if (type === undefined) return word;
  return type.port === undefined ? `${word} (${typeText(type)})` : `${word} (${type.type}, port ${type.port})`;
};
