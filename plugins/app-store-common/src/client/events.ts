import { EventSourceParserStream } from 'eventsource-parser/stream';

/**
 * One server-sent event.
 *
 * @public
 */
export interface ServerSentEvent {
  /** Its type; `message` where it names none. */
  event: string;
  data: string;
  /** What a reader that comes back sends as `Last-Event-ID`. */
  id?: string;
}

/**
 * Server-sent events of a response (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * @public
 */
export async function* readEvents(
  response: Response,
): AsyncGenerator<ServerSentEvent> {
  const reader = response
    .body!.pipeThrough(new TextDecoderStream() as never)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield { event: value.event ?? 'message', data: value.data, id: value.id };
  }
}
