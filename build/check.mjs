// npm run check: lint, format, types, dead code and the unit tests, two at a time; under a minute on two cores.
import { availableParallelism } from 'node:os';

import { runStep, staticSteps, vitestStep } from './steps.mjs';

const waiting = [vitestStep('unit'), ...staticSteps];
let failed = 0;

const worker = async () => {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const { code, output, seconds } = await runStep(step);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds.toFixed(1)} s)`);
    if (code === 0) continue;
    failed += 1;
    console.log(output.trimEnd());
  }
};

await Promise.all(Array.from({ length: Math.max(2, Math.min(4, availableParallelism())) }, worker));
console.log(failed === 0 ? 'Everything checked is fine.' : `${failed} failed.`);
process.exitCode = failed === 0 ? 0 : 1;
