/** Ids of rows, as this store gives them: UUIDs in lower case (RFC 9562). */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
