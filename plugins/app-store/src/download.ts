const REVOKE_MS = 60_000;

/** Offers what a request answered with as a file. */
export async function saveAs(
  content: Response | Blob,
  name: string,
): Promise<void> {
  const url = URL.createObjectURL(
    content instanceof Blob ? content : await content.blob(),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}
