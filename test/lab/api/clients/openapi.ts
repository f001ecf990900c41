import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';

/** A JSON schema, or a part of one, as data. */
export type Schema = { [key: string]: unknown };

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

export const readDescription = (file: string): Description =>
  JSON.parse(readFileSync(file, 'utf8')) as Description;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/**
 * A schema of OpenAPI 3.0 as one of JSON Schema, which has no `nullable`. With `closed`, an object that says which
 * properties it has may have no others.
 */
function jsonSchema(schema: unknown, closed: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((item) => jsonSchema(item, closed));
  if (!isSchema(schema)) return schema;
  const { nullable, example: _example, ...rest } = schema;
  const converted: Schema = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === 'properties' && isSchema(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, property]) => [name, jsonSchema(property, closed)]),
          )
        : jsonSchema(value, closed),
    ]),
  );
  if (closed && isSchema(converted.properties) && converted.additionalProperties === undefined)
    converted.additionalProperties = false;
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}

/** Tells whether a value is as a schema of the description wants it, and what is wrong with it. */
export interface Validator {
  /** Problems of the body of a request; an operation without one takes any. */
  request(path: string, method: string, body: unknown): string[];
  /** Problems of an answer. */
  response(path: string, method: string, status: number, body: unknown): string[];
  /** The path of the description that a real path belongs to. */
  template(path: string): string | undefined;
}

export function validator(description: Description): Validator {
  const instance = (closed: boolean) => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addFormat('decimal', /^\d+\.\d+$/);
    ajv.addSchema({ $id: 'api', components: jsonSchema(description.components, closed) as Schema });
    const compiled = new Map<Schema, ValidateFunction>();
    return (schema: Schema, value: unknown): string[] => {
      let validate = compiled.get(schema);
      if (!validate) {
        const text = JSON.stringify(jsonSchema(schema, closed)).replaceAll('"#/', '"api#/');
        validate = ajv.compile(JSON.parse(text) as Schema);
        compiled.set(schema, validate);
      }
      if (validate(value)) return [];
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
      );
    };
  };
  const [problemsOfRequest, problemsOfAnswer] = [instance(false), instance(true)];

  const operation = (template: string, method: string): Operation => {
    const found = description.paths[template]?.[method.toLowerCase()];
    if (!found) throw new Error(`the description has no ${method} ${template}`);
    return found;
  };

  return {
    request(path, method, body) {
      const schema = operation(path, method).requestBody?.content['application/json']?.schema;
      return schema && body !== undefined ? problemsOfRequest(schema, body) : [];
    },
    response(path, method, status, body) {
      const { responses } = operation(path, method);
      const answer = responses[String(status)] ?? responses[`${Math.floor(status / 100)}xx`];
      if (!answer) return [`status ${status} is not among ${Object.keys(responses).join(', ')}`];
      const schema = answer.content?.['application/json']?.schema;
      if (!schema) return body === undefined ? [] : ['there is a body where none is expected'];
      return problemsOfAnswer(schema, body);
    },
    template(path) {
      const segments = path.split('?')[0]?.split('/') ?? [];
      const matching = Object.keys(description.paths).filter((candidate) => {
        const wanted = candidate.split('/');
        return (
          wanted.length === segments.length &&
          wanted.every((part, index) => part.startsWith('{') || part === segments[index])
        );
      });
      const literal = (template: string) =>
        template.split('/').filter((part) => !part.startsWith('{')).length;
      return matching.sort((one, other) => literal(other) - literal(one))[0];
    },
  };
}
