import { endProcess, main } from './cli/main.ts';

// The window without a desktop: what `quayside serve` is, as an entry of its own for servers and tests.
await main(['serve', ...process.argv.slice(2)]);
await endProcess();
