import { createRequire, registerHooks } from 'node:module';

/** `node --import …/register.ts out/main/index.js`: the module `electron` is the stand-in for everything loaded after this. */
const standIn = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

const require = createRequire(import.meta.url);
(require('./record.cjs') as { record(electron: unknown): void }).record(await import(standIn));
