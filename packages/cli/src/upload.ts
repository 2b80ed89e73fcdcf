/**
 * `fetch` for the command line: sends a file with its length and says how far it is,
 * which the built-in one cannot, and listens to a refusal while it still sends.
 */
import { createReadStream } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

/** A file to send. */
export interface FileBody {
  path: string;
  size: number;
  onProgress(sent: number): void;
}

/** Sends a file. */
export function sendFile(
  url: string,
  init: RequestInit,
  file: FileBody,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const source = createReadStream(file.path);
    const outgoing = send(
      target,
      {
        method: init.method,
        signal: init.signal ?? undefined,
        headers: {
          ...(init.headers as Record<string, string>),
          'content-length': String(file.size),
        },
      },
      answer => {
        source.destroy();
        const headers = new Headers();
        for (const [name, value] of Object.entries(answer.headers))
          if (value !== undefined) headers.set(name, String(value));
        resolve(
          new Response(Readable.toWeb(answer) as ReadableStream, {
            status: answer.statusCode,
            statusText: answer.statusMessage,
            headers,
          }),
        );
      },
    );
    outgoing.on('error', reject);
    source.on('error', error => {
      outgoing.destroy();
      reject(error);
    });
    let sent = 0;
    source.on('data', chunk => {
      sent += chunk.length;
      file.onProgress(sent);
    });
    source.pipe(outgoing);
  });
}
