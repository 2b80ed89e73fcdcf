import type { ServerResponse } from 'node:http';

/** Answers `pods/<name>/log`. */
export interface LogSource {
  serveLog(options: {
    namespace: string;
    name: string;
    query: URLSearchParams;
    response: ServerResponse;
  }): Promise<void>;
}
