import type { Server } from '@cdktf/provider-hcloud/lib/server';
import { TerraformOutput, type TerraformStack } from 'cdktf';
import { z } from 'zod';

/** Name of the output; docs/outputs.md is its contract. */
export const NODES_OUTPUT = 'nodes';

const nodeOutput = z.object({
  id: z.string().regex(/^[0-9]+$/),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
});

const outputs = z.object({ [NODES_OUTPUT]: z.object({ value: z.record(z.string(), nodeOutput) }) });

/** What exists of a node once its server is there: the server's id and its public addresses. */
export type NodeOutput = z.output<typeof nodeOutput>;

/** Declares the output `nodes`. */
export function nodesOutput(stack: TerraformStack, servers: ReadonlyMap<string, Server>): void {
  new TerraformOutput(stack, NODES_OUTPUT, {
    description: 'Nodes by name: id of the server at Hetzner and public addresses',
    value: Object.fromEntries(
      [...servers].map(([name, { id, ipv4Address, ipv6Address }]) => [
        name,
        { id, ipv4: ipv4Address, ipv6: ipv6Address },
      ]),
    ),
  });
}

/**
 * Nodes by name, from the text that `terraform output -json` prints.
 *
 * Throws when the text is not what this version's configuration puts out; after an apply by an older one, `nodes` can be
 * missing until the next apply.
 */
export function parseOutputs(text: string): ReadonlyMap<string, NodeOutput> {
  const parsed = outputs.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new Error(
      `Terraform's outputs are not those of this kubehaus; apply its configuration first:\n${z.prettifyError(parsed.error)}`,
    );
  }
  return new Map(Object.entries(parsed.data[NODES_OUTPUT].value));
}
