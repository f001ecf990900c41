import fc from 'fast-check';
import type { z } from 'zod';
import { kubernetesVersions } from '../../cluster/catalog.ts';
import { clusterSchema } from '../../cluster/schema.ts';
import { PUBLIC_KEY } from './configurations.ts';

/** What texts of cluster.yaml look like. A field of a new form needs one of that form here; the test says so. */
const TEXTS = [
  ...[
    'prod',
    'a',
    'worker-2',
    'x'.repeat(63),
    'debian-12',
    'example.org/disk',
    'api.example.org',
    '192.0.2.7',
  ],
  ...[
    'cx33',
    'cpx41',
    'cax21',
    'cax41',
    'nbg1',
    '8080',
    '30000-32767',
    'htop',
    'Upper_Case.0',
    'v1',
    '-',
    '{{ x }}',
  ],
  ...['10.0.1.0/24', '10.16.0.0/20', '10.244.0.0/16', '10.128.0.0/12', '10.96.0.0/16', '172.20.0.0/16'],
  ...['192.168.0.0/26', '198.51.100.7/32', '2001:db8::/32', '100.64.0.0/10', '127.0.0.0/8'],
  ...['/etc/kubernetes/audit.yaml', '/var/backups/etcd', 'imageRepository', 'daily', '*-*-* 00/6:00:00'],
  ...['https://id.example.org', 'http://mirror.example.org:5000/base/', PUBLIC_KEY, 'f'.repeat(64)],
  ...[
    '#cloud-config\nruncmd: []\n',
    '#!/bin/sh\necho "${HOSTNAME}" {{ x }} %{ if }\n',
    'two\nlines: "and" \'quotes\' # more',
  ],
  '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEexample\n-----END PGP PUBLIC KEY BLOCK-----\n',
  ...kubernetesVersions.slice(0, 3),
];

/** What one finds in YAML by accident. Not all of it is wrong everywhere. */
const JUNK: unknown[] = [
  ...[null, true, false, 0, -1, 1, 2, 4, 1.5, 1e9, 1e21, -0, NaN, Infinity],
  ...[
    '',
    ' ',
    '3',
    '1.35',
    'true',
    'Größe',
    '~',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA',
    'a\tb',
    '\u0000',
    '../..',
  ],
  ...[
    '__proto__',
    'constructor',
    'x'.repeat(300),
    '10.0.0.1/24',
    '0.0.0.0/0',
    '10.0.0.0/33',
    'cx33 ',
    '1.33.2',
  ],
  ...[[], {}, [[]], [null], { a: { b: [1] } }, [1, 'a'], { count: 1 }, ['cx33', 'cax21']],
];

type Schema = z.core.$ZodTypes;

const serverTypes = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<unknown>('cx33', 'cax21', ['cx33', 'cpx32'], ['cax21']) },
  { weight: 1, arbitrary: fc.constant<unknown>(['cax21', 'cx33']) },
);

/** Mostly of one network zone, since etcd and a private network want that. */
const locations = fc.oneof(
  { weight: 9, arbitrary: fc.shuffledSubarray<unknown>(['fsn1', 'nbg1', 'hel1'], { minLength: 1 }) },
  { weight: 1, arbitrary: fc.shuffledSubarray<unknown>(['fsn1', 'ash', 'hil', 'sin'], { minLength: 1 }) },
);

/** Paths of volumes, of which a component may have each but once. */
const mountPath = fc.oneof(
  { weight: 30, arbitrary: fc.nat().map((number) => `/srv/${number}`) },
  { weight: 1, arbitrary: fc.constantFrom('/etc/ssl/certs', '/etc/kubernetes/scheduler.conf') },
);

/** Where values of a kind that rarely fit together are chosen such that they often do. */
const CHOSEN: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  '.controlPlane.count': fc.constantFrom(1, 3, 3, 5, 2),
  '.etcd.count': fc.constantFrom(1, 3, 5, 9, 4),
  '.etcd.heartbeatMs': fc.constantFrom(10, 100, 200, 500),
  '.etcd.electionMs': fc.constantFrom(1000, 5000, 50_000),
  '.workers[].name': fc.constantFrom('worker', 'big', 'arm', 'worker-2', 'w', 'a-1', 'a'),
  '.workers[].count': fc.oneof(
    { weight: 30, arbitrary: fc.integer({ min: 1, max: 12 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 700 }) },
  ),
  '.locations': locations,
  '.controlPlane.locations': locations,
  '.etcd.locations': locations,
  '.controlPlane.serverType': serverTypes,
  '.etcd.serverType': serverTypes,
  '.workers[].serverType': serverTypes,
  '.controlPlane.apiServer.extraVolumes[].mountPath': mountPath,
  '.controlPlane.controllerManager.extraVolumes[].mountPath': mountPath,
  '.controlPlane.scheduler.extraVolumes[].mountPath': mountPath,
  '.firewall.rules[].protocol': fc.constantFrom('tcp', 'tcp', 'udp', 'icmp'),
  '.network.nodeCidr': fc.constantFrom(
    '10.0.1.0/24',
    '10.0.1.0/24',
    '10.16.0.0/20',
    '192.168.0.0/26',
    '10.244.0.0/16',
  ),
  '.network.podCidr': fc.constantFrom('10.244.0.0/16', '10.128.0.0/12', '100.64.0.0/10', '172.20.0.0/20'),
  '.network.mtu': fc.constantFrom(1280, 1370),
  '.network.privateCidr': fc.constantFrom('10.64.0.0/24', '10.64.0.0/24', '192.168.0.0/20', '10.0.1.0/24'),
  '.network.serviceCidr': fc.constantFrom('10.96.0.0/16', '10.112.0.0/12', '172.20.0.0/16'),
};

/** Values that a schema takes, each field by itself; fields that may be missing sometimes are. */
export function valuesOf(schema: z.core.$ZodType, path = ''): fc.Arbitrary<unknown> {
  const chosen = CHOSEN[path];
  if (chosen !== undefined) return chosen;
  const { def } = (schema as Schema)._zod;
  const taken = (value: unknown) => (schema as z.ZodType).safeParse(value).success;
  switch (def.type) {
    case 'object': {
      const fields = Object.entries(def.shape).map(
        ([name, field]) => [name, field, `${path}.${name}`] as const,
      );
      return fc.record(
        Object.fromEntries(fields.map(([name, field, place]) => [name, valuesOf(field, place)])),
        { requiredKeys: fields.filter(([, field]) => field._zod.optin !== 'optional').map(([name]) => name) },
      );
    }
    case 'array':
      return fc
        .array(valuesOf(def.element, `${path}[]`), { maxLength: 3 })
        .map((values) => values.filter((value) => taken([value])))
        .filter(taken);
    case 'record':
      return fc.dictionary(
        valuesOf(def.keyType, `${path}.*`) as fc.Arbitrary<string>,
        valuesOf(def.valueType, `${path}.<name>`),
        { maxKeys: 3 },
      );
    case 'union':
      return fc.oneof(...def.options.map((option) => valuesOf(option, path)));
    case 'optional':
    case 'default':
    case 'prefault':
      return valuesOf(def.innerType, path);
    case 'pipe':
      return valuesOf(def.in, path).filter(taken);
    case 'string': {
      const texts = TEXTS.filter(taken);
      if (texts.length === 0)
        throw new Error(`test/cluster/made-up.ts has no text that ${path} takes; add one`);
      return fc.constantFrom(...texts);
    }
    case 'number': {
      const { minValue, maxValue } = schema as z.ZodNumber;
      const min = Math.max(0, minValue ?? 0);
      return fc.integer({ min, max: Math.min(maxValue ?? Infinity, min + 100_000) });
    }
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'unknown':
      return fc.constantFrom<unknown>(
        'text',
        7,
        1.5,
        true,
        ['a', 'b'],
        { deep: { er: ['x', 1] } },
        '{{ jinja }}',
        'two\nlines',
      );
    default:
      throw new Error(`test/cluster/made-up.ts does not know ${def.type}, which ${path} is`);
  }
}

/** cluster.yaml as data, each field right by itself; together they may break a rule. */
export const configurations = valuesOf(clusterSchema) as fc.Arbitrary<Record<string, unknown>>;

/** One thing that happens to a file: a value that is another, a field that goes, comes, or is misspelt. */
export interface Mistake {
  readonly kind: 'other value' | 'gone' | 'more' | 'misspelt';
  /** Which of all places, counted over. */
  readonly place: number;
  readonly value: unknown;
}

export const mistakes: fc.Arbitrary<Mistake> = fc.record({
  kind: fc.constantFrom('other value', 'other value', 'other value', 'gone', 'more', 'misspelt'),
  place: fc.nat(),
  value: fc.constantFrom(...JUNK, ...TEXTS),
});

/** All places in a value, the deepest as well as the whole. */
export function placesIn(value: unknown, path: readonly PropertyKey[] = []): (readonly PropertyKey[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value);
  return [path, ...inner.flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

/** The data with a mistake in it, as a copy. Only places below `under` are touched, when it is given. */
export function withMistake(data: unknown, { kind, place, value }: Mistake, under?: string): unknown {
  const copy: unknown = structuredClone(data);
  const places = placesIn(copy).filter(
    (path) => path.length > 0 && (under === undefined || path[0] === under),
  );
  const path = places[place % places.length];
  if (path === undefined) return value;
  const parent = path
    .slice(0, -1)
    .reduce((inner, key) => inner[key as keyof typeof inner] as object, copy as object);
  const key = path.at(-1) as keyof typeof parent;
  if (kind === 'other value' || Array.isArray(parent)) parent[key] = structuredClone(value) as never;
  else if (kind === 'more') Object.assign(parent, { [`${String(key)}More`]: value });
  else {
    const before: unknown = parent[key];
    Reflect.deleteProperty(parent, key);
    if (kind === 'misspelt') Object.assign(parent, { [`${String(key).slice(0, -1)}q`]: before });
  }
  return copy;
}
