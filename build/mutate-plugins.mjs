// What Stryker is told about our sources: which texts are messages, and which mutants the type check refuses.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { root } from './bootstrap.mjs';

/**
 * What is read here of a mutant of Stryker; lines and columns are counted from 0.
 * @typedef {{ line: number, column: number }} Place
 * @typedef {{ id: string, fileName: string, replacement: string, location: { start: Place, end: Place } }} Mutant
 */

/** A node of Babel's syntax tree. @typedef {any} SyntaxNode */

/** Two words in a row, which only a text for people has. */
const sentence = /[a-z’']{2,}[,;:.]? [a-z’']{2,}/i;

/** Leaves out message texts, and the branch of a switch that the type check proves to be unreachable. */
const ignorer = {
  /** @param {{ node: SyntaxNode }} path @returns {string | undefined} why the node is left as it is */
  shouldIgnore: (path) => {
    const { node } = path;
    if (node.type === 'StringLiteral' && sentence.test(node.value)) return 'message text';
    if (
      node.type === 'TemplateLiteral' &&
      node.quasis.some((/** @type {SyntaxNode} */ { value }) => sentence.test(value.raw))
    )
      return 'message text';
    if (node.type === 'SwitchCase' && node.test === null && node.consequent.some(isNever)) return 'unreachable';
    return undefined;
  },
};

/** `value satisfies never`, as a statement or returned. @param {SyntaxNode} statement */
const isNever = (statement) => {
  const value = statement.expression ?? statement.argument;
  return value?.type === 'TSSatisfiesExpression' && value.typeAnnotation.type === 'TSNeverKeyword';
};

/** @param {string} text @param {Place} place */
const offsetOf = (text, { line, column }) => {
  let start = 0;
  for (let passed = 0; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  return start + column;
};

/** Of how many mutants one is tried; spread evenly, and the same ones in each run. */
const oneIn = Number(process.env['QUAYSIDE_MUTATE_ONE_IN'] ?? 1);
/** @param {Pick<Mutant, 'id'>} mutant */
const isInSample = ({ id }) => Math.imul(Number(id) + 1, 2_654_435_761) >>> 0 < 2 ** 32 / oneIn;

/** How many mutants one run of tsc looks at. */
const groupSize = 300;

/**
 * Refuses mutants that do not type-check: nobody could commit them. Stryker's own checker needs the programming interface
 * of TypeScript, which TypeScript 7 does not have. So each mutant is a copy of its file, and tsc looks at many at once.
 */
class TypeChecker {
  async init() {}

  /** @param {readonly Mutant[]} mutants */
  async group(mutants) {
    const ids = mutants.map(({ id }) => id);
    return Array.from({ length: Math.ceil(ids.length / groupSize) }, (_, index) =>
      ids.slice(index * groupSize, (index + 1) * groupSize),
    );
  }

  /** @param {readonly Mutant[]} mutants */
  async check(mutants) {
    const folder = join(root, '.cache/mutate/types');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const files = mutants.filter(isInSample).map((mutant) => {
      const source = readFileSync(mutant.fileName, 'utf8');
      const { start, end } = mutant.location;
      const mutated =
        source.slice(0, offsetOf(source, start)) + mutant.replacement + source.slice(offsetOf(source, end));
      const path = join(folder, `${mutant.id}-${basename(mutant.fileName)}`);
      const here = dirname(mutant.fileName);
      writeFileSync(
        path,
        mutated.replace(/(from |import\()'(\.[^']*)'/g, (_, word, to) => `${word}'${resolve(here, to)}'`),
      );
      return path;
    });
    const config = join(folder, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({ extends: join(root, 'src-main/tsconfig.json'), include: [], files }));
    const refused = new Set(files.length === 0 ? [] : await this.#idsWithErrors(config));
    rmSync(folder, { recursive: true, force: true });
    /** @param {Mutant} mutant */
    const verdict = (mutant) => {
      if (!isInSample(mutant)) return { status: 'compileError', reason: 'not in the sample' };
      return refused.has(mutant.id) ? { status: 'compileError', reason: 'refused by tsc' } : { status: 'passed' };
    };
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, verdict(mutant)]));
  }

  /** @param {string} config @returns {Promise<string[]>} */
  #idsWithErrors(config) {
    return new Promise((done, fail) => {
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const child = spawn(process.execPath, [tsc, '-p', config, '--pretty', 'false'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
      child.once('error', fail);
      child.once('close', () =>
        done(
          output
            .split('\n')
            .map((line) => /types[/\\](\d+)-[^(]*\(\d+,\d+\): error/.exec(line)?.[1])
            .filter((id) => id !== undefined),
        ),
      );
    });
  }
}

export const strykerPlugins = [
  { kind: 'Ignore', name: 'messages', value: ignorer },
  { kind: 'Checker', name: 'types', injectableClass: TypeChecker },
];
