import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { NodeOutput } from '../stacks/outputs.ts';
import { backendChanged, limitReached, OutOfStock, terraformFailed, unexpectedOutputs } from './errors.ts';
import { runCommand, type Ended } from './run-command.ts';
import type { Run } from './run.ts';
import { plannedChanges, type ResourceChange } from './terraform-changes.ts';
import { isManaged, namedResource } from './terraform-json.ts';
import { terraformMessages, type ResourceEvent } from './terraform-messages.ts';
import type { Tool } from './tools.ts';

/** Terraform on a cluster's configuration. */
export interface Terraform {
  /** Gets the providers. Goes on to another backend than before by itself where the old one holds no state, and fails elsewhere. */
  init(): Promise<void>;
  /** Makes a plan file; `show` gets the plan as people read it, line by line. */
  plan(show: (line: string) => void, options?: PlanOptions): Promise<{ readonly changes: boolean }>;
  /** What the plan file would do. */
  planned(): Promise<readonly ResourceChange[]>;
  /** Applies the plan file and removes it. Throws `OutOfStock` when that was all that went wrong. */
  apply(onResource: (event: ResourceEvent) => void): Promise<void>;
  /** Output `nodes` of stacks/: a server's id and public addresses, by node. */
  nodes(): Promise<ReadonlyMap<string, NodeOutput>>;
  /** Resources in the state: none when there is no state. */
  resources(): Promise<readonly StateResource[]>;
}

const SERVER = 'hcloud_server';

export interface PlanOptions {
  readonly destroy?: boolean;
  /** Only these addresses and what they need. */
  readonly targets?: readonly string[];
  readonly color?: boolean;
}

export interface StateResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const stateSchema = z.object({
  values: z
    .object({
      root_module: z.object({
        resources: z.array(namedResource.extend({ values: z.record(z.string(), z.unknown()) })).default([]),
      }),
    })
    .optional(),
});

/** Terraform in `cwd`, with its data and its state in the cluster's `.kubehaus/`. */
export function terraformIn(run: Run, tool: Tool, cwd = run.folder.terraform): Terraform {
  const env = {
    ...run.env,
    TF_DATA_DIR: run.folder.terraformData,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
  };
  const secrets = [run.env['HCLOUD_TOKEN'] ?? ''];
  const terraform = (
    name: string,
    args: readonly string[],
    onLine?: (line: string, from: 'stdout' | 'stderr') => string | undefined,
    mustFinish = false,
  ): Promise<Ended> =>
    runCommand(run, {
      phase: `terraform-${name}`,
      file: tool.file,
      args,
      cwd,
      env,
      secrets,
      mustFinish,
      ...(onLine === undefined ? {} : { onLine }),
    });

  /** Runs a command that prints one JSON document, which is not logged: a state holds more than a log should. */
  const json = async (name: string, args: readonly string[], doing: string): Promise<string> => {
    const lines: string[] = [];
    const ended = await terraform(name, args, (line, from) => {
      if (from === 'stderr') return line;
      lines.push(line);
      return undefined;
    });
    if (ended.exitCode !== 0) throw terraformFailed(doing, ended);
    return lines.join('\n');
  };

  return {
    init: async () => {
      const args = ['init', '-input=false', '-no-color'];
      const ended = await terraform('init', args);
      if (ended.exitCode === 0) return;
      // The way on that Terraform and OpenTofu name when the backend is another one than at the last init.
      if (!ended.tail.some((line) => line.includes('-migrate-state')))
        throw terraformFailed('getting its providers', ended);
      // From a place without a state they go on; else they would have to ask, and fail without an answer: nothing is moved.
      const moved = await terraform('init', [...args, '-migrate-state']);
      if (moved.exitCode !== 0) throw backendChanged(tool.file, run.folder.terraform, moved);
    },

    plan: async (show, { destroy = false, targets = [], color = false } = {}) => {
      const ended = await terraform(
        'plan',
        [
          'plan',
          '-input=false',
          '-detailed-exitcode',
          `-out=${run.folder.planFile}`,
          ...(color ? [] : ['-no-color']),
          ...(destroy ? ['-destroy'] : []),
          ...targets.map((target) => `-target=${target}`),
        ],
        (line) => {
          show(line);
          return line;
        },
      );
      // With -detailed-exitcode: 0 nothing to do, 1 an error, 2 changes.
      if (ended.exitCode !== 0 && ended.exitCode !== 2) throw terraformFailed('planning', ended);
      return { changes: ended.exitCode === 2 };
    },

    planned: async () =>
      plannedChanges(
        await json('show', ['show', '-json', '-no-color', run.folder.planFile], 'reading its plan'),
      ),

    apply: async (onResource) => {
      const messages = terraformMessages(onResource);
      const ended = await terraform(
        'apply',
        ['apply', '-input=false', '-json', run.folder.planFile],
        messages.read,
        // Interrupted, Terraform lets its provider drop the requests that are under way: a server that was just ordered
        // would be at Hetzner and not in the state.
        true,
      ).finally(() => rm(run.folder.planFile, { force: true }));
      if (ended.exitCode === 0) return;
      const errors = messages.errors();
      const texts = errors.map(({ text }) => text);
      const soldOut = errors.flatMap(({ address, text }) =>
        address?.startsWith(`${SERVER}.`) && text.includes('resource_unavailable') ? [address] : [],
      );
      if (errors.length > 0 && soldOut.length === errors.length) throw new OutOfStock(soldOut, ended, texts);
      const overLimit = errors.flatMap(({ address, text }) =>
        address !== undefined && text.includes('resource_limit_exceeded') ? [address] : [],
      );
      if (overLimit.length > 0) throw limitReached(overLimit, ended, texts);
      throw terraformFailed('applying the plan', ended, texts);
    },

    nodes: async () => {
      const text = await json('output', ['output', '-json', '-no-color'], 'reading its outputs');
      // Loaded only here: it brings CDKTF with it.
      const { parseOutputs } = await import('../stacks/outputs.ts');
      try {
        return parseOutputs(text);
      } catch (error) {
        throw unexpectedOutputs((error as Error).message);
      }
    },

    resources: async () => {
      const text = await json('show', ['show', '-json', '-no-color'], 'reading its state');
      const state = stateSchema.parse(JSON.parse(text));
      return (state.values?.root_module.resources ?? []).filter(isManaged);
    },
  };
}
