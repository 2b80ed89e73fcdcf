import { toldEnd, toldHint } from './output';

describe('15: what an app says of where it listens', () => {
  it.each([
    ['2026-11-25 15:30:05 INFO started', undefined],
    ['{"time":"2026-11-25T15:30:04Z","msg":"listening on port 3000"}', '3000'],
    ['Fetching config from server at : http://config-server:8888', undefined],
    ['waiting for postgres at db:5432\nstarted worker', undefined],
    ['Running on http://0.0.0.0:5000 (Press CTRL+C to quit)', '5000'],
    ['Listening on :3000', '3000'],
    ['listening on 3000', '3000'],
    ['serving at [::]:3000', '3000'],
  ])('%s', (log, port) => {
    expect(toldHint(log, 8080)).toBe(port && `its log names port ${port}`);
  });

  it('that only its own container reaches it', () => {
    expect(toldHint('Running on http://127.0.0.1:8080', 8080)).toBe(
      'its log says that it listens on 127.0.0.1 alone',
    );
    expect(toldHint('Running on http://0.0.0.0:8080', 8080)).toBeUndefined();
  });
});

describe('15: what an app says of its end', () => {
  it.each([
    ['OSError: [Errno 98] Address already in use', 1, 'PORT_IN_USE', undefined],
    [
      'Os { code: 98, kind: AddrInUse, message: "Address already in use" }',
      101,
      'PORT_IN_USE',
      undefined,
    ],
    [
      'Error: listen EADDRINUSE: address already in use :::8080',
      1,
      'PORT_IN_USE',
      '8080',
    ],
    [
      'Web server failed to start. Port 8080 was already in use.',
      1,
      'PORT_IN_USE',
      '8080',
    ],
    [
      "Starting inspector on 127.0.0.1:9229 failed: address already in use\nError: Cannot find module 'express'",
      1,
      undefined,
      undefined,
    ],
    [
      'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB',
      1,
      'GPU_MEMORY',
      undefined,
    ],
    [
      'java.lang.OutOfMemoryError: unable to create native thread',
      1,
      'PROCESS_LIMIT',
      undefined,
    ],
    ['java.lang.OutOfMemoryError: Java heap space', 1, 'HEAP_LIMIT', undefined],
    [
      "OSError: [Errno 28] No space left on device: '/data/app.db'",
      1,
      'NO_SPACE',
      '/data/app.db',
    ],
    [
      'sh: 1: ./start.sh: Permission denied',
      126,
      'NOT_EXECUTABLE',
      './start.sh',
    ],
    [
      '/usr/bin/env: ‘python3’: No such file or directory',
      127,
      'COMMAND_NOT_FOUND',
      'python3',
    ],
    [
      'Error: ENOSPC: System limit for number of file watchers reached, watch /app',
      1,
      undefined,
      undefined,
    ],
    ['sh: 1: gunicorn: not found', 127, 'COMMAND_NOT_FOUND', 'gunicorn'],
    [
      'exec /app/start.sh: no such file or directory',
      1,
      'COMMAND_NOT_FOUND',
      '/app/start.sh',
    ],
    [
      'exec container process `/app/server`: Exec format error',
      1,
      'WRONG_ARCHITECTURE',
      '/app/server',
    ],
    [
      'exec /app/server: exec format error',
      255,
      'WRONG_ARCHITECTURE',
      '/app/server',
    ],
    [
      'standard_init_linux.go:228: exec user process caused: exec format error',
      1,
      'WRONG_ARCHITECTURE',
      undefined,
    ],
    [
      'Traceback (most recent call last):\nKeyError: 1',
      1,
      undefined,
      undefined,
    ],
  ])('%s', (log, exitCode, code, what) => {
    expect(toldEnd(log, exitCode)).toEqual(code && { code, what });
  });
});
