import { join } from 'node:path';
import { execaSync } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const PLUGINS = join(import.meta.dirname, '../../../roles/etcd/filter_plugins');

interface Member {
  readonly id: string;
  readonly name: string;
  readonly peer_urls: readonly string[];
  readonly started: boolean;
  readonly learner: boolean;
}

interface Found {
  readonly ca: string;
  readonly ca_key: boolean;
  readonly certificate_problem: string;
  readonly data: boolean;
  readonly torn_bytes: number;
  readonly lost: boolean;
  readonly cluster_id: string;
  readonly formed: boolean;
  readonly members: readonly Member[];
}

interface Plan {
  readonly problem: string;
  readonly ca_holder: string;
  readonly ca_missing: readonly string[];
  readonly state: 'new' | 'existing';
  readonly start: readonly string[];
  readonly cluster: string;
  readonly forget: Readonly<Record<string, string>>;
  readonly add: readonly string[];
  readonly join: readonly string[];
  readonly unknown: readonly string[];
}

type Hosts = Readonly<Record<string, Found>>;

const addresses: Readonly<Record<string, string>> = { a: '10.0.1.11', b: '10.0.1.12', c: '10.0.1.13' };
const url = (name: string) => `https://${addresses[name] ?? name}:2380`;
const ALL = `a=${url('a')},b=${url('b')},c=${url('c')}`;

/** The filter's answers, all from one start of Python, which takes longer than all plans. */
function plans(cases: readonly Hosts[]): Plan[] {
  const script = [
    'import json, sys',
    `sys.path.insert(0, ${JSON.stringify(PLUGINS)})`,
    'from etcd_plan import etcd_plan',
    'cases, addresses = json.load(sys.stdin)',
    'json.dump([etcd_plan(found, addresses) for found in cases], sys.stdout)',
  ].join('\n');
  const { stdout } = execaSync('python3', ['-B', '-c', script], { input: JSON.stringify([cases, addresses]) });
  return JSON.parse(stdout) as Plan[];
}
const plan = (hosts: Hosts): Plan => plans([hosts])[0] as Plan;

const member = (name: string, change: Partial<Member> = {}): Member => ({
  id: `1${name}`,
  name,
  peer_urls: [url(name)],
  started: true,
  learner: false,
  ...change,
});
const fresh: Found = {
  ca: '',
  ca_key: false,
  certificate_problem: 'there is none',
  data: false,
  torn_bytes: 0,
  lost: false,
  cluster_id: '',
  formed: false,
  members: [],
};
const signed: Found = { ...fresh, ca: 'c0ffee', ca_key: true, certificate_problem: '' };
const running = (members: readonly Member[], change: Partial<Found> = {}): Found => ({
  ...signed,
  data: true,
  cluster_id: '205f',
  formed: true,
  members,
  ...change,
});
const three = [member('a'), member('b'), member('c')];

describe('how etcd members come together', () => {
  it('starts all of them as a new cluster when nobody has data', () => {
    expect(plan({ a: fresh, b: fresh, c: fresh })).toMatchObject({
      problem: '',
      state: 'new',
      start: ['a', 'b', 'c'],
      cluster: ALL,
      join: [],
    });
  });

  it('leaves a whole cluster alone', () => {
    const well = running(three);
    expect(plan({ a: well, b: well, c: well })).toMatchObject({
      problem: '',
      ca_missing: [],
      start: [],
      forget: {},
      add: [],
      join: [],
      unknown: [],
    });
  });

  it('leaves it alone even if a member is down, and does not begin anew in its absence', () => {
    const well = running(three);
    expect(plan({ a: well, b: well })).toMatchObject({ problem: '', start: [], join: [] });
  });

  it('goes on with a bootstrap that was interrupted before a quorum', () => {
    const alone = running([member('a', { started: false }), member('b', { started: false }), member('c', { started: false })], {
      formed: false,
    });
    expect(plan({ a: alone, b: signed, c: signed })).toMatchObject({
      problem: '',
      state: 'new',
      start: ['b', 'c'],
      cluster: ALL,
      join: [],
    });
  });

  it('lets a member that never started take its place in a cluster that has formed', () => {
    const well = running([member('a'), member('b'), member('c', { started: false })]);
    expect(plan({ a: well, b: well, c: signed })).toMatchObject({
      problem: '',
      state: 'existing',
      start: ['c'],
      forget: {},
      join: [],
    });
  });

  it('replaces a member that lost its disk, as a learner', () => {
    const well = running(three);
    expect(plan({ a: well, b: well, c: { ...signed, lost: true } })).toMatchObject({
      problem: '',
      start: [],
      forget: { c: '1c' },
      add: ['c'],
      join: ['c'],
    });
  });

  it('does the same when the one that is lost is named first', () => {
    const well = running(three);
    expect(plan({ a: fresh, b: well, c: well })).toMatchObject({ ca_holder: 'b', ca_missing: ['a'], forget: { a: '1a' }, join: ['a'] });
  });

  it('adds a host that the cluster does not know', () => {
    const well = running([member('a'), member('b')]);
    expect(plan({ a: well, b: well, c: fresh })).toMatchObject({ problem: '', forget: {}, add: ['c'], join: ['c'] });
  });

  it('finishes what an interrupted run began with a learner', () => {
    const waiting = running([member('a'), member('b'), member('c', { name: '', started: false, learner: true })]);
    expect(plan({ a: waiting, b: waiting, c: signed })).toMatchObject({ problem: '', forget: {}, add: [], join: ['c'], start: [] });
    const half = running([member('a'), member('b'), member('c', { learner: true })]);
    expect(plan({ a: half, b: half, c: half })).toMatchObject({ problem: '', forget: {}, add: [], join: ['c'], start: [] });
  });

  it('tells of members that are no hosts any more', () => {
    const well = running([...three, member('old', { peer_urls: ['https://10.0.1.14:2380'] })]);
    expect(plan({ a: well, b: well, c: well }).unknown).toEqual(['old (https://10.0.1.14:2380)']);
  });
});

describe('when etcd is left as it is', () => {
  const well = running(three);
  const refusals: readonly (readonly [string, Hosts, string])[] = [
    ['a host that did not answer may hold the data', { a: fresh, b: fresh }, 'c did not answer'],
    ['a host may not be replaced while another is silent', { a: well, c: signed }, 'b did not answer'],
    ['too few members are left to agree on anything', { a: well, b: signed, c: signed }, 'no quorum'],
    ['all had data and nobody has any now', { a: { ...signed, lost: true }, b: fresh, c: fresh }, 'etcd was up on a'],
    ['a database lost its log', { a: fresh, b: { ...fresh, torn_bytes: 4_000_000 }, c: fresh }, 'b has an etcd database'],
    ['the hosts hold different clusters', { a: well, b: { ...well, cluster_id: 'beef' }, c: well }, 'different clusters'],
    ['the authorities differ', { a: well, b: { ...well, ca: 'beef' }, c: well }, 'authorities that differ'],
    [
      'the key of the authority is lost',
      { a: { ...well, ca_key: false }, b: { ...well, ca_key: false }, c: { ...fresh, ca: '' } },
      'the key of the certificate authority',
    ],
    [
      'nobody can say what the members are',
      { a: { ...well, members: [], cluster_id: '' }, b: { ...well, members: [], cluster_id: '' }, c: signed },
      'none of them answers',
    ],
  ];
  it.each(refusals)('%s', (_, hosts, said) => {
    expect(plan(hosts).problem).toContain(said);
  });

  it('the rest of an interrupted start is no data', () => {
    const torn = { ...fresh, torn_bytes: 20_480 };
    expect(plan({ a: torn, b: torn, c: torn })).toMatchObject({ problem: '', start: ['a', 'b', 'c'] });
  });
});

describe('the certificate authority', () => {
  it('is made by one host and given to all', () => {
    expect(plan({ a: fresh, b: fresh, c: fresh })).toMatchObject({ ca_holder: 'a', ca_missing: ['a', 'b', 'c'] });
  });

  it('comes from whoever has it', () => {
    expect(plan({ a: fresh, b: signed, c: fresh })).toMatchObject({ ca_holder: 'b', ca_missing: ['a', 'c'] });
  });

  it('is not made anew while certificates of it are in use, even if its key is gone', () => {
    const keyless = running(three, { ca_key: false });
    expect(plan({ a: keyless, b: keyless, c: keyless })).toMatchObject({ problem: '', ca_missing: [] });
  });
});

describe('whatever the hosts hold', () => {
  const names = Object.keys(addresses);
  const listed = fc.record({ name: fc.constantFrom(...names), started: fc.boolean(), learner: fc.boolean() });
  const view = fc.uniqueArray(listed, { selector: ({ name }) => name, minLength: 1 });
  const found = fc.record<Found>({
    ca: fc.constantFrom('', 'c0ffee'),
    ca_key: fc.boolean(),
    certificate_problem: fc.constantFrom('', 'there is none'),
    data: fc.boolean(),
    torn_bytes: fc.constantFrom(0, 20_480, 4_000_000),
    lost: fc.boolean(),
    cluster_id: fc.constantFrom('', '205f'),
    formed: fc.boolean(),
    members: view.map((members) => members.map(({ name, ...rest }) => member(name, rest))),
  });
  const hosts = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), found), { selector: ([name]) => name })
    .map((entries): Hosts => Object.fromEntries(entries));
  const cases = fc.sample(hosts, 2000);
  const answers = plans(cases);
  const going = cases.flatMap((found, index) => {
    const answer = answers[index] as Plan;
    return answer.problem === '' ? [{ found, answer }] : [];
  });
  const having = (found: Hosts, field: 'data' | 'formed') => Object.keys(found).filter((name) => found[name]?.[field]);

  it('some of it can be worked with', () => {
    expect(going.length).toBeGreaterThan(20);
  });

  it('no member with data is started anew, forgotten or added', () => {
    for (const { found, answer } of going) {
      const holders = having(found, 'data');
      const touched = [...answer.start, ...answer.add, ...Object.keys(answer.forget)];
      expect(touched.filter((name) => holders.includes(name))).toEqual([]);
    }
  });

  it('a new cluster is only begun if every host answered and none has data of a cluster that has formed', () => {
    for (const { found } of going.filter(({ answer }) => answer.start.length > 0 && answer.state === 'new')) {
      expect(Object.keys(found).sort()).toEqual(names);
      const formed = having(found, 'data').filter((name) => found[name]?.formed && found[name].members.length > 0);
      expect(formed).toEqual([]);
    }
  });

  it('every host without data becomes a member in exactly one way', () => {
    for (const { found, answer } of going) {
      const empty = Object.keys(found).filter((name) => !found[name]?.data);
      const learners = answer.join.filter((name) => found[name]?.data);
      expect([...answer.start, ...answer.join].sort()).toEqual([...empty, ...learners].sort());
    }
  });
});
