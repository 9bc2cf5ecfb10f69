import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The quick projects alone: what `npm run mutate` asks whether they notice a mutant. */
const quick = new Set<unknown>(['unit', 'contract']);

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: (base.test?.projects ?? []).filter(
      (project) => typeof project === 'object' && 'test' in project && quick.has(project.test?.name),
    ),
  },
});
