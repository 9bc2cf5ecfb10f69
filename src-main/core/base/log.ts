export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log. The sink redacts by field name and by pattern. */
export interface Log {
  write(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
  child(fields: Readonly<Record<string, unknown>>): Log;
}
