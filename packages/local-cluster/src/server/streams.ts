/** exec, attach and port-forward: connections into a pod. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest } from '../registry/errors';
import type { KubeObject } from '../types';
import type { ServedRequest } from './serveResource';

/** What a container uses. */
export interface Usage {
  /** Cores. */
  cpu: number;
  /** Bytes. */
  memory: number;
}

/** What is asked for of a pod. */
export interface StreamRequest {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  namespace: string;
  name: string;
  subresource: string;
  query: URLSearchParams;
}

/** Leads into pods. */
export interface PodStreams {
  upgrade(asked: StreamRequest): Promise<void>;
  /** For a request that does not ask for another kind of connection. */
  refuse(asked: ServedRequest, name: string, subresource: string): void;
  usageOf(pod: KubeObject): Promise<Map<string, Usage>>;
}

export function refuseWithoutUpgrade(): never {
  throw badRequest('Upgrade request required');
}
