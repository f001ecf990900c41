import { z } from 'zod';
import { fewOf } from './few-of.ts';
import { isManaged, namedResource } from './terraform-json.ts';

/** What Terraform would do to one resource. */
export interface ResourceChange {
  /** Address, e.g. `hcloud_server.prod-master-1`. */
  readonly address: string;
  readonly type: string;
  /** As Hetzner shows it where it has a name, else as Terraform does. */
  readonly name: string;
  readonly kind: 'create' | 'change' | 'replace' | 'destroy';
  /** Arguments that change, of a resource that stays. */
  readonly changed: readonly string[];
}

const values = z.record(z.string(), z.unknown()).nullish();

const plannedSchema = z.object({
  resource_changes: z
    .array(
      namedResource.extend({
        change: z.object({ actions: z.array(z.string()), before: values, after: values }),
      }),
    )
    .default([]),
});

/**
 * Reads what `terraform show -json <plan file>` prints
 * (https://developer.hashicorp.com/terraform/internals/json-format#change-representation). What stays as it is and what is
 * only read is left out.
 */
export function plannedChanges(json: string): readonly ResourceChange[] {
  const { resource_changes } = plannedSchema.parse(JSON.parse(json));
  return resource_changes
    .filter(isManaged)
    .flatMap(({ address, type, name, change: { actions, before, after } }) => {
      const kind = kindOf(actions);
      if (kind === undefined) return [];
      const atHetzner = after?.['name'] ?? before?.['name'];
      return [
        {
          address,
          type,
          name: typeof atHetzner === 'string' ? atHetzner : name,
          kind,
          changed: kind === 'change' ? differingKeys(before ?? {}, after ?? {}) : [],
        },
      ];
    });
}

function kindOf(actions: readonly string[]): ResourceChange['kind'] | undefined {
  if (actions.includes('create')) return actions.includes('delete') ? 'replace' : 'create';
  if (actions.includes('update')) return 'change';
  return actions.includes('delete') ? 'destroy' : undefined;
}

function differingKeys(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  return Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

const WORDS: Readonly<Record<ResourceChange['kind'], string>> = {
  create: 'create',
  change: 'change',
  replace: 'REPLACE',
  destroy: 'DESTROY',
};

/** How many names stand in a line. */
const NAMES_SHOWN = 6;

/**
 * The changes for people, in lines: first the sum, then one line for each kind and type. A server that goes has a line of its
 * own, which says what is lost with it.
 */
export function describeChanges(changes: readonly ResourceChange[]): readonly string[] {
  if (changes.length === 0) return ['Terraform changes nothing: what is at Hetzner is as cluster.yaml says.'];
  const number = (kind: ResourceChange['kind']) => changes.filter((change) => change.kind === kind).length;
  const lost = changes.filter(losesServer);
  const rows = [
    ...lost.map(({ kind, type, name }) => [
      WORDS[kind],
      type,
      `${name}: ${kind === 'replace' ? 'it is made anew, and ' : ''}all data on its disk is lost`,
    ]),
    ...(['destroy', 'replace', 'change', 'create'] as const).flatMap((kind) =>
      [...new Set(changes.map(({ type }) => type))].sort().flatMap((type) => {
        const these = changes.filter((one) => one.kind === kind && one.type === type && !losesServer(one));
        return these.length === 0 ? [] : [[WORDS[kind], type, namesOf(these)]];
      }),
    ),
  ];
  const width = Math.max(...rows.map(([, type = '']) => type.length));
  return [
    `Terraform: ${number('create')} to create, ${number('change')} to change in place, ${number('replace')} to replace, ${number('destroy')} to destroy.`,
    ...rows.map(
      ([word = '', type = '', names = '']) => `  ${word.padEnd(7)}  ${type.padEnd(width)}  ${names}`,
    ),
  ];
}

function losesServer({ type, kind }: ResourceChange): boolean {
  return type === 'hcloud_server' && (kind === 'destroy' || kind === 'replace');
}

function namesOf(changes: readonly ResourceChange[]): string {
  const names = changes.map(({ name, changed }) =>
    changed.length === 0 ? name : `${name} (${changed.join(', ')})`,
  );
  return fewOf(names, NAMES_SHOWN);
}
