import { createHttpClient, type DisposableHttpClient } from '../../src-main/node/http/http-client.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { recordingLog } from './fake-vendor.ts';

/** The real HTTP client, which waits half a second where the application waits half a minute. It logs into `lines`. */
export const impatientHttp = (lines: string[]): DisposableHttpClient =>
  createHttpClient({
    userAgent: 'test',
    clock: systemClock,
    random: Math.random,
    log: recordingLog(lines),
    backoffMs: 1,
    responseMs: 500,
    stallMs: 300,
    bodyMs: 600,
  });
