import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a reader and an S3, and cuts connections. */
export interface CuttingProxy {
  readonly endpoint: string;
  /** How many more connections are cut once the S3 has sent so many bytes on them. */
  cut(connections: number, after_bytes: number): void;
  /** How many were cut so far. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** Starts a proxy to an S3 endpoint; bytes pass unchanged, so that signatures stay right. */
export async function startCuttingProxy(endpoint: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  let left = 0;
  let limit_bytes = 0;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let seen_bytes = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      seen_bytes += chunk.length;
      if (left > 0 && seen_bytes > limit_bytes) {
        left -= 1;
        cuts += 1;
        upstream.destroy();
        // What is on its way still arrives.
        client.end(chunk);
      } else if (!client.write(chunk)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut(connections, after_bytes) {
      left = connections;
      limit_bytes = after_bytes;
    },
    get cuts() {
      return cuts;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
