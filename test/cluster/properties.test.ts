import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { contains, overlaps, parseCidr, type Cidr } from '../../cluster/cidr.ts';
import { loadCluster } from '../../cluster/load.ts';
import { formatLock, LOCK_FILE, parseLock, type ClusterLock } from '../../cluster/lock.ts';
import { parseYaml } from '../../cluster/parse.ts';
import type { ClusterPlan } from '../../cluster/plan.ts';
import { formatPath, formatProblem, type Problem } from '../../cluster/problem.ts';
import { clusterSchema } from '../../cluster/schema.ts';
import { holds } from '../property.ts';
import { PUBLIC_KEY } from './configurations.ts';
import { configurations, mistakes, placesIn, withMistake } from './made-up.ts';

// Thousands of configurations: some ten seconds, more on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

/** What a user of a refused file relies on: where, what and what to do, each in plain words. */
function expectGoodProblems(problems: readonly Problem[], text: string): void {
  expect(problems).not.toEqual([]);
  const written = new Map(
    placesIn(parseDocument(text).toJS()).map((path) => [formatPath(path), path.at(-1)] as const),
  );
  for (const problem of problems) {
    const { file, path, line, message, remedy } = problem;
    expect(formatProblem(problem)).toMatch(
      /^cluster(\.lock)?\.yaml(:\d+)?( [^\n]+)?: [^\n]+[^.]\. [^\n]+[.?]$/,
    );
    expect(`${message} ${remedy}`).not.toMatch(/undefined|\[object|Invalid input/);
    if (file === LOCK_FILE) continue;
    // Only the file as a whole has no path.
    if (path === '') expect(typeof parseDocument(text).toJS() === 'object').toBe(false);
    if (path === '' || !written.has(path)) continue;
    const key = written.get(path);
    expect(line, path).toBeDefined();
    if (typeof key === 'string' && /^\w+$/.test(key))
      expect(text.split('\n')[(line ?? 0) - 1]).toContain(key);
  }
}

const cidr = (text: string) => parseCidr(text) as Cidr;

/** Offsets in the mesh network that each role's addresses have. */
const OFFSETS = { etcd: [1, 10], 'control-plane': [11, 20], worker: [21, Infinity] } as const;

/** What must not be in any plan. */
function flawsOf({ name, nodes, config }: ClusterPlan): string[] {
  const flaws: string[] = [];
  const must = (holding: boolean, flaw: string) => holding || flaws.push(flaw);
  const unique = (values: readonly string[], what: string) =>
    must(new Set(values).size === values.length, `${what} twice`);

  const networks = [config.network.nodeCidr, config.network.podCidr, config.network.serviceCidr].map(cidr);
  for (const [index, one] of networks.entries())
    must(!networks.slice(0, index).some((other) => overlaps(one, other)), 'networks overlap');
  const [mesh, podNetwork] = networks as [Cidr, Cidr];
  const size = 2 ** (32 - mesh.prefix);

  unique(
    nodes.map((node) => node.name),
    'a name',
  );
  unique(
    nodes.map(({ address }) => address),
    'an address',
  );
  unique(
    nodes.flatMap((node) => node.podCidr ?? []),
    'a pod network',
  );
  for (const node of nodes) {
    must(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(node.name), `${node.name} is no host name`);
    must(node.name === `${name}-${node.pool}-${node.ordinal}`, `${node.name} is not called after its pool`);
    const [first, last] = OFFSETS[node.role];
    const offset = cidr(`${node.address}/32`).base - mesh.base;
    must(offset >= first && offset <= last && offset < size - 1, `${node.name} has ${node.address}`);
    must((node.podCidr === undefined) === (node.role === 'etcd'), `${node.name} and its pods`);
    if (node.podCidr !== undefined)
      must(contains(podNetwork, cidr(node.podCidr)), `${node.name} has ${node.podCidr}`);
  }
  const groups = new Map<string, number>();
  for (const { placementGroup } of nodes)
    if (placementGroup !== undefined) groups.set(placementGroup, (groups.get(placementGroup) ?? 0) + 1);
  must(groups.size <= 50, 'more than 50 placement groups');
  must(Math.max(0, ...groups.values()) <= 10, 'more than 10 servers in a placement group');
  return flaws;
}

describe('any configuration', () => {
  let planned = 0;
  let refused = 0;

  it('is refused with path, line and remedy, or makes a plan in which nothing collides and which stays', () => {
    holds(
      fc.property(configurations, fc.array(mistakes, { maxLength: 2 }), (valid, made) => {
        const text = stringify(made.reduce<unknown>((data, mistake) => withMistake(data, mistake), valid));
        const loaded = loadCluster({ clusterYaml: text });
        if (!loaded.ok) {
          refused++;
          expectGoodProblems(loaded.problems, text);
          return;
        }
        planned++;
        const { plan, lock } = loaded.value;
        expect(flawsOf(plan)).toEqual([]);
        const firstChoices = plan.nodes.map(({ choices }) => choices[0]);
        expect(firstChoices).toEqual(
          plan.nodes.map(({ location, serverType }) => ({ location, serverType })),
        );
        const lockYaml = formatLock(lock);
        expect(parseLock(lockYaml)).toMatchObject({ value: lock, problems: [] });
        expect(loadCluster({ clusterYaml: text, lockYaml })).toEqual(loaded);
      }),
      2000,
    );
  });

  it('is of both kinds often enough to tell something', () => {
    expect(planned).toBeGreaterThan((planned + refused) / 20);
    expect(refused).toBeGreaterThan((planned + refused) / 20);
  });

  it('never throws, whatever is in the lock', () => {
    holds(
      fc.property(configurations, fc.array(mistakes, { minLength: 1, maxLength: 3 }), (valid, made) => {
        const clusterYaml = stringify(valid);
        const loaded = loadCluster({ clusterYaml });
        fc.pre(loaded.ok);
        const broken = made.reduce<unknown>(
          (data, mistake) => withMistake(data, mistake),
          loaded.value.lock satisfies ClusterLock,
        );
        const again = loadCluster({ clusterYaml, lockYaml: stringify(broken) });
        if (again.ok) expect(flawsOf(again.value.plan)).toEqual([]);
        else expectGoodProblems(again.problems, clusterYaml);
      }),
      100,
    );
  });

  it('never throws, whatever its text is', () => {
    const texts = fc
      .tuple(
        configurations,
        fc.nat(),
        fc.nat(40),
        fc.constantFrom(
          '',
          '- ',
          ': ',
          '&a ',
          '*a',
          '{',
          '"',
          '\t',
          '? ',
          '!!set ',
          '---\n',
          '<<: *a\n',
          '<<<<<<< HEAD\n',
          '|\n',
          '\u0000',
        ),
      )
      .map(([configuration, at, length, text]) => {
        const whole = stringify(configuration);
        const start = at % whole.length;
        return whole.slice(0, start) + text + whole.slice(start + length);
      });
    holds(
      fc.property(
        fc.oneof({ weight: 4, arbitrary: texts }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }),
        (text) => {
          const loaded = loadCluster({ clusterYaml: text, lockYaml: text });
          expect(loaded.ok ? [1] : loaded.problems).not.toEqual([]);
        },
      ),
      500,
    );
  });
});

describe('what is wrong in one part of the file', () => {
  const found = (data: unknown) =>
    parseYaml(stringify(data), 'cluster.yaml', clusterSchema).problems.map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it('is told whatever is wrong in other parts', () => {
    const parts = Object.keys(clusterSchema.shape);
    holds(
      fc.property(
        configurations,
        fc.uniqueArray(fc.constantFrom(...parts), { minLength: 2, maxLength: 3 }),
        fc.array(mistakes, { minLength: 3, maxLength: 3 }),
        (valid, under, made) => {
          const each = under
            .map((part, index) => [part, made[index]] as const)
            .flatMap(([part, mistake]) =>
              mistake === undefined || !(part in valid) ? [] : [{ part, mistake }],
            );
          const all = each.reduce<unknown>(
            (data, { part, mistake }) => withMistake(data, mistake, part),
            valid,
          );
          const together = found(all);
          for (const { part, mistake } of each)
            expect(together).toEqual(expect.arrayContaining(found(withMistake(valid, mistake, part))));
        },
      ),
      300,
    );
  });

  it('hides no rule that does not need it', () => {
    // No rule reads what is in these; the rules read all else.
    const others = ['terraform', 'mirror', 'containerd', 'packages', 'cloudInit', 'deleteProtection'];
    holds(
      fc.property(configurations, fc.constantFrom(...others), (valid, part) => {
        const messages = (data: unknown) => {
          const loaded = loadCluster({ clusterYaml: stringify(data) });
          return loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message}`);
        };
        const broken = messages({ ...valid, [part]: { wrong: 1.5 } });
        expect(broken).toEqual(expect.arrayContaining(messages(valid)));
        expect(broken.some((message) => message.startsWith(part))).toBe(true);
      }),
      300,
    );
  });
});

describe('a life of edits', () => {
  interface Pool {
    readonly name: string;
    readonly count: number;
    readonly serverType: string;
    readonly locations: readonly string[];
  }
  interface State {
    readonly masters: number;
    readonly members: number;
    readonly serverType: string;
    readonly locations: readonly string[];
    readonly pools: readonly Pool[];
  }

  const names = fc.constantFrom('worker', 'big', 'arm', 'a', 'a-1', 'a-1-1');
  const counts = fc.integer({ min: 1, max: 25 });
  const locations = fc.subarray(['nbg1', 'fsn1', 'hel1', 'ash'], { minLength: 1 });
  const types = fc.constantFrom('cx33', 'cpx41', 'cax21');
  const pools = fc.record({ name: names, count: counts, serverType: types, locations });

  type Edit = (state: State, at: (list: readonly Pool[]) => number) => State;
  const changed = (state: State, index: number, change: Partial<Pool>): State => ({
    ...state,
    pools: state.pools.map((pool, other) => (other === index ? { ...pool, ...change } : pool)),
  });
  const edits: fc.Arbitrary<Edit> = fc.oneof(
    pools.map((pool): Edit => (state) => ({ ...state, pools: [...state.pools, pool] })),
    pools.map((pool): Edit => (state) => ({ ...state, pools: [pool, ...state.pools] })),
    fc.constant<Edit>((state, at) => ({ ...state, pools: state.pools.toSpliced(at(state.pools), 1) })),
    fc.constant<Edit>((state) => ({ ...state, pools: state.pools.toReversed() })),
    counts.map(
      (count): Edit =>
        (state, at) =>
          changed(state, at(state.pools), { count }),
    ),
    types.map(
      (serverType): Edit =>
        (state, at) =>
          changed(state, at(state.pools), { serverType }),
    ),
    locations.map(
      (list): Edit =>
        (state, at) =>
          changed(state, at(state.pools), { locations: list }),
    ),
    names.map(
      (name): Edit =>
        (state, at) =>
          changed(state, at(state.pools), { name }),
    ),
    types.map((serverType): Edit => (state) => ({ ...state, serverType })),
    locations.map((list): Edit => (state) => ({ ...state, locations: list })),
    fc.constant<Edit>((state) => ({ ...state, masters: Math.min(9, state.masters + 2) })),
    fc.constant<Edit>((state) => ({ ...state, members: Math.min(9, state.members + 2) })),
  );

  function text(
    { masters, members, serverType, locations: places, pools: workers }: State,
    isolated: boolean,
  ): string {
    const seen = new Set<string>();
    return stringify({
      name: 'prod',
      locations: places,
      controlPlane: { count: masters, serverType },
      etcd: {
        ...(isolated ? { placement: 'isolated', count: members } : { placement: 'stacked' }),
        // Members may be an ocean apart here.
        heartbeatMs: 200,
        electionMs: 2000,
      },
      workers: workers.filter(({ name }) => !seen.has(name) && seen.add(name)),
      network: { nodeCidr: '10.0.0.0/20' },
      ssh: { publicKeys: [PUBLIC_KEY] },
    });
  }

  it('keeps name, address, pod network, place and type of every node that stays, and new ones collide with none', () => {
    holds(
      fc.property(
        fc.boolean(),
        fc.array(pools, { maxLength: 3 }),
        fc.array(fc.tuple(edits, fc.nat()), { minLength: 1, maxLength: 12 }),
        (isolated, first, story) => {
          let state: State = {
            masters: 1,
            members: 1,
            serverType: 'cx33',
            locations: ['nbg1'],
            pools: first,
          };
          let lockYaml: string | undefined;
          let before: ClusterLock['nodes'] = {};
          for (const [edit, where] of [[(same: State) => same, 0] as const, ...story]) {
            state = edit(state, (list) => (list.length === 0 ? 0 : where % list.length));
            const loaded = loadCluster({ clusterYaml: text(state, isolated), lockYaml });
            if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
            const { plan, lock } = loaded.value;
            expect(flawsOf(plan)).toEqual([]);
            const staying = Object.keys(lock.nodes).filter((name) => name in before);
            expect(staying.map((name) => lock.nodes[name])).toEqual(staying.map((name) => before[name]));
            before = lock.nodes;
            lockYaml = formatLock(lock);
          }
        },
      ),
      200,
    );
  });
});
