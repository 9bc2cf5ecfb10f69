/** The longest pause a vendor can ask for, milliseconds. */
export const maxRetryAfterMs = 600_000;

/** Between 0 and ten minutes. */
export const clampRetryAfter = (ms: number): number => Math.min(maxRetryAfterMs, Math.max(0, Math.ceil(ms)));

/**
 * Milliseconds that a Retry-After header asks for, seconds or date; undefined if it is missing or makes no
 * sense. A date is measured by the server's own clock where its Date header tells it.
 */
export const readRetryAfter = (headers: Readonly<Record<string, string>>, now: number): number | undefined => {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return clampRetryAfter(Number(text) * 1000);
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  const served = Date.parse(headers['date'] ?? '');
  return clampRetryAfter(date - (Number.isNaN(served) ? now : served));
};
