/**
 * The document of the REST API (OpenAPI 3.1), as far as programs read it.
 *
 * @public
 */
export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string } & Record<string, unknown>;
  /** What an operation demands that says nothing of its own. */
  security: Array<Record<string, unknown>>;
  /** Operations of each path, by method, and `parameters` that they share. */
  paths: Record<string, Record<string, unknown>>;
  components: {
    /** Each a JSON schema. */
    schemas: Record<string, Record<string, unknown>>;
    parameters: Record<string, Record<string, unknown>>;
  } & Record<string, unknown>;
  [more: string]: unknown;
}
