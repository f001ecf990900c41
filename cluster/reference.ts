import { clusterJsonSchema, type JsonSchema } from './json-schema.ts';

interface Field {
  readonly path: string;
  readonly type: string;
  readonly defaultValue: string;
  readonly description: string;
}

const INTRODUCTION = `# Configuration reference

Every field of \`cluster.yaml\`, made from the schema that \`kubehaus validate\` holds it against. What is not here is refused,
with its line. A name such as \`workers[].count\` stands for the field in each item of a list, \`<name>\` for a name that you choose.
For editors there is the same as a JSON Schema: \`kubehaus schema > cluster.schema.json\`, and in the first line of \`cluster.yaml\`
\`# yaml-language-server: $schema=cluster.schema.json\`.
Another \`terraform.backend\` for servers that are there: [backend.md](backend.md).
`;

/** docs/configuration.md: a table for each field of the top level, in Markdown. */
export function configurationReference(): string {
  const schema = clusterJsonSchema();
  const required = new Set(schema.required);
  const sections = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const fields = fieldsOf(name, field, required.has(name));
    return [`## \`${name}\``, ...fieldTable(fields)].join('\n');
  });
  return `${[INTRODUCTION, ...sections.map((section) => `${section}\n`)].join('\n')}`;
}

function fieldTable(fields: readonly Field[]): string[] {
  const rows = fields.map(({ path, type, defaultValue, description }) => [
    `\`${path}\``,
    type,
    defaultValue,
    description,
  ]);
  const cells = [['field', 'type', 'default', 'what'], ['---', '---', '---', '---'], ...rows];
  return ['', ...cells.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)];
}

/** The field itself, then what is in it. */
function fieldsOf(path: string, schema: JsonSchema, required: boolean): Field[] {
  const variants = schema.oneOf ?? [schema];
  const inner = variants.flatMap((variant) => innerFields(path, variant));
  const own: Field = {
    path,
    type: typeOf(schema),
    defaultValue: required ? '(required)' : defaultOf(schema),
    description: schema.description ?? '',
  };
  return merged([own, ...inner]);
}

function innerFields(path: string, schema: JsonSchema): Field[] {
  const { properties, items, additionalProperties, required = [] } = schema;
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([name, field]) =>
      fieldsOf(`${path}.${name}`, field, required.includes(name)),
    );
  if (items?.properties !== undefined) return innerFields(`${path}[]`, items);
  if (typeof additionalProperties === 'object' && additionalProperties.properties !== undefined)
    return innerFields(`${path}.<name>`, additionalProperties);
  return [];
}

/** The variants of a union have fields in common; what tells them apart becomes one field with all its values. */
function merged(fields: readonly Field[]): Field[] {
  const byPath = new Map<string, Field>();
  for (const field of fields) {
    const before = byPath.get(field.path);
    const together = (one: string, other: string, between: string) =>
      one === other || other === '' ? one : `${one}${between}${other}`;
    byPath.set(
      field.path,
      before === undefined
        ? field
        : {
            ...before,
            type: together(before.type, field.type, ' or '),
            description: together(before.description, field.description, ' '),
          },
    );
  }
  return [...byPath.values()];
}

function typeOf(schema: JsonSchema): string {
  if (schema.oneOf !== undefined) return 'map';
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (schema.type === 'array')
    return `list of ${schema.items?.properties ? 'maps' : typeOf(schema.items ?? {})}`;
  if (schema.type === 'object') return 'map';
  const { minimum, maximum } = schema;
  const range =
    minimum !== undefined && maximum !== undefined
      ? `, ${minimum} to ${maximum}`
      : minimum === undefined
        ? ''
        : `, at least ${minimum}`;
  return `${schema.type ?? 'anything'}${range}`;
}

function defaultOf({ default: value, type }: JsonSchema): string {
  if (value === undefined || type === 'object' || ['[]', '{}'].includes(JSON.stringify(value))) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
