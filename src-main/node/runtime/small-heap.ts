import { setFlagsFromString } from 'node:v8';

/**
 * Imported first by a program that stays open all day. By default V8 lets its young generation grow to 48 MB while a
 * fleet is read from the cache and handed to the windows, and never gives it back; what follows needs a tenth of that.
 * Kept as it is from the start it costs no time that could be measured (`npm run bench -- start`). V8 looks at this flag
 * at each collection; Node and Electron leave flags open to be changed.
 */
setFlagsFromString('--semi-space-growth-factor=1');
