import { z } from 'zod';
import { calendarEvent } from './calendar.ts';
import { ownLocations, remedied, serverTypes } from './values.ts';

const schedule = z
  .string()
  .refine((text) => calendarEvent(text) !== undefined, {
    abort: true,
    error: (issue) => `"${String(issue.input)}" is not a calendar event of systemd`,
    ...remedied(
      'Write daily, say, or *-*-* 00/6:00:00 for every six hours; `systemd-analyze calendar` shows what an event means',
    ),
  })
  .refine((text) => calendarEvent(text)?.everyYear, {
    error: (issue) =>
      `"${String(issue.input)}" is for certain years, and there would be no snapshots in others`,
    ...remedied('Write * for the year, or leave it out'),
  })
  .refine((text) => calendarEvent(text)?.everADay, {
    error: (issue) => `"${String(issue.input)}" never comes: no such month has a day of that number`,
    ...remedied('Choose a day that the month has, or *-*~1 for the last one of each month'),
  })
  .refine((text) => calendarEvent(text)?.timesAMinute === 1, {
    error: (issue) => `"${String(issue.input)}" comes more often than once a minute`,
    ...remedied(
      'Write one number for the seconds, 00 for example; every hour, *-*-* *:00:00, is often already',
    ),
  });

/** Where snapshots would be lost with the member's data, by `kubeadm reset` or by the next boot. */
const FORGETFUL =
  /^\/(var\/lib\/(kubehaus-etcd|etcd|kubelet|containerd)|etc\/kubernetes|(var\/)?(tmp|run)|var\/lock|dev|proc|sys)(\/|$)/;

/**
 * What systemd lets the service only read (systemd.exec(5), ProtectSystem=full), and Debian's links into /usr
 * (https://wiki.debian.org/UsrMerge).
 */
const READ_ONLY = /^\/(usr|boot|efi|etc|s?bin|lib(32|64|x32)?)(\/|$)/;

const folder = z
  .string()
  .refine((path) => /^(\/\w[\w.-]*)+$/.test(path), {
    error: (issue) => `"${String(issue.input)}" is not the absolute path of a folder`,
    ...remedied('Write it from / on, with letters, digits, "-", "_" and ".", for example /var/backups/etcd'),
  })
  .refine((path) => !FORGETFUL.test(path), {
    error: (issue) => `snapshots in ${String(issue.input)} would be lost just when they are needed`,
    ...remedied('Choose a folder of their own, for example /var/backups/etcd'),
  })
  .refine((path) => FORGETFUL.test(path) || !READ_ONLY.test(path), {
    error: (issue) =>
      `snapshots can't be written to ${String(issue.input)}, which their service may only read`,
    ...remedied('Choose a folder elsewhere, for example /var/backups/etcd'),
  });

/** The defaults are those of K3s and RKE2 (https://docs.k3s.io/cli/etcd-snapshot). */
const snapshots = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether each member takes snapshots; those that are there stay when it is false.'),
  schedule: schedule
    .default('*-*-* 00/12:00:00')
    .describe(
      'When, as a calendar event of systemd in the time of the host (systemd.time(7)); every year, and at most once a minute.',
    ),
  keep: z.int().min(1).max(1000).default(5).describe('Number of snapshots that each member keeps.'),
  folder: folder
    .default('/var/lib/kubehaus-etcd-snapshots')
    .describe('Where they lie on each member’s host; it is made for root alone.'),
});

/** Settings of etcd that do not depend on where it runs. */
const etcdSettings = {
  quotaGib: z
    .int()
    .min(2)
    .max(8)
    .default(8)
    .describe(
      'Size of the database, in GiB, at which etcd takes no more writes; 8 is the most that etcd suggests.',
    ),
  heartbeatMs: z
    .int()
    .min(10)
    .max(10_000)
    .default(100)
    .describe(
      'Milliseconds between the leader’s heartbeats; about the longest round trip between members, and at least 130 where they are in several network zones.',
    ),
  electionMs: z
    .int()
    .min(100)
    .max(50_000)
    .default(1000)
    .describe(
      'Milliseconds without a heartbeat after which members elect; at least 5 heartbeats, or 10 where they are in several network zones.',
    ),
  snapshots: snapshots
    .prefault({})
    .describe('Snapshots of all data, which each etcd member takes of its own.'),
};

const stacked = z.strictObject({
  placement: z.literal('stacked').default('stacked').describe('etcd runs on the masters.'),
  ...etcdSettings,
});

const isolated = z.strictObject({
  placement: z.literal('isolated').describe('etcd runs on machines of its own.'),
  count: z.int().min(1).max(9).default(3).describe('Number of etcd machines; odd.'),
  serverType: serverTypes.prefault('cx23'),
  locations: ownLocations,
  ...etcdSettings,
});

export const etcd = z.discriminatedUnion('placement', [stacked, isolated]);
