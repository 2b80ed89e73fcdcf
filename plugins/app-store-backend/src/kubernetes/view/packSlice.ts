/** EndpointSlices in memory: a line of text. */
import type { V1EndpointSlice } from '@kubernetes/client-node';

/** The name of a slice without the id of its instance. */
export const sliceName = (slice: V1EndpointSlice, id: string) =>
  slice.metadata!.name!.replace(id, '*');

/** `name address port uid` of one that is ready, the name alone of any other. */
export function packSlice(slice: V1EndpointSlice, id: string): string {
  const name = sliceName(slice, id);
  const port = slice.ports?.find(each => each.name === 'http')?.port;
  const ready = slice.endpoints?.find(
    endpoint => endpoint.conditions?.ready && endpoint.targetRef?.uid,
  );
  return port && ready
    ? [name, ready.addresses[0], port, ready.targetRef!.uid].join(' ')
    : name;
}
