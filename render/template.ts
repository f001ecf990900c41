import { createHash } from 'node:crypto';
import Handlebars from 'handlebars';
import { stringify as toToml } from 'smol-toml';
import { stringify as toYaml } from 'yaml';

/** Serializes for YAML files: block style, never folded, so that a changed value is a changed line. */
export function yamlText(value: unknown): string {
  return toYaml(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}

/**
 * Compiles a template: strict (an unknown name is an error), without HTML's escapes. Values reach a file through
 * `yaml`, `json` or `toml`; `indent 4 (yaml x)` puts a block below a key. `{{#sha256}}…{{/sha256}}` is the hash of what it holds.
 */
export function compile(text: string, name: string): (view: object) => string {
  const handlebars = Handlebars.create();
  handlebars.registerHelper({
    yaml: (value: unknown) => yamlText(value),
    json: (value: unknown) => JSON.stringify(value),
    toml: (value: object) => toToml(value as Record<string, unknown>).trimEnd(),
    indent: (spaces: number, value: string) =>
      value
        .split('\n')
        .map((line) => (line === '' ? line : ' '.repeat(spaces) + line))
        .join('\n'),
    sha256(this: unknown, block: Handlebars.HelperOptions) {
      return createHash('sha256').update(block.fn(this)).digest('hex');
    },
  });
  const template = handlebars.compile(text, { strict: true, noEscape: true, knownHelpersOnly: false });
  return (view) => {
    try {
      return template(view, { allowProtoPropertiesByDefault: false });
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  };
}
