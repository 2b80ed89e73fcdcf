/** The OpenAPI documents, made of the schema that objects are checked by. */
export function openApi(
  _path: string,
  _accept: string | undefined,
): { type: string; body: string | Buffer; etag: string } | undefined {
  return undefined;
}
