// Makes lib/ from schema.json: the provider's schema becomes TypeScript (generated/), and that becomes CommonJS and types,
// laid out as in HashiCorp's prebuilt providers. Needs neither terraform nor the network.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

const { version } = require('./package.json');
const schema = require('./schema.json');

const stamp = inputHash();
if (stampOfLastBuild() !== stamp) {
  for (const folder of ['generated', 'lib']) rmSync(pathOf(folder), { recursive: true, force: true });
  await generate();
  compile();
  writeFileSync(pathOf('lib/.stamp'), stamp);
}

/** Hash of everything that the output depends on. */
function inputHash() {
  const hash = createHash('sha256');
  for (const file of ['build.mjs', 'package.json', 'schema.json', 'tsconfig.json'])
    hash.update(readFileSync(pathOf(file)));
  for (const tool of ['@cdktf/provider-generator', 'typescript'])
    hash.update(require(`${tool}/package.json`).version);
  return hash.digest('hex');
}

function stampOfLastBuild() {
  try {
    return readFileSync(pathOf('lib/.stamp'), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function generate() {
  // The generator reports its use to HashiCorp when it is loaded, unless this is set.
  process.env.CHECKPOINT_DISABLE = '1';
  const { generateProviderBindingsFromSchema } = require('@cdktf/provider-generator');
  const provider_versions = Object.fromEntries(
    Object.keys(schema.provider_schemas).map((name) => [name, version]),
  );
  await generateProviderBindingsFromSchema(pathOf('generated'), { ...schema, provider_versions });
}

function compile() {
  const ts = require('typescript');
  const { config } = ts.readConfigFile(pathOf('tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, pathOf('.'));
  const program = ts.createProgram(fileNames, options);
  const { diagnostics } = program.emit();
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length === 0) return;
  const host = {
    getCurrentDirectory: () => pathOf('.'),
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  };
  throw new Error(`the generated bindings do not compile:\n${ts.formatDiagnostics(problems, host)}`);
}
