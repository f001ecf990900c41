import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * Imports point one way: cluster → {stacks, render} → drive → cli. The lab stands beside the product: it may read what
 * the product publishes (cluster/), and nothing of the product knows that there is a lab.
 */
const mayImport = {
  cluster: [],
  stacks: ['cluster'],
  render: ['cluster', 'stacks'],
  drive: ['cluster', 'stacks', 'render'],
  cli: ['cluster', 'stacks', 'render', 'drive'],
  lab: ['cluster'],
};
const folders = Object.keys(mayImport);

/** Modules by which code reaches a disk, a child process, the network or the machine's state. */
const impureModules = [
  'fs',
  'fs/promises',
  'child_process',
  'net',
  'http',
  'https',
  'tls',
  'dns',
  'os',
  'worker_threads',
  'execa',
].flatMap((name) => [name, `node:${name}`]);

const pureGlobals = [
  { name: 'Date', message: 'Rendering is a pure function: no clock.' },
  { name: 'process', message: 'Rendering is a pure function: no environment.' },
  { name: 'fetch', message: 'Rendering is a pure function: no network.' },
  { name: 'performance', message: 'Rendering is a pure function: no clock.' },
];

const importsOf = (folder, paths) => ({
  'no-restricted-imports': [
    'error',
    {
      paths,
      patterns: folders
        .filter((other) => other !== folder && !mayImport[folder].includes(other))
        .map((other) => ({
          regex: `^(\\.\\./)+${other}(/|$)`,
          message: `${folder}/ may not import from ${other}/: imports point one way (see eslint.config.js).`,
        })),
    },
  ],
});

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'cdktf.out/',
      '.venv/',
      'bindings/hcloud/lib/',
      'bindings/hcloud/generated/',
      '**/node_modules/',
    ],
  },
  js.configs.recommended,
  tseslint.configs.strict,
  prettier,
  {
    languageOptions: {
      globals: { console: 'readonly', process: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  ...folders.map((folder) => ({ files: [`${folder}/**/*.ts`], rules: importsOf(folder, []) })),
  ...['cluster', 'render', 'stacks'].map((folder) => ({
    files: [`${folder}/**/*.ts`],
    ignores: ['render/write.ts'],
    rules: {
      ...importsOf(
        folder,
        impureModules.map((name) => ({
          name,
          message: `${folder}/ is pure: no disk, clock, child process or network.`,
        })),
      ),
      'no-restricted-globals': ['error', ...pureGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'No randomness.' },
      ],
    },
  })),
  { files: ['test/**', 'bench/**', '**/*.config.*', 'bindings/**'], rules: { 'no-console': 'off' } },
);
