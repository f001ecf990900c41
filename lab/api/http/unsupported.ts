import { ApiError, notInTheLab } from '../errors.ts';

/** What Hetzner has below these paths, and the lab has not. */
const absent: Readonly<Record<string, string>> = {
  volumes: 'volumes',
  floating_ips: 'floating IPs',
  load_balancers: 'load balancers',
  load_balancer_types: 'load balancers',
  certificates: 'certificates',
  isos: 'ISO images',
  zones: 'DNS zones',
  storage_boxes: 'storage boxes',
  storage_box_types: 'storage boxes',
};

/** The error for a path that Hetzner's API has and the lab's has not, so that nobody takes it for a missing resource. */
export function isUnsupported(path: string): ApiError | undefined {
  const name = /^\/v1\/([^/]+)/.exec(path)?.[1] ?? '';
  if (name === 'datacenters') {
    return new ApiError('deprecated_api_endpoint', 'API functionality was removed', {
      announcement: 'https://docs.hetzner.cloud/changelog#2026-06-02-datacenters-deprecated',
    });
  }
  const what = absent[name];
  if (what) return notInTheLab(what);
  const action = /^\/v1\/servers\/\d+\/actions\/([a-z_]+)$/.exec(path)?.[1];
  if (action) return notInTheLab(`the action ${action} of servers`);
  return /^\/v1\/servers\/\d+\/metrics$/.test(path) ? notInTheLab('metrics of servers') : undefined;
}
