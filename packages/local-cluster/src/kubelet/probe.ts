/** One attempt of a probe. */
import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Json } from '../types';

/** What a probe needs of its container. */
export interface ProbeTarget {
  dial(port: number): Promise<Socket>;
  exec(
    argv: string[],
    timeoutMs: number,
  ): Promise<{ code: number; output: string }>;
  /** The number of a named port. */
  portOf(port: number | string): number;
  address: string;
}

/** The outcome; `message` in the kubelet's words. */
export interface ProbeResult {
  ok: boolean;
  message: string;
}

async function tcp(
  target: ProbeTarget,
  port: number,
  timeoutMs: number,
): Promise<Socket> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('i/o timeout')), timeoutMs);
  });
  const dialled = target.dial(port);
  try {
    return await Promise.race([dialled, late]);
  } catch (error) {
    // Nobody waits for it any more.
    dialled.then(
      socket => socket.destroy(),
      () => {},
    );
    throw new Error(
      `dial tcp ${target.address}:${port}: connect: ${
        (error as Error).message
      }`,
    );
  } finally {
    clearTimeout(timer);
  }
}

async function http(
  target: ProbeTarget,
  get: Json,
  timeoutMs: number,
): Promise<ProbeResult> {
  const port = target.portOf(get.port);
  const socket = await tcp(target, port, timeoutMs);
  return new Promise(resolve => {
    const headers = Object.fromEntries(
      (get.httpHeaders ?? []).map((h: Json) => [h.name, h.value]),
    );
    const outgoing = request(
      {
        createConnection: () => socket,
        path: get.path ?? '/',
        timeout: timeoutMs,
        headers: {
          host: `${target.address}:${port}`,
          'user-agent': 'kube-probe/1.33',
          connection: 'close',
          ...headers,
        },
      },
      response => {
        const status = response.statusCode ?? 0;
        response.resume();
        socket.destroy();
        resolve({
          ok: status >= 200 && status < 400,
          message: `HTTP probe failed with statuscode: ${status}`,
        });
      },
    );
    outgoing.on('socket', connected => connected.resume());
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error('context deadline exceeded')),
    );
    outgoing.on('error', error =>
      resolve({
        ok: false,
        message: `Get "http://${target.address}:${port}${get.path ?? '/'}": ${
          error.message
        }`,
      }),
    );
    outgoing.end();
  });
}

/** Runs a probe once. */
export async function runProbe(
  probe: Json,
  target: ProbeTarget,
): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.httpGet) return await http(target, probe.httpGet, timeoutMs);
    if (probe.tcpSocket) {
      (
        await tcp(target, target.portOf(probe.tcpSocket.port), timeoutMs)
      ).destroy();
      return { ok: true, message: '' };
    }
    if (probe.exec) {
      const { code, output } = await target.exec(probe.exec.command, timeoutMs);
      return { ok: code === 0, message: output.slice(0, 1024) };
    }
    return {
      ok: false,
      message: 'this kind of probe is not served by the local cluster',
    };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
}
