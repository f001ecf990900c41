import { clusterJsonSchema, type JsonSchema } from './json-schema.ts';

interface Field {
  readonly path: string;
  readonly type: string;
  readonly defaultValue: string;
  readonly description: string;
}

const REQUIRED = '(required)';

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
  const own: Field = {
    path,
    type: typeOf(schema),
    defaultValue: required ? REQUIRED : defaultOf(schema),
    description: schema.description ?? '',
  };
  return [
    own,
    ...(schema.oneOf === undefined ? innerFields(path, schema) : eitherFields(path, schema.oneOf)),
  ];
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

/** Fields of a map of several kinds: one of them tells the kind, and others are there with one kind only, or differ from kind to kind. */
function eitherFields(path: string, variants: readonly JsonSchema[]): Field[] {
  const kind =
    Object.entries(variants[0]?.properties ?? {}).find(([, { const: value }]) => value !== undefined)?.[0] ??
    '';
  const each = variants.map((variant) => {
    const value = String(variant.properties?.[kind]?.const);
    const byPath = new Map(innerFields(path, variant).map((field) => [field.path, field]));
    return { value, told: `${kind} ${value}`, byPath };
  });
  const paths = new Set(each.flatMap(({ byPath }) => [...byPath.keys()]));
  return [...paths].map((one): Field => {
    const having = each.flatMap(({ byPath, ...variant }) => {
      const field = byPath.get(one);
      return field === undefined ? [] : [{ ...variant, field }];
    });
    const cells = (cell: (field: Field) => string) => {
      const [first = '', ...others] = new Set(having.map(({ field }) => cell(field)));
      return others.length === 0
        ? first
        : having.map(({ field, told }) => `${cell(field)} with ${told}`).join('; ');
    };
    if (one === `${path}.${kind}`)
      return {
        path: one,
        type: having.map(({ field }) => field.type).join(' or '),
        // The kind that is taken without a word has the default.
        defaultValue:
          having.find(({ field }) => field.defaultValue !== REQUIRED)?.field.defaultValue ?? REQUIRED,
        description: having.map(({ field, value }) => `${value}: ${field.description}`).join(' '),
      };
    const description = cells((field) => field.description);
    return {
      path: one,
      type: cells(({ type }) => type),
      defaultValue: cells(({ defaultValue }) => defaultValue),
      description:
        having.length === each.length
          ? description
          : `${description} Only with ${having.map(({ told }) => told).join(' or ')}.`,
    };
  });
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
