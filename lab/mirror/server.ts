import { join } from 'node:path';
import { filesServer } from './files-server.ts';
import { startRegistry } from './registry.ts';

export interface MirrorOptions {
  /** A mirror's folder, as `buildMirror` makes it. */
  readonly mirror: string;
  readonly address: string;
  /** Port of files and of the apt repository. */
  readonly port: number;
  readonly registryPort: number;
}

export interface RunningMirror {
  /** Where files and the apt repository are served: `http://<address>:<port>`. */
  readonly url: string;
  /** `<address>:<port>` of the registry. */
  readonly registry: string;
  /** Ends in a rejection if a part of the mirror ends before {@link RunningMirror.stop}. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Serves a built mirror: `/files/` and `/apt/` over HTTP, and the images, which can't be changed, by the registry. */
export async function startMirror({
  mirror,
  address,
  port,
  registryPort,
}: MirrorOptions): Promise<RunningMirror> {
  const registry = await startRegistry({
    program: join(mirror, 'registry'),
    storage: join(mirror, 'images'),
    address,
    port: registryPort,
    writable: false,
  });
  try {
    const server = await filesServer(mirror);
    const url = await server.listen({ host: address, port });
    const stop = async (): Promise<void> => {
      await server.close();
      await registry.stop();
    };
    return { url, registry: registry.authority, ended: registry.ended, stop };
  } catch (error) {
    await registry.stop();
    throw error;
  }
}
