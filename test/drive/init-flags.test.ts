import { describe, expect, it } from 'vitest';
import { formatFlagProblem } from '../../drive/first-cluster-problems.ts';
import { firstClusterOf, type InitFlags } from '../../drive/init-flags.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';

const nothing: InitFlags = {
  common: { name: 'prod', publicKeys: [PUBLIC_KEY], projectKeys: [], deleteProtection: true },
  own: {},
  hetznerKube: {},
};

function shapeOf(flags: Partial<InitFlags>) {
  const translation = firstClusterOf({ ...nothing, ...flags });
  if (!translation.ok) throw new Error(translation.problems.map(formatFlagProblem).join('\n'));
  const { masters, etcdMachines, workers } = translation.cluster;
  return [masters, etcdMachines, workers];
}

function refusals(flags: Partial<InitFlags>): string[] {
  const translation = firstClusterOf({ ...nothing, ...flags });
  return translation.ok ? [] : translation.problems.map(formatFlagProblem);
}

describe('flags of kubehaus init', () => {
  it('have kubehaus’s defaults', () => {
    expect(shapeOf({})).toEqual([3, 0, 2]);
    expect(shapeOf({ own: { etcd: 3 } })).toEqual([3, 3, 2]);
  });

  it('have hetzner-kube’s defaults as soon as one is there that is its alone', () => {
    expect(shapeOf({ hetznerKube: { haEnabled: true } })).toEqual([3, 0, 1]);
    expect(shapeOf({ hetznerKube: { workerCount: 3 } })).toEqual([1, 0, 3]);
  });

  it('have kubehaus’s defaults beside --node-cidr and its like, which both know', () => {
    const common = {
      ...nothing.common,
      nodeCidr: '10.9.0.0/16',
      projectKeys: ['my-key'],
      cloudInit: '#!/bin/sh',
    };
    expect(shapeOf({ common })).toEqual([3, 0, 2]);
    expect(shapeOf({ common, own: { masters: 5 } })).toEqual([5, 0, 2]);
    expect(shapeOf({ common, hetznerKube: { haEnabled: true } })).toEqual([3, 0, 1]);
  });

  it('are not mixed: each of hetzner-kube’s is refused with the one to use', () => {
    expect(refusals({ own: { masters: 3 }, hetznerKube: { workerCount: 3, datacenters: ['fsn1'] } })).toEqual(
      [
        '--worker-count: is hetzner-kube’s and has other defaults, so it does not go together with --masters. Use --workers in its place.',
        '--datacenters: is hetzner-kube’s and has other defaults, so it does not go together with --masters. Use --locations in its place.',
      ],
    );
  });

  it('are refused in their own words, every problem at once', () => {
    expect(
      refusals({ own: { masters: 4, serverType: 'CX33', locations: ['moon'] } }).map(
        (text) => text.split(': ')[0],
      ),
    ).toEqual(['--locations', '--masters', '--server-type']);
    expect(refusals({ own: { masters: 4 } })).toEqual([
      '--masters: 4 etcd members survive no more failures than 3. Use 3 or 5 masters, or put etcd on machines of its own with --etcd 3.',
    ]);
  });
});
